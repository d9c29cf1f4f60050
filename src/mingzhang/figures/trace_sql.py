"""The entries behind numbers, as SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mingzhang.figures.definitions import Atom
from mingzhang.figures.expressions_sql import Sql, glue, join
from mingzhang.figures.slots import Wanted, pack
from mingzhang.figures.sql import Scan, merged, on_days, places, positions


def qualifying(scan: Scan) -> tuple[Sql, tuple[Mapping[int, Atom], ...]]:
    """Every entry of the scan in order of position: (position, kind, digest, sign, slot, …), a slot being true when
    the entry qualifies for the atom that owns the slot for its kind."""
    kinds = [atom.component.kind_id for atom in scan.atoms]
    slots = pack([Wanted(a, a.component.kind_id, _qualifies(scan, a)) for a in scan.atoms], kinds)
    columns = join(", ", [Sql("e.seq"), Sql("e.kind_id"), Sql("e.digest"), Sql("e.sign"), *slots.expressions])
    return glue("SELECT {} FROM {} ORDER BY e.seq", columns, _entries(scan)), slots.owners


def chosen_entries(scan: Scan, after: int, limit: int, *, reversals: bool = False) -> Sql:
    """The positions beyond `after` of the entries that qualify for the scan's one atom, at most `limit` of them;
    with `reversals` only of those that take an earlier one back."""
    (atom,) = scan.atoms
    sign = "e.sign < 0 AND " if reversals else ""
    bounds = Sql(f"{sign}e.seq > %s ORDER BY e.seq LIMIT %s", (after, limit))
    return glue("SELECT e.seq FROM {} WHERE {} AND {}", _entries(scan), _qualifies(scan, atom), bounds)


def distinct_values(scan: Scan, after: str | None, limit: int) -> Sql:
    """The values that the scan's one atom, a distinct, counts: (value, positions), those beyond `after`."""
    (atom,) = scan.atoms
    field = atom.component.value.field
    key = scan.row.text(field) if field else Sql("NULL::text")
    held = glue("SELECT {} AS value, e.sign, e.seq FROM {} WHERE {}", key, _entries(scan), _qualifies(scan, atom))
    beyond = Sql("true") if after is None else Sql('value COLLATE "C" > %s', (after,))
    return glue(
        "SELECT value, array_agg(seq ORDER BY seq) FROM ({}) AS held WHERE {} GROUP BY value"
        ' HAVING sum(sign) > 0 ORDER BY value COLLATE "C" LIMIT {}',
        held, beyond, Sql("%s", (limit,)),
    )  # fmt: skip


def _qualifies(scan: Scan, atom: Atom) -> Sql:
    """That an entry counts for the atom: it has the kind and the day, meets the condition, and the field that is
    taken is not missing."""
    component = atom.component
    conditions = [Sql("e.kind_id = %s", (component.kind_id,)), on_days([(atom.period.start, atom.period.end)])]
    if component.where:
        conditions.append(scan.row.condition(component.where))
    if component.value.field:
        taken = component.value.field
        value = scan.row.number(taken) if component.value.aggregate == "sum" else scan.row.text(taken)
        conditions.append(glue("({}) IS NOT NULL", value))
    return glue("({})", join(" AND ", conditions))


def _entries(scan: Scan) -> Sql:
    days: list[tuple[date, date]] = merged([(atom.period.start, atom.period.end) for atom in scan.atoms])
    kinds = Sql("kind_id = ANY(%s::int[])", (sorted({atom.component.kind_id for atom in scan.atoms}),))
    parts = [
        glue("SELECT * FROM ledger_entry WHERE {} AND {}{}", place, kinds, positions(scan.scope.book_id, scan.span))
        for place in places(scan.scope, days)
    ]
    return glue("({}) AS e", join(" UNION ALL ", parts))
