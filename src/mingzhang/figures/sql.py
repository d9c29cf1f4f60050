"""All raw numbers of a report in one statement, with one pass over the entries of each scope.

A number is Σ sign, or Σ sign × field, over the entries that qualify; a distinct is how many values have Σ sign > 0.
A reversal is an ordinary entry with sign -1, so nothing here knows of corrections.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from django.db import connection

from mingzhang.figures.definitions import Atom, Component
from mingzhang.figures.expressions_sql import Row, Sql, glue, join
from mingzhang.figures.slots import Slots, Wanted, pack
from mingzhang.organisation.scopes import Scope

Number: TypeAlias = int | Decimal
Days: TypeAlias = tuple[date, date]
# What a scan takes, without the unit that it is asked for: a component, on these days, and whether as units.
Taken: TypeAlias = tuple[Component, tuple[Days, ...], bool]

DAY = timedelta(days=1)
LAYOUTS_KEPT = 64  # a report has one for each period
COLUMNS = "kind_id, unit_id, occurred_on, sign, data, posted_at"


@dataclass(frozen=True, slots=True)
class Span:
    """The positions to read: after `after`, up to and including `upto` (None: to the end)."""

    after: int = 0
    upto: int | None = None


@dataclass(frozen=True, slots=True)
class Want:
    """What a scan takes for an atom, on `days` (ranges that do not touch): its number, or with `as_units`, which is
    for distincts of units, the units themselves."""

    atom: Atom
    days: tuple[Days, ...]
    as_units: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the entries in `scope` at the positions in `span`. With `touched_by`, the number of another
    scan of the statement, only over the entries of units that a reversal in that scan touches."""

    scope: Scope
    span: Span
    row: Row
    wants: tuple[Want, ...]
    touched_by: int | None = None

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """What the scan is for."""
        return tuple(want.atom for want in self.wants)


def whole_scan(scope: Scope, span: Span, row: Row, atoms: Iterable[Atom]) -> Scan:
    """A scan that takes each atom on every day of its period."""
    return Scan(scope, span, row, tuple(Want(atom, ((atom.period.start, atom.period.end),)) for atom in atoms))


@dataclass
class Units:
    """Units found for a distinct: those held, and those that a reversal touches, so that the positions that the
    scan read do not tell whether they are held."""

    held: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)


@dataclass
class Answers:
    """What a statement told: numbers by atom, summed over scans; units by scan and atom; and the rows of further
    SELECTs, as they came."""

    numbers: dict[Atom, Number]
    units: dict[tuple[int, Atom], Units]
    further: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the entries of these kinds are read: the columns of each entry, and for each aggregation of those its
    SELECT and what stands where, by the number of the want."""

    kinds: tuple[int, ...]
    columns: Sql
    branches: tuple[tuple[str, Slots[int]], ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A scan as a table `s<number>`, its SELECTs, and for each of them what stands where."""

    wants: tuple[Want, ...]
    layout: _Layout
    selects: tuple[Sql, ...]
    source: Sql

    def owners(self, branch: int, kind_id: int) -> list[Atom | None]:
        """Whose the numbers of a line are. A slot that most kinds share is worked out for all kinds: in some it has
        no owner."""
        slots = self.layout.branches[branch][1].owners
        return [self.wants[slot[kind_id]].atom if kind_id in slot else None for slot in slots]


def raw_numbers(scans: Sequence[Scan]) -> dict[Atom, Number]:
    """The number of every atom of `scans`, in one statement."""
    return answers(scans).numbers


def answers(scans: Sequence[Scan], further: Sequence[Sql] = ()) -> Answers:
    """Run all in one statement, and so over one state of the ledger. A further SELECT gives the columns of `SHAPE`,
    with a negative number first."""
    compiled = [_compile(scan, number) for number, scan in enumerate(scans)]
    numbers = {atom: typed(atom.component, 0) for scan in scans for atom in scan.atoms}
    told = Answers(numbers, defaultdict(Units), [])
    for scan_number, branch, kind_id, *values in run(_statement(compiled, further)) if compiled or further else ():
        if scan_number < 0:
            told.further.append((scan_number, branch, kind_id, *values))
            continue
        _take(told, scan_number, compiled[scan_number].owners(branch, kind_id), values)
    return told


def _take(told: Answers, scan: int, owners: Sequence[Atom | None], values: Sequence[Any]) -> None:
    numbers, held, touched, _bits = values
    if numbers is None:
        if atom := owners[0]:
            told.units[scan, atom].held.update(held or ())
            told.units[scan, atom].touched.update(touched or ())
        return
    for atom, value in zip(owners, numbers, strict=True):
        if atom and value is not None:
            told.numbers[atom] += typed(atom.component, value)


