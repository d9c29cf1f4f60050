"""Answering from rollups: `rollup(seq ≤ W) + scan(seq > W)`, and a scan for the days that no rolled month covers.

What is planned with is read before the statement; the statement reads the watermark's version again, and when a
fold came between, all is planned anew. Which months may be used is told by a digest of the units they were counted
over.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from mingzhang.core.composed import Composed, Given
from mingzhang.core.digests import digest
from mingzhang.core.periods import Period
from mingzhang.figures.definitions import Atom, Component
from mingzhang.figures.expressions_sql import Sql
from mingzhang.figures.models import RollupComponent, RollupMonth, Watermark
from mingzhang.figures.sql import Answers, Days, Number, Scan, Span, Want, answers, merged, raw_numbers, typed
from mingzhang.organisation.models import Unit
from mingzhang.organisation.scopes import Scope

ATTEMPTS = 3
EVERYTHING = digest(b"everything")


def of_units(component: Component) -> bool:
    """Whether it is a distinct of the units that entries belong to."""
    taken = component.value
    return taken.aggregate == "distinct" and taken.field is not None and taken.field.name == "unit"


def can_roll(component: Component) -> bool:
    """Counts, sums and distincts of units. Not what reads the day of posting: a reversal has one of its own, so a
    month's units could no longer be told from those of its parts."""
    read = {taken.name for taken in component.fields}
    return "posted_on" not in read and (component.value.aggregate != "distinct" or of_units(component))


def month_days(month: date) -> Days:
    """The first and last day of the month that begins on `month`."""
    following = (month + timedelta(days=31)).replace(day=1)
    return month, following - timedelta(days=1)


def scope_digests(scope: Scope, months: Iterable[date]) -> dict[date, bytes]:
    """For each of `months` a digest of the units in scope; none for a month in the middle of which units came or
    went."""
    if scope.everything:
        return dict.fromkeys(months, EVERYTHING)
    known: dict[tuple[int, ...], bytes] = {}
    found = {}
    for month in months:
        chosen = whole_month(scope, month)
        if chosen is not None:
            if chosen not in known:
                ids = sorted(unit for index in chosen for unit in scope.parts[index].unit_ids)
                known[chosen] = digest(array("q", ids).tobytes())
            found[month] = known[chosen]
    return found


def whole_month(scope: Scope, month: date) -> tuple[int, ...] | None:
    """Which parts of the scope hold throughout the month; None when one begins or ends within it."""
    first, last = month_days(month)
    touching = [index for index, part in enumerate(scope.parts) if part.start <= last and part.end >= first]
    if all(scope.parts[index].start <= first and scope.parts[index].end >= last for index in touching):
        return tuple(touching)
    return None


@dataclass(frozen=True)
class Rolled:
    """What a book's rollups hold: the watermark, components by identity, and digests by unit and month."""

    seq: int
    version: int
    components: Mapping[bytes, int]
    months: Mapping[int, Mapping[date, bytes]]


_MARK = Composed(lambda: Watermark.objects.filter(book_id=Given("book")))


def read_rolled(book_id: int, unit_ids: Iterable[int]) -> Rolled | None:
    """What is rolled for these units; None when nothing is. The version is read first: what a fold changes after
    that shows when the statement reads it again."""
    marks = _MARK.ask(book=book_id)
    if not marks:
        return None
    months: dict[int, dict[date, bytes]] = {}
    rows = RollupMonth.objects.filter(unit_id__in=list(unit_ids)).values_list("unit_id", "month", "scope")
    for unit_id, month, scope in rows:
        months.setdefault(unit_id, {})[month] = bytes(scope)
    if not months:
        return None
    pairs = RollupComponent.objects.filter(book_id=book_id).values_list("identity", "id")
    return Rolled(marks[0].seq, marks[0].version, {bytes(identity): id for identity, id in pairs}, months)


