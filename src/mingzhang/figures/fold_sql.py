"""What entries add to rollups, as SQL: by large unit (the `top`), month and component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from mingzhang.figures.definitions import Component
from mingzhang.figures.expressions_sql import Row, Sql, glue, join
from mingzhang.figures.rolled import of_units
from mingzhang.figures.slots import Slots, Wanted, pack
from mingzhang.figures.sql import Span, measure, positions, run

MONTH = "date_trunc('month', e.occurred_on)::date"


@dataclass
class Members:
    """Which units count for which tops, and in which months. The root has no members: all of its book counts."""

    book_id: int
    root_id: int
    units: list[int] = field(default_factory=list)
    tops: list[int] = field(default_factory=list)
    firsts: list[date] = field(default_factory=list)
    lasts: list[date] = field(default_factory=list)
    months: list[tuple[int, date]] = field(default_factory=list)

    def add(self, top: int, unit_ids: Sequence[int], first: date, last: date) -> None:
        """`unit_ids` count for `top` from `first` to `last`."""
        self.units += unit_ids
        self.tops += [top] * len(unit_ids)
        self.firsts += [first] * len(unit_ids)
        self.lasts += [last] * len(unit_ids)


@dataclass(frozen=True, slots=True)
class Delta:
    """What entries add to one rollup: to its total, or units to those held; of touched units it does not tell."""

    top: int
    month: date
    component_id: int
    total: Decimal | None = None
    held: Sequence[int] = ()
    touched: Sequence[int] = ()


def deltas(members: Members, components: Mapping[int, Component], row: Row, span: Span) -> Iterator[Delta]:
    """What the entries at the positions of `span` add, in one statement."""
    additive, distinct = _slots(components, row)
    columns = [Sql(f"e.top, {MONTH} AS month, e.kind_id, e.unit_id, e.sign")]
    columns += [glue(f"{{}} AS m{i}", expression) for i, expression in enumerate(additive.expressions)]
    columns += [glue(f"{{}} AS u{i}", expression) for i, expression in enumerate(distinct.expressions)]
    kinds = sorted({component.kind_id for component in components.values()})
    table = glue("SELECT {} FROM ({}) AS e", join(", ", columns), _source(members, kinds, span))
    selects = [Sql(_totals(len(additive.owners)))] if additive.owners else []
    selects += [Sql(_units(i, span)) for i in range(len(distinct.owners))]
    for branch, top, month, kind_id, totals, held, touched in run(
        glue("WITH s AS ({}) {}", table, join(" UNION ALL ", selects))
    ):
        if totals is None:
            if kind_id in distinct.owners[branch]:
                yield Delta(top, month, distinct.owners[branch][kind_id], None, held or (), touched or ())
            continue
        for owners, total in zip(additive.owners, totals, strict=True):
            if kind_id in owners and total is not None:
                yield Delta(top, month, owners[kind_id], total)


def recounted(
    book_id: int, pairs: Sequence[tuple[int, date]], components: Mapping[int, Component], row: Row, upto: int
) -> set[tuple[int, date, int]]:
    """Of the pairs of unit and month, each with the distincts of units (component ids) that hold it: read from all
    entries of the unit in the month up to position `upto`."""
    chosen = {id: component for id, component in components.items() if of_units(component)}
    _additive, distinct = _slots(chosen, row)
    columns = [glue(f"{{}} AS u{i}", expression) for i, expression in enumerate(distinct.expressions)]
    kinds = sorted({component.kind_id for component in chosen.values()})
    pairing = Sql(
        "unnest(%s::int[], %s::date[]) AS t(unit_id, month) CROSS JOIN LATERAL (SELECT * FROM ledger_entry AS e"
        " WHERE e.unit_id = t.unit_id AND e.occurred_on >= t.month"
        " AND e.occurred_on < t.month + interval '1 month' AND e.book_id = %s AND e.kind_id = ANY(%s::int[])"
        " AND e.seq <= %s OFFSET 0) AS e",
        ([unit for unit, _ in pairs], [month for _, month in pairs], book_id, kinds, upto),
    )
    table = glue("SELECT e.kind_id, e.unit_id, t.month, e.sign, {} FROM {}", join(", ", columns), pairing)
    selects = [
        Sql(
            f"SELECT {i}, kind_id, month, unit_id FROM s WHERE u{i} IS NOT NULL"
            " GROUP BY kind_id, month, unit_id HAVING sum(sign) > 0"
        )
        for i in range(len(distinct.owners))
    ]
    rows: list[tuple[Any, ...]] = run(glue("WITH s AS ({}) {}", table, join(" UNION ALL ", selects)))
    return {
        (unit, month, distinct.owners[slot][kind])
        for slot, kind, month, unit in rows
        if kind in distinct.owners[slot]
    }


def _slots(components: Mapping[int, Component], row: Row) -> tuple[Slots[int], Slots[int]]:
    """Slots for what adds up, and for the distincts of units."""
    kinds = [component.kind_id for component in components.values()]
    wanted: tuple[list[Wanted[int]], list[Wanted[int]]] = ([], [])
    for id, component in components.items():
        wanted[of_units(component)].append(Wanted(id, component.kind_id, _given(component, row)))
    return pack(wanted[0], kinds), pack(wanted[1], kinds)


def _given(component: Component, row: Row) -> Sql:
    value = glue("({})::numeric", measure(row, component)) if not of_units(component) else Sql("true")
    if component.where is None:
        return value
    return glue("CASE WHEN {} THEN {} END", row.condition(component.where), value)


def _source(members: Members, kinds: Sequence[int], span: Span) -> Sql:
    """The entries, once for every top that they count for in a month that is kept."""
    kept = Sql(
        " JOIN unnest(%s::int[], %s::date[]) AS kept(top, month) ON kept.top = e.top"
        " AND kept.month = date_trunc('month', e.occurred_on)::date",
        ([top for top, _ in members.months], [month for _, month in members.months]),
    )
    where = glue(
        "{}{}",
        Sql("book_id = %s AND kind_id = ANY(%s::int[])", (members.book_id, list(kinds))),
        positions(members.book_id, span),
    )
    root = glue("SELECT {}::int AS top, * FROM ledger_entry WHERE {}", Sql("%s", (members.root_id,)), where)
    below = glue(
        "SELECT m.top, entry.* FROM (SELECT * FROM ledger_entry WHERE {}) AS entry JOIN {} AS"
        " m(unit_id, top, first, last)"
        " ON m.unit_id = entry.unit_id AND entry.occurred_on BETWEEN m.first AND m.last",
        where,
        Sql(
            "unnest(%s::int[], %s::int[], %s::date[], %s::date[])",
            (members.units, members.tops, members.firsts, members.lasts),
        ),
    )
    return glue("SELECT e.* FROM ({} UNION ALL {}) AS e{}", root, below, kept)


def _totals(slots: int) -> str:
    totals = ", ".join(f"sum(m{i})" for i in range(slots))
    return (
        f"SELECT 0, top, month, kind_id, ARRAY[{totals}]::numeric[], NULL::int[], NULL::int[]"
        " FROM s GROUP BY top, month, kind_id"
    )


def _units(slot: int, span: Span) -> str:
    touched = "bool_or(sign < 0)" if span.after else "false"
    return (
        f"SELECT {slot}, top, month, kind_id, NULL::numeric[],"
        " array_agg(unit_id) FILTER (WHERE total > 0 AND NOT touched),"
        f" array_agg(unit_id) FILTER (WHERE touched) FROM (SELECT top, month, kind_id, unit_id,"
        f" sum(sign) AS total, {touched} AS touched FROM s WHERE u{slot} IS NOT NULL"
        " GROUP BY top, month, kind_id, unit_id) AS held GROUP BY top, month, kind_id"
    )
