"""Posting a sheet does the task that asked for it; taking it back opens the task again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingzhang.core import clock
from mingzhang.duties import actions
from mingzhang.duties.models import Task
from mingzhang.ledger import actions as ledger
from mingzhang.ledger.models import Record
from tests.duties.world import World, moment


@pytest.fixture
def busy(world: World) -> World:
    actions.generate_tasks(book=world.cast.book)
    return world


def test_a_posted_sheet_of_the_month_does_the_months_task(busy: World) -> None:
    record = busy.posted("2026-01-09")
    task = busy.task("monthly_check", "2026-01")
    assert (task.state, task.done_on, task.record) == ("done", date(2026, 1, 15), record)
    assert not task.late_on(date(2026, 6, 1))
    assert busy.task("monthly_check", "2026-01", busy.cast.community).state == "open"


def test_posted_after_its_day_it_is_done_late(busy: World) -> None:
    with clock.at(moment("2026-02-03")):
        busy.posted("2026-01-30")
    task = busy.task("monthly_check", "2026-01")
    assert task.state == "done"
    assert task.late_on(date(2026, 2, 3))


def test_three_sheets_in_the_quarter_are_needed_for_the_round(busy: World) -> None:
    states = []
    for day in ("2026-01-05", "2026-01-09", "2026-01-12"):
        busy.posted(day)
        states.append(busy.task("quarterly_round", "2026Q1").state)
    assert states == ["recorded", "recorded", "done"]


def test_a_sheet_taken_back_opens_the_task_again(busy: World) -> None:
    record = busy.posted("2026-01-09")
    ledger.reverse_record(record=record, reason="记错了日子。", by=busy.cast.he)
    task = busy.task("monthly_check", "2026-01")
    assert (task.state, task.done_on, task.record) == ("open", None, None)


def test_another_sheet_of_the_month_keeps_the_task_done(busy: World) -> None:
    first = busy.posted("2026-01-08")
    second = busy.posted("2026-01-09")
    ledger.reverse_record(record=first, reason="重复了。", by=busy.cast.he)
    task = busy.task("monthly_check", "2026-01")
    assert (task.state, task.record) == ("done", second)


def test_a_task_made_after_its_sheets_were_posted_begins_where_they_brought_it(world: World) -> None:
    record, wrong = world.posted("2026-01-09"), world.posted("2026-01-07")
    ledger.reverse_record(record=wrong, reason="记重了。", by=world.cast.he)
    actions.generate_tasks(book=world.cast.book)
    task = world.task("monthly_check", "2026-01")
    assert (task.state, task.record) == ("done", record)
    assert world.task("quarterly_round", "2026Q1").state == "recorded"
    assert world.task("monthly_check", "2026-02").state == "open"
    assert world.task("monthly_check", "2026-01", world.cast.community).state == "open"


def test_an_excused_task_stays_excused(busy: World) -> None:
    task = busy.task("monthly_check", "2026-01")
    actions.excuse_task(task=task, reason="本月停业。", by=busy.cast.zhou)
    busy.posted("2026-01-09")
    assert busy.task("monthly_check", "2026-01").state == "excused"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["post", "reverse"]), st.integers(1, 14)), max_size=8))
def test_however_sheets_come_and_go_tasks_say_what_the_ledger_says(
    busy: World, walk: list[tuple[str, int]]
) -> None:
    for what, day in walk:
        standing = Record.objects.filter(state="posted").order_by("pk")
        if what == "post":
            busy.posted(f"2026-01-{day:02}")
        elif record := standing.first():
            ledger.reverse_record(record=record, reason="走一走。", by=busy.cast.he)
        for task in Task.objects.filter(unit=busy.cast.street, kind__isnull=False):
            sheets = Record.objects.filter(
                unit=task.unit, kind=task.kind, state="posted", occurred_on__range=(task.first, task.last)
            ).count()
            expected = "done" if sheets >= task.needed else "recorded" if sheets else "open"
            assert task.state == expected
