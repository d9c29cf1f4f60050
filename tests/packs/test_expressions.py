"""The language of figures: what it reads, and what it says when it cannot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingzhang.packs.expressions import ExpressionError, FieldType, parse_derive, parse_value, parse_where
from mingzhang.packs.trees import (
    And,
    Between,
    Compare,
    Derive,
    FieldRef,
    FigureRef,
    In,
    Literal,
    Not,
    Or,
    Value,
    fields_of,
    references,
    unparse,
)
from tests.figures.worlds import KINDS, conditions

FIELDS = {
    "form": FieldType("choice", ("group", "seminar")),
    "people": FieldType("integer"),
    "fee": FieldType("money"),
    "done_on": FieldType("date"),
    "open": FieldType("boolean"),
    "tags": FieldType("choices", ("a", "b")),
    "owner": FieldType("person"),
    "deputy": FieldType("person"),
    "topic": FieldType("text"),
    "plan": FieldType("file"),
    "sheet.form": FieldType("choice", ("group",)),
}
FIGURES = {"sessions": "次", "visits": "次", "people": "人次"}
FORM = FieldRef("form", "choice")
PEOPLE = FieldRef("people", "integer")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.tuples(st.just(kind), conditions(KINDS[kind]))))
def test_a_tree_written_out_reads_back_the_same(drawn: tuple[str, And | Or | Not | Compare | In | Between]) -> None:
    kind, tree = drawn
    assert parse_where(unparse(tree), KINDS[kind]) == tree


def test_and_binds_closer_than_or() -> None:
    small = Compare("<", PEOPLE, Literal(5))
    large = Compare(">", PEOPLE, Literal(50))
    group = Compare("=", FORM, Literal("group"))
    assert parse_where("form = 'group' and people < 5 or people > 50", FIELDS) == Or((And((group, small)), large))
    assert parse_where("form = 'group' and (people < 5 or people > 50)", FIELDS) == And((group, Or((small, large))))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("not open = true", Not(Compare("=", FieldRef("open", "boolean"), Literal(True)))),
        ("fee >= 12.50", Compare(">=", FieldRef("fee", "money"), Literal(Decimal("12.50")))),
        ("done_on <= occurred_on", Compare("<=", FieldRef("done_on", "date"), FieldRef("occurred_on", "date"))),
        ("done_on < '2026-07-01'", Compare("<", FieldRef("done_on", "date"), Literal(date(2026, 7, 1)))),
        ("owner != deputy", Compare("!=", FieldRef("owner", "person"), FieldRef("deputy", "person"))),
        ("sheet.form = 'group'", Compare("=", FieldRef("sheet.form", "choice"), Literal("group"))),
        ("topic = 'it''s'", Compare("=", FieldRef("topic", "text"), Literal("it's"))),
        ("people between -1 and 20", Between(PEOPLE, Literal(-1), Literal(20))),
    ],
)
def test_every_kind_of_comparison_is_read(text: str, tree: object) -> None:
    assert parse_where(text, FIELDS) == tree


@pytest.mark.parametrize(
    ("text", "column", "right"),
    [
        ("from = 'group'", 1, "form"),
        ("form = 'grop'", 8, "group"),
        ("form > 'group'", 6, "= 或 in"),
        ("people >= 'many'", 11, "20"),
        ("open", 5, "open = true"),
        ("form = 'group' people > 3", 16, "and"),
        ("(people > 3", 12, ""),
        ("tags != 'a'", 6, "not tags"),
        ("owner = 7", 9, "同类型"),
        ("done_on = '2026-02-30'", 11, "2026-06-30"),
        ("form = “group”", 8, "半角"),
        ("people > 3 && open = true", 12, "and"),
        ("plan = 'x'", 8, ""),
        ("form = people", 8, "choice"),
        ("people in ()", 12, "20"),
        ("", 1, "form"),
        ("__import__('os')", 1, ""),
    ],
)
def test_a_mistake_is_shown_at_its_place_with_what_would_be_right(text: str, column: int, right: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_where(text, FIELDS)
    assert refused.value.column == column
    assert refused.value.wrong
    assert right in refused.value.right


def test_deep_nesting_and_endless_text_are_refused_without_harm() -> None:
    for bomb in ("(" * 5000, "not " * 900 + "open = true", "(" * 100 + "people > 1" + ")" * 100):
        with pytest.raises(ExpressionError):
            parse_where(bomb, FIELDS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count", Value("count")),
        ("sum(people)", Value("sum", PEOPLE)),
        ("distinct(unit)", Value("distinct", FieldRef("unit", "unit"))),
    ],
)
def test_what_is_taken_of_entries_is_read(text: str, value: Value) -> None:
    assert parse_value(text, FIELDS) == value
    assert unparse(value) == text


@pytest.mark.parametrize(
    ("text", "column"),
    [("average(people)", 1), ("sum(form)", 5), ("distinct(tags)", 10), ("sum(people", 11), ("count 1", 7)],
)
def test_what_cannot_be_taken_is_refused_at_its_place(text: str, column: int) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_value(text, FIELDS)
    assert refused.value.column == column


def test_figures_are_derived_from_figures_of_other_periods() -> None:
    tree = parse_derive("growth(sessions, sessions@same_last_year)", FIGURES)
    assert tree == Derive("growth", (FigureRef("sessions"), FigureRef("sessions", "same_last_year")))
    assert parse_derive(unparse(tree), FIGURES) == tree
    assert references(tree) == {"sessions"}


@pytest.mark.parametrize(
    ("text", "column", "right"),
    [
        ("ratio(sesions, visits)", 7, "sessions"),
        ("ratio(sessions)", 1, "ratio(a, b)"),
        ("total(sessions, people)", 1, "ratio"),
        ("ratio(sessions, visits@prev)", 24, "previous"),
        ("quotient(sessions, visits)", 1, "ratio"),
    ],
)
def test_a_faulty_derivation_is_refused_at_its_place(text: str, column: int, right: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_derive(text, FIGURES)
    assert refused.value.column == column
    assert right in refused.value.right


def test_the_fields_of_a_condition_are_known() -> None:
    tree = parse_where("not (form = 'group' or done_on <= occurred_on) and people in (1, 2)", FIELDS)
    assert [read.name for read in fields_of(tree)] == ["form", "done_on", "occurred_on", "people"]
