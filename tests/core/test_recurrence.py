"""When things are due: rules that come again, rolled to working days, and why."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mingzhang.core.errors import InvalidInput
from mingzhang.core.periods import Period
from mingzhang.core.recurrence import (
    Cadence,
    CadenceKind,
    Occurrence,
    Roll,
    deadline,
    due,
    explain,
    occurrences,
    period_of,
)
from mingzhang.core.workdays import WorkCalendar
from tests.core.test_workdays import DAYS, NOTICED, calendars, works

DAY = timedelta(days=1)
MONTH_END = "FREQ=MONTHLY;BYMONTHDAY=-1"
QUARTER_END = "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1"
QUARTER_START = "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=1"
HALF_END = "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1"
RULES: tuple[tuple[str, CadenceKind], ...] = (
    (MONTH_END, "month"),
    (QUARTER_END, "quarter"),
    (QUARTER_START, "quarter"),
    (HALF_END, "half"),
    ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=20", "year"),
    ("FREQ=YEARLY", "year"),
    ("FREQ=MONTHLY;BYDAY=2TU", "month"),
    ("FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=31", "month"),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "month"),
    ("FREQ=WEEKLY;BYDAY=FR", "week"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU", "week"),
    ("FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,MO,TU;BYSETPOS=2;WKST=SU", "week"),
    ("FREQ=YEARLY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=-1", "year"),
)


def in_2026(rule: str, kind: CadenceKind, roll: Roll = "forward", plus: int = 0) -> list[tuple[str, str, str]]:
    cadence = Cadence(rule, roll, plus, kind=kind)
    found = occurrences(cadence, date(2026, 1, 1), date(2026, 12, 31))
    return [(one.period.code, f"{one.nominal:%m-%d}", f"{due(cadence, one, NOTICED).date:%m-%d}") for one in found]


def test_month_ends_of_2026_fall_on_working_days_with_the_working_saturday_of_february() -> None:
    assert in_2026(MONTH_END, "month", "back") == [
        ("2026-01", "01-31", "01-30"),
        ("2026-02", "02-28", "02-28"),
        ("2026-03", "03-31", "03-31"),
        ("2026-04", "04-30", "04-30"),
        ("2026-05", "05-31", "05-29"),
        ("2026-06", "06-30", "06-30"),
        ("2026-07", "07-31", "07-31"),
        ("2026-08", "08-31", "08-31"),
        ("2026-09", "09-30", "09-30"),
        ("2026-10", "10-31", "10-30"),
        ("2026-11", "11-30", "11-30"),
        ("2026-12", "12-31", "12-31"),
    ]


@pytest.mark.parametrize(
    ("rule", "kind", "expected"),
    [
        (QUARTER_END, "quarter", ["2026Q1 03-31", "2026Q2 06-30", "2026Q3 09-30", "2026Q4 12-31"]),
        (QUARTER_START, "quarter", ["2026Q1 01-04", "2026Q2 04-01", "2026Q3 07-01", "2026Q4 10-08"]),
        (HALF_END, "half", ["2026H1 06-30", "2026H2 12-31"]),
        ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1", "year", ["2026 05-06"]),
    ],
)
def test_quarters_halves_and_years(rule: str, kind: CadenceKind, expected: list[str]) -> None:
    assert [f"{code} {day}" for code, _nominal, day in in_2026(rule, kind)] == expected


def test_nearest_goes_forward_unless_that_leaves_the_month() -> None:
    assert in_2026("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=31", "year", "nearest") == [("2026", "05-31", "05-29")]
    assert in_2026("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=16", "year", "nearest") == [("2026", "05-16", "05-18")]


def test_working_days_can_be_added_to_the_rolled_day_and_taken_from_it() -> None:
    assert in_2026("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1", "year", plus=3) == [("2026", "10-01", "10-12")]
    assert in_2026("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1", "year", plus=-1) == [("2026", "10-01", "09-30")]


def test_without_a_roll_the_day_stays_and_no_notice_can_move_it() -> None:
    cadence = Cadence("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1", "none", kind="year")
    for year in (2026, 2027):
        found = due(cadence, Occurrence(Period.parse(str(year)), date(year, 10, 1)), NOTICED)
        assert (found.date, found.provisional) == (date(year, 10, 1), False)


def test_february_ends_on_the_29th_in_leap_years() -> None:
    cadence = Cadence("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", kind="year")
    days = [one.nominal.day for one in occurrences(cadence, date(2023, 1, 1), date(2028, 12, 31))]
    assert days == [28, 29, 28, 28, 28, 29]


def test_the_31st_skips_short_months_and_the_last_day_does_not() -> None:
    assert [code[-2:] for code, *_days in in_2026("FREQ=MONTHLY;BYMONTHDAY=31", "month")] == [
        "01", "03", "05", "07", "08", "10", "12",
    ]  # fmt: skip
    assert len(in_2026(MONTH_END, "month")) == 12


def test_an_occurrence_that_rolls_into_the_next_year_stays_that_of_its_period() -> None:
    cadence = Cadence("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1", plus=2, kind="year")
    [one] = occurrences(cadence, date(2025, 1, 1), date(2025, 12, 31))
    assert (one.period.code, due(cadence, one, NOTICED).date) == ("2025", date(2026, 1, 5))


def test_a_week_runs_from_monday_to_sunday_also_over_the_year_change() -> None:
    assert period_of("week", date(2026, 1, 1)).code == "2025-12-29..2026-01-04"


@pytest.mark.parametrize(("rule", "kind"), RULES)
@settings(max_examples=25)
@given(st.lists(DAYS, min_size=2, max_size=5, unique=True))
def test_windows_cut_anywhere_give_the_same_occurrences(rule: str, kind: CadenceKind, cuts: list[date]) -> None:
    cadence = Cadence(rule, kind=kind)
    cuts.sort()
    whole = list(occurrences(cadence, cuts[0], cuts[-1] - DAY))
    parts = [list(occurrences(cadence, first, last - DAY)) for first, last in itertools.pairwise(cuts)]
    assert list(itertools.chain.from_iterable(parts)) == whole
    assert len({one.period.code for one in whole}) == len(whole)
    assert whole == sorted(whole, key=lambda one: one.nominal)
    assert all(one.period == period_of(kind, one.nominal) for one in whole)


@given(DAYS, st.integers(0, 900))
def test_month_ends_are_those_days_before_a_first(start: date, length: int) -> None:
    cadence = Cadence(MONTH_END, kind="month")
    days = (start + DAY * number for number in range(length))
    found = [one.nominal for one in occurrences(cadence, start, start + DAY * (length - 1))]
    assert found == [day for day in days if (day + DAY).day == 1]


def naive(nominal: date, roll: Roll, plus: int, calendar: WorkCalendar) -> date:
    """The due date as a clerk with a wall calendar finds it."""
    after = before = nominal
    while not works(calendar, after):
        after += DAY
    while not works(calendar, before):
        before -= DAY
    nearest = after if after.month == nominal.month else before
    day = {"none": nominal, "forward": after, "back": before, "nearest": nearest}[roll]
    for _number in range(abs(plus)):
        day += DAY if plus > 0 else -DAY
        while not works(calendar, day):
            day += DAY if plus > 0 else -DAY
    return day


@settings(max_examples=30)
@given(calendars(), DAYS, st.sampled_from(get_args(Roll)), st.integers(-12, 12))
def test_due_dates_are_those_of_the_wall_calendar(calendar: WorkCalendar, day: date, roll: Roll, plus: int) -> None:
    cadence = Cadence("", roll, plus, kind="event")
    found = due(cadence, Occurrence(period_of("event", day), day), calendar)
    assert found.date == found.steps[-1].date == naive(day, roll, plus, calendar)
    assert found.nominal == found.steps[0].date == day
    assert [step.number for step in found.steps if step.counted] == list(range(1, abs(plus) + 1))
    assert all(step.kind == calendar.day(step.date).kind for step in found.steps)
    assert len(explain(found)) == len(found.steps) + found.provisional


@settings(max_examples=30)
@given(calendars(), calendars(), DAYS, st.sampled_from(get_args(Roll)), st.integers(-12, 12))
def test_a_due_date_that_is_not_provisional_holds_whatever_notices_come(
    known: WorkCalendar, other: WorkCalendar, day: date, roll: Roll, plus: int
) -> None:
    cadence = Cadence("", roll, plus, kind="event")
    one = Occurrence(period_of("event", day), day)
    found = due(cadence, one, known)
    span = [day + DAY * number for number in range(-90, 91)]
    later = {each: (known if each.year in known.notified else other).day(each) for each in span}
    if not found.provisional:
        assert due(cadence, one, WorkCalendar(later, frozenset())).date == found.date


PAUSES = st.lists(
    st.builds(lambda first, length: (first, first + DAY * length), DAYS, st.integers(0, 40)), max_size=3
)


@settings(max_examples=30)
@given(calendars(), DAYS, st.integers(0, 30), PAUSES)
@example(NOTICED, date(2026, 2, 13), 3, [(date(2026, 2, 24), date(2026, 2, 26))])
def test_a_deadline_counts_working_days_outside_pauses(
    calendar: WorkCalendar, start: date, days: int, pauses: list[tuple[date, date]]
) -> None:
    def counts() -> Iterator[date]:
        day = start
        while True:
            day += DAY
            if works(calendar, day) and not any(first <= day <= last for first, last in pauses):
                yield day

    counted = list(itertools.islice(counts(), days))
    found = deadline(start, days, calendar, pauses)
    assert [step.date for step in found.steps if step.counted] == counted
    assert found.date == (counted[-1] if counted else start)
    assert [step.date for step in found.steps] == [start + DAY * n for n in range(len(found.steps))]


def test_a_deadline_explains_itself_day_by_day() -> None:
    found = deadline(date(2026, 2, 14), 3, NOTICED, [(date(2026, 2, 25), date(2026, 2, 25))])
    assert found.date == date(2026, 2, 27)
    said = explain(found)
    assert said[0] == "2026年2月14日，星期六，调休上班，从这天起算，当天不计。"
    assert said[3] == "2026年2月17日，星期二，放假（春节），不计。"
    assert said[10:] == [
        "2026年2月24日，星期二，工作日，算第1天。",
        "2026年2月25日，星期三，工作日，暂停，不计。",
        "2026年2月26日，星期四，工作日，算第2天。",
        "2026年2月27日，星期五，工作日，算第3天。",
    ]
    assert explain(deadline(date(2026, 2, 25), 3, NOTICED))[-1] == "2026年2月28日，星期六，调休上班，算第3天。"


def test_a_day_that_moved_says_which_way_and_why() -> None:
    cadence = Cadence("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=30", "nearest", kind="year")
    [one] = occurrences(cadence, date(2026, 1, 1), date(2026, 12, 31))
    assert explain(due(cadence, one, NOTICED)) == [
        "2026年5月30日，星期六，周末，往后顺延就出了这个月，改为往前提。",
        "2026年5月31日，星期日，周末，往后顺延就出了这个月，改为往前提。",
        "2026年5月29日，星期五，工作日，落在这一天。",
    ]


def test_a_due_date_in_a_year_without_a_notice_says_that_it_may_change() -> None:
    found = deadline(date(2026, 12, 31), 1, NOTICED)
    assert found.provisional
    assert explain(found)[-1].startswith("其中有的日子，放假通知还没有录入")


@pytest.mark.parametrize(
    ("rule", "kind", "said"),
    [
        ("", "month", "看不懂"),
        ("BYMONTHDAY=1", "month", "没有写 FREQ"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "month", "BYMONTHDAY 不能是“32”"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "month", "BYMONTHDAY 不能是“0”"),
        ("FREQ=YEARLY;BYMONTH=13", "year", "BYMONTH 不能是“13”"),
        ("FREQ=MONTHLY;INTERVAL=0", "month", "INTERVAL 不能是“0”"),
        ("FREQ=MONTHLY;BYDAY=XX", "month", "BYDAY 不能是“XX”"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;BYMONTHDAY=2", "month", "写了两次"),
        ("FREQ=MONTHLY;COUNT=3", "month", "不写 COUNT"),
        ("FREQ=MONTHLY;UNTIL=20261231", "month", "不写 COUNT"),
        ("FREQ=DAILY", "week", "最短按周"),
        ("FREQ=HOURLY", "week", "最短按周"),
        ("FREQ=SOMETIMES", "week", "FREQ 不能是“SOMETIMES”"),
        ("FREQ=WEEKLY;BYDAY=2MO", "week", "前面不写数字"),
        ("FREQ=MONTHLY;BYHOUR=9", "month", "看不懂“BYHOUR”"),
        ("FREQ=MONTHLY;BYMONTHDAY=1\nDTSTART:20200101", "month", "BYMONTHDAY 不能是"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "year", "没有一天合乎它"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "month", "会来两次"),
        (MONTH_END, "quarter", "会来两次"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_in_words(rule: str, kind: CadenceKind, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Cadence(rule, kind=kind)
    assert said in str(refused.value)


PIECES = ("FREQ=MONTHLY", "FREQ=WEEKLY", ";", "INTERVAL=2", ";BYDAY=-1MO", ",", "1", "=", "\x00", ";BYMONTHDAY=")


@settings(max_examples=40)
@given(st.text(max_size=30) | st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_whatever_is_written_as_a_rule_is_read_or_refused(text: str) -> None:
    try:
        cadence = Cadence(text, kind="month")
    except InvalidInput:
        return
    assert list(occurrences(cadence, date(2000, 1, 1), date(2099, 12, 31)))


def test_an_event_comes_when_somebody_says_so_and_has_no_rule() -> None:
    cadence = Cadence("", "none", 5, kind="event")
    assert list(occurrences(cadence, date(2026, 1, 1), date(2026, 12, 31))) == []
    meeting = date(2026, 9, 18)
    one = Occurrence(period_of("event", meeting), meeting)
    assert due(cadence, one, NOTICED).date == date(2026, 9, 24)  # with the working Sunday, before the holiday
    with pytest.raises(InvalidInput, match="不写规则"):
        Cadence(MONTH_END, kind="event")


@pytest.mark.parametrize("pause", [(date(2026, 3, 2), date(2026, 3, 1)), (date(2026, 3, 1), date(9999, 12, 31))])
def test_a_pause_that_ends_before_it_begins_or_never_is_refused(pause: tuple[date, date]) -> None:
    with pytest.raises(InvalidInput, match="暂停"):
        deadline(date(2026, 1, 1), 5, NOTICED, [pause])


def test_a_cadence_far_in_the_past_or_future_is_asked_about_without_fault() -> None:
    cadence = Cadence(MONTH_END, kind="month")
    assert list(occurrences(cadence, date(1, 1, 1), date(1900, 1, 30))) == []
    last = list(occurrences(cadence, date(9999, 12, 1), date.max))
    assert [one.period.code for one in last] == ["9999-12"]
