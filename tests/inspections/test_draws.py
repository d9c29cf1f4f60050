"""A draw from its pool to its result, and what becomes of one that fails."""

from __future__ import annotations

import json
from datetime import date

import pytest

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.inspections import actions, queries
from mingzhang.inspections.models import Draw
from mingzhang.inspections.rosters import document_bytes
from mingzhang.inspections.verify_draw import checked_bytes
from tests.inspections.world import SECRETS, World, moment


def verified(draw: Draw) -> bool:
    return list(checked_bytes(document_bytes(draw), draw.roster_digest))[-1][0] == "✓"


def chosen(draw: Draw) -> list[tuple[int, str, list[int]]]:
    rows = queries.drawn_of(draw)
    return [(one.object.number, one.why, sorted(each.number for each in one.inspectors.all())) for one in rows]


def test_the_first_pool_is_every_unit_below_by_level_and_every_inspector(world: World) -> None:
    draw = actions.begin_draw(inspection=world.approved(), by=world.feng)
    found = [(one.number, one.unit.name, one.stratum.code, one.weight) for one in queries.objects_of(draw)]
    assert found == [
        (1, "青禾街道", "S1", 1),
        (2, "柳岸社区", "S2", 1),
        (3, "新桥社区", "S2", 1),
        (4, "石榴街道", "S1", 1),
        (5, "东园社区", "S2", 1),
    ]
    assert [one.person.name for one in queries.inspectors_of(draw)] == ["冯督查员", "宋巡查员"]


def test_two_people_draw_and_anybody_gets_the_same(world: World) -> None:
    draw = world.drawn()
    assert draw.state == "drawn"
    assert verified(draw)
    result = json.loads(draw.result)
    assert chosen(draw) == [(one["object"], one["why"], one["inspectors"]) for one in result["chosen"]]
    assert len(result["chosen"]) == 3


def test_the_published_roster_names_units_and_posts_and_no_person(world: World) -> None:
    said = document_bytes(world.drawn()).decode()
    assert "柳岸社区" in said
    assert "云川县督查岗一" in said
    assert not any(name in said for name in ("冯", "宋巡", "魏部长", "song2"))


def test_a_secret_is_kept_only_when_both_can_be_seen(world: World) -> None:
    draw = world.committed()
    assert all(not one.secret for one in queries.commitments_of(draw))
    actions.reveal_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    draw.refresh_from_db()
    assert (draw.state, draw.seed) == ("committed", "")


def test_nobody_commits_twice_and_nobody_reveals_for_another(world: World) -> None:
    draw = world.published()
    actions.commit_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    with pytest.raises(NotAllowed, match="已经承诺过"):
        actions.commit_secret(draw=draw, secret=SECRETS[1], by=world.wei)
    with pytest.raises(StateRefused):
        actions.reveal_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    actions.commit_secret(draw=draw, secret=SECRETS[1], by=world.song)
    with pytest.raises(NotAllowed, match="没有为这次抽取承诺过"):
        actions.reveal_secret(draw=draw, secret=SECRETS[0], by=world.feng)


def test_what_is_revealed_must_be_what_was_committed_to(world: World) -> None:
    draw = world.committed()
    with pytest.raises(InvalidInput, match="不一样"):
        actions.reveal_secret(draw=draw, secret=SECRETS[0] + "。", by=world.wei)
    with pytest.raises(InvalidInput, match="不一样"):
        actions.reveal_secret(draw=draw, secret=SECRETS[1], by=world.wei)
    actions.reveal_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    with pytest.raises(StateRefused, match="已经公开"):
        actions.reveal_secret(draw=draw, secret=SECRETS[0], by=world.wei)


def test_a_secret_that_can_be_guessed_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput, match="太短"):
        actions.commit_secret(draw=world.published(), secret="4817", by=world.wei)


def test_equal_secrets_are_published_as_different_commitments(world: World) -> None:
    draw = world.published()
    one = actions.commit_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    other = actions.commit_secret(draw=draw, secret=SECRETS[0], by=world.song)
    assert one.commitment != other.commitment


