"""What a person who writes a sheet needs to know: the kinds there are, what they wrote last, who else is at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.ledger.models import Entry, Record, RecordEvidence, WorkingCopy
from mingzhang.ledger.queries.records import position
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import packs_in_force, visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.packs.models import RecordKind
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Kind

USED_LATELY = timedelta(days=366)
WRITTEN_LATELY = timedelta(days=120)
# Somebody whose browser has said nothing for longer is no longer at the sheet.
PRESENT = timedelta(seconds=90)
RECENT_FILES = 12
MOST_FOUND = 12
LOOKED_THROUGH = 200_000  # entries, for words of a title: what is linked to is rarely old


@dataclass(frozen=True)
class Usable:
    """A kind of sheet that a unit keeps, and how many were posted for it in the last year."""

    code: str
    kind: Kind
    used: int


def usable_kinds(unit: Unit) -> list[Usable]:
    """The kinds that units of this level keep, those used most first, the others in the order of their packs."""
    used = _used(unit)
    kinds = []
    for version in packs_in_force(unit.book):
        pack = pack_of(version.pk)
        for kind in pack.kinds:
            if not kind.levels or unit.level in kind.levels:
                code = f"{pack.id}/{kind.id}"
                kinds.append(Usable(code, kind, used.get(code, 0)))
    return sorted(kinds, key=lambda usable: -usable.used)


def _used(unit: Unit) -> dict[str, int]:
    lately = Entry.objects.filter(unit=unit, occurred_on__gte=clock.today() - USED_LATELY, sign=1)
    counts = dict(lately.values_list("kind").annotate(Count("seq")).order_by())
    kinds = RecordKind.objects.in_bulk(list(counts))
    return {str(kind): counts[number] for number, kind in kinds.items()}


def last_written(person: Person, unit: Unit, kind: RecordKind) -> Record | None:
    """The newest sheet of the kind that the person wrote for the unit in the last months and that was posted."""
    lately = Entry.objects.filter(unit=unit, occurred_on__gte=clock.today() - WRITTEN_LATELY, sign=1, line=0)
    mine = lately.filter(kind=kind, record__created_by=person).order_by("-occurred_on", "-seq")
    entry = mine.select_related("record").first()
    return entry.record if entry else None


def copy_of(person: Person, subject: str) -> WorkingCopy | None:
    """What the person was typing and has not written down."""
    return WorkingCopy.objects.filter(person=person, subject=subject, entries__isnull=False).first()


@dataclass(frozen=True)
class Present:
    """Somebody else who has a sheet open to write in; `typed_at` when they have changed something."""

    name: str
    seen_at: datetime
    typed_at: datetime | None


def others_at(record: Record, person: Person) -> list[Present]:
    """Who else is writing the record at this moment."""
    open_now = WorkingCopy.objects.filter(record=record, seen_at__gte=clock.now() - PRESENT)
    rows = open_now.exclude(person=person).order_by("-seen_at").values_list("person__name", "seen_at", "saved_at")
    return [Present(*row) for row in rows]


def last_writer(record: Record) -> tuple[str, datetime] | None:
    """Who wrote the record down last, and when."""
    edits = Event.objects.filter(book=record.book.code, subject=record.ref, verb__in=("record.add", "record.edit"))
    last = edits.order_by("-id").first()
    if last is None:
        return None
    person = Person.objects.filter(username=last.actor.removeprefix("person:")).first()
    return (person.name, last.at) if person else None


def recent_files(person: Person, apart_from: Record) -> list[RecordEvidence]:
    """Files that the person gave to other records last, each once, where they may still see them."""
    uses = RecordEvidence.objects.filter(evidence__added_by=person, evidence__book=person.book_id)
    uses = uses.exclude(evidence__in=apart_from.evidence.values("evidence"))
    newest = uses.order_by("-evidence", "-id").distinct("evidence").select_related("evidence", "record__unit")
    scope = visible_units(person, Permission.EVIDENCE_VIEW)
    return [use for use in newest[:RECENT_FILES] if scope.contains(use.record.unit)]


# --- what a field may point at ------------------------------------------------------------------------------------


def find_people(person: Person, asked: str) -> QuerySet[Person]:
    """People of the person's book by a part of their name, or by user name."""
    people = Person.objects.filter(book=person.book_id, is_active=True)
    return people.filter(Q(name__icontains=asked) | Q(username__istartswith=asked)).order_by("name")[:MOST_FOUND]


def find_units(person: Person, asked: str) -> QuerySet[Unit]:
    """Units of the person's book that still exist, by a part of their name, or by code."""
    units = Unit.objects.filter(book=person.book_id, closed_on=None)
    return units.filter(Q(name__icontains=asked) | Q(code__istartswith=asked)).order_by("code")[:MOST_FOUND]


def find_records(person: Person, kind: RecordKind, asked: str) -> list[Record]:
    """Posted sheets of a kind that the person may see: by number, or by a part of their title the newest among the
    last entries of the book."""
    scope = visible_units(person, Permission.RECORD_VIEW)
    if asked.isascii() and asked.isdigit() and len(asked) < 18:
        numbered = Record.objects.filter(pk=int(asked), kind=kind, state="posted")
        if found := list(scope.filter(numbered)):
            return found
    recent = Entry.objects.filter(kind=kind, line=0, sign=1, seq__gt=position(person.book) - LOOKED_THROUGH)
    entries = scope.filter(recent).filter(record__title__icontains=asked).exclude(record__state="reversed")
    newest = entries.select_related("record").order_by("-seq")[:MOST_FOUND]
    return [entry.record for entry in newest if entry.record]
