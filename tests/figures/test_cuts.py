"""A figure cut down to one answer of a choice is a figure like any other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.cuts import cut_id
from mingzhang.figures.engine import Request, definition_of, evaluate
from mingzhang.figures.splits import split
from mingzhang.figures.traces import trace
from tests.figures.test_traces import line, world_with
from tests.figures.worlds import FORMS, World

pytestmark = pytest.mark.django_db
YEAR = Period.parse("2026")
FIGURES: list[dict[str, object]] = [
    {"of": "study", "value": "count"},
    {"of": "study", "value": "sum(people)", "where": "people > 1"},
    {"derive": "ratio(f1, f0)"},
    {"of": "visit", "value": "count"},
    {"of": "study.problems", "value": "count"},
    {"derive": "total(f0, f4)"},
]


@pytest.fixture
def world() -> World:
    lines = [
        line(day="2026-02-03", form="group", people=1),
        line(day="2026-02-04", form="group", people=5),
        line(day="2026-02-05", form="visit", people=3),
        line(day="2026-02-06", people=2),
    ]
    return world_with(*lines, figures=FIGURES)


def asked(world: World, figure: str) -> Request:
    return replace(world.requests([0], [YEAR])[0], figure_id=figure)


@pytest.mark.parametrize(
    ("figure", "number"),
    [
        ("f0:form=group", 2),
        ("f0:form=visit", 1),
        ("f0:form=seminar", 0),
        ("f1:form=group", 5),
        ("f2:form=group", Decimal("2.5")),
    ],
)
def test_only_that_answer_is_counted(world: World, figure: str, number: int | Decimal) -> None:
    request = asked(world, figure)
    assert evaluate([request])[request].number == number
    assert oracle.recount([request]) == {request: number}
    opened = trace(request)
    assert opened.value.number == number
    assert all(entry.data["form"] == figure.partition("=")[2] for entry in opened.entries())


def test_it_says_in_words_what_it_counts(world: World) -> None:
    definition = definition_of(asked(world, "f1:form=group"))
    assert definition.figure.where == "(people > 1) and form = 'group'"
    assert definition.figure.name.text("en") == "F（group）"


@pytest.mark.parametrize("said", ["form=unknown", "topic=x", "people=1", "form", "", "=group"])
def test_what_is_no_answer_of_a_choice_is_not_found(world: World, said: str) -> None:
    with pytest.raises(NotFound):
        evaluate([asked(world, f"f0:{said}")])


def test_taken_apart_the_pieces_add_up_and_what_has_no_answer_is_told_apart(world: World) -> None:
    taken = split(trace(asked(world, "f0")), "form")
    assert [way.chosen for way in taken.ways] == [True]
    assert [(piece.name, piece.number, bool(piece.address)) for piece in taken.pieces] == [
        ("group", "2", True), ("visit", "1", True), ("其他", "1", False)
    ]  # fmt: skip
    assert split(trace(asked(world, "f2")), "form").pieces[-1].name == "visit"
    assert split(trace(asked(world, "f0")), "topic").pieces == []


def test_a_derived_figure_is_taken_apart_only_by_what_all_its_parts_have(world: World) -> None:
    assert len(split(trace(asked(world, "f2")), "").ways) == 1
    assert split(trace(asked(world, "f5")), "").ways == []


def test_the_pieces_are_those_of_the_pack_in_its_order(world: World) -> None:
    assert [cut_id("f0", "form", form) for form in FORMS] == ["f0:form=group", "f0:form=seminar", "f0:form=visit"]