def typed(component: Component, value: Decimal | int) -> Number:
    """Whole numbers as int; sums of decimals and money as Decimal without trailing zeros, whatever was added."""
    taken = component.value
    if taken.aggregate != "sum" or taken.field is None or taken.field.type == "integer":
        return int(value)
    plain = Decimal(value).normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def run(statement: Sql) -> list[tuple[Any, ...]]:
    """Execute and fetch all."""
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _statement(compiled: Sequence[_Compiled], further: Sequence[Sql]) -> Sql:
    selects = join(" UNION ALL ", [*(select for scan in compiled for select in scan.selects), *further])
    if not compiled:
        return selects
    tables = join(", ", [glue(f"s{n} AS ({{}})", scan.source) for n, scan in enumerate(compiled)])
    return glue("WITH {} {}", tables, selects)


def _compile(scan: Scan, number: int) -> _Compiled:
    """The scan as a table `s<number>` of slots, and a SELECT for each aggregation of them."""
    taken = tuple((want.atom.component, want.days, want.as_units) for want in scan.wants)
    layout = _laid_out(scan.row, taken, scan.span.after > 0)
    selects = (
        Sql(f"SELECT {number}, {branch}, kind_id, " + template.format(table=f"s{number}"))
        for branch, (template, _slots) in enumerate(layout.branches)
    )
    source = glue("SELECT {} FROM {}", layout.columns, _source(scan, layout.kinds))
    return _Compiled(scan.wants, layout, tuple(selects), source)


@lru_cache(maxsize=LAYOUTS_KEPT)
def _laid_out(row: Row, taken: tuple[Taken, ...], part: bool) -> _Layout:
    """The layout of what is `taken`; `part` when the scan does not read from the first position. It is the same for
    every unit, and working it out for a report takes longer than asking the database."""
    kinds = sorted({component.kind_id for component, _days, _as_units in taken})
    single = len({days for _component, days, _as_units in taken}) == 1
    packed = {
        name: pack([Wanted(n, taken[n][0].kind_id, _expression(row, taken[n], single)) for n in chosen], kinds)
        for name, chosen in _by_sort(taken).items()
    }
    columns = [Sql("e.kind_id"), Sql("e.unit_id"), Sql("e.sign")] + [
        glue(f"{{}} AS {name}{i}", expression)
        for name, slots in packed.items()
        for i, expression in enumerate(slots.expressions)
    ]
    additive = Slots(
        (*packed["c"].expressions, *packed["m"].expressions), (*packed["c"].owners, *packed["m"].owners)
    )
    names = [f"{name}{i}" for name in "cm" for i in range(len(packed[name].owners))]
    branches: list[tuple[str, Slots[int]]] = [(_sums(names), additive)] if names else []
    branches += [(_keys(f"k{i}"), slot) for i, slot in enumerate(packed["k"].each())]
    branches += [(_units(f"u{i}", part), slot) for i, slot in enumerate(packed["u"].each())]
    return _Layout(tuple(kinds), join(", ", columns), tuple(branches))


def _by_sort(taken: Sequence[Taken]) -> dict[str, list[int]]:
    """Counts, measures, keys and units: what has different SQL types or is aggregated otherwise shares no slot."""
    chosen: dict[str, list[int]] = {"c": [], "m": [], "k": [], "u": []}
    letters = {"count": "c", "sum": "m", "distinct": "k"}
    for number, (component, _days, as_units) in enumerate(taken):
        chosen["u" if as_units else letters[component.value.aggregate]].append(number)
    return chosen


# The columns of every SELECT: scan or a negative number, branch, kind, numbers, units held, units touched, bits.
SHAPE = "NULL::numeric[], NULL::int[], NULL::int[], NULL::bytea"


def _sums(names: Sequence[str]) -> str:
    sums = ", ".join(f"sum({name})::numeric" for name in names)
    return f"ARRAY[{sums}], NULL::int[], NULL::int[], NULL::bytea FROM {{table}} GROUP BY kind_id"


def _keys(name: str) -> str:
    return (
        "ARRAY[count(*)]::numeric[], NULL::int[], NULL::int[], NULL::bytea FROM ("
        f"SELECT kind_id FROM {{table}} WHERE {name} IS NOT NULL GROUP BY kind_id, {name} HAVING sum(sign) > 0"
        ") AS held GROUP BY kind_id"
    )


