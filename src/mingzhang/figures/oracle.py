"""Figures counted the slow, plain way, to hold the fast way to account.

Entries are read one by one. Whether a unit stood below another on a day is found by climbing from parent to parent
through the history of units. Nothing is shared with the SQL but the parsed trees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from mingzhang.core.periods import Period
from mingzhang.figures.definitions import Component, Counted, Definition
from mingzhang.figures.engine import Request, Tree, definition_of
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Book, Unit, UnitSpan
from mingzhang.packs.trees import And, Between, Compare, FieldRef, In, Literal, Not, Or, Where


@dataclass(frozen=True)
class Ledger:
    """A book's entries and the history of its units, in memory."""

    timezone: ZoneInfo
    entries: Sequence[Entry]
    parents_now: Mapping[int, int | None]
    spans: Mapping[int, Sequence[UnitSpan]]

    def belongs(self, entry: Entry, unit_id: int, extent: str, tree: Tree) -> bool:
        """Whether the entry counts for the unit, as the tree stood on its day or as it stands now."""
        if extent == "unit":
            return entry.unit_id == unit_id and (
                tree == "now" or self._span(unit_id, entry.occurred_on) is not None
            )
        if self.parents_now[unit_id] is None:
            return True
        return unit_id in self._line(entry, tree)

    def _line(self, entry: Entry, tree: Tree) -> Iterator[int]:
        """The entry's unit and all that stand above it."""
        at: int | None = entry.unit_id
        while at is not None:
            if tree == "now":
                yield at
                at = self.parents_now[at]
                continue
            span = self._span(at, entry.occurred_on)
            if span is None:
                return
            yield at
            at = span.parent_id

    def _span(self, unit_id: int, day: date) -> UnitSpan | None:
        for span in self.spans.get(unit_id, ()):
            if span.valid.lower <= day and (span.valid.upper is None or day < span.valid.upper):
                return span
        return None


def read_ledger(book: Book, *, as_of: int | None = None) -> Ledger:
    """The whole of a book up to position `as_of`."""
    entries = Entry.objects.filter(book=book).order_by("seq")
    if as_of is not None:
        entries = entries.filter(seq__lte=as_of)
    spans: dict[int, list[UnitSpan]] = {}
    for span in UnitSpan.objects.filter(unit__book=book):
        spans.setdefault(span.unit_id, []).append(span)
    units = Unit.objects.filter(book=book).values_list("id", "successor_id", "parent_id")
    parents = {unit: successor or parent for unit, successor, parent in units}
    return Ledger(ZoneInfo(book.timezone), list(entries), parents, spans)


def recount(
    requests: Iterable[Request], *, as_of: int | None = None, tree: Tree = "then"
) -> dict[Request, int | Decimal | None]:
    """What `engine.evaluate` must say, as bare numbers. All requests are of one book."""
    asked = list(requests)
    if not asked:
        return {}
    book = Unit.objects.select_related("book").get(id=asked[0].unit_id).book
    ledger = read_ledger(book, as_of=as_of)
    return {
        request: figure(ledger, definition_of(request), request.unit_id, request.period, tree) for request in asked
    }


def figure(
    ledger: Ledger, definition: Definition, unit_id: int, period: Period, tree: Tree
) -> int | Decimal | None:
    """One figure."""
    period = _moved(period, definition.figure.period)
    if isinstance(definition, Counted):
        entries = (
            entry for entry in ledger.entries
            if entry.kind_id == definition.component.kind_id
            and period.start <= entry.occurred_on <= period.end
            and ledger.belongs(entry, unit_id, definition.figure.scope, tree)
        )  # fmt: skip
        return _taken(definition.component, entries, ledger.timezone)
    parts = [figure(ledger, part, unit_id, _moved(period, shift), tree) for part, shift in definition.parts]
    return _arithmetic(definition.tree.function, parts)


def _moved(period: Period, shift: str) -> Period:
    if shift == "same":
        return period
    return {
        "previous": Period.previous, "same_last_year": Period.same_last_year, "year_to_date": Period.year_to_date,
    }[shift](period)  # fmt: skip


def _arithmetic(function: str, parts: Sequence[int | Decimal | None]) -> int | Decimal | None:
    if any(part is None for part in parts):
        return None
    numbers = [part for part in parts if part is not None]
    match function:
        case "total":
            return sum(numbers)
        case "difference":
            return numbers[0] - numbers[1]
        case "ratio" if numbers[1] != 0:
            return Decimal(numbers[0]) / numbers[1]
        case "growth" if numbers[1] != 0:
            return Decimal(numbers[0] - numbers[1]) / numbers[1]
    return None


def _taken(component: Component, entries: Iterable[Entry], timezone: ZoneInfo) -> int | Decimal:
    total: int | Decimal = 0
    held: Counter[Any] = Counter()
    for entry in entries:
        if component.where is not None and not _holds(component.where, entry, timezone):
            continue
        if component.value.field is None:
            total += entry.sign
            continue
        value = _field(component.value.field, entry, timezone)
        if value is None:
            continue
        if component.value.aggregate == "sum":
            total += entry.sign * value
        else:
            held[value] += entry.sign
    if component.value.aggregate == "distinct":
        return sum(1 for count in held.values() if count > 0)
    return total


def _field(field: FieldRef, entry: Entry, timezone: ZoneInfo) -> Any:
    """The value as Python has it: Decimal for decimals and money, date for dates; None when missing."""
    builtin = {
        "unit": entry.unit_id,
        "occurred_on": entry.occurred_on,
        "posted_on": entry.posted_at.astimezone(timezone).date(),
    }
    if field.name in builtin:
        return builtin[field.name]
    holder, _, key = field.name.rpartition(".")
    value = (entry.data.get(holder) or {}).get(key) if holder else entry.data.get(key)
    if value is None:
        return None
    if field.type == "date":
        return date.fromisoformat(value)
    return Decimal(value) if field.type in ("decimal", "money") else value


def _holds(tree: Where, entry: Entry, timezone: ZoneInfo) -> bool:
    match tree:
        case And(parts=parts):
            return all(_holds(part, entry, timezone) for part in parts)
        case Or(parts=parts):
            return any(_holds(part, entry, timezone) for part in parts)
        case Not(inner=inner):
            return not _holds(inner, entry, timezone)
    left = _field(tree.left, entry, timezone)
    if left is None:
        return False
    match tree:
        case Between(low=low, high=high):
            return bool(low.value <= left <= high.value)
        case In(values=values):
            return any(_same(left, value.value) for value in values)
        case Compare(op=op, right=right):
            other = right.value if isinstance(right, Literal) else _field(right, entry, timezone)
            return other is not None and _compares(op, left, other)


def _same(left: Any, right: Any) -> bool:
    """Equality; for a multiple choice, that it contains the value."""
    return right in left if isinstance(left, list) else bool(left == right)


def _compares(op: str, left: Any, right: Any) -> bool:
    match op:
        case "=":
            return _same(left, right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
    return bool(left >= right)
