"""The only way into the event log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.digests import canonical_json

COPY = "COPY audit_event (book, at, actor, verb, subject, data) FROM STDIN"


def event(*, book: str, actor: str, verb: str, subject: str, data: dict[str, Any] | None = None) -> None:
    """Append one event. Call inside the action's transaction, with text ids: `record:17`, `person:chen`."""
    events([Event(book=book, at=clock.now(), actor=actor, verb=verb, subject=subject, data=data or {})])


def events(batch: Iterable[Event]) -> None:
    """Append many events in one statement, in their order. The events given do not learn their numbers."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for one in batch:
            data = canonical_json(one.data).decode()
            copy.write_row((one.book, one.at, one.actor, one.verb, one.subject, data))
