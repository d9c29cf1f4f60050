"""What comes again and again: RFC 5545 rules that name days, rolled to working days, with the reason for each step.

A rule alone says on which days something nominally falls, and so for which period it is due. That never depends on
the working calendar: when a notice moves a day, the due date moves, and the occurrence is still the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Literal

from dateutil.rrule import rrulestr

from mingzhang.core.errors import InvalidInput
from mingzhang.core.language import gettext as _
from mingzhang.core.periods import MONTHS_IN, Period, PeriodKind
from mingzhang.core.workdays import (
    DAY,
    MOST_DAYS,
    DayKind,
    WorkCalendar,
    check_count,
    days_from,
    kind_said,
    weekday_said,
)

Roll = Literal["none", "forward", "back", "nearest"]
CadenceKind = Literal["month", "quarter", "half", "year", "week", "event"]
Why = Literal[
    "fixed",
    "nominal",
    "passed_forward",
    "passed_back",
    "turned_back",
    "landed",
    "start",
    "counted",
    "off",
    "paused",
]
Pauses = Sequence[tuple[date, date]]
Nominal = date

# Intervals are counted from here, whatever days are asked about: a Monday and the first day of a year.
EPOCH = date(1900, 1, 1)
# The same weekdays 7,600 years on. A rule that never comes is looked for to the end of the calendar: from here that
# is 500 years, in which every possible year occurs, and not 8,000.
LATE_EPOCH = date(9500, 1, 1)
LATE_END = date(9560, 1, 1)

WEEKDAY = "(?:MO|TU|WE|TH|FR|SA|SU)"
PARTS = {
    "FREQ": "YEARLY|MONTHLY|WEEKLY",
    "INTERVAL": r"[1-9]|[1-5]\d|60",
    "BYMONTH": "0?[1-9]|1[0-2]",
    "BYMONTHDAY": r"[+-]?(?:0?[1-9]|[12]\d|3[01])",
    "BYDAY": rf"(?:[+-]?[1-9]\d?)?{WEEKDAY}",
    "BYSETPOS": r"[+-]?[1-9]\d{0,2}",
    "WKST": WEEKDAY,
}
SINGLE_PARTS = ("FREQ", "INTERVAL", "WKST")
FINER = ("DAILY", "HOURLY", "MINUTELY", "SECONDLY")

# Steps whose day could be anything and the due date would be the same.
INDIFFERENT: tuple[Why, ...] = ("fixed", "start", "paused")


@dataclass(frozen=True)
class Cadence:
    """How often something is due: `rule` names the nominal days, `roll` says where one goes that is not a working
    day ('nearest': forward, unless that is another month, then back), `plus` adds so many working days. `kind` is
    the period that each occurrence is for. An event has no rule: somebody says when it happened."""

    rule: str
    roll: Roll = "forward"
    plus: int = 0
    kind: CadenceKind = field(kw_only=True)

    def __post_init__(self) -> None:
        check_count(self.plus)
        if self.kind != "event":
            _check(self.rule, self.kind)
        elif self.rule:
            raise InvalidInput(_("由事件引起的周期不写规则。"))


@dataclass(frozen=True)
class Occurrence:
    """Once: the period that it is for, which tells it from all others of its cadence, and its nominal day."""

    period: Period
    nominal: date


@dataclass(frozen=True)
class Step:
    """One day on the way to a due date. `number` says which counted day it is, from 1; 0 if it is not counted."""

    date: date
    kind: DayKind
    counted: bool
    why: Why
    number: int = 0
    name: str = ""


@dataclass(frozen=True)
class Due:
    """When something is due, and every day that was looked at to find it. `provisional`: a notice that is still to
    come could change the date."""

    date: date
    nominal: Nominal
    steps: tuple[Step, ...]
    provisional: bool


def period_of(kind: CadenceKind, day: date) -> Period:
    """The period of `kind` in which `day` lies. Weeks begin on Monday; an event is a day."""
    if kind == "event":
        return Period(day, day)
    if kind == "week":
        monday = day - DAY * day.weekday()
        return Period(monday, monday + DAY * 6)
    length = MONTHS_IN[PeriodKind(kind)]
    return Period.of_months(day.year, (day.month - 1) // length * length + 1, length)


def occurrences(cadence: Cadence, start: date, end: date) -> Iterator[Occurrence]:
    """The occurrences whose nominal day lies from `start` to `end`, both included, in order. What an occurrence is
    does not depend on what was asked: two windows side by side give what one over both gives."""
    if cadence.kind == "event":
        return
    parts = _parts(cadence.rule)
    anchor = _anchor(parts["FREQ"], int(parts.get("INTERVAL", "1")), start)
    for nominal in takewhile(lambda day: day <= end, _dates(cadence.rule, anchor)):
        if nominal >= start:
            yield Occurrence(period_of(cadence.kind, nominal), nominal)


def due(cadence: Cadence, occurrence: Occurrence, calendar: WorkCalendar) -> Due:
    """When `occurrence` is due by `calendar`."""
    steps = _rolled(occurrence.nominal, cadence.roll, calendar)
    return _due(occurrence.nominal, [*steps, *_walk(steps[-1].date, cadence.plus, calendar)], calendar)


def deadline(start: date, days: int, calendar: WorkCalendar, pauses: Pauses = ()) -> Due:
    """The `days`th working day after `start`, which is not counted itself. Days within a pause (first and last day
    included) do not count."""
    check_count(days)
    for first, last in pauses:
        _check_pause(first, last)
    first_step = _step(start, "start", calendar)
    return _due(start, [first_step, *_walk(start, days, calendar, pauses)], calendar)


def _due(nominal: date, steps: Sequence[Step], calendar: WorkCalendar) -> Due:
    decisive = [step for step in steps if step.why not in INDIFFERENT]
    provisional = any(calendar.day(step.date).provisional for step in decisive)
    return Due(steps[-1].date, nominal, tuple(steps), provisional)


def _rolled(nominal: date, roll: Roll, calendar: WorkCalendar) -> list[Step]:
    """From the nominal day to the working day that stands for it; the last step is that day."""
    if roll == "none":
        return [_step(nominal, "fixed", calendar)]
    if calendar.is_working(nominal):
        return [_step(nominal, "nominal", calendar)]
    if roll == "nearest" and calendar.next_working(nominal).month != nominal.month:
        return _passed(nominal, calendar, back=True, turned=True)
    return _passed(nominal, calendar, back=roll == "back")


def _passed(nominal: date, calendar: WorkCalendar, *, back: bool, turned: bool = False) -> list[Step]:
    """The days off from `nominal` to the first working day, and that day. `turned`: the way forward was tried."""
    why: Why = "passed_back" if back else "passed_forward"
    off = list(takewhile(lambda day: not calendar.is_working(day), days_from(nominal, back=back)))
    steps = [_step(day, why, calendar) for day in off]
    if turned:
        ahead = takewhile(lambda day: day.month == nominal.month, days_from(nominal))
        steps[:1] = [_step(day, "turned_back", calendar) for day in ahead]
    return [*steps, _step(off[-1] - DAY if back else off[-1] + DAY, "landed", calendar)]


def _walk(day: date, count: int, calendar: WorkCalendar, pauses: Pauses = ()) -> Iterator[Step]:
    """Day after day (before day, if `count` is negative) until `count` working days are counted."""
    number = 0
    ahead = days_from(day, back=count < 0)
    next(ahead)
    while number < abs(count):
        step = _walked(next(ahead), number + 1, calendar, pauses)
        number += step.counted
        yield step


def _walked(day: date, number: int, calendar: WorkCalendar, pauses: Pauses) -> Step:
    if any(first <= day <= last for first, last in pauses):
        return _step(day, "paused", calendar)
    if calendar.is_working(day):
        return _step(day, "counted", calendar, number)
    return _step(day, "off", calendar)


def _step(day: date, why: Why, calendar: WorkCalendar, number: int = 0) -> Step:
    found = calendar.day(day)
    return Step(day, found.kind, number > 0, why, number, found.name)


def _check_pause(first: date, last: date) -> None:
    if first > last:
        raise InvalidInput(_("暂停的开始日期晚于结束日期。"), remedy=_("请把两个日期对调。"))
    if (last - first).days > MOST_DAYS:
        raise InvalidInput(_("一次暂停不能超过%(most)d天。") % {"most": MOST_DAYS})


@lru_cache(maxsize=1024)
def _check(rule: str, kind: CadenceKind) -> None:
    """Refuse a rule that cannot be read, that never comes, or that comes twice in one period."""
    parts = _parts(rule)
    if parts["FREQ"] == "WEEKLY" and re.search(r"\d", parts.get("BYDAY", "")):
        raise _unreadable(rule, _("按周重复时，BYDAY 只写星期几，前面不写数字。"))
    if next(_dates(rule, LATE_EPOCH), None) is None:
        raise _unreadable(rule, _("没有一天合乎它，请看看月和日能不能同时成立。"))
    days = takewhile(lambda day: day < LATE_END, _dates(rule, LATE_EPOCH))
    for one, other in pairwise(period_of(kind, day) for day in days):
        if one == other:
            raise _unreadable(rule, _("它在一个时段里会来两次：请分成两项，或者把时段改短。"))


def _parts(rule: str) -> dict[str, str]:
    """The parts of `rule` by name, each checked. Raises InvalidInput."""
    parts: dict[str, str] = {}
    for text in rule.strip().upper().split(";"):
        name, _equals, value = text.partition("=")
        if name in parts:
            raise _unreadable(rule, _("“%(part)s”写了两次。") % {"part": name})
        _check_part(rule, name, value)
        parts[name] = value
    if "FREQ" not in parts:
        raise _unreadable(rule, _("没有写 FREQ，也就是按年、按月还是按周。"))
    return parts


def _check_part(rule: str, name: str, value: str) -> None:
    if name in ("COUNT", "UNTIL"):
        raise _unreadable(rule, _("不写 COUNT 和 UNTIL：从哪天起、到哪天止，由责任自己的起止日期定。"))
    if name == "FREQ" and value in FINER:
        raise _unreadable(rule, _("最短按周重复：FREQ 写 YEARLY、MONTHLY 或 WEEKLY。"))
    if name not in PARTS:
        raise _unreadable(rule, _("看不懂“%(part)s”。") % {"part": name[:40]})
    values = [value] if name in SINGLE_PARTS else value.split(",")
    for one in values:
        if not re.fullmatch(PARTS[name], one, re.ASCII):
            raise _unreadable(rule, _("%(part)s 不能是“%(value)s”。") % {"part": name, "value": one[:40]})


def _unreadable(rule: str, reason: str) -> InvalidInput:
    return InvalidInput(
        _("周期“%(rule)s”用不了：%(reason)s") % {"rule": rule[:80], "reason": reason},
        remedy=_("例如每月最后一天写成 FREQ=MONTHLY;BYMONTHDAY=-1。"),
    )


def _dates(rule: str, anchor: date) -> Iterator[date]:
    """The days of `rule` from `anchor` on."""
    found = rrulestr(rule.strip().upper(), dtstart=datetime.combine(anchor, time()))
    return (moment.date() for moment in found)


def _anchor(frequency: str, interval: int, day: date) -> date:
    """Where to begin so that all days of the rule from `day` on are found: a whole number of intervals after EPOCH
    and one interval early, because BYSETPOS and WKST look at whole years, months and weeks."""
    if frequency == "WEEKLY":
        return EPOCH + timedelta(weeks=_whole((day - EPOCH).days // 7, interval))
    months_in = 12 if frequency == "YEARLY" else 1
    months = months_in * _whole(((day.year - EPOCH.year) * 12 + day.month - 1) // months_in, interval)
    return date(EPOCH.year + months // 12, months % 12 + 1, 1)


def _whole(units: int, interval: int) -> int:
    return max(0, units // interval - 1) * interval


def explain(due: Due) -> list[str]:
    """Every step in a sentence: 2026年2月28日，星期六，调休上班，算第3天。"""
    said = [_sentence(step) for step in due.steps]
    if due.provisional:
        said.append(_("其中有的日子，放假通知还没有录入，暂按法定节假日和周末推算；通知录入后会重算。"))
    return said


def _sentence(step: Step) -> str:
    return _("%(day)s，%(kind)s，%(said)s。") % {
        "day": _day_said(step.date),
        "kind": _kind_said(step),
        "said": _why_said(step.why) % {"number": step.number},
    }


def _day_said(day: date) -> str:
    return _("%(year)d年%(month)d月%(day)d日，%(weekday)s") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "weekday": weekday_said(day),
    }


def _kind_said(step: Step) -> str:
    if step.kind == "holiday" and step.name:
        return _("放假（%(name)s）") % {"name": step.name}
    return kind_said(step.kind)


def _why_said(why: Why) -> str:
    return {
        "fixed": _("按当天算，不随放假移动"),
        "nominal": _("就是这一天"),
        "passed_forward": _("往后顺延"),
        "passed_back": _("往前提"),
        "turned_back": _("往后顺延就出了这个月，改为往前提"),
        "landed": _("落在这一天"),
        "start": _("从这天起算，当天不计"),
        "counted": _("算第%(number)d天"),
        "off": _("不计"),
        "paused": _("暂停，不计"),
    }[why]
