"""Every question about findings and matters that is more than a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from mingzhang.core.composed import Composed, Given
from mingzhang.findings.counting import tell
from mingzhang.findings.happened import Happened, found_then, settled_then
from mingzhang.findings.models import (
    CLOSED,
    GONE,
    OPEN,
    UNSOLVED,
    Closing,
    Finding,
    FindingEscalation,
    FindingEvidence,
    FindingStep,
    Matter,
    Measure,
    Transfer,
)
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import below, subtree_now, visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import AnyOf, GivenScope, UnitScope

SIZE = 20
A_COLUMNS_CARDS = 6
SOON = timedelta(days=3)

# What may be asked for by state, each with the states that it stands for.
GROUPS: dict[str, tuple[str, ...]] = {
    "open": OPEN,
    "late": UNSOLVED,
    "soon": UNSOLVED,
    "to_assign": ("found",),
    "correcting": ("assigned", "correcting"),
    "to_verify": ("submitted",),
    "to_close": ("verified",),
    "closed": CLOSED,
    "to_follow_up": ("follow_up_due",),
    "set_aside": ("suspended", "doubted"),
    "gone": GONE,
    "all": (*OPEN, *CLOSED),
    "ever": (*OPEN, *CLOSED, *GONE),
}
BOARD = ("to_assign", "correcting", "to_verify", "to_close", "closed")
# Read with every finding of a list: nothing is asked for a row by itself.
SHOWN = ("unit", "owner", "sponsor")


@dataclass(frozen=True)
class Wanted:
    """Which findings: of `unit` and below, or of it alone; in a group of GROUPS or a state of the flow; late ones
    and those due soon only (`pressing`); of a category, severity, source; whose; to which something `happened`."""

    unit: Unit
    today: date
    state: str = "open"
    alone: bool = False
    pressing: bool = False
    category: str = ""
    severity: str = ""
    source: str = ""
    owner: Person | None = None
    place: str = ""
    text: str = ""
    happened: Happened | None = None


@dataclass(frozen=True)
class Column:
    """A column of the board: how many there are, at most MOST_COUNTED of `counting`, how many of
    them are late, and the first."""

    key: str
    count: int
    late: int
    cards: Sequence[Finding] = field(default=())

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.cards)


@dataclass(frozen=True)
class CameOf:
    """What became of the rows of a sheet: findings and matters, by table and number of the row; and findings that
    somebody added to it by hand."""

    findings: Sequence[Finding]
    matters: Sequence[Matter]

    @property
    def by_row(self) -> Mapping[tuple[str, int], Finding | Matter]:
        """(table, number of the row from 0) → what became of it."""
        found: dict[tuple[str, int], Finding | Matter] = {
            (one.table, one.row): one for one in self.findings if one.row is not None
        }
        return found | {(one.table, one.row): one for one in self.matters}


# --- whose --------------------------------------------------------------------------------------------------------


def visible_to(person: Person) -> QuerySet[Finding]:
    """The findings that the person may look at: of units they may see, found by such a unit, offered to one, or in
    their hands."""
    return visible_in(visible_units(person, Permission.FINDING_VIEW), person.book_id, person.pk)


def visible_in(scope: UnitScope | GivenScope, book: int | Given, person: int | Given) -> QuerySet[Finding]:
    """As `visible_to`, for somebody of the book who may view findings in `scope`."""
    findings = Finding.objects.filter(book=book)
    if scope.everything:
        return findings
    offered = Transfer.objects.filter(scope.condition("to", "finding__book"), outcome="waiting").values("finding")
    seen = scope.condition() | scope.condition("origin") | Q(pk__in=offered)
    return findings.filter(seen | Q(owner=person) | Q(sponsor=person))


def open_of(person: Person | Given) -> QuerySet[Finding]:
    """What the person answers for and nobody has closed, the next first."""
    mine = Finding.objects.filter(owner=person, state__in=OPEN)
    return mine.select_related(*SHOWN).order_by("by_day", "pk")


# --- lists --------------------------------------------------------------------------------------------------------


def _below(wanted: Wanted) -> QuerySet[Finding]:
    """Those asked for in whatever state."""
    findings = _of_units(wanted)
    sort = {"category": wanted.category, "severity": wanted.severity}
    if (happened := wanted.happened) is None:
        findings = _named(findings, sort)
    elif happened.event == "found":
        findings = found_then(_named(findings, sort), happened, wanted.today)
    else:
        findings = settled_then(Finding.objects.filter(book=wanted.unit.book_id), happened, _units(wanted), sort)
    if wanted.pressing:
        findings = findings.filter(state__in=UNSOLVED, by_day__lte=wanted.today + SOON)
    findings = _named(findings, {"source": wanted.source, "owner": wanted.owner})
    if wanted.place:
        findings = findings.filter(place__icontains=wanted.place)
    return findings.filter(_says(wanted.text)) if wanted.text else findings


def _of_state(findings: QuerySet[Finding], wanted: Wanted) -> QuerySet[Finding]:
    states = GROUPS.get(wanted.state, (wanted.state,))
    findings = findings.filter(state__in=states) if len(states) > 1 else findings.filter(state=states[0])
    if wanted.state == "late":
        findings = findings.filter(by_day__lt=wanted.today)
    if wanted.state == "soon":
        findings = findings.filter(by_day__range=(wanted.today, wanted.today + SOON))
    return findings


def _named(findings: QuerySet[Finding], asked: Mapping[str, Any]) -> QuerySet[Finding]:
    return findings.filter(**{name: value for name, value in asked.items() if value})


def _of_units(wanted: Wanted) -> QuerySet[Finding]:
    findings, units = Finding.objects.filter(book=wanted.unit.book_id), _units(wanted)
    return findings if units is None else findings.filter(AnyOf(F("unit"), units))


def _units(wanted: Wanted) -> tuple[int, ...] | None:
    """None at the root, with all below."""
    if wanted.alone:
        return (wanted.unit.pk,)
    held = subtree_now(wanted.unit)
    return None if held.everything else held.parts[0].unit_ids


def _says(text: str) -> Q:
    return Q(number__icontains=text) | Q(description__icontains=text) | Q(place__icontains=text)


def page_of(wanted: Wanted, page: int = 1, size: int = SIZE) -> tuple[list[Finding], int]:
    """The findings of a page, and how many there are, at most MOST_COUNTED of `counting`: what is to be solved
    first comes first; of those closed, the last."""
    start = (max(1, page) - 1) * size
    (told,) = tell([_in_order(_below(wanted), wanted)], wanted.today, start, start + size)
    found = rows_of(told.first)
    return [found[pk] for pk in told.first if pk in found], told.count


def _in_order(below: QuerySet[Finding], wanted: Wanted) -> QuerySet[Finding]:
    back = "-" if set(GROUPS.get(wanted.state, (wanted.state,))) <= {*CLOSED, *GONE} else ""
    return _of_state(below, wanted).order_by(f"{back}by_day", f"{back}pk")


def rows_of(numbers: Iterable[int]) -> dict[int, Finding]:
    """The findings of these numbers, with what a row shows. One question."""
    return {one.pk: one for one in _ROWS.ask(numbers=list(numbers))}


_ROWS = Composed(
    lambda: Finding.objects.filter(AnyOf(F("pk"), Given("numbers"))).select_related(*SHOWN).order_by("pk")
)


def board(wanted: Wanted, cards: int = A_COLUMNS_CARDS) -> list[Column]:
    """The columns of the board: two questions and the one for the units, however many findings there are."""
    below = _below(wanted)
    told = tell([_in_order(below, replace(wanted, state=key)) for key in BOARD], wanted.today, 0, cards)
    found = rows_of(pk for one in told for pk in one.first)
    return [
        Column(key, one.count, one.late, [found[pk] for pk in one.first if pk in found])
        for key, one in zip(BOARD, told, strict=True)
    ]


# --- one ----------------------------------------------------------------------------------------------------------


def history_of(finding: Finding) -> list[FindingStep]:
    """What happened to it, the first first."""
    steps = FindingStep.objects.filter(finding=finding).select_related("by", "person", "unit")
    return list(steps.order_by("id"))


def measures_of(finding: Finding) -> list[Measure]:
    """What was to be done about it, in all rounds."""
    return list(Measure.objects.filter(finding=finding).select_related("added_by").order_by("round", "id"))


def evidence_of(finding: Finding) -> list[FindingEvidence]:
    """The files that show it, in all rounds: before and after."""
    found = FindingEvidence.objects.filter(finding=finding).select_related("evidence", "by")
    return list(found.order_by("round", "id"))


def closings_of(finding: Finding) -> list[Closing]:
    """When it was closed, with what was seen afterwards."""
    found = Closing.objects.filter(finding=finding).select_related("by", "verification__verifier", "unit")
    return list(found.prefetch_related("follow_ups__by").order_by("round"))


def transfers_of(finding: Finding) -> list[Transfer]:
    """Where it was to go."""
    found = Transfer.objects.filter(finding=finding).select_related("giver", "to", "by", "answered_by")
    return list(found.order_by("id"))


def escalations_of(finding: Finding) -> list[FindingEscalation]:
    """The levels that it was put before while it was late, the first first."""
    return list(FindingEscalation.objects.filter(finding=finding).select_related("unit").order_by("id"))


def what_came_of(record: Record) -> CameOf:
    """What became of the rows of a sheet, and how each stands. Two queries."""
    findings = Finding.objects.filter(record=record).select_related(*SHOWN, "into", "part_of")
    matters = Matter.objects.filter(record=record).select_related("unit", "handler")
    return CameOf(list(findings.order_by("table", "row", "pk")), list(matters.order_by("table", "row")))


# --- matters ------------------------------------------------------------------------------------------------------


def matters_below(unit: Unit) -> QuerySet[Matter]:
    """The open matters of the unit and below, the next first; those without a day last."""
    found = below(unit).filter(Matter.objects.filter(book=unit.book_id, state="open"))
    return found.select_related("unit", "handler", "record").order_by(F("due_on").asc(nulls_last=True), "pk")


def matters_of(person: Person) -> QuerySet[Matter]:
    """The open matters that were handed to the person, the next first."""
    found = Matter.objects.filter(handler=person, state="open").select_related("unit", "record")
    return found.order_by(F("due_on").asc(nulls_last=True), "pk")
