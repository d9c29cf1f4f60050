"""Kinds, records and the book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mingzhang.core.composed import Composed, Given
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.core.once import once
from mingzhang.ledger.models import Entry, Position, Record, RecordEvidence, Review
from mingzhang.organisation.models import Book, Person
from mingzhang.organisation.queries import packs_in_force, visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import GivenScope
from mingzhang.packs.models import PackVersion, RecordKind
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Kind, Line

# --- kinds --------------------------------------------------------------------------------------------------------


def version_in_force(book: Book, kind: RecordKind) -> PackVersion:
    """The version of the kind's pack that the book works by. Raises NotFound when the book has not adopted it or
    the version has no such sheet."""
    version = next((version for version in packs_in_force(book) if version.pack == kind.pack), None)
    if version is None or kind.code not in {sheet.id for sheet in pack_of(version.id).kinds}:
        raise NotFound(_("“%(book)s”没有在用的记录单“%(kind)s”。") % {"book": book.name, "kind": kind.code})
    return version


def kind_in(version: PackVersion, kind: RecordKind) -> Kind:
    """What that version of its pack says about a kind of sheet."""
    return pack_of(version.id).kind(kind.code)


def kind_of(record: Record) -> Kind:
    """What the version of the pack that the record was made under says about it."""
    return pack_of(record.pack_version_id).kind(record.kind.code)


def line_in_force(book: Book, kind: RecordKind) -> Line:
    """The sheet or table that a kind of entry is, in the version that the book works by. Raises
    NotFound."""
    versions = [version.pk for version in packs_in_force(book) if version.pack == kind.pack]
    lines = [line for version in versions for line in pack_of(version).lines() if line.code == kind.code]
    if not lines:
        raise NotFound(_("“%(book)s”没有在用的记录单“%(kind)s”。") % {"book": book.name, "kind": kind.code})
    return lines[0]


def kind_by_code(book: Book, code: str) -> RecordKind:
    """The kind of sheets `study`, or `street-office/study` where two packs share a code, among the packs that the
    book works by. Raises NotFound, InvalidInput when two packs have it."""
    pack, slash, short = code.rpartition("/")
    packs = [version.pack for version in packs_in_force(book) if not slash or version.pack == pack]
    found = list(RecordKind.objects.filter(pack__in=packs, code=short, code__regex=r"^[^.]+$").order_by("pack"))
    if not found:
        raise NotFound(_("“%(book)s”没有在用的记录单“%(kind)s”。") % {"book": book.name, "kind": code})
    if len(found) > 1:
        raise InvalidInput(
            _("不止一个体系包有“%(kind)s”：%(packs)s。")
            % {"kind": code, "packs": "、".join(kind.pack for kind in found)},
            remedy=_("请写全，例如 %(example)s。") % {"example": found[0]},
        )
    return found[0]


# --- records ------------------------------------------------------------------------------------------------------


def visible_to(person: Person) -> QuerySet[Record]:
    """The records of the units where the person may see records."""
    return visible_units(person, Permission.RECORD_VIEW).filter(Record.objects.all())


def record_by_id(person: Person, number: int) -> Record:
    """Raises NotFound, also for one that the person may not see."""
    scope = visible_units(person, Permission.RECORD_VIEW)
    found = _RECORD[scope.everything].ask(scope=scope.given, number=number)
    if not found:
        raise NotFound(_("没有找到第 %(number)s 号记录单。") % {"number": number})
    return found[0]


def _whole(records: QuerySet[Record]) -> QuerySet[Record]:
    """With all that its page shows of others."""
    return records.select_related("kind", "unit", "book", "created_by", "submitted_by")


def _one(scope: GivenScope) -> Composed[Record]:
    return Composed(lambda: _whole(Record.objects.filter(scope.condition(), pk=Given("number"))))


_RECORD = {everything: _one(GivenScope(everything)) for everything in (True, False)}


def records_by_ids(person: Person, numbers: Sequence[int]) -> list[Record]:
    """In the order given. Raises NotFound when there is no such record, or the person may not see one of them."""
    found = _whole(visible_to(person)).in_bulk(numbers)
    if missing := [number for number in numbers if number not in found]:
        raise NotFound(_("没有找到第 %(number)s 号记录单。") % {"number": missing[0]})
    return [found[number] for number in numbers]


@once
def lines_of(record: Record) -> list[Entry]:
    """Every entry that came of the record, reversals too, by position."""
    return _LINES.ask(record=record.pk)


_LINES = Composed(
    lambda: Entry.objects.filter(record=Given("record")).select_related("kind", "posted_by").order_by("seq")
)


@once
def uses_of(record: Record) -> list[RecordEvidence]:
    """The evidence of the record, in the order it was added."""
    return _USES.ask(record=record.pk)


def _uses() -> QuerySet[RecordEvidence]:
    uses = RecordEvidence.objects.filter(record=Given("record"))
    return uses.select_related("evidence", "evidence__image").order_by("id")


_USES = Composed(_uses)


@once
def replacements_of(record: Record) -> list[Record]:
    """What was written in place of the record, in that order."""
    return _REPLACEMENTS.ask(record=record.pk)


_REPLACEMENTS = Composed(
    lambda: Record.objects.filter(replaces=Given("record")).select_related("created_by").order_by("id")
)


def reviewers(record: Record) -> list[int]:
    """Who passed the steps of the present submission, in their order, by person number."""
    passed = Review.objects.filter(record=record, cycle=record.cycle, passed=True)
    return list(passed.order_by("step").values_list("reviewer_id", flat=True))


def role_due(record: Record, passed: int) -> str:
    """The role that the review step after `passed` steps asks for."""
    return kind_of(record).review[passed].role


def entries_of(record: Record) -> list[Entry]:
    """The entries the record was posted as, without those that took them back, in their order."""
    return list(Entry.objects.filter(record=record, sign=1).select_related("kind").order_by("line"))


# --- the book -----------------------------------------------------------------------------------------------------


@once
def position(book: Book) -> int:
    """The last position of the book; 0 when nothing was posted yet."""
    found = _POSITION.ask(book=book.pk)
    return found[0] if found else 0


_POSITION = Composed(lambda: Position.objects.filter(book=Given("book")).values_list("seq", flat=True))


def posted_at(book: Book, seq: int) -> datetime | None:
    """When the entry at a position was posted; None when there is none."""
    found = _POSTED_AT.ask(book=book.pk, seq=seq)
    return found[0] if found else None


_POSTED_AT = Composed(
    lambda: Entry.objects.filter(book=Given("book"), seq=Given("seq")).values_list("posted_at", flat=True)
)


def newest_day(book: Book) -> date | None:
    """The latest day of the entries most recently posted: where a reader who names no period looks first."""
    last = position(book)
    recent = Entry.objects.filter(book=book, seq__gt=last - 1000)
    return recent.order_by("-occurred_on").values_list("occurred_on", flat=True).first()
