"""What waits for a person: to be reviewed, to be mended, to be posted; and what was posted of theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TypeAlias

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from mingzhang.core.composed import Composed, Given
from mingzhang.core.once import once
from mingzhang.ledger.models import Entry, Record, RecordEvidence, Review, SendBack
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import role_scopes
from mingzhang.organisation.scopes import AnyOf, GivenScope, UnitScope
from mingzhang.packs.models import RecordKind
from mingzhang.packs.schema import REVIEW_ROLES

Who = Person | Given
Waiting: TypeAlias = tuple[int, int, int]  # a sheet, its kind and its unit, by number

# What is shown beside a heading stops here: 99+ says enough.
MOST_WAITING = 100
# The queue is counted and paged up to here; the choices of its filters are looked for in this much of it.
MOST_QUEUED = 1000
# How many of a unit's latest entries say which kinds it uses.
RECENT = 300


def review_queue(person: Person, scopes: Mapping[str, UnitScope]) -> QuerySet[Record]:
    """What waits for this person's review, the oldest first: sheets whose due step asks a role that they hold over
    the unit, which they neither wrote nor handed in nor took an earlier step of. `scopes` says where they hold each
    role."""
    return _reviewable(person.pk, person.book_id, _roles_by_scope(scopes))


def _roles_by_scope(scopes: Mapping[str, UnitScope]) -> dict[UnitScope, list[str]]:
    roles: dict[UnitScope, list[str]] = {}
    for role, scope in scopes.items():
        roles.setdefault(scope, []).append(role)
    return roles


def _reviewable(
    person: int | Given,
    book: int | Given,
    roles: Mapping[UnitScope, Sequence[str]] | Mapping[GivenScope, Sequence[str]],
) -> QuerySet[Record]:
    due = Q(pk__in=[])
    for scope, asked in roles.items():
        due |= Q(scope.condition(), due__in=asked)
    earlier = Review.objects.filter(record=OuterRef("pk"), cycle=OuterRef("cycle"), reviewer=person)
    others = ~Q(created_by=person) & ~Q(submitted_by_id=person)
    waiting = Record.objects.filter(due, others, ~Exists(earlier), state="submitted", book=book)
    return waiting.order_by("submitted_at", "id")


def to_post(scope: UnitScope | GivenScope) -> QuerySet[Record]:
    """What may be posted in `scope`, the oldest first."""
    return Record.objects.filter(scope.condition(), state="accepted").order_by("occurred_on", "id")


def returned_to(person: Who) -> QuerySet[Record]:
    """What came back to the person who wrote it or handed it in."""
    mine = Q(created_by=person) | Q(submitted_by=person)
    return Record.objects.filter(mine, state="returned").order_by("-submitted_at", "-id")


def drafts_of(person: Who) -> QuerySet[Record]:
    """The person's own drafts, the latest first."""
    return Record.objects.filter(created_by=person, state="draft").order_by("-id")


def posted_of(person: Who) -> QuerySet[Record]:
    """What the person wrote and is in the books, the last handed in first."""
    return Record.objects.filter(created_by=person, state="posted").order_by("-submitted_at", "-id")


# --- by number ----------------------------------------------------------------------------------------------------


def waiting_count(person: Person) -> int:
    """How many sheets wait for the person's review, at most MOST_WAITING."""
    return len(to_review(person))


@once
def to_review(person: Person, most: int = MOST_WAITING) -> list[Waiting]:
    """The first of the person's `review_queue`. Asked on every page: the navigation says how many there are."""
    roles = _roles_by_scope(role_scopes(person, REVIEW_ROLES))
    shape = tuple((scope.everything, tuple(asked)) for scope, asked in roles.items())
    given = {f"scope{at}": scope.given for at, scope in enumerate(roles)}
    return _to_review(shape, most).ask(person=person.pk, book=person.book_id, **given) if roles else []


@cache
def _to_review(shape: tuple[tuple[bool, tuple[str, ...]], ...], most: int) -> Composed[Waiting]:
    """By which roles are held over the whole book and which over some units."""
    roles = {GivenScope(everything, f"scope{at}"): asked for at, (everything, asked) in enumerate(shape)}
    return Composed(
        lambda: _reviewable(Given("person"), Given("book"), roles).values_list("pk", "kind", "unit")[:most]
    )


def on_desk(person: Person, posts: UnitScope) -> dict[str, list[int]]:
    """The first of what was returned to the person, may be posted by them in `posts`, is a draft or is posted of
    theirs, by number. Four queries."""
    found = {name: asked.ask(person=person.pk) for name, asked in _OF_PERSON.items()}
    return {**found, "post": _TO_POST[posts.everything].ask(scope=posts.given)}


def _first(records: QuerySet[Record]) -> QuerySet[Record, int]:
    return records.values_list("pk", flat=True)[:MOST_WAITING]


