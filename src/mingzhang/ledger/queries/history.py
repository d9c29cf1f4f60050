"""What happened to a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mingzhang.audit.models import Event
from mingzhang.ledger.models import Entry, Record, Review
from mingzhang.organisation.models import Person


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to a record. `what` is added, submitted, passed, returned, posted, reversed or
    replaced; `positions` are those of its entries; `other` is the record that replaces it."""

    what: str
    at: datetime
    person: Person | None
    note: str = ""
    step: int | None = None
    positions: tuple[int, int] | None = None
    other: Record | None = None


def record_history(record: Record) -> list[Moment]:
    """What happened to the record, in the order of time. A fixed number of queries."""
    moments = [Moment("added", record.created_at, record.created_by)]
    moments += _submissions(record)
    moments += [
        Moment("passed" if review.passed else "returned", review.at, review.reviewer, review.note, review.step)
        for review in Review.objects.filter(record=record).select_related("reviewer")
    ]
    moments += _postings(record)
    moments += [
        Moment("replaced", other.created_at, other.created_by, other=other)
        for other in Record.objects.filter(replaces=record).select_related("created_by")
    ]
    return sorted(moments, key=lambda moment: moment.at)


def _submissions(record: Record) -> Iterator[Moment]:
    """The record keeps its last submission; the event log knows the earlier ones, which were returned."""
    events = Event.objects.filter(book=record.book.code, subject=record.ref, verb="record.submit")
    earlier = [event for event in events if event.data["cycle"] < record.cycle]
    people = Person.objects.in_bulk(
        [event.actor.removeprefix("person:") for event in earlier], field_name="username"
    )
    for event in earlier:
        yield Moment("submitted", event.at, people.get(event.actor.removeprefix("person:")))
    if record.submitted_at:
        yield Moment("submitted", record.submitted_at, record.submitted_by)


def _postings(record: Record) -> Iterator[Moment]:
    entries = list(Entry.objects.filter(record=record).select_related("posted_by").order_by("seq"))
    for sign, what, note in ((1, "posted", ""), (-1, "reversed", record.reversal_reason)):
        if lines := [entry for entry in entries if entry.sign == sign]:
            positions = (lines[0].seq, lines[-1].seq)
            yield Moment(what, lines[0].posted_at, lines[0].posted_by, note, positions=positions)
