"""Planning an inspection, and who may know of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mingzhang.audit.models import Event
from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.inspections import actions, queries
from mingzhang.inspections.models import Inspection
from mingzhang.organisation.models import Person
from tests.inspections.world import PLAN, World


def knows(person: Person, inspection: Inspection) -> bool:
    return queries.visible_to(person).filter(pk=inspection.pk).exists()


def test_a_plan_is_approved_by_somebody_else(world: World) -> None:
    plan = world.drafted()
    with pytest.raises(NotAllowed, match="不能由自己批准"):
        actions.approve_inspection(inspection=plan, by=world.li)
    assert actions.approve_inspection(inspection=plan, by=world.wei).state == "approved"


def test_an_approved_plan_is_not_changed_any_more(world: World) -> None:
    plan = world.drafted()
    changed = actions.change_inspection(inspection=plan, plan=replace(PLAN, title="另一个"), by=world.li)
    assert changed.title == "另一个"
    actions.approve_inspection(inspection=plan, by=world.wei)
    with pytest.raises(StateRefused):
        actions.change_inspection(inspection=plan, plan=PLAN, by=world.li)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"last": date(2026, 7, 1)}, "早于第一天"),
        ({"coverage": 3, "draws": 2}, "做不到每个对象至少查3次"),
        ({"title": " "}, "要有名称"),
        ({"reason": ""}, "要写明为什么查"),
        ({"draws": 0}, "次数从1到"),
        ({"coverage": 0}, "次数从1到"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(world: World, changes: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        world.drafted(**changes)


def test_clerks_and_inspectors_do_not_plan(world: World) -> None:
    for person in (world.cast.chen, world.feng):
        with pytest.raises(NotAllowed):
            actions.draft_inspection(unit=world.cast.street, plan=PLAN, by=person)


def test_only_those_who_plan_or_draw_there_can_be_told(world: World) -> None:
    with pytest.raises(InvalidInput, match="不安排也不抽取"):
        world.drafted(team=(world.cast.chen,))


def test_an_announced_inspection_is_known_to_those_who_read_once_it_is_approved(world: World) -> None:
    plan = world.drafted()
    assert knows(world.wei, plan), "she plans there"
    assert not knows(world.feng, plan)
    assert not knows(world.cast.qin, plan)
    actions.approve_inspection(inspection=plan, by=world.wei)
    assert knows(world.feng, plan)
    assert knows(world.cast.qin, plan)
    assert not knows(world.cast.chen, plan), "it is the county's, above the street"
    assert not knows(world.cast.admin, plan)
    assert not knows(world.cast.stranger, plan)


def test_an_unannounced_inspection_is_known_to_its_team_alone_until_it_starts(world: World) -> None:
    plan = world.drafted(announced=False, team=(world.wei, world.feng))
    everybody = [world.wei, world.feng, world.song, world.li, world.cast.qin, world.cast.zhou, world.cast.admin]
    told = [world.wei, world.feng, world.li]
    assert [one for one in everybody if knows(one, plan)] == told
    plan = actions.approve_inspection(inspection=plan, by=world.wei)
    assert [one for one in everybody if knows(one, plan)] == told
    with pytest.raises(NotFound):
        queries.inspection_by_id(world.cast.qin, plan.pk)
    draw = actions.begin_draw(inspection=plan, by=world.feng)
    draw = world.published(world.settled(draw))
    secret = "谁也不知道的一句话"
    actions.commit_secret(draw=draw, secret=secret, by=world.feng)
    actions.commit_secret(draw=draw, secret=secret, by=world.wei)
    actions.reveal_secret(draw=draw, secret=secret, by=world.wei)
    assert not knows(world.song, plan)
    actions.reveal_secret(draw=draw, secret=secret, by=world.feng)
    assert knows(world.song, plan), "drawn to inspect"
    assert not knows(world.cast.qin, plan)
    actions.start_inspection(inspection=plan, by=world.feng)
    assert knows(world.cast.qin, plan)
    assert not queries.public().filter(pk=plan.pk).exists()
    actions.finish_inspection(inspection=plan, by=world.feng)
    assert queries.public().filter(pk=plan.pk).exists()


def test_an_unannounced_inspection_that_was_cancelled_stays_with_its_team(world: World) -> None:
    plan = world.approved(announced=False)
    plan = actions.cancel_inspection(inspection=plan, reason="撞上防汛", by=world.wei)
    assert knows(world.wei, plan)
    assert not knows(world.cast.qin, plan)
    assert not queries.public().exists()


def test_somebody_who_left_the_team_s_post_knows_no_more(world: World) -> None:
    plan = world.approved(announced=False)
    assert knows(world.song, plan)
    world.song.appointments.update(valid=("2023-01-01", "2023-02-01"))
    assert not knows(world.song, plan)


def test_the_log_names_inspections_by_number_alone(world: World) -> None:
    world.drawn(world.committed(world.published(world.begun(world.approved(announced=False)))))
    said = [f"{one.subject} {one.data}" for one in Event.objects.filter(verb__regex=r"^(inspection|draw)\.")]
    assert len(said) > 8
    hidden = ("便民服务", "上半年", "青禾", "石榴", "社区", "冯", "宋")
    assert [one for one in said if any(word in one for word in hidden)] == []


def test_it_starts_with_a_result_and_ends_with_none_awaited(world: World) -> None:
    plan = world.approved(draws=2)
    with pytest.raises(StateRefused, match="还没有抽定"):
        actions.start_inspection(inspection=plan, by=world.feng)
    world.drawn(world.committed(world.published(world.begun(plan))))
    plan = actions.start_inspection(inspection=plan, by=world.feng)
    second = world.published(world.settled(actions.begin_draw(inspection=plan, by=world.feng)))
    with pytest.raises(StateRefused, match="还没有结果"):
        actions.finish_inspection(inspection=plan, by=world.feng)
    actions.void_draw(draw=second, reason="不抽第二次了", by=world.feng)
    assert actions.finish_inspection(inspection=plan, by=world.feng).state == "finished"


def test_cancelling_takes_a_reason(world: World) -> None:
    plan = world.approved()
    with pytest.raises(InvalidInput, match="为什么取消"):
        actions.cancel_inspection(inspection=plan, reason=" ", by=world.wei)
