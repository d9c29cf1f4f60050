"""What happened to a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from mingzhang.audit.models import Event
from mingzhang.core.composed import Composed, Given
from mingzhang.ledger.models import Record, Review, SendBack
from mingzhang.ledger.queries.records import lines_of, replacements_of
from mingzhang.organisation.models import Person


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to a record. `what` is added, edited (by somebody other than its writer), submitted,
    passed, returned, sent_back, posted, reversed or replaced; `remarks` are by path; `positions` are those of its
    entries; `other` is the record that replaces it."""

    what: str
    at: datetime
    person: Person | None
    note: str = ""
    step: int | None = None
    remarks: Mapping[str, str] = field(default_factory=dict)
    positions: tuple[int, int] | None = None
    other: Record | None = None


def record_history(record: Record) -> list[Moment]:
    """What happened to the record, in the order of time. A fixed number of queries."""
    moments = [Moment("added", record.created_at, record.created_by)]
    moments += _written(record)
    moments += _reviews(record)
    moments += _postings(record)
    moments += [
        Moment("replaced", other.created_at, other.created_by, other=other) for other in replacements_of(record)
    ]
    return sorted(moments, key=lambda moment: moment.at)


def _written(record: Record) -> Iterator[Moment]:
    """The record keeps its last submission; the event log knows the earlier ones, which were returned, and who else
    wrote on it. What one person wrote in a run is one moment: its last."""
    asked = _WRITTEN.ask(book=record.book.code, subject=record.ref)
    events = [event for event in asked if _tells_more(event, record)]
    people = Person.objects.in_bulk(
        {event.actor.removeprefix("person:") for event in events}, field_name="username"
    )
    for event in _last_of_runs(events):
        what = "submitted" if event.verb == "record.submit" else "edited"
        yield Moment(what, event.at, people.get(event.actor.removeprefix("person:")))
    if record.submitted_at:
        yield Moment("submitted", record.submitted_at, record.submitted_by)


def _events() -> QuerySet[Event]:
    written = Event.objects.filter(verb__in=("record.submit", "record.edit"))
    return written.filter(book=Given("book"), subject=Given("subject")).order_by("id")


_WRITTEN = Composed(_events)


def _tells_more(event: Event, record: Record) -> bool:
    if event.verb == "record.submit":
        return bool(event.data["cycle"] < record.cycle)
    return event.actor != record.created_by.ref


def _last_of_runs(events: Iterable[Event]) -> Iterator[Event]:
    last: Event | None = None
    for event in events:
        if last is not None and (last.verb, last.actor) != (event.verb, event.actor):
            yield last
        last = event
    if last is not None:
        yield last


def _reviews(record: Record) -> Iterator[Moment]:
    for review in _REVIEWS.ask(record=record.pk):
        what = "passed" if review.passed else "returned"
        yield Moment(what, review.at, review.reviewer, review.note, review.step, review.remarks)
    for back in _SENT_BACK.ask(record=record.pk):
        yield Moment("sent_back", back.at, back.by, back.note, remarks=back.remarks)


_REVIEWS = Composed(lambda: Review.objects.filter(record=Given("record")).select_related("reviewer"))
_SENT_BACK = Composed(lambda: SendBack.objects.filter(record=Given("record")).select_related("by"))


def _postings(record: Record) -> Iterator[Moment]:
    entries = lines_of(record)
    for sign, what, note in ((1, "posted", ""), (-1, "reversed", record.reversal_reason)):
        if lines := [entry for entry in entries if entry.sign == sign]:
            positions = (lines[0].seq, lines[-1].seq)
            yield Moment(what, lines[0].posted_at, lines[0].posted_by, note, positions=positions)
