"""A pack's figures, resolved to what can be evaluated: components taken of entries, and arithmetic of those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Literal, TypeAlias

from django.utils.translation import gettext as _

from mingzhang.core.digests import canonical_json, digest
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.core.periods import Period
from mingzhang.packs.expressions import parse_derive, parse_value, parse_where, suggestion
from mingzhang.packs.queries import kind_ids, pack_of
from mingzhang.packs.schema import Figure, Pack
from mingzhang.packs.trees import Derive, FieldRef, Shift, Value, Where, fields_of, unparse

Extent: TypeAlias = Literal["unit", "subtree"]


@dataclass(frozen=True, slots=True)
class Component:
    """What is taken of the entries of one kind: additive for `count` and `sum`. Versions of a pack share it: it is
    told by its identity, a multihash over the kind's lasting number, the expressions and their fields' types."""

    kind_id: int = field(compare=False)
    value: Value = field(compare=False)
    where: Where | None = field(compare=False)
    identity: bytes = field(init=False)

    def __post_init__(self) -> None:
        types = {taken.name: taken.type for taken in self.fields}
        said = [self.kind_id, unparse(self.value), unparse(self.where) if self.where else "", types]
        object.__setattr__(self, "identity", digest(canonical_json(said)))

    @property
    def fields(self) -> tuple[FieldRef, ...]:
        """Every field it reads."""
        return tuple(tree for part in (self.value, self.where) if part for tree in fields_of(part))


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure counted from entries."""

    figure: Figure
    component: Component


@dataclass(frozen=True, slots=True)
class Derived:
    """A figure made of others: `parts` in the order of `tree.parts`, each with its shift of the period."""

    figure: Figure
    tree: Derive
    parts: tuple[tuple[Definition, Shift], ...]


Definition: TypeAlias = Counted | Derived


@dataclass(frozen=True, slots=True)
class Atom:
    """A component over the units below (or only) one unit and the days of one period: one raw number."""

    component: Component
    unit_id: int
    extent: Extent
    period: Period


@dataclass(frozen=True)
class Definitions(Mapping[str, Definition]):
    """The figures of one installed pack version. Raises NotFound for an id that it does not declare."""

    pack_version_id: int
    pack: Pack
    known: Mapping[str, Definition]

    def __getitem__(self, figure_id: str) -> Definition:
        try:
            return self.known[figure_id]
        except KeyError:
            raise NotFound(
                _("没有数据项“%(figure)s”。") % {"figure": figure_id}, remedy=suggestion(figure_id, self.known)
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)

    def __contains__(self, figure_id: object) -> bool:
        return figure_id in self.known


@lru_cache(maxsize=64)
def definitions(pack_version_id: int) -> Definitions:
    """The figures of an installed pack version; kept, because a version never changes. Raises NotFound."""
    pack = pack_of(pack_version_id)
    return Definitions(pack_version_id, pack, resolve(pack, kind_ids(pack)))


def resolve(pack: Pack, numbers: Mapping[str, int]) -> dict[str, Definition]:
    """Every figure of `pack`; `numbers` are the lasting numbers of its kinds. Raises InvalidInput when figures are
    made of each other in a circle, which the check of packs refuses before: this guards against a version stored by
    other means."""
    done: dict[str, Definition] = {}
    measures = {figure.id: figure.measure for figure in pack.figures}

    def one(figure: Figure, above: tuple[str, ...]) -> Definition:
        if figure.id in above:
            circle = " → ".join((*above, figure.id))
            raise InvalidInput(_("数据项互相引用成了圈：%(circle)s") % {"circle": circle})
        if figure.id not in done:
            done[figure.id] = _counted(pack, numbers, figure) if figure.of else derived(figure, above)
        return done[figure.id]

    def derived(figure: Figure, above: tuple[str, ...]) -> Derived:
        tree = parse_derive(figure.derive or "", measures)
        path = (*above, figure.id)
        parts = tuple((one(pack.figure(ref.figure), path), ref.shift) for ref in tree.parts)
        return Derived(figure, tree, parts)

    for figure in pack.figures:
        one(figure, ())
    return done


def _counted(pack: Pack, numbers: Mapping[str, int], figure: Figure) -> Counted:
    code = figure.of or ""
    fields = pack.types_of(code)
    where = parse_where(figure.where, fields) if figure.where else None
    return Counted(figure, Component(numbers[code], parse_value(figure.value or "count", fields), where))


def alone(definition: Definition) -> Definition:
    """The same figure of a unit without those below it (本级)."""
    figure = definition.figure.model_copy(update={"scope": "unit"})
    if isinstance(definition, Counted):
        return replace(definition, figure=figure)
    return replace(definition, parts=tuple((alone(part), shift) for part, shift in definition.parts))


def atoms_of(definition: Definition, unit_id: int, period: Period) -> Iterator[Atom]:
    """The raw numbers that a figure of `unit_id` in `period` needs, repeats included."""
    own = period.shifted(definition.figure.period)
    if isinstance(definition, Counted):
        yield Atom(definition.component, unit_id, definition.figure.scope, own)
        return
    for part, shift in definition.parts:
        yield from atoms_of(part, unit_id, own.shifted(shift))


def hull(periods: list[Period]) -> tuple[date, date]:
    """The first and the last day of all `periods`."""
    return min(period.start for period in periods), max(period.end for period in periods)
