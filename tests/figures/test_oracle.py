"""The statement and the plain count always agree."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.engine import evaluate
from mingzhang.ledger.models import Position
from tests.figures.worlds import Plan, World, built, periods, plans

PHASES = set(Phase) - {Phase.explain}
pytestmark = pytest.mark.django_db
quick = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
long = settings(quick, max_examples=300)


def check_agreement(plan: Plan, period: Period, data: st.DataObject) -> None:
    with built(plan) as world:
        check(world, period, data)


def check(world: World, period: Period, data: st.DataObject) -> None:
    last = Position.objects.get(book=world.book).seq
    unit = data.draw(st.integers(0, len(world.units) - 1))
    requests = world.requests(sorted({0, unit}), [period])
    as_of = data.draw(st.none() | st.integers(0, last + 1))
    for tree in ("then", "now"):
        said = evaluate(requests, as_of=as_of, tree=tree)
        assert {asked: value.number for asked, value in said.items()} == oracle.recount(
            requests, as_of=as_of, tree=tree
        )


@quick
@given(plans(), periods(), st.data())
def test_the_statement_says_what_a_plain_count_says(plan: Plan, period: Period, data: st.DataObject) -> None:
    check_agreement(plan, period, data)


@pytest.mark.slow
@long
@given(plans(), periods(), st.data())
def test_the_statement_says_what_a_plain_count_says_in_hundreds_of_worlds(
    plan: Plan, period: Period, data: st.DataObject
) -> None:
    check_agreement(plan, period, data)
