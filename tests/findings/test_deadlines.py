"""By when a finding has to be solved, day by day: with pauses, more time, and calendars that are not known yet."""

from __future__ import annotations

from datetime import date

import pytest

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.findings import actions
from mingzhang.findings.models import Closing
from mingzhang.findings.reckoning import explained, is_provisional
from mingzhang.organisation.models import CalendarDay
from tests.findings.world import World, moment


def test_the_severity_says_how_many_working_days_there_are(world: World) -> None:
    grave = world.report(severity="grave")
    assert grave.due_on == date(2026, 1, 22)
    lines = explained(grave, date(2026, 1, 15))
    assert lines[0] == "2026年1月15日，星期四，工作日，从这天起算，当天不计。"
    assert lines[2] == "2026年1月17日，星期六，周末，不计。"
    assert lines[-1] == "2026年1月22日，星期四，工作日，算第5天。"


def test_a_day_that_somebody_set_stands(world: World) -> None:
    finding = world.report(asked_for=date(2026, 1, 25))
    assert (finding.due_on, explained(finding, date(2026, 1, 15))) == (
        date(2026, 1, 25),
        ["期限是定好的：2026-01-25。"],
    )


def test_days_of_a_suspension_do_not_count_and_are_told(world: World) -> None:
    finding = world.finding_at("correcting", severity="grave")
    with clock.at(moment("2026-01-16")):
        actions.suspend(finding=finding, basis="season", reason="路面结冰", by=world.cast.zhou)
    with clock.at(moment("2026-01-21")):
        finding = actions.resume(finding=finding, by=world.cast.zhou)
        assert (finding.state, finding.due_on) == ("correcting", date(2026, 1, 27)), "three working days rested"
        lines = explained(finding, date(2026, 1, 21))
        assert "2026年1月16日，星期五，工作日，暂停，不计。" in lines
        assert lines[-1].endswith("算第5天。")
        closed = world.do("close", world.do("verify", world.do("submit", finding)))
    assert Closing.objects.get(finding=closed).days == 1, "from the 15th to the 21st only the last counts"


def test_a_suspension_needs_a_reason_of_the_pack(world: World) -> None:
    with pytest.raises(InvalidInput, match="依法的理由"):
        actions.suspend(finding=world.finding_at("correcting"), basis="忙", by=world.cast.zhou)


def test_more_time_is_told_with_who_gave_it_and_why(world: World) -> None:
    finding = world.finding_at("assigned", severity="grave")
    finding = actions.extend(finding=finding, until=date(2026, 1, 30), reason="等配件", by=world.cast.zhou)
    assert finding.deadline == date(2026, 1, 30)
    assert explained(finding, date(2026, 1, 15))[-1] == "周书记准予延到2026-01-30：等配件"
    with pytest.raises(InvalidInput, match="延期要延到2026-01-30以后"):
        actions.extend(finding=finding, until=date(2026, 1, 30), reason="再等", by=world.cast.zhou)


def test_days_move_when_a_notice_comes_and_what_was_granted_or_set_stays(world: World) -> None:
    moves, granted = world.finding_at("assigned", severity="grave"), world.finding_at("assigned", severity="grave")
    actions.extend(finding=granted, until=date(2026, 1, 30), reason="等配件", by=world.cast.zhou)
    asked = world.report(asked_for=date(2026, 1, 22))
    CalendarDay.objects.create(day=date(2026, 1, 20), kind="holiday", name="临时放假")
    assert actions.reckon_all(book=world.cast.book) == 2
    assert actions.reckon_all(book=world.cast.book) == 0
    assert [world.again(one).deadline for one in (moves, granted, asked)] == [
        date(2026, 1, 23), date(2026, 1, 30), date(2026, 1, 22),
    ]  # fmt: skip


def test_a_year_without_a_notice_makes_a_day_provisional(world: World) -> None:
    assert not is_provisional(world.report(), date(2026, 1, 15))
    with clock.at(moment("2026-12-28")):
        assert is_provisional(world.report(), date(2026, 12, 28))