def test_who_does_not_reveal_makes_the_draw_void_and_the_next_one_tells_so(world: World) -> None:
    draw = world.committed()
    actions.reveal_secret(draw=draw, secret=SECRETS[0], by=world.wei)
    with pytest.raises(InvalidInput, match="要写明原因"):
        actions.void_draw(draw=draw, reason="", by=world.feng)
    actions.void_draw(draw=draw, reason="有一人到时没有公开", by=world.feng)
    second = actions.begin_draw(inspection=draw.inspection, by=world.feng)
    assert [one.size for one in queries.strata_of(second)] == [1, 2]
    second = world.drawn(world.committed(world.published(second)))
    assert verified(second)
    told = json.loads(second.roster)["previous"]
    assert told == [
        {"draw": 1, "outcome": "void", "reason": "有一人到时没有公开", "roster_digest": draw.roster_digest}
    ]


def test_a_draw_is_drawn_again_with_a_reason_and_the_first_stays(world: World) -> None:
    draw = world.drawn()
    with pytest.raises(StateRefused, match="都抽过了"):
        actions.begin_draw(inspection=draw.inspection, by=world.feng)
    actions.redraw(draw=draw, reason="名单里有一个已经撤了", by=world.feng)
    second = world.drawn(
        world.committed(world.published(actions.begin_draw(inspection=draw.inspection, by=world.feng)))
    )
    draw.refresh_from_db()
    assert (draw.state, second.state) == ("redrawn", "drawn")
    assert verified(draw)
    assert verified(second)


def test_a_public_value_is_typed_by_one_and_again_by_another_once_its_day_has_come(world: World) -> None:
    source = {"value_name": "双色球红球", "value_on": date(2026, 7, 7)}
    with clock.at(moment("2026-07-06")):
        draw = world.settled(world.begun(), **source)
        draw = world.published(draw)
        with pytest.raises(StateRefused, match="还没有到"):
            actions.state_value(draw=draw, value="03 11", by=world.feng)
    with clock.at(moment("2026-07-07")):
        with pytest.raises(InvalidInput, match="公开的数只写"):
            actions.state_value(draw=draw, value="三", by=world.feng)
        draw = actions.state_value(draw=draw, value="03  11　17 ", by=world.feng)
        assert draw.value == "03 11 17"
        with pytest.raises(NotAllowed, match="不能由自己核对"):
            actions.confirm_value(draw=draw, value="03 11 17", by=world.feng)
        with pytest.raises(InvalidInput, match="和填写的不一样"):
            actions.confirm_value(draw=draw, value="03 11 18", by=world.song)
        draw = actions.take_back_value(draw=draw, by=world.song)
        draw = actions.state_value(draw=draw, value="03 11 18", by=world.song)
        draw = actions.confirm_value(draw=draw, value="03 11 18", by=world.wei)
    assert verified(draw)


def test_a_public_value_must_still_be_to_come_when_the_roster_is_published(world: World) -> None:
    with clock.at(moment("2026-07-07")):
        draw = world.settled(world.begun(), value_name="双色球红球", value_on=date(2026, 7, 7))
        with pytest.raises(InvalidInput, match="在那一天以前封存名单"):
            world.published(draw)


def test_each_source_of_the_seed_refuses_what_belongs_to_the_other(world: World) -> None:
    with clock.at(moment("2026-07-06")):
        public = world.published(world.settled(world.begun(), value_name="指数", value_on=date(2026, 7, 7)))
        with pytest.raises(StateRefused, match="不从这里来"):
            actions.commit_secret(draw=public, secret=SECRETS[0], by=world.wei)
    with pytest.raises(StateRefused, match="不从这里来"):
        actions.state_value(draw=world.published(world.begun(world.approved())), value="1", by=world.wei)


def test_minimum_coverage_counts_what_earlier_draws_of_the_plan_drew(world: World) -> None:
    plan = world.approved(draws=2, coverage=1)
    first = world.drawn(world.committed(world.published(world.begun(plan))))
    second = world.settled(actions.begin_draw(inspection=plan, by=world.feng))
    second = world.drawn(world.committed(world.published(second)))
    had = {number for number, _why, _who in chosen(first)}
    due = [number for number, why, _who in chosen(second) if why == "coverage"]
    assert due == sorted({1, 2, 3, 4, 5} - had), "what the first left is certain in the second"
    assert {number for number, _why, _who in chosen(second)} | had == {1, 2, 3, 4, 5}


TABLE = "单位\t地点\t分层\t权重\nQH\t大厅\t窗口\t3\n柳岸社区,老年食堂,食堂,\nQH-02\t\t\t2.0\n"


