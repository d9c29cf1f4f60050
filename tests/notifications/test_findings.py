"""Who hears of findings: whoever has to do the next thing, and nobody who did the last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from mingzhang.audit.sequencing import sequence
from mingzhang.core import clock
from mingzhang.findings import actions as findings
from mingzhang.notifications import actions
from mingzhang.notifications.models import Notice
from mingzhang.organisation.models import Person
from tests.findings import world as worlds
from tests.findings.world import World, moment


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(moment("2026-01-15")):
        made = worlds.kept()
        told(made, made.cast.lu)  # what was there before the first time is told to nobody
        yield made


def told(world: World, person: Person) -> list[str]:
    sequence(world.cast.book.code)
    actions.collect(book=world.cast.book)
    return list(Notice.objects.filter(person=person).order_by("id").values_list("title", flat=True))


def test_each_hears_of_what_they_have_to_do_next(world: World) -> None:
    c = world.cast
    finding = world.finding_at("assigned")
    assert told(world, c.lu) == [f"派给您整改：{finding.number} 北门公示栏玻璃破损"]
    finding = world.do("submit", world.do("begin", finding))
    assert told(world, c.he)[-1] == f"等您验收：{finding.number} 北门公示栏玻璃破损"
    findings.send_back(finding=finding, reason="没换", by=c.he)
    assert told(world, c.lu)[-1] == f"退回给您重改：{finding.number} 北门公示栏玻璃破损"
    world.do("verify", world.do("submit", finding))
    assert told(world, c.zhou)[-1] == f"等您销号：{finding.number} 北门公示栏玻璃破损"


def test_the_receiving_unit_hears_of_a_transfer(world: World) -> None:
    finding = world.finding_at("assigned")
    findings.transfer(finding=finding, to=world.cast.other_street, reason="在桥那头", by=world.cast.lu)
    assert told(world, world.cast.outsider) == [f"转给您单位整改：{finding.number} 北门公示栏玻璃破损"]


def test_late_ones_are_put_before_a_leader_in_one_line(world: World) -> None:
    for _number in range(2):
        world.finding_at("assigned", severity="grave")
    with clock.at(moment("2026-01-27") + timedelta(hours=1)):
        findings.escalate_findings(book=world.cast.book)
        assert told(world, world.cast.zhou)[-1] == "过期没改好的问题有2个，请您过问"
