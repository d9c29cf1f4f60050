"""What of 今日 comes from duties: what is due for me, the ten working days ahead, and how the units below stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Coalesce

from mingzhang.core.composed import Composed, Given
from mingzhang.core.workdays import WorkCalendar
from mingzhang.duties.listing import late
from mingzhang.duties.models import OPEN_TASKS, Task
from mingzhang.duties.whose import composed_tasks_of
from mingzhang.duties.wording import Line, lines_of
from mingzhang.organisation.models import Appointment, Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import below, children, delegations_around, today_in, work_calendar
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import GivenScope
from mingzhang.ui.addresses import path_of

SHOWN = 8
AHEAD = 10
MOST = 1000
MOST_UNITS = 12
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Due:
    """My tasks up to the end of the week: the first of them, and how many are late, for today and after."""

    lines: Sequence[Line]
    late: int
    today: int
    week: int
    all: str

    @property
    def count(self) -> int:
        """All of them together."""
        return self.late + self.today + self.week

    @property
    def now(self) -> int:
        """What must not wait for tomorrow."""
        return self.late + self.today

    @property
    def more(self) -> bool:
        return self.count > len(self.lines)


@dataclass(frozen=True)
class Ahead:
    """A working day, and how many of my tasks fall due on it."""

    day: date
    count: int
    address: str

    @property
    def dots(self) -> Sequence[int]:
        """One dot for each, no more than there is room for."""
        return range(min(self.count, 3))


@dataclass(frozen=True)
class Below:
    """A unit below, with how many of its tasks and those below it are late, and where they are listed."""

    name: str
    late: int
    address: str


def duties_of(place: Place) -> dict[str, Any]:
    """A fixed number of queries, whatever there is to do."""
    today = today_in(place.person.book)
    if Permission.DUTY_VIEW not in place.held:
        return {}
    calendar = work_calendar()
    days = _working_days(calendar, today)
    week = today - timedelta(days=today.weekday()) + timedelta(days=6)
    tasks = _mine(place, max(days[-1], week))
    return {
        "due": _due(place, [task for task in tasks if task.deadline <= week], today),
        "ahead": _ahead(tasks, days, today),
        "below": _below(place, today) if Permission.TASK_DECIDE in place.held else None,
        "away": _away(place, today),
    }


def _working_days(calendar: WorkCalendar, today: date) -> list[date]:
    first = calendar.next_working(today)
    return [first, *(calendar.add(first, number) for number in range(1, AHEAD))]


def _mine(place: Place, last: date) -> list[Task]:
    """What is open of mine up to `last`, by the day until which there is time."""
    return _due_up_to(place.person, last=last)


@composed_tasks_of
def _due_up_to(mine: QuerySet[Task]) -> QuerySet[Task]:
    coming = mine.filter(state__in=OPEN_TASKS, due__lte=Given("last"))
    by_day = coming.annotate(by=Coalesce("until", "due")).filter(by__lte=Given("last")).order_by("by", "pk")
    return by_day.select_related("unit", "kind", "handler")[:MOST]


def _due(place: Place, tasks: Sequence[Task], today: date) -> Due:
    behind = sum(task.deadline < today for task in tasks)
    now = sum(task.deadline == today for task in tasks)
    address = f"{path_of('duties:list')}?{place.query}&whose=mine"
    return Due(lines_of(tasks[:SHOWN], place.person, today), behind, now, len(tasks) - behind - now, address)


def _ahead(tasks: Sequence[Task], days: Sequence[date], today: date) -> list[Ahead]:
    """What falls on a day off stands with the working day before it: then it has to be done."""
    found: Counter[date] = Counter()
    for task in tasks:
        if task.deadline >= today:
            found[max((day for day in days if day <= task.deadline), default=days[0])] += 1
    address = path_of("duties:list")
    return [Ahead(day, found[day], f"{address}?whose=mine&from={day}&to={day}") for day in days]


def _below(place: Place, today: date) -> dict[str, Any]:
    """How many tasks are late in the unit at hand, and in each unit directly below it with all that stands there:
    by code, since units are not ranked."""
    address = path_of("duties:list")
    held = below(place.unit)
    counts = dict(_late_by_child(held.everything, len(place.unit.ancestors)).ask(scope=held.given, today=today))
    units = _CHILDREN.ask(unit=place.unit.pk)
    return {
        "late": sum(counts.values()),
        "most": MOST * 10,
        "unit": place.unit.name,
        "own": counts.get(None, 0),
        "units": [_unit(place, unit, counts.get(unit.pk, 0), address) for unit in units[:MOST_UNITS]],
        "more": len(units) > MOST_UNITS,
        "address": f"{address}?{place.query}&whose=below&state=late",
    }


@cache
def _late_by_child(everything: bool, depth: int) -> Composed[tuple[int | None, int]]:
    """`depth` is the place of the child in the way down to a unit."""

    def compose() -> QuerySet[Task, tuple[int | None, int]]:
        tasks = Task.objects.filter(GivenScope(everything).condition()).exclude(state="withdrawn")
        behind = tasks.filter(late(Given("today")))[: MOST * 10].values("pk")
        by_child = Task.objects.filter(pk__in=behind).values(child=F(f"unit__ancestors__{depth}"))
        return by_child.annotate(n=Count("pk")).order_by("child").values_list("child", "n")

    return Composed(compose)


_CHILDREN = Composed(lambda: children(Given("unit"))[: MOST_UNITS + 1])


def _unit(place: Place, unit: Unit, count: int, address: str) -> Below:
    return Below(unit.name, count, f"{address}?{place.query_at(unit.code, place.period)}&whose=below&state=late")


def _away(place: Place, today: date) -> list[Appointment]:
    return [one for one in delegations_around(place.person, today) if one.valid.lower <= today + 2 * WEEK]
