"""Figures asked for together are answered together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Literal, TypeAlias

from django.db.models import F
from django.utils.translation import gettext as _

from mingzhang.core.composed import Composed, Given
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.core.periods import Period
from mingzhang.figures import rolled
from mingzhang.figures.cuts import defined
from mingzhang.figures.definitions import (
    Atom,
    Counted,
    Definition,
    Extent,
    alone,
    atoms_of,
    hull,
)
from mingzhang.figures.expressions_sql import Row
from mingzhang.figures.saying import said
from mingzhang.figures.sql import Number, Scan, Span, whole_scan
from mingzhang.organisation import queries as organisation
from mingzhang.organisation.models import Unit
from mingzhang.organisation.scopes import AnyOf, Scope

Tree: TypeAlias = Literal["then", "now"]
Group: TypeAlias = tuple[int, Extent]


@dataclass(frozen=True, slots=True)
class Request:
    """A figure of a unit in a period, as a version of a pack defines it; `alone` asks for the unit without those
    below it (本级), whatever the figure's own scope."""

    figure_id: str
    pack_version_id: int
    unit_id: int
    period: Period
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What a figure comes to: None when it has no value, because it would divide by zero. A share is a fraction
    (0.958), whatever its measure word."""

    number: Number | None
    measure: str

    @property
    def text(self) -> str:
        """For display: thousands separated, a share in percent to one place, '—' for no value."""
        return said(self.number, self.measure)

    def __str__(self) -> str:
        return self.text


def definition_of(request: Request) -> Definition:
    """The definition that answers the request. Raises NotFound."""
    found = defined(request.pack_version_id, request.figure_id)
    return alone(found) if request.alone else found


def evaluate(requests: Sequence[Request], *, as_of: int | None = None, tree: Tree = "then") -> dict[Request, Value]:
    """The value of every request, from one statement over the ledger of one book, as it stood at position `as_of`
    (None: now). `tree` counts units where they stood on the day (`then`) or where they stand (`now`).

    Raises NotFound for a unknown figure, pack version or unit; InvalidInput when units of two books are mixed."""
    wanted = {request: definition_of(request) for request in requests}
    atoms = atoms_wanted(wanted)
    units = units_of(request.unit_id for request in requests)
    return values_of(wanted, rolled.numbers(scans(atoms, units, as_of=as_of, tree=tree), units))


def atoms_wanted(wanted: Mapping[Request, Definition]) -> list[Atom]:
    """Every raw number that the requests need, each once, in the order of the requests: the same for each unit."""
    needed = (atoms_of(definition, request.unit_id, request.period) for request, definition in wanted.items())
    return list(dict.fromkeys(chain.from_iterable(needed)))


def values_of(wanted: Mapping[Request, Definition], numbers: Mapping[Atom, Number]) -> dict[Request, Value]:
    """The requests' values from raw numbers."""
    return {
        request: Value(combined(definition, request.unit_id, request.period, numbers), definition.figure.measure)
        for request, definition in wanted.items()
    }


def units_of(ids: Iterable[int]) -> dict[int, Unit]:
    """The units by id, with their book. Raises NotFound, and InvalidInput when they are not of one book."""
    asked = set(ids)
    found = {unit.id: unit for unit in _UNITS.ask(ids=sorted(asked))}
    if asked - found.keys():
        raise NotFound(_("没有编号为 %(unit)s 的单位。") % {"unit": min(asked - found.keys())})
    if len({unit.book_id for unit in found.values()}) > 1:
        raise InvalidInput(_("一次只能算一个账套里的数据项。"))
    return found


_UNITS = Composed(lambda: Unit.objects.filter(AnyOf(F("id"), Given("ids"))).select_related("book").order_by("id"))


def scans(atoms: Iterable[Atom], units: Mapping[int, Unit], *, as_of: int | None, tree: Tree) -> list[Scan]:
    """One scan for each unit and extent that is asked for."""
    grouped = grouped_atoms(atoms)
    scopes = scopes_of(grouped, units, tree)
    return [
        whole_scan(scopes[key], Span(upto=as_of), Row(units[key[0]].book.timezone), chosen)
        for key, chosen in grouped.items()
    ]


def grouped_atoms(atoms: Iterable[Atom]) -> dict[Group, list[Atom]]:
    """The atoms of each unit and extent."""
    grouped: dict[Group, list[Atom]] = {}
    for atom in atoms:
        grouped.setdefault((atom.unit_id, atom.extent), []).append(atom)
    return grouped


def scopes_of(grouped: Mapping[Group, Sequence[Atom]], units: Mapping[int, Unit], tree: Tree) -> dict[Group, Scope]:
    """The units that each group counts: on each day of its periods, or as the tree stands now. As they were is one
    query for each extent, however many units are asked about."""
    if tree == "now":
        now = {"subtree": organisation.subtree_now, "unit": organisation.unit_now}
        return {(unit_id, extent): now[extent](units[unit_id]) for unit_id, extent in grouped}
    found: dict[Group, Scope] = {}
    for extent in {extent for _unit, extent in grouped}:
        asked = {unit_id: chosen for (unit_id, own), chosen in grouped.items() if own == extent}
        start, end = hull([atom.period for chosen in asked.values() for atom in chosen])
        then = organisation.scopes_then((units[id] for id in asked), start, end, alone=extent == "unit")
        found |= {(unit_id, extent): scope for unit_id, scope in then.items()}
    return found


def combined(definition: Definition, unit_id: int, period: Period, numbers: Mapping[Atom, Number]) -> Number | None:
    """The figure's value from its raw numbers; None where it divides by zero."""
    own = period.shifted(definition.figure.period)
    if isinstance(definition, Counted):
        return numbers[Atom(definition.component, unit_id, definition.figure.scope, own)]
    parts = [combined(part, unit_id, own.shifted(shift), numbers) for part, shift in definition.parts]
    known = [part for part in parts if part is not None]
    return derive(definition.tree.function, known) if len(known) == len(parts) else None


def derive(function: str, parts: Sequence[Number]) -> Number | None:
    """`total` of all; `difference` a - b; `ratio` a / b; `growth` (a - b) / b; None when b is zero."""
    if function == "total":
        return sum(parts[1:], start=parts[0])
    first, second = parts
    if function == "difference":
        return first - second
    if second == 0:
        return None
    return Decimal(first if function == "ratio" else first - second) / Decimal(second)