def test_a_pool_is_read_from_a_table_as_a_spreadsheet_gives_it(world: World) -> None:
    draw = actions.set_pool(draw=world.begun(), table=TABLE, by=world.feng)
    found = [(one.unit.code, one.place, one.stratum.name, one.weight) for one in queries.objects_of(draw)]
    assert found == [("QH", "大厅", "窗口", 3), ("QH-01", "老年食堂", "食堂", 1), ("QH-02", "", "community", 2)]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("QH\nXX", "第2行：没有单位“XX”"),
        ("QH\t\t\t0", "权重要是1到"),
        ("QH\t\t\t1.5", "权重要是1到"),
        ("QH\nQH", "第2行：和第1行重复"),
        ("QH\t大厅\t\t1\t多", "多了几列"),
        ("PH", "没有单位“PH”"),
        ("单位\t地点", "一个对象也没有"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_line_by_line(world: World, table: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        actions.set_pool(draw=world.begun(), table=table, by=world.feng)
    assert said in str(caught.value)


def test_recusals_and_sizes_are_kept_when_the_pool_is_written_anew(world: World) -> None:
    draw = world.begun()
    actions.add_recusal(draw=draw, object=2, inspector=1, reason="kin", note="堂弟在那里", by=world.feng)
    actions.set_pool(draw=draw, table="QH-02\nQH-01\nSL", by=world.feng)
    assert [(one.object.unit.code, one.inspector.number) for one in queries.recusals_of(draw)] == [("QH-01", 1)]
    assert [(one.name, one.size) for one in queries.strata_of(draw)] == [("community", 2), ("street", 1)]
    actions.set_inspectors(draw=draw, people=[world.feng], by=world.feng)
    assert len(queries.recusals_of(draw)) == 1
    actions.set_inspectors(draw=draw, people=[world.song], by=world.feng)
    assert queries.recusals_of(draw) == []


def test_recused_inspectors_are_not_drawn_and_only_the_kind_of_reason_is_published(world: World) -> None:
    draw = world.begun()
    for number in range(1, 6):
        actions.add_recusal(draw=draw, object=number, inspector=1, reason="worked", note="借调过", by=world.feng)
    draw = world.drawn(world.committed(world.published(draw)))
    assert {tuple(who) for _number, _why, who in chosen(draw)} == {(2,)}
    assert "借调过" not in document_bytes(draw).decode()


def test_a_roster_in_which_somebody_could_be_left_without_inspectors_is_not_published(world: World) -> None:
    draw = world.begun()
    actions.add_recusal(draw=draw, object=3, inspector=1, reason="kin", by=world.feng)
    actions.add_recusal(draw=draw, object=3, inspector=2, reason="kin", by=world.feng)
    with pytest.raises(InvalidInput, match="新桥社区凑不齐1名检查人"):
        world.published(draw)
    actions.remove_recusal(draw=draw, recusal=queries.recusals_of(draw)[0].pk, by=world.feng)
    assert world.published(draw).state == "published"


@pytest.mark.parametrize(
    ("sizes", "per_object", "said"),
    [((3, 0), 1, "抽0到2个"), ((1, 1), 0, "1到5名"), ((1, 1), 9, "1到5名")],
)
def test_more_than_there_is_cannot_be_asked_for(
    world: World, sizes: tuple[int, int], per_object: int, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        world.settled(world.begun(), sizes, per_object)


def test_a_roster_without_sizes_or_inspectors_is_not_published(world: World) -> None:
    draw = actions.begin_draw(inspection=world.approved(), by=world.feng)
    with pytest.raises(InvalidInput, match="还没有写每一层抽几个"):
        world.published(draw)
    draw = world.settled(draw, (1, 1), 3)
    with pytest.raises(InvalidInput, match="名单里只有2名"):
        world.published(draw)


def test_only_those_who_draw_there_may(world: World) -> None:
    plan = world.approved()
    for person in (world.li, world.cast.qin, world.cast.zhou, world.cast.admin):
        with pytest.raises(NotAllowed):
            actions.begin_draw(inspection=plan, by=person)
    draw = world.published(world.begun(plan))
    with pytest.raises(NotAllowed):
        actions.commit_secret(draw=draw, secret=SECRETS[0], by=world.li)


def test_one_draw_is_made_at_a_time_and_only_of_an_approved_plan(world: World) -> None:
    with pytest.raises(StateRefused, match="还不能抽取"):
        actions.begin_draw(inspection=world.drafted(), by=world.feng)
    draw = world.begun(world.approved(draws=3))
    with pytest.raises(StateRefused, match="还没有结果"):
        actions.begin_draw(inspection=draw.inspection, by=world.feng)
