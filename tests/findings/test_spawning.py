"""Rows of posted sheets become findings and matters: once, and back again when the sheet is taken back."""

from __future__ import annotations

from datetime import date

import pytest

from mingzhang.core.errors import NotAllowed
from mingzhang.findings import actions
from mingzhang.findings.actions.spawning import spawn
from mingzhang.findings.models import Finding, Matter
from mingzhang.findings.queries import matters_of, what_came_of
from mingzhang.ledger import actions as ledger
from tests.findings.naive import standing, wanted
from tests.findings.world import World

DETAILS = ("梯间灯不亮", "消防通道堆物", "井盖松动")


def test_each_problem_that_a_study_session_names_becomes_a_finding_with_a_number_of_its_own(world: World) -> None:
    record = world.study(*DETAILS)
    found = what_came_of(record).findings
    assert [one.description for one in found] == list(DETAILS)
    assert [one.number for one in found] == ["2026-0001", "2026-0002", "2026-0003"]
    one = found[0]
    assert (one.source, one.category, one.severity) == ("studies", "safety", "minor")
    assert (one.unit, one.post, one.found_on, one.state) == (
        world.cast.street, "社区专干", date(2026, 1, 14), "found",
    )  # fmt: skip
    assert standing() == wanted()


def test_each_measure_that_it_decides_becomes_a_matter_that_is_seen_to(world: World) -> None:
    record = world.study(measures=("装灯", "清通道"))
    first, second = what_came_of(record).matters
    assert (first.words, first.due_on, first.state) == ("装灯", date(2026, 2, 10), "open")
    actions.hand_matter(matter=first, to=world.cast.chen, by=world.cast.he)
    assert list(matters_of(world.cast.chen)) == [first]
    done = actions.finish_matter(matter=first, result="装了十二盏", by=world.cast.chen)
    assert (done.state, done.done_on) == ("done", date(2026, 1, 15))
    with pytest.raises(NotAllowed):
        actions.drop_matter(matter=second, reason="不用了", by=world.cast.chen)
    actions.drop_matter(matter=second, reason="社区自己清了", by=world.cast.zhou)
    assert [one.state for one in what_came_of(record).matters] == ["done", "dropped"]


def test_asking_again_makes_nothing_twice(world: World) -> None:
    record = world.study(*DETAILS, measures=("装灯",))
    spawn([record], world.cast.he)
    assert (Finding.objects.count(), Matter.objects.count()) == (3, 1)
    assert standing() == wanted()


def test_what_was_put_right_when_the_sheet_was_written_waits_to_be_verified(world: World) -> None:
    rows = {
        "gaps": [{"gap": "对讲机没电", "owner": "综合岗", "mended": True}, {"gap": "没人带路", "owner": "综合岗"}]
    }
    record = world.posted(
        "drill", world.cast.street, data={"scenario": "断电", "form": "live", "people": 9}, rows=rows
    )
    mended, gap = what_came_of(record).findings
    assert (mended.state, mended.owner, gap.state) == ("submitted", world.cast.chen, "found")
    assert actions.verify(finding=mended, by=world.cast.he).state == "verified"


def test_a_sheet_that_is_taken_back_takes_along_what_nobody_has_taken_up(world: World) -> None:
    record = world.study(*DETAILS, measures=("装灯",))
    taken_up = what_came_of(record).findings[1]
    actions.assign(finding=taken_up, owner=world.cast.chen, by=world.cast.he)
    ledger.reverse_record(record=record, reason="记错了日子", by=world.cast.he)
    came = what_came_of(record)
    assert [one.state for one in came.findings] == ["withdrawn", "assigned", "withdrawn"]
    assert [one.state for one in came.matters] == ["withdrawn"]
    assert taken_up.steps.filter(verb="sheet_reversed").count() == 1
    assert standing() == wanted()


def test_a_sheet_written_anew_goes_on_with_what_its_words_still_name(world: World) -> None:
    record = world.study(*DETAILS)
    taken_up = what_came_of(record).findings[1]
    actions.assign(finding=taken_up, owner=world.cast.chen, by=world.cast.he)
    ledger.reverse_record(record=record, reason="记错了日子", by=world.cast.he)
    record.refresh_from_db()
    anew = world.study("消防通道堆物", "新的一件", replaces=record)
    goes_on, new = what_came_of(anew).findings
    assert (goes_on.pk, goes_on.state, new.state) == (taken_up.pk, "assigned", "found")
    assert standing() == wanted()


def test_sheets_of_days_before_the_book_kept_findings_open_nothing(world: World) -> None:
    actions.keep_from(book=world.cast.book, since=date(2026, 1, 10), by=world.cast.admin)
    old, new = (
        world.study(*DETAILS, measures=("装灯",), day="2026-01-09"),
        world.study("井盖松动", day="2026-01-10"),
    )
    assert (what_came_of(old).findings, what_came_of(old).matters) == ([], [])
    assert len(what_came_of(new).findings) == 1
    with pytest.raises(NotAllowed):
        actions.keep_from(book=world.cast.book, since=date(2026, 1, 1), by=world.cast.zhou)


def test_a_finding_is_where_its_row_says(world: World) -> None:
    rows = {
        "problems": [
            {"category": "facility", "detail": "栏杆松动", "place": world.cast.community.pk, "owner": "专干",
             "due_on": "2026-01-30"},
        ]
    }  # fmt: skip
    data = {"subject": "设施", "round": 1, "items": 9}
    (found,) = what_came_of(world.posted("self_check", world.cast.street, data=data, rows=rows)).findings
    assert (found.unit, found.origin, found.due_on) == (world.cast.community, world.cast.street, date(2026, 1, 30))
