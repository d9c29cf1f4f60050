"""Weights that come from what is known of units, said in the roster and on the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.findings import actions as findings
from mingzhang.inspections import actions
from mingzhang.inspections.models import Draw
from mingzhang.inspections.verify_draw import checked_bytes
from mingzhang.organisation.models import Unit
from tests.inspections.rounds import RoundsWorld, client_of
from tests.inspections.test_follow_ups import closed, looked, pooled, under_way

AT = "?unit=YC"


@pytest.fixture
def july() -> Iterator[None]:
    with clock.at(datetime(2026, 7, 9, 4, tzinfo=UTC)):
        yield


def reported(office: RoundsWorld, unit: Unit, day: str, count: int = 1) -> None:
    """Findings that nobody has begun to correct."""
    with clock.at(datetime.fromisoformat(f"{day}T04:00:00+00:00")):
        for _each in range(count):
            findings.report(
                found=findings.Found(
                    unit=unit, source="residents", category="facility", severity="grave", description="灯坏了",
                    found_on=date.fromisoformat(day),
                ),
                pack=office.pack,
                by=office.li,
            )  # fmt: skip


def weighed(draw: Draw, **factors: int) -> dict[str, tuple[int, str]]:
    """Each unit's weight and how it came about, after weighing."""
    actions.weigh_pool(draw=draw, factors=factors, by=draw.made_by)
    rows = draw.pool.values_list("unit__code", "weight", "because")
    return {code: (weight, because) for code, weight, because in rows}


def test_a_weight_says_how_it_came_about(office: RoundsWorld, july: None) -> None:
    reported(office, office.cast.community, "2026-02-02", 2)
    reported(office, office.cast.community, "2026-07-09")
    found = weighed(office.begun(), open=1, late=2)
    assert found["QH-01"] == (8, "8 = 1 + 未销号3 + 逾期2×2")
    assert found["QH-02"] == (1, "1 = 1")


def test_a_unit_counts_what_is_below_it(office: RoundsWorld, july: None) -> None:
    reported(office, office.cast.community, "2026-02-02")
    reported(office, office.cast.street, "2026-02-02")
    found = weighed(office.begun(), late=1)
    assert {code: weight for code, (weight, _because) in found.items()} == {
        "QH": 3, "QH-01": 2, "QH-02": 1, "SL": 1, "SL-01": 1,
    }  # fmt: skip


def test_what_came_back_within_a_year_and_what_was_wrong_at_the_last_visit_weigh(
    office: RoundsWorld, july: None
) -> None:
    closed(office, office.cast.community)
    looked(under_way(office, pooled(office))[0], "again", "又堆上了")
    visits = office.under_way()
    first = visits[0]
    office.finished(first, posted="no", speed="slow")
    found = weighed(office.begun(), came_back=1, wrong=1)
    came_back = first.unit_id in (office.cast.community.pk, office.cast.street.pk)
    assert found[first.unit.code][0] == 1 + 2 + came_back
    assert "反弹1" in found["QH-01"][1]
    with clock.at(datetime(2027, 8, 1, 4, tzinfo=UTC)):
        assert "反弹" not in weighed(office.begun(), came_back=1)["QH-01"][1]


def test_the_formula_is_in_the_published_roster_and_the_script_accepts_it(office: RoundsWorld, july: None) -> None:
    reported(office, office.cast.community, "2026-02-02")
    with clock.at(datetime(2026, 7, 7, 4, tzinfo=UTC)):
        draw = office.begun()
        weighed(draw, late=3)
        draw.refresh_from_db()
        draw = office.drawn(office.committed(office.published(draw)))
    roster = json.loads(draw.roster)
    assert roster["weights"] == "权重 = 1 + 逾期的问题×3，最多1,000,000；按2026年7月7日单位和下级单位的数"
    assert {one["because"] for one in roster["objects"] if one["weight"] > 1} == {"4 = 1 + 逾期1×3"}
    document = Client().get(reverse("inspections:open_document", args=(draw.inspection_id, 1))).content
    assert list(checked_bytes(document))[-1][0] == "✓"
    page = Client().get(reverse("inspections:open_draw", args=(draw.inspection_id, 1))).content.decode()
    assert "逾期的问题×3" in page
    assert "4 = 1 + 逾期1×3" in page


def test_a_roster_whose_weights_were_typed_says_nothing_of_how(office: RoundsWorld, july: None) -> None:
    draw = office.begun()
    weighed(draw, open=1)
    weighed(draw, open=0)
    roster = json.loads(office.published(draw).roster)
    assert "weights" not in roster
    assert {frozenset(one) for one in roster["objects"]} == {
        frozenset(("number", "unit", "place", "stratum", "weight", "visits"))
    }


def test_weights_are_taken_from_figures_on_the_page(office: RoundsWorld, july: None) -> None:
    reported(office, office.cast.community, "2026-02-02")
    draw, client = office.begun(), client_of(office.feng)
    address = reverse("inspections:act", args=(draw.inspection_id, draw.number, "weigh")) + AT
    assert client.post(address, {"factor-late": "2"}).status_code == 302
    page = client.get(reverse("inspections:draw", args=(draw.inspection_id, draw.number)) + AT).content.decode()
    assert "权重 = 1 + 逾期的问题×2" in page
    assert "3 = 1 + 逾期1×2" in page
    assert client.post(address, {"factor-late": "101"}).status_code == 422
    assert client.post(address, {"factor-late": "很多"}).status_code == 422


def test_only_whoever_draws_weighs_and_only_before_the_roster_is_published(office: RoundsWorld, july: None) -> None:
    draw = office.begun()
    with pytest.raises(NotAllowed):
        actions.weigh_pool(draw=draw, factors={"open": 1}, by=office.cast.chen)
    with pytest.raises(InvalidInput, match="没有“people”这个数"):
        actions.weigh_pool(draw=draw, factors={"people": 1}, by=office.feng)
    office.published(draw)
    with pytest.raises(StateRefused):
        actions.weigh_pool(draw=draw, factors={"open": 1}, by=office.feng)


def test_weighing_asks_no_more_questions_for_more_objects(office: RoundsWorld, july: None) -> None:
    draw = office.begun()

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            weighed(draw, open=1, late=1, came_back=1, wrong=1)
        return len(captured)

    asked()
    few = asked()
    units = "\n".join(f"QH-01\t第{number}处" for number in range(60))
    actions.set_pool(draw=draw, table=units, by=office.feng)
    assert asked() == few
