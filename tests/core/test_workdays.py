"""Which days people work on: what the notices said, and the same answers as counting on one's fingers."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingzhang.core.errors import InvalidInput
from mingzhang.core.workdays import Day, DayKind, WorkCalendar

DAY = timedelta(days=1)
CHINA = holidays.country_holidays("CN", years=(2024, 2025, 2026), language="zh_CN")
FIRST = date(2023, 12, 1)
DAYS = st.integers(0, 1157).map(lambda number: FIRST + DAY * number)
KINDS: tuple[DayKind, ...] = ("workday", "weekend", "holiday", "make_up")


def calendar_of_notices() -> WorkCalendar:
    """China's days off and make-up days of 2024 to 2026, as the `holidays` package has them."""
    days = {day: Day(day, "holiday", name) for day, name in CHINA.items()}
    make_up = (day for day in CHINA.weekend_workdays if 2024 <= day.year <= 2026)
    return WorkCalendar(days | {day: Day(day, "make_up") for day in make_up}, frozenset({2024, 2025, 2026}))


NOTICED = calendar_of_notices()


def calendar_by_chance(seed: int) -> WorkCalendar:
    """Any days off and on around one year change; some years without a notice."""
    chance = Random(seed)
    days = [FIRST + DAY * chance.randrange(1160) for _number in range(chance.randrange(200))]
    given = {day: Day(day, chance.choice(KINDS)) for day in days}
    return WorkCalendar(given, frozenset(year for year in range(2023, 2028) if chance.random() < 0.7))


def calendars() -> st.SearchStrategy[WorkCalendar]:
    """Calendars of nobody's country."""
    return st.integers(0, 2**32).map(calendar_by_chance)


def works(calendar: WorkCalendar, day: date) -> bool:
    return calendar.day(day).kind not in ("weekend", "holiday")


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-02-28", "make_up"),  # a working Saturday at the end of February
        ("2026-02-27", "workday"),
        ("2026-02-23", "holiday"),  # a Monday off for it
        ("2026-01-04", "make_up"),  # a Sunday
        ("2026-10-10", "make_up"),
        ("2026-10-11", "weekend"),
        ("2025-10-08", "holiday"),
        ("2024-02-29", "workday"),
        ("2024-09-29", "make_up"),
        ("2026-11-25", "workday"),
    ],
)
def test_a_day_is_what_the_notice_says_else_what_the_week_says(day: str, kind: DayKind) -> None:
    found = NOTICED.day(date.fromisoformat(day))
    assert (found.kind, found.working) == (kind, kind in ("workday", "make_up"))
    assert not found.provisional


def test_the_years_have_as_many_working_days_as_the_body_pays_for() -> None:
    years = [NOTICED.count(date(year, 1, 1), date(year, 12, 31)) for year in (2024, 2025, 2026)]
    assert years == [251, 248, 248]


def test_a_year_without_a_notice_is_provisional_even_where_days_are_given() -> None:
    new_year = date(2027, 1, 1)
    calendar = WorkCalendar({new_year: Day(new_year, "holiday", "元旦")}, frozenset({2026}))
    assert calendar.day(new_year) == Day(new_year, "holiday", "元旦", provisional=True)
    assert calendar.day(date(2027, 1, 4)).provisional
    assert not calendar.day(date(2026, 12, 31)).provisional


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-02-13", 1, "2026-02-14"),  # a working Saturday before the Spring Festival
        ("2026-02-14", 1, "2026-02-24"),  # nine days off
        ("2026-02-24", 5, "2026-03-02"),  # Wednesday to Saturday, then Monday
        ("2026-03-02", -5, "2026-02-24"),
        ("2025-12-31", 1, "2026-01-04"),  # over the year change, to a working Sunday
        ("2024-02-28", 1, "2024-02-29"),
        ("2026-02-14", 0, "2026-02-14"),
    ],
)
def test_working_days_are_added_without_the_first_day(day: str, count: int, expected: str) -> None:
    assert NOTICED.add(date.fromisoformat(day), count) == date.fromisoformat(expected)


@settings(max_examples=30)
@given(calendars(), DAYS)
def test_the_next_and_the_previous_working_day_are_found_as_on_fingers(calendar: WorkCalendar, day: date) -> None:
    after = before = day
    while not works(calendar, after):
        after += DAY
    while not works(calendar, before):
        before -= DAY
    assert (calendar.next_working(day), calendar.previous_working(day)) == (after, before)
    assert calendar.is_working(day) == (after == day == before)


@settings(max_examples=30)
@given(calendars(), DAYS, st.integers(-40, 40))
def test_adding_is_counting_one_by_one(calendar: WorkCalendar, day: date, count: int) -> None:
    found, left = day, abs(count)
    while left:
        found += DAY if count > 0 else -DAY
        left -= works(calendar, found)
    assert calendar.add(day, count) == found
    if count > 0:
        assert calendar.count(day + DAY, found) == count


@settings(max_examples=30)
@given(calendars(), DAYS, DAYS, DAYS)
def test_counts_of_adjoining_spans_add_up(calendar: WorkCalendar, one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    whole = calendar.count(first, last)
    assert calendar.count(first, middle) + calendar.count(middle + DAY, last) == whole
    assert whole == sum(works(calendar, first + DAY * n) for n in range((last - first).days + 1))


def test_more_working_days_than_anyone_is_given_are_refused() -> None:
    with pytest.raises(InvalidInput, match="不能超过3660"):
        NOTICED.add(date(2026, 1, 1), 3661)


def test_the_end_of_the_calendar_is_said_and_not_a_fault() -> None:
    with pytest.raises(InvalidInput, match="超出了日历的范围"):
        NOTICED.add(date(9999, 12, 30), 5)
