"""How long after a failed try the next one is made."""

from __future__ import annotations

from datetime import timedelta

WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1200, 3600))


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait when a try failed that `attempts` went before; None when that was the last, and the job has
    failed for good."""
    return WAITS[attempts] if attempts < len(WAITS) else None
