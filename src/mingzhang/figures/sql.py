"""All raw numbers of a report in one statement, with one pass over the entries of each scope.

A number is Σ sign, or Σ sign × field, over the entries that qualify; a distinct is how many values have Σ sign > 0.
A reversal is an ordinary entry with sign -1, so nothing here knows of corrections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from django.db import connection

from mingzhang.core.periods import Period
from mingzhang.figures.definitions import Atom, Component
from mingzhang.figures.expressions_sql import Row, Sql, glue, join
from mingzhang.figures.slots import Slots, Wanted, pack
from mingzhang.organisation.scopes import Scope

Number: TypeAlias = int | Decimal
Days: TypeAlias = tuple[date, date]

DAY = timedelta(days=1)
COLUMNS = "kind_id, unit_id, occurred_on, sign, data, posted_at"


@dataclass(frozen=True, slots=True)
class Span:
    """The positions to read: after `after`, up to and including `upto` (None: to the end)."""

    after: int = 0
    upto: int | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass: what to take (`wanted`) of the entries in `scope` at the positions in `span`."""

    scope: Scope
    span: Span
    row: Row
    wanted: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A scan's SELECTs, and for each of them which number stands where."""

    selects: tuple[Sql, ...]
    slots: tuple[Slots[Atom], ...]
    source: Sql


def raw_numbers(scans: Sequence[Scan]) -> dict[Atom, Number]:
    """The number of every wanted atom, in one statement. An atom wanted by several scans is their sum."""
    compiled = [_compile(scan, number) for number, scan in enumerate(scans)]
    found = {atom: typed(atom.component, 0) for scan in scans for atom in scan.wanted}
    for scan_number, branch, kind_id, values in run(_statement(compiled)) if compiled else ():
        slots = compiled[scan_number].slots[branch]
        for owners, value in zip(slots.owners, values, strict=True):
            if kind_id in owners and value is not None:
                found[owners[kind_id]] += typed(owners[kind_id].component, value)
    return found


def typed(component: Component, value: Decimal | int) -> Number:
    """Whole numbers as int; sums of decimals and money as Decimal."""
    taken = component.value
    fraction = taken.aggregate == "sum" and taken.field is not None and taken.field.type != "integer"
    return Decimal(value) if fraction else int(value)


def run(statement: Sql) -> list[tuple[Any, ...]]:
    """Execute and fetch all."""
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _statement(compiled: Sequence[_Compiled]) -> Sql:
    tables = join(", ", [glue(f"s{n} AS ({{}})", scan.source) for n, scan in enumerate(compiled)])
    return glue("WITH {} {}", tables, join(" UNION ALL ", [select for scan in compiled for select in scan.selects]))


def _compile(scan: Scan, number: int) -> _Compiled:
    """The scan as a table `s<number>` of slots, and a SELECT (scan, branch, kind, values) for each aggregation."""
    kinds = sorted({atom.component.kind_id for atom in scan.wanted})
    whole = len({atom.period for atom in scan.wanted}) == 1
    counts, sums, keys = (
        pack([Wanted(atom, atom.component.kind_id, _taken(scan.row, atom, whole)) for atom in chosen], kinds)
        for chosen in _by_aggregate(scan.wanted)
    )
    columns = [Sql("e.kind_id"), Sql("e.sign")]
    columns += [glue(f"{{}} AS c{i}", expression) for i, expression in enumerate(counts.expressions)]
    columns += [glue(f"{{}} AS m{i}", expression) for i, expression in enumerate(sums.expressions)]
    columns += [glue(f"{{}} AS k{i}", expression) for i, expression in enumerate(keys.expressions)]
    additive = Slots((*counts.expressions, *sums.expressions), (*counts.owners, *sums.owners))
    names = [f"c{i}" for i in range(len(counts.owners))] + [f"m{i}" for i in range(len(sums.owners))]
    selects = [_select_sums(number, names)] if names else []
    selects += [_select_distinct(number, i, first=len(selects)) for i in range(len(keys.owners))]
    branches = ((additive,) if names else ()) + keys.each()
    return _Compiled(tuple(selects), branches, glue("SELECT {} FROM {}", join(", ", columns), _source(scan, kinds)))


def _by_aggregate(atoms: Sequence[Atom]) -> tuple[list[Atom], list[Atom], list[Atom]]:
    """Counts, sums and distincts: numbers of different SQL types do not share a slot."""
    chosen: dict[str, list[Atom]] = {"count": [], "sum": [], "distinct": []}
    for atom in atoms:
        chosen[atom.component.value.aggregate].append(atom)
    return chosen["count"], chosen["sum"], chosen["distinct"]


def _select_sums(number: int, names: Sequence[str]) -> Sql:
    sums = ", ".join(f"sum({name})::numeric" for name in names)
    return Sql(f"SELECT {number}, 0, kind_id, ARRAY[{sums}] FROM s{number} GROUP BY kind_id")


def _select_distinct(number: int, key: int, *, first: int) -> Sql:
    return Sql(
        f"SELECT {number}, {first + key}, kind_id, ARRAY[count(*)]::numeric[] FROM ("
        f"SELECT kind_id FROM s{number} WHERE k{key} IS NOT NULL GROUP BY kind_id, k{key} HAVING sum(sign) > 0"
        ") AS held GROUP BY kind_id"
    )


def _taken(row: Row, atom: Atom, whole: bool) -> Sql:
    """What an entry gives to the atom: ±1, ± a measure, or a key; NULL when the entry does not qualify. With
    `whole` the scan reads no day outside the atom's period."""
    value = measure(row, atom.component)
    conditions = [] if whole else [within(atom.period)]
    if atom.component.where:
        conditions.append(row.condition(atom.component.where))
    return glue("CASE WHEN {} THEN {} END", join(" AND ", conditions), value) if conditions else value


def measure(row: Row, component: Component) -> Sql:
    """What a qualifying entry gives."""
    taken = component.value
    if taken.field is None:
        return Sql("e.sign")
    if taken.aggregate == "sum":
        return glue("e.sign * {}", row.number(taken.field))
    return row.text(taken.field)


def within(period: Period) -> Sql:
    """That the entry's day is in `period`."""
    return Sql("e.occurred_on BETWEEN %s AND %s", (period.start, period.end))


def _source(scan: Scan, kinds: Sequence[int]) -> Sql:
    """The entries of the scan, as the table `e`."""
    days = merged([(atom.period.start, atom.period.end) for atom in scan.wanted])
    of_kinds = Sql("kind_id = ANY(%s::int[])", (list(kinds),))
    parts = [
        glue(f"SELECT {COLUMNS} FROM ledger_entry WHERE {{}} AND {{}}{{}}", place, of_kinds, positions(scan.span))
        for place in places(scan.scope, days)
    ]
    return glue("({}) AS e", join(" UNION ALL ", parts))


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


def positions(span: Span) -> Sql:
    """The condition on positions, beginning with AND; nothing when all are meant."""
    after = Sql(" AND seq > %s", (span.after,)) if span.after else Sql("")
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
