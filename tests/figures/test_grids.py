"""Many units and months in one statement come to what each comes to alone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from mingzhang.core.periods import Period
from mingzhang.figures import grids, oracle
from mingzhang.figures.engine import Request, evaluate
from mingzhang.figures.grids import evaluate_grid
from mingzhang.figures.rollups import rebuild
from mingzhang.ledger.models import Position
from mingzhang.organisation.actions import adopt
from tests.figures.test_oracle import quick
from tests.figures.test_traces import line, world_with
from tests.figures.worlds import Plan, World, built, periods, plans

pytestmark = pytest.mark.django_db
MONTHS = [Period.of_months(2026, month, 1) for month in range(1, 7)]
HALF = Period.parse("2026H1")


def alone_too(requests: list[Request]) -> list[Request]:
    """The requests, and the same of each unit without those below it."""
    own = [Request(one.figure_id, one.pack_version_id, one.unit_id, one.period, alone=True) for one in requests]
    return list(dict.fromkeys([*requests, *own]))


@settings(quick, max_examples=8)
@given(plans(), st.lists(periods(), min_size=1, max_size=4), st.data())
def test_a_grid_says_what_a_plain_count_says(plan: Plan, asked: list[Period], data: st.DataObject) -> None:
    with built(plan) as world:
        as_of = data.draw(st.none() | st.integers(0, Position.objects.get(book=world.book).seq))
        requests = alone_too(world.requests(list(range(len(world.units))), asked))
        told = {request: value.number for request, value in evaluate_grid(requests, as_of=as_of).items()}
        assert told == oracle.recount(requests, as_of=as_of, tree="then")


def small_world() -> World:
    figures: list[dict[str, object]] = [
        {"of": "study", "value": "count"},
        {"of": "study", "value": "distinct(topic)"},
        {"derive": "growth(f0, f0@same_last_year)", "measure": "%"},
    ]
    lines = [
        line(1, "2026-02-03", topic="甲"),
        line(2, "2026-05-03", topic="乙"),
        line(1, "2025-05-03", topic="甲"),
    ]
    return world_with(*lines, figures=figures)


def test_values_come_from_one_statement_over_the_ledger_however_many_units_and_months() -> None:
    world = small_world()
    counts = []
    for units in ([0], [0, 1, 2]):
        requests = world.requests(units, [HALF, *MONTHS])
        with CaptureQueriesContext(connection) as asked:
            evaluate_grid(requests)
        assert sum("ledger_entry" in query["sql"] for query in asked.captured_queries) == 1
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_unit_with_rollups_is_answered_from_them_and_those_below_from_their_entries() -> None:
    world = small_world()
    requests = alone_too(world.requests([0, 1, 2], [HALF, *MONTHS]))
    before = evaluate_grid(requests)
    adopt(book=world.book, pack_version=world.pack_version, by=world.admin)
    rebuild(book=world.book, large=1)
    with CaptureQueriesContext(connection) as asked:
        assert evaluate_grid(requests) == before
    told = [query["sql"] for query in asked.captured_queries]
    assert any("FROM figures_rollup WHERE" in sql for sql in told)
    assert any("width_bucket" in sql for sql in told)


def test_very_many_units_are_answered_by_a_scan_each(monkeypatch: pytest.MonkeyPatch) -> None:
    world = small_world()
    requests = world.requests([0, 1, 2], [HALF])
    monkeypatch.setattr(grids, "MOST_UNITS", 1)
    assert evaluate_grid(requests) == evaluate(requests)


def test_only_counts_of_different_values_need_no_grid() -> None:
    world = small_world()
    requests = [one for one in world.requests([0, 1], MONTHS) if one.figure_id == "f1"]
    assert evaluate_grid(requests) == evaluate(requests)
