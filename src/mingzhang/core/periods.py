"""Periods of the calendar that reports are made for: a year, a half, a quarter, a month, or any range of days."""

from __future__ import annotations

import re
import unicodedata
from calendar import month_name, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Literal

from mingzhang.core.errors import InvalidInput
from mingzhang.core.language import gettext as _

Shift = Literal["same", "previous", "year_to_date", "same_last_year"]

FIRST_YEAR, LAST_YEAR = 1900, 2999
DAY = timedelta(days=1)
NUMERALS = ("一", "二", "三", "四")


class PeriodKind(StrEnum):
    """How long a period is, and so what 'the previous one' means."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    RANGE = "range"


KIND_OF_LENGTH = {12: PeriodKind.YEAR, 6: PeriodKind.HALF, 3: PeriodKind.QUARTER, 1: PeriodKind.MONTH}
MONTHS_IN = {kind: length for length, kind in KIND_OF_LENGTH.items()}


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` to `end`, both included. Two periods of the same days are the same period: the range
    2026-01-01..2026-06-30 is the half-year 2026H1."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise InvalidInput(_("时段的开始日期晚于结束日期。"), remedy=_("请把两个日期对调。"))

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2026`, `2026H1`, `2026Q2`, `2026-06` or `2026-01-01..2026-06-30`. Raises InvalidInput."""
        code = unicodedata.normalize("NFKC", text).strip().upper()
        if days := re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", code, re.ASCII):
            return cls(_day(days[1]), _day(days[2]))
        if found := re.fullmatch(r"(\d{4})(?:H([12])|Q([1-4])|-(0[1-9]|1[0-2]))?", code, re.ASCII):
            year, half, quarter, month = (int(part) if part else None for part in found.groups())
            return _calendar(_checked_year(year or 0), half, quarter, month)
        raise _unreadable(text)

    @classmethod
    def of_months(cls, year: int, first: int, count: int) -> Period:
        """`count` whole months of `year` beginning with month `first` (1 to 12)."""
        last = first + count - 1
        return cls(date(year, first, 1), date(year, last, monthrange(year, last)[1]))

    @cached_property
    def kind(self) -> PeriodKind:
        """What the days make up: six months are a half-year only when they begin in January or July."""
        if not self._in_whole_months or self.start.year != self.end.year:
            return PeriodKind.RANGE
        length = self.end.month - self.start.month + 1
        if length in KIND_OF_LENGTH and (self.start.month - 1) % length == 0:
            return KIND_OF_LENGTH[length]
        return PeriodKind.RANGE

    @cached_property
    def code(self) -> str:
        """The shortest text that `parse` reads back to this period."""
        year = f"{self.start.year:04}"
        match self.kind:
            case PeriodKind.YEAR:
                return year
            case PeriodKind.HALF:
                return f"{year}H{self._ordinal}"
            case PeriodKind.QUARTER:
                return f"{year}Q{self._ordinal}"
            case PeriodKind.MONTH:
                return f"{year}-{self.start.month:02}"
        return f"{self.start.isoformat()}..{self.end.isoformat()}"

    @property
    def label(self) -> str:
        """As a Chinese document says it: 2026年上半年, 2026年第二季度, 2026年1至9月."""
        year = f"{self.start.year}年"
        match self.kind:
            case PeriodKind.YEAR:
                return year
            case PeriodKind.HALF:
                return year + ("上半年", "下半年")[self._ordinal - 1]
            case PeriodKind.QUARTER:
                return f"{year}第{NUMERALS[self._ordinal - 1]}季度"
            case PeriodKind.MONTH:
                return f"{year}{self.start.month}月"
        return self._range_label

    @property
    def label_en(self) -> str:
        """As an English page says it: first half of 2026, second quarter of 2026, June 2026."""
        year = str(self.start.year)
        match self.kind:
            case PeriodKind.YEAR:
                return year
            case PeriodKind.HALF:
                return f"{('first', 'second')[self._ordinal - 1]} half of {year}"
            case PeriodKind.QUARTER:
                return f"{('first', 'second', 'third', 'fourth')[self._ordinal - 1]} quarter of {year}"
            case PeriodKind.MONTH:
                return f"{month_name[self.start.month]} {year}"
        return self._range_label_en

    def label_in(self, language: str) -> str:
        """The label in `language`: English for `en` and its kin, else Chinese."""
        return self.label_en if language.startswith("en") else self.label

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days + 1

    def previous(self) -> Period:
        """The period of the same kind right before: 2025H2 before 2026H1. A range: as many days, right before."""
        end = self.start - DAY
        if self.kind is PeriodKind.RANGE:
            return Period(end - timedelta(days=self.days - 1), end)
        length = MONTHS_IN[self.kind]
        return Period.of_months(end.year, end.month - length + 1, length)

    def same_last_year(self) -> Period:
        """The same days a year earlier. Whole months stay whole; otherwise 29 February becomes the 28th."""
        start, end = _year_before(self.start), _year_before(self.end)
        if self._in_whole_months:
            end = _month_end(end)
        return Period(start, end)

    def shifted(self, shift: Shift) -> Period:
        """The period that `shift` names, seen from this one."""
        match shift:
            case "same":
                return self
            case "previous":
                return self.previous()
            case "same_last_year":
                return self.same_last_year()
            case "year_to_date":
                return self.year_to_date()

    def year_to_date(self) -> Period:
        """From 1 January of the year in which the period ends, to its end."""
        return Period(date(self.end.year, 1, 1), self.end)

    def months(self) -> list[tuple[date, date]]:
        """The calendar months of the period in order, as (first day, last day), the outer two cut to the period."""
        parts = []
        first = self.start
        while first <= self.end:
            last = min(_month_end(first), self.end)
            parts.append((first, last))
            first = last + DAY
        return parts

    @property
    def _in_whole_months(self) -> bool:
        return self.start.day == 1 and self.end == _month_end(self.end)

    @property
    def _ordinal(self) -> int:
        """Which half or quarter of its year this is, counted from 1."""
        return (self.start.month - 1) // MONTHS_IN[self.kind] + 1

    @property
    def _range_label(self) -> str:
        start, end = self.start, self.end
        if self._in_whole_months and start.year == end.year:
            return f"{start.year}年{start.month}至{end.month}月"
        if start == end:
            return _chinese_day(start)
        closing = f"{end.month}月{end.day}日" if start.year == end.year else _chinese_day(end)
        return f"{_chinese_day(start)}至{closing}"

    @property
    def _range_label_en(self) -> str:
        start, end = self.start, self.end
        if self._in_whole_months and start.year == end.year:
            return f"{month_name[start.month]} to {month_name[end.month]} {end.year}"
        if start == end:
            return _english_day(start)
        return f"{_english_day(start)} to {_english_day(end)}"

    def __str__(self) -> str:
        return self.code


def _calendar(year: int, half: int | None, quarter: int | None, month: int | None) -> Period:
    if half:
        return Period.of_months(year, 6 * half - 5, 6)
    if quarter:
        return Period.of_months(year, 3 * quarter - 2, 3)
    return Period.of_months(year, month or 1, 1 if month else 12)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _unreadable(text) from None
    _checked_year(day.year)
    return day


def _checked_year(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            _("年份 %(year)d 不在 %(first)d 到 %(last)d 之间。")
            % {"year": year, "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return year


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput(
        _("看不懂时段“%(text)s”。") % {"text": text[:40]},
        remedy=_("请写成 2026、2026H1、2026Q2、2026-06 或 2026-01-01..2026-06-30。"),
    )


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _year_before(day: date) -> date:
    year = day.year - 1
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def _chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _english_day(day: date) -> str:
    return f"{day.day} {month_name[day.month]} {day.year}"
