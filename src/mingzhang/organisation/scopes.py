"""Which units a question is about, as plain values that SQL can take as constants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, Model, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from mingzhang.core.composed import Given
from mingzhang.organisation.models import Unit

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class ScopePart:
    """Units that belong to a scope from `start` to `end`, both days included. `unit_ids` are in ascending order."""

    unit_ids: tuple[int, ...]
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Scope:
    """The units a figure counts. `everything` means the whole book: no predicate on units at all, and no parts.
    Otherwise an entry counts when one part holds both its unit and its day; no unit is in two parts on one day."""

    everything: bool
    book_id: int
    parts: tuple[ScopePart, ...]

    def holds(self, unit_id: int, day: date) -> bool:
        """Whether an entry of this book, of this unit on this day, is in scope."""
        return self.everything or any(
            part.start <= day <= part.end and unit_id in part.unit_ids for part in self.parts
        )


class AnyOf(Lookup):
    """`expression = ANY(ids)` with one array parameter: the planner sees constants, and 2,500 ids cost one bind."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """SQL and its parameters."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*params, self.rhs if isinstance(self.rhs, Given) else list(self.rhs))


@dataclass(frozen=True, slots=True)
class UnitScope:
    """The units in which one person holds one permission, resolved once; keep it for the request. `tops` are the
    units of the posts that give it."""

    book_id: int
    everything: bool
    unit_ids: frozenset[int]
    tops: tuple[int, ...]

    @property
    def nowhere(self) -> bool:
        """Whether there is no unit at all."""
        return not self.everything and not self.unit_ids

    @property
    def given(self) -> int | list[int]:
        """What is given for this scope where a question was composed with a `GivenScope`."""
        return self.book_id if self.everything else sorted(self.unit_ids)

    def condition(self, field: str = "unit", book: str = "book") -> Q:
        """That `field` (a path to a unit; `id` for units themselves) is in scope. At the root this is a condition
        on `book` (a path to the book) alone."""
        return _condition(self.everything, self.given, field, book)

    def filter(self, rows: QuerySet[M], field: str = "unit", book: str = "book") -> QuerySet[M]:
        """`rows` that meet the `condition`."""
        return rows.filter(self.condition(field, book))

    def contains(self, unit: Unit) -> bool:
        """Whether `unit` is in scope. Takes the unit, not its number: a whole book holds no other book's units."""
        return unit.book_id == self.book_id and (self.everything or unit.id in self.unit_ids)


@dataclass(frozen=True, slots=True)
class GivenScope:
    """The place of a scope in a question that is composed once: of the whole book, or of some units."""

    everything: bool
    name: str = "scope"

    def condition(self, field: str = "unit", book: str = "book") -> Q:
        """As of a `UnitScope`."""
        return _condition(self.everything, Given(self.name), field, book)


def _condition(everything: bool, held: int | list[int] | Given, field: str, book: str) -> Q:
    return Q(**{book: held}) if everything else Q(AnyOf(F(field), held))