_OF_PERSON: Mapping[str, Composed[int]] = {
    "returned": Composed(lambda: _first(returned_to(Given("person")))),
    "drafts": Composed(lambda: _first(drafts_of(Given("person")))),
    "posted": Composed(lambda: _first(posted_of(Given("person")))),
}
_TO_POST: Mapping[bool, Composed[int]] = {
    True: Composed(lambda: _first(to_post(GivenScope(everything=True)))),
    False: Composed(lambda: _first(to_post(GivenScope(everything=False)))),
}


def shown(records: Sequence[int]) -> dict[int, Record]:
    """The records of these numbers, with what a line of 今日 shows. One query."""
    return {record.pk: record for record in _SHOWN.ask(records=list(records))}


_SHOWN = Composed(
    lambda: Record.objects.filter(AnyOf(F("pk"), Given("records"))).select_related(
        "kind", "unit", "created_by", "submitted_by"
    )
)


# --- what is said of them -----------------------------------------------------------------------------------------


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
    if not cycles:
        return found
    for review in _REFUSED.ask(records=list(cycles)):
        if review.cycle == cycles[review.record_id]:
            found[review.record_id] = Return(review.reviewer.name, review.at, review.note, review.remarks)
    for back in _SENT_BACK.ask(records=list(cycles)):
        if back.cycle == cycles[back.record_id]:
            found[back.record_id] = Return(back.by.name, back.at, back.note, back.remarks)
    return found


_OF_RECORDS = AnyOf(F("record"), Given("records"))
_REFUSED = Composed(
    lambda: Review.objects.filter(_OF_RECORDS, passed=False).select_related("reviewer").order_by("pk")
)
_SENT_BACK = Composed(lambda: SendBack.objects.filter(_OF_RECORDS).select_related("by").order_by("pk"))


def evidence_counts(records: Sequence[Record]) -> dict[int, int]:
    """How many files support each of the records."""
    return dict(_FILES.ask(records=[record.pk for record in records])) if records else {}


_FILES = Composed(
    lambda: RecordEvidence.objects.filter(_OF_RECORDS).values_list("record").annotate(Count("id")).order_by()
)


def first_positions(records: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """Where in the books each of the records, by number, begins, and when it was posted."""
    lines = _FIRST_LINES.ask(records=list(records)) if records else ()
    return {record: (seq, at) for record, seq, at in lines if record}


_FIRST_LINES = Composed(
    lambda: Entry.objects.filter(_OF_RECORDS, sign=1, line=0).values_list("record", "seq", "posted_at")
)


def reviewers_of(records: Sequence[int]) -> dict[int, list[str]]:
    """Who passed each of the records in its last round, by number, step by step."""
    found: dict[int, list[str]] = {}
    for record, name in _PASSED.ask(records=list(records)) if records else ():
        found.setdefault(record, []).append(name)
    return found


_PASSED = Composed(
    lambda: (
        Review.objects.filter(_OF_RECORDS, passed=True, cycle=F("record__cycle"))
        .order_by("step")
        .values_list("record", "reviewer__name")
    )
)


def waiting_by(waiting: Sequence[Waiting]) -> tuple[list[tuple[RecordKind, int]], list[tuple[Unit, int]]]:
    """The kinds of sheets among what waits, the most frequent first, and the units that they come from, by code;
    with how many. Two queries."""
    kinds, units = Counter(kind for _pk, kind, _unit in waiting), Counter(unit for _pk, _kind, unit in waiting)
    named = {kind.pk: kind for kind in _KINDS.ask(kinds=list(kinds))}
    found = _UNITS.ask(units=list(units))
    return [(named[key], count) for key, count in kinds.most_common()], [(unit, units[unit.pk]) for unit in found]


_KINDS = Composed(lambda: RecordKind.objects.filter(AnyOf(F("pk"), Given("kinds"))).order_by("pk"))
_UNITS = Composed(lambda: Unit.objects.filter(AnyOf(F("pk"), Given("units"))).order_by("code"))


def frequent_kinds(unit: Unit, most: int = 4) -> list[RecordKind]:
    """The kinds of sheets that the unit's latest entries are of, the most frequent first. Reads the index alone."""
    counted = Counter(_LATEST.ask(unit=unit.pk))
    kinds = _WITHOUT_TABLES.ask(kinds=list(counted)) if counted else ()
    return sorted(kinds, key=lambda kind: (-counted[kind.pk], kind.code))[:most]


_LATEST = Composed(
    lambda: (
        Entry.objects.filter(unit=Given("unit")).order_by("-occurred_on").values_list("kind", flat=True)[:RECENT]
    )
)
_WITHOUT_TABLES = Composed(
    lambda: RecordKind.objects.filter(AnyOf(F("pk"), Given("kinds"))).exclude(code__contains=".").order_by("pk")
)
