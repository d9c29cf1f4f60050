"""The same figures of many units and periods: what `engine.evaluate` answers, from one much shorter statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import F, QuerySet

from mingzhang.core.composed import Composed, Given
from mingzhang.figures.definitions import Atom
from mingzhang.figures.engine import (
    Group,
    Request,
    Value,
    atoms_wanted,
    definition_of,
    evaluate,
    grouped_atoms,
    scans,
    scopes_of,
    units_of,
    values_of,
)
from mingzhang.figures.expressions_sql import Row
from mingzhang.figures.grid_sql import NUMBER, Grid, additive, compiled, told
from mingzhang.figures.models import RollupMonth
from mingzhang.figures.sql import Number, Span, answers
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Unit
from mingzhang.organisation.scopes import AnyOf, Scope

# Beyond this many units a scan for each row, from rollups where there are some, is faster than joining.
MOST_UNITS = 5_000


def _months() -> QuerySet[RollupMonth, int]:
    months = RollupMonth.objects.filter(AnyOf(F("unit_id"), Given("units")))
    return months.values_list("unit_id", flat=True).distinct()


_ROLLED = Composed(_months)


def evaluate_grid(requests: Sequence[Request], *, as_of: int | None = None) -> dict[Request, Value]:
    """The value of every request as `engine.evaluate` gives it, counted where the units stood on the day. Raises as
    it does. Units that have rollups are answered from those, in a statement of its own up to the same position."""
    units = units_of(request.unit_id for request in requests)
    rolled = set(_ROLLED.ask(units=list(units)))
    if not rolled:
        return _from_entries(requests, units, as_of)
    at = position(next(iter(units.values())).book) if as_of is None else as_of
    large = [request for request in requests if request.unit_id in rolled]
    others = [request for request in requests if request.unit_id not in rolled]
    return evaluate(large, as_of=at) | _from_entries(others, units, at)


def _from_entries(
    requests: Sequence[Request], units: Mapping[int, Unit], as_of: int | None
) -> dict[Request, Value]:
    wanted = {request: definition_of(request) for request in requests}
    atoms = atoms_wanted(wanted)
    summed = grouped_atoms(atom for atom in atoms if additive(atom))
    scopes = scopes_of(summed, units, "then") if summed else {}
    everybody = _everybody(scopes)
    if sum(len(part.unit_ids) for scope in scopes.values() for part in scope.parts) + len(everybody) > MOST_UNITS:
        return evaluate(requests, as_of=as_of)
    return values_of(wanted, _numbers(atoms, summed, scopes, everybody, units, as_of))


def _everybody(scopes: Mapping[Group, Scope]) -> tuple[int, ...]:
    """Every unit of the book, where a scope takes the whole book."""
    books = {scope.book_id for scope in scopes.values() if scope.everything}
    return tuple(Unit.objects.filter(book__in=books).values_list("id", flat=True)) if books else ()


def _numbers(
    atoms: Sequence[Atom],
    summed: Mapping[Group, Sequence[Atom]],
    scopes: Mapping[Group, Scope],
    everybody: tuple[int, ...],
    units: Mapping[int, Unit],
    as_of: int | None,
) -> dict[Atom, Number]:
    """What can be added up from the grid, what cannot (counts of different values) from scans, in one statement."""
    rest = scans([atom for atom in atoms if not additive(atom)], units, as_of=as_of, tree="then")
    if not summed:
        return answers(rest).numbers
    row = Row(next(iter(units.values())).book.timezone)
    groups = tuple(scopes)
    grid = Grid(
        tuple(scopes[group] for group in groups),
        tuple(tuple(summed[group]) for group in groups),
        everybody,
        Span(upto=as_of),
        row,
    )
    select, slots = compiled(grid)
    found = answers(rest, [select])
    lines = [line for line in found.further if line[0] == NUMBER]
    return found.numbers | told(grid, slots, lines)
