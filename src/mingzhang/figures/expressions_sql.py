"""Typed trees as SQL over a row of entries.

The row is aliased `e`. Constants travel as parameters. A value that is not of the type its field is declared with
(a pack version may change a type) counts as missing: it never raises in the middle of a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mingzhang.packs.expressions import SUMMABLE
from mingzhang.packs.trees import (
    And,
    Between,
    Compare,
    FieldRef,
    In,
    Literal,
    Not,
    Or,
    Where,
)

NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and its parameters in order."""

    text: str
    params: tuple[Any, ...] = ()

    def __str__(self) -> str:
        raise TypeError("a piece of SQL is put in with `glue`, so that its parameters come along")


def glue(template: str, *pieces: Sql) -> Sql:
    """`template` with each `{}` replaced by a piece, parameters kept in order."""
    text = template.format(*(piece.text for piece in pieces))
    return Sql(text, tuple(param for piece in pieces for param in piece.params))


def join(separator: str, pieces: list[Sql]) -> Sql:
    """The pieces in a row."""
    return glue(separator.join(["{}"] * len(pieces)), *pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """How to read an entry's fields in the book whose days begin in `timezone`."""

    timezone: str

    def text(self, field: FieldRef) -> Sql:
        """The field's value as text, NULL when missing. Dates are in ISO form, so their order is that of text."""
        match field.name:
            case "unit":
                return Sql("e.unit_id::text")
            case "occurred_on":
                return Sql("to_char(e.occurred_on, 'YYYY-MM-DD')")
            case "posted_on":
                return Sql("to_char(e.posted_at AT TIME ZONE %s, 'YYYY-MM-DD')", (self.timezone,))
        return Sql(f"({_holder(field)}->>'{_key(field)}')" + (' COLLATE "C"' if field.type == "date" else ""))

    def number(self, field: FieldRef) -> Sql:
        """The field's value as a numeric, NULL when missing."""
        value = f"({_holder(field)}->'{_key(field)}')"
        if field.type == "integer":
            return Sql(f"CASE WHEN jsonb_typeof({value}) = 'number' THEN {value}::numeric END")
        text = f"({_holder(field)}->>'{_key(field)}')"
        return Sql(f"CASE WHEN {text} ~ '{NUMBER}' THEN {text}::numeric END")

    def condition(self, tree: Where) -> Sql:
        """The condition, true for the rows that qualify; false or NULL for others."""
        match tree:
            case And(parts=parts):
                return glue("({})", join(" AND ", [self.condition(part) for part in parts]))
            case Or(parts=parts):
                return glue("({})", join(" OR ", [self.condition(part) for part in parts]))
            case Not(inner=inner):
                return glue("({}) IS NOT TRUE", self.condition(inner))
            case Compare(op=op, left=left, right=right):
                return self._compare(op, left, right)
            case Between(left=left, low=low, high=high):
                return glue("{} BETWEEN {} AND {}", self._operand(left), _constant(low), _constant(high))
            case In(left=left, values=values):
                return self._member(left, values)

    def _operand(self, field: FieldRef) -> Sql:
        return self.number(field) if field.type in SUMMABLE else self.text(field)

    def _compare(self, op: str, left: FieldRef, right: FieldRef | Literal) -> Sql:
        if left.type == "choices" and isinstance(right, Literal):
            return Sql(f"{_holder(left)}->'{_key(left)}' ? %s", (right.value,))
        operator = "<>" if op == "!=" else op
        other = self._operand(right) if isinstance(right, FieldRef) else _constant(right)
        return glue(f"{{}} {operator} {{}}", self._operand(left), other)

    def _member(self, left: FieldRef, values: tuple[Literal, ...]) -> Sql:
        listed = join(", ", [_constant(value) for value in values])
        if left.type == "choices":
            return glue(f"{_holder(left)}->'{_key(left)}' ?| ARRAY[{{}}]", listed)
        return glue("{} IN ({})", self._operand(left), listed)


def _holder(field: FieldRef) -> str:
    return "e.data->'sheet'" if field.name.startswith("sheet.") else "e.data"


def _key(field: FieldRef) -> str:
    """The field's key in the data. The parser lets only [a-z0-9_] through."""
    return field.name.removeprefix("sheet.")


def _constant(literal: Literal) -> Sql:
    value = literal.value
    if isinstance(value, bool):
        return Sql("'true'" if value else "'false'")
    if isinstance(value, date):
        return Sql("%s", (value.isoformat(),))
    if isinstance(value, int | Decimal):
        return Sql("%s::numeric", (value,))
    return Sql("%s", (value,))
