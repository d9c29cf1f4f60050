"""The days of a finding in one row."""

from __future__ import annotations

from datetime import date, timedelta

from mingzhang.core import clock
from mingzhang.findings import actions
from mingzhang.findings.models import Finding
from mingzhang.findings.queries import history_of
from mingzhang.findings.strip import Cell, strip_of
from tests.findings.world import World, moment


def row(finding: Finding, day: date) -> list[Cell]:
    return strip_of(finding, history_of(finding), day)


def days(cells: list[Cell]) -> list[date]:
    """Those of a row in which nothing is left out, each after the other."""
    found = [cell.day for cell in cells if cell.day]
    assert found == [found[0] + timedelta(days=number) for number in range(len(cells))]
    return found


def test_the_row_goes_from_the_report_to_the_day_with_the_working_days_counted(world: World) -> None:
    cells = row(world.report(severity="grave"), date(2026, 1, 15))
    assert (days(cells)[0], days(cells)[-1]) == (date(2026, 1, 15), date(2026, 1, 22))
    assert [cell.number for cell in cells] == [0, 1, 0, 0, 2, 3, 4, 5]
    assert cells[0].events == ("发现", "今天")
    assert cells[-1].due


def test_a_day_that_had_passed_when_it_was_reported_begins_the_row(world: World) -> None:
    finding = world.report(asked_for=date(2026, 1, 12), found_on=date(2026, 1, 9))
    for today in (date(2026, 1, 15), date(2026, 3, 2)):
        cells = row(finding, today)
        assert (days(cells)[0], days(cells)[-1]) == (date(2026, 1, 12), date(2026, 1, 15))
        assert [cell.due for cell in cells] == [True, False, False, False]
        assert (cells[0].event, cells[-1].event) == ("到期", "发现")
        assert not any(cell.number for cell in cells)


def test_more_time_after_such_a_day_is_part_of_the_row(world: World) -> None:
    finding = world.finding_at("assigned", asked_for=date(2026, 1, 12), found_on=date(2026, 1, 9))
    finding = actions.extend(finding=finding, until=date(2026, 1, 19), reason="等配件", by=world.cast.zhou)
    cells = row(finding, date(2026, 1, 15))
    assert (days(cells)[0], days(cells)[-1]) == (date(2026, 1, 12), date(2026, 1, 19))
    assert cells[0].event == "原期限"
    assert cells[-1].due


def test_of_a_long_row_the_middle_is_left_out(world: World) -> None:
    finding = world.report(asked_for=date(2026, 6, 30))
    cells = row(finding, date(2026, 1, 15))
    [gap] = [cell for cell in cells if cell.left_out]
    assert len(cells) - 1 + gap.left_out == (date(2026, 6, 30) - date(2026, 1, 15)).days + 1
    assert cells[-1].due


def test_a_round_that_came_back_begins_with_its_return(world: World) -> None:
    finding = world.finding_at("closed")
    with clock.at(moment("2026-02-10")):
        finding = world.do("recur", finding)
        cells = row(finding, date(2026, 2, 10))
    assert cells[0].day == date(2026, 2, 10)
    assert "反弹" in cells[0].events