@dataclass
class _Plan:
    """The scans and SELECTs of one statement, and how the parts of a distinct of units come together."""

    scans: list[Scan] = field(default_factory=list)
    further: list[Sql] = field(default_factory=list)
    by_component: dict[tuple[int, int], list[Atom]] = field(default_factory=dict)
    tails: dict[Atom, int] = field(default_factory=dict)
    exact: dict[Atom, list[int]] = field(default_factory=dict)


def numbers(scans: Sequence[Scan], units: Mapping[int, Unit]) -> dict[Atom, Number]:
    """What `sql.raw_numbers` says of whole scans, from rollups where they reach."""
    asked = {scan.atoms[0].unit_id for scan in scans if scan.atoms[0].extent == "subtree"}
    book_id = next(iter(units.values())).book_id if units else 0
    for _attempt in range(ATTEMPTS):
        rolled = read_rolled(book_id, asked)
        if rolled is None:
            break
        plan = _planned(scans, rolled)
        plan.further.append(_version(book_id))
        told = answers(plan.scans, plan.further)
        if any(row[0] == -1 and row[3] == [rolled.version] for row in told.further):
            return _together(scans, plan, told, {unit.id: _root_id(unit) for unit in units.values()})
    return raw_numbers(scans)


def _root_id(unit: Unit) -> int:
    return unit.ancestors[0]


def _version(book_id: int) -> Sql:
    return Sql(
        "SELECT -1, 0, 0, ARRAY[version]::numeric[], NULL::int[], NULL::int[], NULL::bytea"
        " FROM figures_watermark WHERE book_id = %s",
        (book_id,),
    )


def _planned(scans: Sequence[Scan], rolled: Rolled) -> _Plan:
    plan = _Plan()
    for scan in scans:
        covered = _covered(scan, rolled)
        if covered:
            _plan_rolled(plan, scan, rolled, covered)
        else:
            plan.scans.append(scan)
    return plan


def _covered(scan: Scan, rolled: Rolled) -> dict[Atom, tuple[date, ...]]:
    """The months that the rollups give for each atom of the scan."""
    unit_id = scan.atoms[0].unit_id
    upto = scan.span.upto
    if scan.atoms[0].extent == "unit" or unit_id not in rolled.months or (upto is not None and upto < rolled.seq):
        return {}
    held = rolled.months[unit_id]
    current = scope_digests(scan.scope, held)
    good = {month for month, said in held.items() if current.get(month) == said}
    covered = {}
    for atom in scan.atoms:
        if can_roll(atom.component) and atom.component.identity in rolled.components:
            months = tuple(month for month in whole_months(atom.period) if month in good)
            if months:
                covered[atom] = months
    return covered


@lru_cache(maxsize=256)
def whole_months(period: Period) -> tuple[date, ...]:
    """The first days of the months that lie wholly in the period."""
    return tuple(first for first, last in period.months() if (first, last) == month_days(first.replace(day=1)))


def _plan_rolled(plan: _Plan, scan: Scan, rolled: Rolled, covered: Mapping[Atom, tuple[date, ...]]) -> None:
    whole, tail, rest = [], [], []
    for want in scan.wants:
        atom = want.atom
        if atom not in covered:
            whole.append(want)
            continue
        days = tuple(merged([month_days(month) for month in covered[atom]]))
        tail.append(Want(atom, days, of_units(atom.component)))
        if left := remaining(atom.period, days):
            rest.append(Want(atom, left, of_units(atom.component)))
    _add(plan, replace(scan, wants=(*whole, *rest)))
    number = _add(plan, replace(scan, wants=tuple(tail), span=Span(rolled.seq, scan.span.upto)), tail=True)
    if again := tuple(want for want in tail if want.as_units):
        _add(plan, replace(scan, wants=again, touched_by=number))
    _add_rollups(plan, scan.atoms[0].unit_id, rolled, covered)


def remaining(period: Period, days: Sequence[Days]) -> tuple[Days, ...]:
    """The days of the period that none of `days` (in order, not touching) holds."""
    left, at = [], period.start
    for first, last in days:
        if at < first:
            left.append((at, first - timedelta(days=1)))
        at = last + timedelta(days=1)
    if at <= period.end:
        left.append((at, period.end))
    return tuple(left)


