"""The only way into the event log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mingzhang.audit.models import Event
from mingzhang.core import clock


def event(*, book: str, actor: str, verb: str, subject: str, data: dict[str, Any] | None = None) -> None:
    """Append one event. Call inside the action's transaction, with text ids: `record:17`, `person:chen`."""
    events([Event(book=book, at=clock.now(), actor=actor, verb=verb, subject=subject, data=data or {})])


def events(batch: Iterable[Event]) -> None:
    """Append many events in one statement per thousand."""
    Event.objects.bulk_create(batch, batch_size=1000)
