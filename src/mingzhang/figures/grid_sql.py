"""Many units and many months side by side in one pass over the entries.

A dashboard asks the same of a dozen units and a dozen months. One slot for each of these would make the statement
thirty times longer, and planning it would take longer than reading. Here the entries are joined with the units that
each row counts, and grouped by row and by the stretch of days that they fall in; the number of a period is the sum
of its stretches. docs/adr/0016-dashboards.md says what was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mingzhang.figures.definitions import Atom, Component
from mingzhang.figures.expressions_sql import Row, Sql, glue, join
from mingzhang.figures.slots import Slots, Wanted, pack
from mingzhang.figures.sql import COLUMNS, DAY, Number, Span, measure, merged, positions, typed
from mingzhang.organisation.scopes import Scope

NUMBER = -1_000  # tells the grid's lines from those of the statement's other SELECTs


@dataclass(frozen=True, slots=True)
class Grid:
    """What is asked for: the rows, each with the units that it counts, and the additive atoms of each row.
    `everybody` are the units of the book, where a row counts them all."""

    scopes: tuple[Scope, ...]
    atoms: tuple[tuple[Atom, ...], ...]
    everybody: tuple[int, ...]
    span: Span
    row: Row

    @property
    def components(self) -> tuple[Component, ...]:
        """What is taken of the entries, each once."""
        return tuple(dict.fromkeys(atom.component for atoms in self.atoms for atom in atoms))

    @property
    def cuts(self) -> tuple[date, ...]:
        """The days on which a period begins, or the day after one ends: between two of them lies a stretch."""
        periods = {atom.period for atoms in self.atoms for atom in atoms}
        return tuple(sorted({day for period in periods for day in (period.start, period.end + DAY)}))


def additive(atom: Atom) -> bool:
    """Whether the number of a period is the sum of the numbers of its days."""
    return atom.component.value.aggregate != "distinct"


def compiled(grid: Grid) -> tuple[Sql, Slots[Component]]:
    """The grid as a SELECT that gives the columns of `sql.SHAPE`: its branch tells the row and the stretch."""
    kinds = sorted({component.kind_id for component in grid.components})
    slots = pack([Wanted(one, one.kind_id, _taken(grid.row, one)) for one in grid.components], kinds)
    sums = join(", ", [glue("sum({})", expression) for expression in slots.expressions])
    cuts = grid.cuts
    place = Sql(f"p.row * {len(cuts) + 1} + width_bucket(e.occurred_on, %s::date[])", (list(cuts),))
    select = glue(
        f"SELECT {NUMBER}, {{}}, e.kind_id, ARRAY[{{}}]::numeric[], NULL::int[], NULL::int[], NULL::bytea"
        " FROM {} AS e JOIN {} ON p.unit_id = e.unit_id AND e.occurred_on BETWEEN p.first AND p.last GROUP BY 2, 3",
        place, sums, _entries(grid, kinds), _counted(grid),
    )  # fmt: skip
    return select, slots


def told(grid: Grid, slots: Slots[Component], lines: Iterable[Sequence[Any]]) -> dict[Atom, Number]:
    """The number of every atom, from the lines that the SELECT gave."""
    held: dict[tuple[int, int, bytes], Any] = {}
    width = len(grid.cuts) + 1
    for _number, branch, kind_id, numbers, *_rest in lines:
        row, stretch = divmod(branch, width)
        for owners, value in zip(slots.owners, numbers, strict=True):
            if kind_id in owners and value is not None:
                held[row, stretch, owners[kind_id].identity] = value
    places = {cut: nth for nth, cut in enumerate(grid.cuts, start=1)}
    return {
        atom: typed(atom.component, sum(_stretches(held, row, atom, places)))
        for row, atoms in enumerate(grid.atoms)
        for atom in atoms
    }


def _stretches(held: Mapping[tuple[int, int, bytes], Any], row: int, atom: Atom, places: Mapping[date, int]) -> Any:
    first, last = places[atom.period.start], places[atom.period.end + DAY]
    return (held.get((row, stretch, atom.component.identity), 0) for stretch in range(first, last))


def _taken(row: Row, component: Component) -> Sql:
    value = measure(row, component)
    if component.where is None:
        return value
    return glue("CASE WHEN {} THEN {} END", row.condition(component.where), value)


def _entries(grid: Grid, kinds: Sequence[int]) -> Sql:
    """The entries of all rows, each once."""
    days = merged([(atom.period.start, atom.period.end) for atoms in grid.atoms for atom in atoms])
    ranges = join(" OR ", [Sql("occurred_on BETWEEN %s AND %s", (first, last)) for first, last in days])
    book_id = grid.scopes[0].book_id
    if grid.everybody:
        where = Sql("book_id = %s", (book_id,))
    else:
        ids = sorted({unit for scope in grid.scopes for part in scope.parts for unit in part.unit_ids})
        where = Sql("unit_id = ANY(%s::int[])", (ids,))
    kind = Sql("kind_id = ANY(%s::int[])", (list(kinds),))
    select = f"(SELECT {COLUMNS} FROM ledger_entry WHERE {{}} AND ({{}}) AND {{}}{{}})"
    return glue(select, where, ranges, kind, positions(book_id, grid.span))


def _counted(grid: Grid) -> Sql:
    """Which units each row counts on which days, as the table `p`."""
    first, last = grid.cuts[0], grid.cuts[-1]
    lines = [
        (unit, row, max(part.start, first), min(part.end, last))
        for row, scope in enumerate(grid.scopes)
        for part in scope.parts
        for unit in part.unit_ids
    ]
    whole = (row for row, scope in enumerate(grid.scopes) if scope.everything)
    lines += [(unit, row, first, last) for row in whole for unit in grid.everybody]
    columns = tuple([line[nth] for line in lines] for nth in range(4))
    return Sql("unnest(%s::int[], %s::int[], %s::date[], %s::date[]) AS p(unit_id, row, first, last)", columns)
