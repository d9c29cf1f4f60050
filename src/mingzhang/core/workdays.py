"""Working days: which days a body works on, found by walking a calendar that somebody gave.

In China a weekend can be a working day (调休上班) and a weekday a day off, as a notice says each autumn for the
next year. The days that notices changed are given; for every other day the week decides. A year without a notice
is provisional: its answers may change when the notice comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Literal

from mingzhang.core.errors import InvalidInput
from mingzhang.core.language import gettext as _

DayKind = Literal["workday", "weekend", "holiday", "make_up"]

DAY = timedelta(days=1)
SATURDAY = 5
MOST_DAYS = 3660  # ten years and some: nobody is given longer, and a slip of the hand ends here


@dataclass(frozen=True)
class Day:
    """One day, what it is called if it has a name, and the notice that made it so."""

    date: date
    kind: DayKind
    name: str = ""
    notice: str = ""
    provisional: bool = False

    @property
    def working(self) -> bool:
        """Whether people work on this day."""
        return self.kind in ("workday", "make_up")


class WorkCalendar:
    """The days that are not as the week has it, and the years whose notice is known."""

    def __init__(self, days: Mapping[date, Day], notified: frozenset[int]) -> None:
        self.notified = notified
        self._days = {day: replace(given, provisional=day.year not in notified) for day, given in days.items()}

    def day(self, day: date) -> Day:
        """What `day` is."""
        if found := self._days.get(day):
            return found
        kind: DayKind = "workday" if day.weekday() < SATURDAY else "weekend"
        return Day(day, kind, provisional=day.year not in self.notified)

    def special(self, year: int) -> list[Day]:
        """The days of `year` that are not as the week has it, in order."""
        return sorted((day for day in self._days.values() if day.date.year == year), key=lambda day: day.date)

    def is_working(self, day: date) -> bool:
        """Whether people work on `day`."""
        return self.day(day).working

    def next_working(self, day: date) -> date:
        """The first working day on or after `day`."""
        return next(found for found in days_from(day) if self.is_working(found))

    def previous_working(self, day: date) -> date:
        """The last working day on or before `day`."""
        return next(found for found in days_from(day, back=True) if self.is_working(found))

    def add(self, day: date, count: int) -> date:
        """The `count`th working day after `day`, which is not counted itself; before it, if `count` is negative."""
        check_count(count)
        ahead = days_from(day, back=count < 0)
        working = (found for found in ahead if found != day and self.is_working(found))
        return next(islice(working, abs(count) - 1, None)) if count else day

    def count(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both included."""
        span = (last - first).days + 1
        return sum(self.is_working(first + DAY * number) for number in range(span))


def days_from(day: date, *, back: bool = False) -> Iterator[date]:
    """`day` and every day after it, or before it. Raises InvalidInput where the calendar ends."""
    while True:
        yield day
        try:
            day = day - DAY if back else day + DAY
        except OverflowError:
            raise InvalidInput(_("日期超出了日历的范围。")) from None


def check_count(count: int) -> None:
    """Refuse numbers of working days that can only be a slip. Raises InvalidInput."""
    if abs(count) > MOST_DAYS:
        raise InvalidInput(_("工作日数不能超过%(most)d。") % {"most": MOST_DAYS})


def weekday_said(day: date) -> str:
    """The day of the week in words."""
    names = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
    return names[day.weekday()]


def kind_said(kind: DayKind) -> str:
    """What sort of day it is, in words."""
    match kind:
        case "workday":
            return _("工作日")
        case "weekend":
            return _("周末")
        case "holiday":
            return _("放假")
        case "make_up":
            return _("调休上班")
