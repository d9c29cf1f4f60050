"""Tasks are made from duties: each once, on its day, whatever runs twice or changes meanwhile."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db import transaction

from mingzhang.core import clock
from mingzhang.duties import actions
from mingzhang.duties.models import Task
from mingzhang.duties.queries import is_provisional
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.calendars import Row
from tests.duties.world import World, moment

NOTHING = actions.Generated(0, 0, 0, 0)


def test_every_unit_gets_the_tasks_of_its_level_for_400_days(world: World) -> None:
    made = actions.generate_tasks(book=world.cast.book).made
    tasks = Counter((task.unit.code, task.duty) for task in Task.objects.select_related("unit"))
    # Month ends from 31 January 2026 to 31 January 2027 are 13, quarter ends 4, year ends one.
    assert tasks == {
        ("QH", "monthly_check"): 13, ("SL", "monthly_check"): 13,
        ("QH-01", "monthly_check"): 13, ("QH-02", "monthly_check"): 13, ("SL-01", "monthly_check"): 13,
        ("QH", "quarterly_round"): 4, ("SL", "quarterly_round"): 4,
        ("YC", "yearly_review"): 1,
    }  # fmt: skip
    assert made == Task.objects.count() == 74


def test_a_month_end_on_a_working_saturday_stays_and_one_on_a_sunday_moves(world: World) -> None:
    actions.generate_tasks(book=world.cast.book)
    assert world.task("monthly_check", "2026-02").due == date(2026, 2, 28)
    assert world.task("monthly_check", "2026-05").due == date(2026, 5, 29)
    assert world.task("quarterly_round", "2026Q2").due == date(2026, 6, 30)


def test_running_again_changes_nothing(world: World) -> None:
    actions.generate_tasks(book=world.cast.book)
    before = list(Task.objects.order_by("pk").values())
    assert actions.generate_tasks(book=world.cast.book) == NOTHING
    assert list(Task.objects.order_by("pk").values()) == before


def test_what_was_broken_off_is_made_by_the_next_run(world: World) -> None:
    def broken_off() -> None:
        with transaction.atomic():
            actions.generate_tasks(book=world.cast.book)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert not Task.objects.exists()
    assert actions.generate_tasks(book=world.cast.book).made == 74


def test_after_a_pause_of_any_length_no_period_is_missing(world: World) -> None:
    actions.generate_tasks(book=world.cast.book)
    with clock.at(moment("2028-03-01")):
        actions.generate_tasks(book=world.cast.book)
    months = Task.objects.filter(unit=world.cast.street, duty="monthly_check").order_by("nominal")
    periods = list(months.values_list("period", flat=True))
    assert (
        periods
        == [f"{year}-{month:02}" for year in (2026, 2027, 2028, 2029) for month in range(1, 13)][: len(periods)]
    )
    assert periods[-1] == "2029-03"


def test_a_new_unit_has_tasks_from_its_first_day_and_a_closed_one_none_after_its_last(world: World) -> None:
    cast = world.cast
    actions.generate_tasks(book=cast.book)
    day = date(2026, 7, 1)
    with clock.at(moment("2026-07-02")):
        new = organisation.create_unit(
            parent=cast.street, code="QH-03", name="新社区", level="community", created_on=day, by=cast.admin
        )
        organisation.close_unit(unit=cast.second_community, on=day, by=cast.admin)
        actions.generate_tasks(book=cast.book)
    fresh = Task.objects.filter(unit=new).order_by("nominal").values_list("period", flat=True)
    assert (fresh[0], len(fresh)) == ("2026-07", 13)
    closed = Task.objects.filter(unit=cast.second_community, state="open").order_by("-nominal")
    assert closed[0].period == "2026-06"


def test_a_unit_that_withdraws_a_duty_has_no_tasks_to_come_and_gets_them_back(world: World) -> None:
    cast = world.cast
    actions.generate_tasks(book=cast.book)
    adapted = actions.adapt_duty(
        unit=cast.street, pack="duties-test", duty="monthly_check", what="withdrawn", start=date(2026, 3, 1),
        reason="已由县消防队统一检查。", by=cast.zhou,
    )  # fmt: skip
    assert actions.generate_tasks(book=cast.book).withdrawn == 11
    months = Task.objects.filter(unit=cast.street, duty="monthly_check", state="open").order_by("nominal")
    assert [task.period for task in months] == ["2026-01", "2026-02"]
    actions.end_adaptation(adaptation=adapted, last=date(2026, 5, 31), reason="县里交回来了。", by=cast.zhou)
    assert actions.generate_tasks(book=cast.book).restored == 8


def test_a_duty_of_a_units_own_comes_to_that_unit_alone(world: World) -> None:
    cast = world.cast
    own = {"name": "每年一次", "text": "河长巡河。", "kind": "basic", "levels": ["street"],
           "basis": [{"regulation": "本街道决定"}], "every": "year"}  # fmt: skip
    actions.adapt_duty(
        unit=cast.street, pack="duties-test", duty="river", what="added", start=date(2026, 2, 1), content=own,
        reason="本街道有河。", by=cast.zhou,
    )  # fmt: skip
    actions.generate_tasks(book=cast.book)
    assert [task.unit for task in Task.objects.filter(duty="river")] == [cast.street]


def test_what_fell_due_keeps_its_day_when_the_calendar_changes(world: World) -> None:
    actions.generate_tasks(book=world.cast.book)
    with clock.at(moment("2026-03-01")):
        before = world.task("monthly_check", "2026-02").due
        Task.objects.filter(duty="monthly_check", period="2026-05").update(due=date(2026, 5, 28))
        assert actions.generate_tasks(book=world.cast.book).changed == 5
    assert world.task("monthly_check", "2026-02").due == before
    assert world.task("monthly_check", "2026-05").due == date(2026, 5, 29)


def test_what_rests_on_a_year_without_a_notice_is_provisional_until_the_notice_comes(world: World) -> None:
    cast = world.cast
    actions.generate_tasks(book=cast.book)
    sure, unsure = world.task("monthly_check", "2026-10"), world.task("monthly_check", "2027-01")
    assert (is_provisional(sure), is_provisional(unsure)) == (False, True)
    assert unsure.due == date(2027, 1, 29), "31 January is a Sunday"
    rows = [Row(date(2027, 1, 1), "holiday", "元旦"), Row(date(2027, 1, 31), "make_up")]
    organisation.import_notice(year=2027, rows=rows, number="国办发明电〔2026〕9号", by=cast.admin, for_all=True)
    assert actions.generate_tasks(book=cast.book).changed == 5
    moved = world.task("monthly_check", "2027-01")
    assert (moved.due, is_provisional(moved)) == (date(2027, 1, 31), False)
    assert world.task("monthly_check", "2026-10").due == sure.due


def test_a_day_that_was_granted_or_has_passed_is_not_provisional(world: World) -> None:
    actions.generate_tasks(book=world.cast.book)
    task = world.task("monthly_check", "2027-01")
    with clock.at(moment("2027-02-01")):
        assert not is_provisional(task)
    actions.extend_task(task=task, until=date(2027, 2, 10), reason="材料未齐。", by=world.cast.zhou)
    assert not is_provisional(world.task("monthly_check", "2027-01"))
