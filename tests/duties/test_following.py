"""What has to be done after something: it begins with the posted sheet, and ends with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mingzhang.core import clock
from mingzhang.core.recurrence import explain
from mingzhang.duties import actions, queries
from mingzhang.duties.models import Task
from mingzhang.duties.wording import period_said
from mingzhang.ledger import actions as ledger
from tests.duties.world import PACK, World, build, moment

AFTER = """
- id: notice_after_check
  name: 检查后通报
  text: 检查以后5个工作日内把情况通报给各社区。
  kind: basic
  levels: [street]
  basis: [{regulation: 责任制办法}]
  after: {kind: check, within: 5}
"""


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    """The cast, whose streets have something to do after each check."""
    folder = tmp_path / "pack"
    shutil.copytree(PACK, folder)
    (folder / "duties" / "after.yaml").write_text(AFTER)
    with clock.at(moment("2026-01-15")):
        yield build(folder)


@pytest.fixture
def busy(world: World) -> World:
    actions.generate_tasks(book=world.cast.book)
    return world


def after(duty: str = "notice_after_check") -> list[Task]:
    return list(Task.objects.filter(duty=duty).order_by("id"))


def test_five_working_days_after_each_check_of_the_street_it_is_due(busy: World) -> None:
    first, second = busy.posted("2026-01-09"), busy.posted("2026-01-12")
    busy.posted("2026-01-12", busy.cast.community)
    tasks = after()
    assert [(task.comes_after, task.due) for task in tasks] == [
        (first.pk, date(2026, 1, 16)),
        (second.pk, date(2026, 1, 19)),
    ]
    assert {task.unit for task in tasks} == {busy.cast.street}
    assert {task.outcome for task in tasks} == {"pending"}


def test_its_due_date_explains_itself_and_so_does_what_it_comes_after(busy: World) -> None:
    busy.posted("2026-01-09")
    [task] = after()
    found = queries.reckoned(task)
    assert found is not None
    assert found.date == task.due
    assert len(explain(found)) == 8
    assert period_said(task) == "2026年1月9日的事以后"


def test_taken_back_nothing_has_to_follow(busy: World) -> None:
    record = busy.posted("2026-01-09")
    ledger.reverse_record(record=record, reason="记错了。", by=busy.cast.he)
    [task] = after()
    assert (task.state, task.outcome) == ("withdrawn", None)


def test_what_was_signed_off_stays_signed_off_when_its_sheet_is_taken_back(busy: World) -> None:
    record = busy.posted("2026-01-09")
    actions.sign_off_task(task=after()[0], by=busy.cast.zhou)
    ledger.reverse_record(record=record, reason="记错了。", by=busy.cast.he)
    [task] = after()
    assert (task.state, task.outcome) == ("done", "on_time")


def test_a_unit_that_withdrew_the_duty_has_nothing_to_do_after_a_check(busy: World) -> None:
    actions.adapt_duty(
        unit=busy.cast.street, pack="duties-test", duty="notice_after_check", what="withdrawn",
        reason="由县里统一通报。", start=date(2026, 1, 15), by=busy.cast.zhou,
    )  # fmt: skip
    busy.posted("2026-01-15")
    assert after() == []


def test_a_book_that_keeps_no_tasks_gets_none_by_posting(world: World) -> None:
    world.posted("2026-01-09")
    assert after() == []


def test_the_daily_run_leaves_it_alone_until_the_calendar_says_otherwise(busy: World) -> None:
    busy.posted("2026-01-09")
    assert not actions.generate_tasks(book=busy.cast.book).any
    assert after()[0].due == date(2026, 1, 16)
    Task.objects.filter(duty="notice_after_check").update(due=date(2026, 1, 19), last=date(2026, 1, 19))
    assert actions.generate_tasks(book=busy.cast.book).changed == 1
    assert (after()[0].due, after()[0].last) == (date(2026, 1, 16), date(2026, 1, 16))


def test_a_unit_may_have_something_of_its_own_to_do_afterwards(busy: World) -> None:
    own = {"name": "回访", "text": "检查后回访。", "kind": "basic", "levels": ["street"],
           "basis": [{"regulation": "本街道决定"}], "after": {"kind": "check", "within": 3}}  # fmt: skip
    actions.adapt_duty(
        unit=busy.cast.street, pack="duties-test", duty="visit_again", what="added", start=date(2026, 1, 15),
        content=own, reason="居民要求。", by=busy.cast.zhou,
    )  # fmt: skip
    busy.posted("2026-01-15")
    assert [task.due for task in after("visit_again")] == [date(2026, 1, 20)]