def _units(name: str, part: bool) -> str:
    """The units held. Where the scan does not read from the first position, a unit with a reversal is only touched:
    the entry that is taken back may stand before."""
    touched = "bool_or(sign < 0)" if part else "false"
    return (
        "NULL::numeric[], array_agg(unit_id) FILTER (WHERE total > 0 AND NOT touched),"
        " array_agg(unit_id) FILTER (WHERE touched), NULL::bytea FROM ("
        f"SELECT kind_id, unit_id, sum(sign) AS total, {touched} AS touched FROM {{table}}"
        f" WHERE {name} IS NOT NULL GROUP BY kind_id, unit_id) AS held GROUP BY kind_id"
    )


def _expression(row: Row, taken: Taken, single: bool) -> Sql:
    """What an entry gives: ±1, ± a measure, or a key; NULL when the entry does not qualify. With `single` the scan
    reads no other days than these."""
    component, days, _as_units = taken
    value = measure(row, component)
    conditions = [] if single else [on_days(days)]
    if component.where:
        conditions.append(row.condition(component.where))
    return glue("CASE WHEN {} THEN {} END", join(" AND ", conditions), value) if conditions else value


def measure(row: Row, component: Component) -> Sql:
    """What a qualifying entry gives."""
    taken = component.value
    if taken.field is None:
        return Sql("e.sign")
    if taken.aggregate == "sum":
        return glue("e.sign * {}", row.number(taken.field))
    return row.text(taken.field)


def on_days(days: Sequence[Days]) -> Sql:
    """That the entry's day is in one of the ranges."""
    ranges = [Sql("e.occurred_on BETWEEN %s AND %s", (first, last)) for first, last in days]
    return glue("({})", join(" OR ", ranges)) if len(ranges) > 1 else ranges[0]


def _source(scan: Scan, kinds: Sequence[int]) -> Sql:
    """The entries of the scan, as the table `e`."""
    days = merged([days for want in scan.wants for days in want.days])
    rest = glue(
        "{}{}", Sql(" AND kind_id = ANY(%s::int[])", (list(kinds),)), positions(scan.scope.book_id, scan.span)
    )
    touched = Sql("" if scan.touched_by is None else "unit_id = t.unit_id AND ")
    selects = [
        glue(f"SELECT {COLUMNS} FROM ledger_entry WHERE {{}}{{}}{{}}", touched, place, rest)
        for place in places(scan.scope, days)
    ]
    entries = join(" UNION ALL ", selects)
    if scan.touched_by is None:
        return glue("({}) AS e", entries)
    # OFFSET 0 keeps the planner from reading the ledger before the few units are known.
    few = f"(SELECT DISTINCT unit_id FROM s{scan.touched_by} WHERE sign < 0) AS t"
    return glue(f"{few} CROSS JOIN LATERAL (SELECT * FROM ({{}}) AS every OFFSET 0) AS e", entries)


def places(scope: Scope, days: Sequence[Days]) -> list[Sql]:
    """Conditions on unit and day, none overlapping another, that together hold the entries in `scope` on `days`.
    The ids are constants to the planner; at the root there is no condition on units at all."""
    if scope.everything:
        ranges = [Sql("occurred_on BETWEEN %s AND %s", (first, last)) for first, last in days]
        return [glue("{} AND ({})", Sql("book_id = %s", (scope.book_id,)), join(" OR ", ranges))]
    found = []
    for part in scope.parts:
        for first, last in days:
            start, end = max(first, part.start), min(last, part.end)
            if start <= end:
                found.append(
                    Sql(
                        "unit_id = ANY(%s::int[]) AND occurred_on BETWEEN %s AND %s",
                        (list(part.unit_ids), start, end),
                    )
                )
    return found or [Sql("false")]


def positions(book_id: int, span: Span) -> Sql:
    """The condition on positions, beginning with AND; nothing when all are meant. With a first position the book is
    named too, so that the entries posted last are found by the ledger's own key."""
    after = Sql(" AND book_id = %s AND seq > %s", (book_id, span.after)) if span.after else Sql("")
    upto = Sql(" AND seq <= %s", (span.upto,)) if span.upto is not None else Sql("")
    return glue("{}{}", after, upto)


def merged(days: Sequence[Days]) -> list[Days]:
    """The same days as few ranges, in order: touching and overlapping ranges become one."""
    found: list[Days] = []
    for first, last in sorted(days):
        if found and first <= found[-1][1] + DAY:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
