"""Periods read, named and compared as the people who report on them do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingzhang.core.errors import InvalidInput
from mingzhang.core.periods import Period, PeriodKind

YEARS = st.integers(1901, 2998)
CALENDAR_CODES = st.one_of(
    YEARS.map(str),
    st.builds("{}H{}".format, YEARS, st.integers(1, 2)),
    st.builds("{}Q{}".format, YEARS, st.integers(1, 4)),
    st.builds("{}-{:02}".format, YEARS, st.integers(1, 12)),
)
DAYS = st.dates(date(1901, 1, 1), date(2998, 12, 31))
RANGES = st.builds(lambda a, b: Period(min(a, b), max(a, b)), DAYS, DAYS)
PERIODS = st.one_of(CALENDAR_CODES.map(Period.parse), RANGES)


@pytest.mark.parametrize(
    ("code", "start", "end", "kind", "label", "label_en"),
    [
        ("2026", "2026-01-01", "2026-12-31", "year", "2026年", "2026"),
        ("2026H1", "2026-01-01", "2026-06-30", "half", "2026年上半年", "first half of 2026"),
        ("2026H2", "2026-07-01", "2026-12-31", "half", "2026年下半年", "second half of 2026"),
        ("2026Q2", "2026-04-01", "2026-06-30", "quarter", "2026年第二季度", "second quarter of 2026"),
        ("2024-02", "2024-02-01", "2024-02-29", "month", "2024年2月", "February 2024"),
        (
            "2026-01-01..2026-09-30",
            "2026-01-01",
            "2026-09-30",
            "range",
            "2026年1至9月",
            "January to September 2026",
        ),
        ("2026-03-05..2026-03-05", "2026-03-05", "2026-03-05", "range", "2026年3月5日", "5 March 2026"),
        (
            "2026-03-05..2026-04-01",
            "2026-03-05",
            "2026-04-01",
            "range",
            "2026年3月5日至4月1日",
            "5 March 2026 to 1 April 2026",
        ),
        (
            "2025-12-01..2026-02-28",
            "2025-12-01",
            "2026-02-28",
            "range",
            "2025年12月1日至2026年2月28日",
            "1 December 2025 to 28 February 2026",
        ),
    ],
)
def test_a_code_reads_as_its_days_and_is_named_as_documents_name_it(
    code: str, start: str, end: str, kind: str, label: str, label_en: str
) -> None:
    period = Period.parse(code)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)
    assert (period.kind, period.label, period.label_en, period.code) == (kind, label, label_en, code)


def test_full_width_and_small_letters_and_spaces_are_understood() -> None:
    assert Period.parse(" ２０２６ｈ１ ") == Period.parse("2026H1")


def test_a_range_that_is_a_half_year_is_that_half_year() -> None:
    assert Period.parse("2026-01-01..2026-06-30") == Period.parse("2026H1")


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026H3", "2026Q0", "2026-13", "2026-6", "2026-02-30..2026-03-01", "2026-02-01", "0000", "3000",
     "2026-06-30..2026-01-01", "2026H1H2", "去年", "2026..2027", "１" * 5000],
)  # fmt: skip
def test_what_is_no_period_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Period.parse(text)
    assert 0 < len(str(refused.value)) < 150


@pytest.mark.parametrize(
    ("code", "previous"),
    [
        ("2026", "2025"),
        ("2026H1", "2025H2"),
        ("2026H2", "2026H1"),
        ("2026Q1", "2025Q4"),
        ("2024-03", "2024-02"),
        ("2026-01", "2025-12"),
        ("2026-01-10..2026-01-19", "2025-12-31..2026-01-09"),
    ],
)
def test_the_previous_period_is_the_one_right_before(code: str, previous: str) -> None:
    assert Period.parse(code).previous().code == previous


@pytest.mark.parametrize(
    ("code", "last_year"),
    [
        ("2026H1", "2025H1"),
        ("2024-02", "2023-02"),
        ("2025-02", "2024-02"),
        ("2024-02-29..2024-02-29", "2023-02-28..2023-02-28"),
        ("2025-01-01..2025-02-28", "2024-01-01..2024-02-29"),
        ("2025-02-10..2025-02-27", "2024-02-10..2024-02-27"),
    ],
)
def test_the_same_period_last_year_survives_leap_days(code: str, last_year: str) -> None:
    assert Period.parse(code).same_last_year().code == last_year


def test_the_year_to_date_runs_from_new_year_to_the_end_of_the_period() -> None:
    assert Period.parse("2026Q2").year_to_date().code == "2026H1"
    assert Period.parse("2025-12-01..2026-02-10").year_to_date().code == "2026-01-01..2026-02-10"


@given(PERIODS)
def test_every_period_reads_back_from_its_code(period: Period) -> None:
    assert Period.parse(period.code) == period


@given(PERIODS)
def test_the_previous_period_ends_the_day_before_and_is_of_the_same_kind(period: Period) -> None:
    previous = period.previous()
    assert previous.end + timedelta(days=1) == period.start
    if period.kind is PeriodKind.RANGE:
        assert previous.days == period.days
    else:
        assert previous.kind is period.kind


@given(CALENDAR_CODES)
def test_a_calendar_period_keeps_its_kind_a_year_earlier(code: str) -> None:
    period = Period.parse(code)
    last_year = period.same_last_year()
    assert last_year.kind is period.kind
    assert last_year.start == period.start.replace(year=period.start.year - 1)


@given(RANGES.filter(lambda period: period.days < 4000))
def test_the_months_cover_the_period_without_gap_or_overlap(period: Period) -> None:
    months = period.months()
    assert (months[0][0], months[-1][1]) == (period.start, period.end)
    for (_, end), (start, _) in zip(months, months[1:], strict=False):
        assert start == end + timedelta(days=1)
        assert start.day == 1
    assert all((start.year, start.month) == (end.year, end.month) for start, end in months)


@given(PERIODS)
def test_every_period_has_a_label_in_both_languages(period: Period) -> None:
    assert str(period.start.year) in period.label
    assert str(period.start.year) in period.label_en


@given(st.text(max_size=30))
def test_any_text_is_either_a_period_or_refused(text: str) -> None:
    try:
        period = Period.parse(text)
    except InvalidInput:
        return
    assert Period.parse(period.code) == period
