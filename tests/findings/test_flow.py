"""Every way of a finding, by the real actions."""

from __future__ import annotations

import pytest

from mingzhang.findings import flows
from mingzhang.findings.models import Closing, Finding
from tests.findings.world import PATHS, World


@pytest.mark.parametrize("state", PATHS)
def test_every_state_is_reached_by_what_people_do(world: World, state: str) -> None:
    finding = world.finding_at(state)
    assert flows.STATES[finding.state]


def test_a_closed_finding_says_how_long_it_took_and_when_it_is_looked_at_again(world: World) -> None:
    finding = world.finding_at("closed")
    closing = Closing.objects.get(finding=finding)
    assert (closing.days, closing.in_time) == (0, True)
    assert closing.follow_up_on is not None
    assert closing.follow_up_on.isoformat() == "2026-04-15"


def test_what_recurs_is_open_again_under_its_old_number(world: World) -> None:
    finding = world.finding_at("follow_up_due")
    number = finding.number
    again = world.do("recur", finding)
    assert (again.number, again.state, again.round, again.owner) == (number, "assigned", 2, world.cast.lu)
    assert Finding.objects.count() == 1
