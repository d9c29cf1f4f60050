"""The event log only grows."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from mingzhang.audit import append
from mingzhang.audit.models import Event
from mingzhang.core import clock

CHANGES = [
    "UPDATE audit_event SET verb = 'x'",
    "UPDATE audit_event SET verb = 'x' WHERE false",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
]


@pytest.fixture
def told(db: None) -> Event:
    append.event(book="YC", actor="person:chen", verb="record.add", subject="record:1", data={"on": "2026-06-01"})
    return Event.objects.get()


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_or_shorten_the_log(told: Event, change: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Event.objects.get() == told


@pytest.mark.parametrize("change", CHANGES)
def test_the_log_is_kept_even_from_a_role_that_was_granted_everything(told: Event, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT ALL ON audit_event TO CURRENT_USER")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_an_event_keeps_what_was_said(told: Event) -> None:
    assert (told.book, told.actor, told.verb, told.subject) == ("YC", "person:chen", "record.add", "record:1")
    assert told.data == {"on": "2026-06-01"}
    assert told.at.tzinfo is not None


def test_events_appended_together_keep_what_was_said_whatever_is_in_it(db: None) -> None:
    odd = "行\t一\n行\r二\\n\\. 'x' \"y\" \\N"
    at = clock.now()
    append.events(
        [
            append.NewEvent("YC", at, odd, "x", odd, {odd: odd, "n": None}),
            append.NewEvent("YC", at, "\\N", "x", "", {}),
        ]
    )
    first, second = Event.objects.order_by("id")
    assert (first.actor, first.subject, first.data, first.at) == (odd, odd, {odd: odd, "n": None}, at)
    assert (second.actor, second.subject, second.data) == ("\\N", "", {})