def _add(plan: _Plan, scan: Scan, *, tail: bool = False) -> int:
    number = len(plan.scans)
    if not scan.wants:
        return number
    plan.scans.append(scan)
    for want in scan.wants:
        if want.as_units and tail:
            plan.tails[want.atom] = number
        elif want.as_units:
            plan.exact.setdefault(want.atom, []).append(number)
    return number


def _add_rollups(plan: _Plan, unit_id: int, rolled: Rolled, covered: Mapping[Atom, tuple[date, ...]]) -> None:
    """One SELECT for each set of months; its number tells them apart."""
    by_months: dict[tuple[date, ...], list[Atom]] = {}
    for atom, months in covered.items():
        by_months.setdefault(months, []).append(atom)
    for months, atoms in by_months.items():
        number = -2 - len(plan.further)
        ids = sorted({rolled.components[atom.component.identity] for atom in atoms})
        for atom in atoms:
            key = number, rolled.components[atom.component.identity]
            plan.by_component.setdefault(key, []).append(atom)
        plan.further.append(_rollups(number, unit_id, ids, months))


def _rollups(number: int, unit_id: int, component_ids: Sequence[int], months: Sequence[date]) -> Sql:
    """A total for each component, and the bits of each month of a distinct."""
    where = "unit_id = %s AND component_id = ANY(%s::int[]) AND month = ANY(%s::date[])"
    params = (unit_id, list(component_ids), list(months))
    return Sql(
        f"SELECT {number}, 0, component_id, ARRAY[sum(total)]::numeric[], NULL::int[], NULL::int[],"
        f" NULL::bytea FROM figures_rollup WHERE {where} AND held IS NULL GROUP BY component_id"
        f" UNION ALL SELECT {number}, 0, component_id, NULL::numeric[], NULL::int[], NULL::int[],"
        f" held FROM figures_rollup WHERE {where} AND held IS NOT NULL",
        (*params, *params),
    )


def _together(scans: Sequence[Scan], plan: _Plan, told: Answers, roots: Mapping[int, int]) -> dict[Atom, Number]:
    found = {atom: told.numbers.get(atom, typed(atom.component, 0)) for scan in scans for atom in scan.atoms}
    bits: dict[Atom, int] = {}
    for number, _branch, component_id, total, _held, _touched, held in told.further:
        for atom in plan.by_component.get((number, component_id), ()):
            if held is not None:
                bits[atom] = bits.get(atom, 0) | unpacked(held)
            else:
                found[atom] += typed(atom.component, total[0] or Decimal(0))
    for atom, tail in plan.tails.items():
        found[atom] = _units_held(plan, told, atom, tail, bits.get(atom, 0), roots[atom.unit_id])
    return found


def _units_held(plan: _Plan, told: Answers, atom: Atom, tail: int, bits: int, root_id: int) -> int:
    """How many units are held: by the rollup, by what was posted since, on the days outside it; but of a unit that
    a reversal touched since, only what a new count says."""
    recent = told.units[tail, atom]
    bits |= bits_of(recent.held, root_id)
    bits &= ~bits_of(recent.touched, root_id)
    for number in plan.exact.get(atom, ()):
        bits |= bits_of(told.units[number, atom].held, root_id)
    return bits.bit_count()


def bits_of(unit_ids: Iterable[int], root_id: int) -> int:
    """A number in which the bit of each unit is set."""
    places = [unit_id - root_id for unit_id in unit_ids]
    if not places:
        return 0
    held = bytearray(max(places) // 8 + 1)
    for place in places:
        held[place // 8] |= 1 << place % 8
    return int.from_bytes(held, "little")


def packed(bits: int) -> bytes:
    """Bits as they are kept: deflated, because few of a large book's units hold any one thing in a month."""
    return zlib.compress(bits.to_bytes((bits.bit_length() + 7) // 8, "little"), level=1)


def unpacked(kept: bytes) -> int:
    """The bits that `packed` was given."""
    return int.from_bytes(zlib.decompress(kept), "little")
