"""China's days off and make-up days as the `holidays` package has them. Importing it takes a second, so nobody
imports this module: `calendars.known_rows` loads it when the calendar is filled in."""

from __future__ import annotations

import re
from datetime import date

from holidays import country_holidays

from mingzhang.organisation.calendars import Row

SWAPPED = re.compile(r"休息日（由 (\d{4})-(\d\d)-(\d\d) 调休）", re.ASCII)


def rows_of(year: int) -> list[Row]:
    """The days of `year` that are not as the week has it, in order."""
    china = country_holidays("CN", years=year, language="zh_CN")
    swapped = {given: day for day, name in china.items() if (given := _given_for(name))}
    off = [Row(day, "holiday", _holiday_name(name)) for day, name in china.items()]
    on = [
        Row(day, "make_up", _swapped_with(swapped.get(day))) for day in china.weekend_workdays if day.year == year
    ]
    return sorted([*off, *on], key=lambda row: row.day)


def _given_for(name: str) -> date | None:
    """The make-up day for which a day so named is off."""
    found = SWAPPED.search(name)
    return date(*map(int, found.groups())) if found else None


def _holiday_name(name: str) -> str:
    given = _given_for(name)
    return _swapped_with(given) if given else name.replace("; ", "、")


def _swapped_with(day: date | None) -> str:
    """In Chinese whatever language is spoken: it is kept as data, like the names of holidays."""
    return f"与{day.month}月{day.day}日对调" if day else ""
