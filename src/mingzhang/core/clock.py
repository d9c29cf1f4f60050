"""The one place that asks what time it is, so that tests and simulations can say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)

CHINA = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return _told.get() or datetime.now(UTC)


def today(zone: ZoneInfo = CHINA) -> date:
    """The present calendar date where the book is kept."""
    return now().astimezone(zone).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within this block the time is `moment` (timezone-aware)."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    token = _told.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)
