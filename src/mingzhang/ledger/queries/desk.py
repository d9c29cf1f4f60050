"""What waits for a person: to be reviewed, to be mended, to be posted; and what was posted of theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from mingzhang.core.once import once
from mingzhang.ledger.models import Entry, Record, RecordEvidence, Review, SendBack
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import role_scopes
from mingzhang.organisation.scopes import AnyOf, UnitScope
from mingzhang.packs.models import RecordKind
from mingzhang.packs.schema import REVIEW_ROLES

# What is shown beside a heading stops here: 99+ says enough.
MOST_WAITING = 100
# The queue is counted and paged up to here; the choices of its filters are looked for among the oldest of it.
MOST_QUEUED = 1000
MOST_SORTED = 500
# How many of a unit's latest entries say which kinds it uses.
RECENT = 300


def review_queue(person: Person, scopes: Mapping[str, UnitScope]) -> QuerySet[Record]:
    """What waits for this person's review, the oldest first: sheets whose due step asks a role that they hold over
    the unit, which they neither wrote nor handed in nor took an earlier step of. `scopes` says where they hold each
    role."""
    roles: dict[UnitScope, list[str]] = {}
    for role, scope in scopes.items():
        roles.setdefault(scope, []).append(role)
    due = Q(pk__in=[])
    for scope, asked in roles.items():
        due |= Q(scope_of(scope), due__in=asked)
    earlier = Review.objects.filter(record=OuterRef("pk"), cycle=OuterRef("cycle"), reviewer=person)
    others = ~Q(created_by=person) & ~Q(submitted_by_id=person.pk)
    waiting = Record.objects.filter(due, others, ~Exists(earlier), state="submitted", book=person.book_id)
    return waiting.order_by("submitted_at", "id")


def to_post(scope: UnitScope) -> QuerySet[Record]:
    """What may be posted in `scope`, the oldest first."""
    return Record.objects.filter(scope_of(scope), state="accepted").order_by("occurred_on", "id")


def scope_of(scope: UnitScope) -> Q:
    """A scope as a condition on a record."""
    if scope.everything:
        return Q(book=scope.book_id)
    return Q(AnyOf(F("unit"), sorted(scope.unit_ids)))


def returned_to(person: Person) -> QuerySet[Record]:
    """What came back to the person who wrote it or handed it in."""
    mine = Q(created_by=person) | Q(submitted_by=person)
    return Record.objects.filter(mine, state="returned").order_by("-submitted_at", "-id")


def drafts_of(person: Person) -> QuerySet[Record]:
    """The person's own drafts, the latest first."""
    return Record.objects.filter(created_by=person, state="draft").order_by("-id")


def posted_of(person: Person) -> QuerySet[Record]:
    """What the person wrote and is in the books, the last handed in first."""
    return Record.objects.filter(created_by=person, state="posted").order_by("-submitted_at", "-id")


def capped_count(records: QuerySet[Record]) -> int:
    """How many there are, at most MOST_WAITING."""
    return records.order_by()[:MOST_WAITING].count()


@once
def waiting_count(person: Person) -> int:
    """How many sheets wait for the person's review, at most MOST_WAITING."""
    return capped_count(review_queue(person, role_scopes(person, REVIEW_ROLES)))


@dataclass(frozen=True, slots=True)
class Return:
    """Why a sheet came back: who returned it, when, with what words, and the remarks by path."""

    by: str
    at: datetime
    note: str
    remarks: Mapping[str, str]


def last_returns(records: Sequence[Record]) -> dict[int, Return]:
    """Why each of the returned sheets came back the last time, by record. Two queries."""
    cycles = {record.pk: record.cycle for record in records}
    found: dict[int, Return] = {}
    for review in Review.objects.filter(record__in=cycles, passed=False).select_related("reviewer"):
        if review.cycle == cycles[review.record_id]:
            found[review.record_id] = Return(review.reviewer.name, review.at, review.note, review.remarks)
    for back in SendBack.objects.filter(record__in=cycles).select_related("by"):
        if back.cycle == cycles[back.record_id]:
            found[back.record_id] = Return(back.by.name, back.at, back.note, back.remarks)
    return found


def evidence_counts(records: Sequence[Record]) -> dict[int, int]:
    """How many files support each of the records."""
    held = RecordEvidence.objects.filter(record__in=[record.pk for record in records])
    return dict(held.values_list("record").annotate(Count("id")).order_by())


def first_positions(records: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """Where in the books each of the records, by number, begins, and when it was posted."""
    lines = Entry.objects.filter(record__in=records, sign=1, line=0)
    return {record: (seq, at) for record, seq, at in lines.values_list("record", "seq", "posted_at") if record}


def waiting_by(waiting: QuerySet[Record]) -> tuple[list[tuple[RecordKind, int]], list[tuple[Unit, int]]]:
    """The kinds of sheets among the oldest of what waits, the most frequent first, and the units that they come
    from, by code; with how many. Three queries."""
    places = waiting[:MOST_SORTED].values_list("kind", "unit")
    kinds, units = Counter(kind for kind, _unit in places), Counter(unit for _kind, unit in places)
    named = RecordKind.objects.in_bulk(list(kinds))
    found = Unit.objects.filter(pk__in=list(units)).order_by("code")
    return [(named[key], count) for key, count in kinds.most_common()], [(unit, units[unit.pk]) for unit in found]


def frequent_kinds(unit: Unit, most: int = 4) -> list[RecordKind]:
    """The kinds of sheets that the unit's latest entries are of, the most frequent first. Reads the index alone."""
    latest = Entry.objects.filter(unit=unit).order_by("-occurred_on").values_list("kind", flat=True)[:RECENT]
    counted = Counter(latest)
    kinds = RecordKind.objects.filter(pk__in=counted).exclude(code__contains=".")
    return sorted(kinds, key=lambda kind: (-counted[kind.pk], kind.code))[:most]
