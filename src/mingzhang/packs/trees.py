"""The typed, immutable trees that the language of figures is read into, and the way back to text.

A comparison with a missing value is false and `not` of it is true: there are two truth values, unlike in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal as OneOf
from typing import TypeAlias

Aggregate = OneOf["count", "sum", "distinct"]
Operator = OneOf["=", "!=", "<", "<=", ">", ">="]
Function = OneOf["ratio", "difference", "growth", "total"]
Shift = OneOf["same", "previous", "year_to_date", "same_last_year"]
Scalar: TypeAlias = str | int | Decimal | bool | date


@dataclass(frozen=True, slots=True)
class FieldType:
    """What an expression may know of a field: its type as a pack names it, and the options of a choice."""

    type: str
    options: tuple[str, ...] = ()


BUILTIN: Mapping[str, FieldType] = {
    "unit": FieldType("unit"),
    "occurred_on": FieldType("date"),
    "posted_on": FieldType("date"),
}


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field of the entry, by the name the pack gives it (`people`, `sheet.form`, or a builtin)."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; integers and decimals for number and money fields, a date for date fields."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`. On a multiple choice `=` means that it contains the value."""

    op: Operator
    left: FieldRef
    right: FieldRef | Literal


@dataclass(frozen=True, slots=True)
class In:
    """`left in (values)`; on a multiple choice, that it contains any of them."""

    left: FieldRef
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """`left between low and high`, both ends included."""

    left: FieldRef
    low: Literal
    high: Literal


@dataclass(frozen=True, slots=True)
class Not:
    inner: Where


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Where, ...]


Where: TypeAlias = Compare | In | Between | Not | And | Or


@dataclass(frozen=True, slots=True)
class Value:
    """What is taken of the entries that qualify: their number, the sum of a field, or its different values."""

    aggregate: Aggregate
    field: FieldRef | None = None


@dataclass(frozen=True, slots=True)
class FigureRef:
    figure: str
    shift: Shift = "same"


@dataclass(frozen=True, slots=True)
class Derive:
    """Arithmetic of other figures."""

    function: Function
    parts: tuple[FigureRef, ...]


Tree: TypeAlias = Where | Value | Derive


def references(tree: Derive) -> frozenset[str]:
    """The ids of the figures that a derived figure is made of."""
    return frozenset(part.figure for part in tree.parts)


def fields_of(tree: Where | Value) -> Iterator[FieldRef]:
    """Every field that a tree reads, in order, repeats included."""
    match tree:
        case Value(field=FieldRef() as taken):
            yield taken
        case Compare(left=left, right=right):
            yield left
            if isinstance(right, FieldRef):
                yield right
        case In(left=left) | Between(left=left):
            yield left
        case Not(inner=inner):
            yield from fields_of(inner)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from fields_of(part)


def unparse(tree: Tree) -> str:
    """The tree as text that parses to an equal tree."""
    match tree:
        case Value(aggregate=aggregate, field=taken):
            return f"{aggregate}({taken.name})" if taken else aggregate
        case Derive(function=function, parts=parts):
            return f"{function}({', '.join(_unparse_ref(part) for part in parts)})"
        case Compare(op=op, left=left, right=right):
            return f"{left.name} {op} {_unparse_operand(right)}"
        case In(left=left, values=values):
            return f"{left.name} in ({', '.join(map(_unparse_operand, values))})"
        case Between(left=left, low=low, high=high):
            return f"{left.name} between {_unparse_operand(low)} and {_unparse_operand(high)}"
        case Not(inner=inner):
            return f"not {_unparse_inner(inner)}"
        case And(parts=parts):
            return " and ".join(map(_unparse_inner, parts))
        case Or(parts=parts):
            return " or ".join(map(_unparse_inner, parts))


def _unparse_inner(tree: Where) -> str:
    return f"({unparse(tree)})" if isinstance(tree, And | Or) else unparse(tree)


def _unparse_ref(ref: FigureRef) -> str:
    return ref.figure if ref.shift == "same" else f"{ref.figure}@{ref.shift}"


def _unparse_operand(operand: FieldRef | Literal) -> str:
    if isinstance(operand, FieldRef):
        return operand.name
    value = operand.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
