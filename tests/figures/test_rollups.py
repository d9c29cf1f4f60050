"""Rollups never change what a figure says: rollup + tail = plain count, wherever watermark and tree stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.engine import evaluate
from mingzhang.figures.rollups import fold
from mingzhang.ledger.models import Position
from mingzhang.organisation.actions import adopt
from tests.figures.test_oracle import long, quick
from tests.figures.worlds import (
    TODAY,
    Change,
    Line,
    Plan,
    World,
    built,
    days,
    lines,
    periods,
    plans,
    post,
    reorganise,
)

pytestmark = pytest.mark.django_db


def adopted(world: World) -> None:
    with clock.at(TODAY):
        adopt(book=world.book, pack_version=world.pack_version, by=world.admin)


def check(world: World, period: Period, data: st.DataObject) -> None:
    last = Position.objects.get(book=world.book).seq
    unit = data.draw(st.integers(0, len(world.units) - 1))
    requests = world.requests(sorted({0, unit}), [period, Period.parse("2025")])
    as_of = data.draw(st.none() | st.integers(0, last + 1))
    for tree in ("then", "now"):
        said = evaluate(requests, as_of=as_of, tree=tree)
        plain = oracle.recount(requests, as_of=as_of, tree=tree)
        assert {asked: value.number for asked, value in said.items()} == plain


def check_rollups(plan: Plan, more: list[Line], period: Period, data: st.DataObject) -> None:
    """Fold, post on, reorganise, fold again: the figures are right at every step."""
    with built(plan) as world:
        adopted(world)
        play(world, more, period, data)


def play(world: World, more: list[Line], period: Period, data: st.DataObject) -> None:
    large = data.draw(st.integers(0, 2))
    fold(book=world.book, batch=data.draw(st.integers(1, 30)), large=large)
    check(world, period, data)
    post(world, [line for line in more if line.unit < len(world.units)])
    check(world, period, data)
    units = st.integers(0, len(world.units) - 1)
    change = data.draw(st.builds(Change, st.sampled_from(["move", "merge"]), units, units, days))
    with clock.at(TODAY):
        reorganise(world.units, change, world.admin)
    check(world, period, data)
    fold(book=world.book, batch=data.draw(st.integers(1, 30)), large=large)
    check(world, period, data)


@settings(quick, max_examples=8)
@given(plans(), st.lists(lines(4), max_size=10), periods(), st.data())
def test_rollup_and_tail_say_what_a_plain_count_says(
    plan: Plan, more: list[Line], period: Period, data: st.DataObject
) -> None:
    check_rollups(plan, more, period, data)


@pytest.mark.slow
@long
@given(plans(), st.lists(lines(4), max_size=10), periods(), st.data())
def test_rollup_and_tail_say_what_a_plain_count_says_in_hundreds_of_worlds(
    plan: Plan, more: list[Line], period: Period, data: st.DataObject
) -> None:
    check_rollups(plan, more, period, data)
