"""Which unit corrects a finding is not played back and forth."""

from __future__ import annotations

import pytest

from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.findings import actions
from mingzhang.findings.models import Finding
from mingzhang.findings.rules import superior_of
from tests.findings.world import World


def refuse(world: World, finding: Finding) -> Finding:
    """Offered to the other street, which does not take it."""
    actions.transfer(finding=finding, to=world.cast.other_street, reason="在桥那头", by=world.cast.lu)
    return actions.refuse_transfer(finding=finding, reason="桥这头是你们的", by=world.cast.outsider)


def test_until_the_other_unit_accepts_it_stays_where_it_is(world: World) -> None:
    finding = world.finding_at("assigned")
    actions.transfer(finding=finding, to=world.cast.other_street, reason="在桥那头", by=world.cast.lu)
    assert (world.again(finding).unit, world.again(finding).owner) == (world.cast.community, world.cast.lu)
    with pytest.raises(NotAllowed):
        actions.accept_transfer(finding=finding, owner=world.cast.chen, by=world.cast.he)
    moved = actions.accept_transfer(finding=finding, owner=world.cast.outsider, by=world.cast.outsider)
    assert (moved.unit, moved.owner, moved.state) == (world.cast.other_street, world.cast.outsider, "assigned")


def test_what_was_accepted_is_not_handed_back(world: World) -> None:
    finding = world.finding_at("assigned")
    actions.transfer(finding=finding, to=world.cast.other_street, reason="在桥那头", by=world.cast.lu)
    actions.accept_transfer(finding=finding, owner=world.cast.outsider, by=world.cast.outsider)
    with pytest.raises(StateRefused, match="已经把它转出来过，不能再转回去。请“云川县”的领导裁定"):
        actions.transfer(finding=finding, to=world.cast.community, reason="还是你们的", by=world.cast.outsider)


def test_after_two_refusals_only_the_common_superior_decides_and_for_good(world: World) -> None:
    finding = refuse(world, world.finding_at("assigned"))
    with pytest.raises(StateRefused, match="还没有争议"):
        actions.decide_transfer(
            finding=finding, unit=world.cast.community, owner=world.cast.lu, reason="就近", by=world.cast.wei
        )
    finding = refuse(world, finding)
    with pytest.raises(StateRefused, match="已经被退回2次，不能再转。请“云川县”的领导裁定由谁整改"):
        actions.transfer(finding=finding, to=world.cast.other_street, reason="再问", by=world.cast.lu)
    assert superior_of(finding) == world.cast.county
    with pytest.raises(NotAllowed):
        actions.decide_transfer(
            finding=finding,
            unit=world.cast.other_street,
            owner=world.cast.outsider,
            reason="我定",
            by=world.cast.zhou,
        )
    decided = actions.decide_transfer(
        finding=finding,
        unit=world.cast.other_street,
        owner=world.cast.outsider,
        reason="桥归石榴",
        by=world.cast.wei,
    )
    assert (decided.unit, decided.owner) == (world.cast.other_street, world.cast.outsider)
    with pytest.raises(StateRefused, match="上级已经裁定"):
        actions.transfer(finding=finding, to=world.cast.community, reason="不服", by=world.cast.outsider)


def test_setting_to_work_ends_what_was_offered(world: World) -> None:
    finding = world.finding_at("assigned")
    made = actions.transfer(finding=finding, to=world.cast.other_street, reason="在桥那头", by=world.cast.lu)
    actions.begin(finding=finding, by=world.cast.lu)
    made.refresh_from_db()
    assert made.outcome == "dropped"


def test_many_are_assigned_at_once_or_none(world: World) -> None:
    some = [world.report() for _number in range(3)]
    assigned = actions.assign_findings(
        findings=some, owner=world.cast.lu, sponsor=world.cast.zhou, by=world.cast.he
    )
    assert {(one.state, one.owner, one.sponsor) for one in assigned} == {
        ("assigned", world.cast.lu, world.cast.zhou)
    }
    elsewhere = world.report(unit=world.cast.second_community)
    with pytest.raises(InvalidInput, match="当不了责任人"):
        actions.assign_findings(findings=[world.report(), elsewhere], owner=world.cast.lu, by=world.cast.he)
    assert Finding.objects.filter(state="found").count() == 2
