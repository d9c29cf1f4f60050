"""Many figures of many kinds in few aggregates.

Two hundred `sum(…) FILTER (WHERE kind = … AND …)` are evaluated two hundred times a row. A row has one kind, so
here the figures of all kinds share *slots*: slot 3 of an entry is the third figure of its own kind, found by a
binary search over the kind, and `GROUP BY kind_id` tells the kinds apart again. A shape that most kinds share (a
plain count) has a slot to itself and needs no search. docs/adr/0003-one-statement.md says what was tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from mingzhang.figures.expressions_sql import Sql, glue

K = TypeVar("K", bound=Hashable)

NOTHING = Sql("NULL")


@dataclass(frozen=True, slots=True)
class Wanted(Generic[K]):
    """One expression to be aggregated over the entries of one kind; `key` is how its result is asked for."""

    key: K
    kind_id: int
    expression: Sql


@dataclass(frozen=True, slots=True)
class Slots(Generic[K]):
    """`expressions[i]` gives, for an entry of kind k, the value for the key `owners[i][k]`."""

    expressions: tuple[Sql, ...]
    owners: tuple[Mapping[int, K], ...]

    def each(self) -> tuple[Slots[K], ...]:
        """Every slot alone."""
        pairs = zip(self.expressions, self.owners, strict=True)
        return tuple(Slots((expression,), (owner,)) for expression, owner in pairs)


def pack(wanted: Sequence[Wanted[K]], kind_ids: Sequence[int]) -> Slots[K]:
    """Arrange `wanted` in as few slots as the busiest kind needs. `kind_ids` are the kinds that a row may have."""
    kinds = sorted(set(kind_ids))
    often = Counter((want.expression, _nth) for want, _nth in _numbered(wanted))
    shared: dict[Hashable, dict[int, Wanted[K]]] = {}
    packed: list[dict[int, Wanted[K]]] = []
    for want, nth in _numbered(wanted):
        shape = (want.expression, nth)
        if 2 * often[shape] > len(kinds):
            shared.setdefault(shape, {})[want.kind_id] = want
        else:
            _first_free(packed, want.kind_id)[want.kind_id] = want
    slots = [*shared.values(), *packed]
    alone = [next(iter(slot.values())).expression for slot in shared.values()]
    return Slots(
        (*alone, *(_search(kinds, slot) for slot in packed)),
        tuple({kind: want.key for kind, want in slot.items()} for slot in slots),
    )


def _numbered(wanted: Sequence[Wanted[K]]) -> list[tuple[Wanted[K], int]]:
    """Each with how often its kind has asked for the same expression before."""
    seen: Counter[tuple[int, Sql]] = Counter()
    numbered = []
    for want in wanted:
        numbered.append((want, seen[want.kind_id, want.expression]))
        seen[want.kind_id, want.expression] += 1
    return numbered


def _first_free(slots: list[dict[int, Wanted[K]]], kind_id: int) -> dict[int, Wanted[K]]:
    for slot in slots:
        if kind_id not in slot:
            return slot
    slots.append({})
    return slots[-1]


def _search(kinds: Sequence[int], slot: Mapping[int, Wanted[K]]) -> Sql:
    """A binary search for the row's kind, down to that kind's expression."""
    if len(kinds) == 1:
        return slot[kinds[0]].expression if kinds[0] in slot else NOTHING
    middle = len(kinds) // 2
    below, above = _search(kinds[:middle], slot), _search(kinds[middle:], slot)
    if below == above:
        return below
    return glue(f"CASE WHEN e.kind_id < {kinds[middle]} THEN {{}} ELSE {{}} END", below, above)
