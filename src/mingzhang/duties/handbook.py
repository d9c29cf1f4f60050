"""责任手册: what one person was to do in a period, by duty, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from mingzhang.core.periods import Period
from mingzhang.duties.counted import Counted, counted_of, sum_of
from mingzhang.duties.leading import led_by
from mingzhang.duties.models import OPEN_TASKS, Task, TaskStep
from mingzhang.duties.queries import words_for
from mingzhang.duties.whose import tasks_between
from mingzhang.duties.wording import Line, lines_of
from mingzhang.organisation.models import Appointment, Person
from mingzhang.organisation.queries import today_in

MOST = 2000


@dataclass(frozen=True)
class Handbook:
    """One person's book for a period. `posts` are the posts they held in it, delegations too; `handed` what was
    handed to them or taken over from them in it; `led` the duties that they have in hand and others do; `more` that
    there is more than is listed."""

    person: Person
    period: Period
    today: date
    posts: Sequence[Appointment]
    away: Sequence[Appointment]
    duties: Sequence[Counted]
    led: Sequence[Counted]
    done: Sequence[Line]
    open: Sequence[Line]
    handed: Sequence[TaskStep]
    more: bool

    @property
    def sum(self) -> Counted:
        """All duties together."""
        return sum_of(self.duties)

    @property
    def led_sum(self) -> Counted:
        """All that they lead together."""
        return sum_of(self.led)


def handbook_of(person: Person, period: Period) -> Handbook:
    """A fixed number of queries, however much there was to do."""
    today = today_in(person.book)
    found = tasks_between(person, period.start, period.end)
    tasks = list(found.select_related("unit", "kind", "handler", "record").order_by("due", "pk")[: MOST + 1])
    shown = tasks[:MOST]
    lines = {line.task.pk: line for line in lines_of(shown, person, today)}
    return Handbook(
        person=person,
        period=period,
        today=today,
        posts=_posts(person, period),
        away=_away(person, period),
        duties=_counted(shown, today),
        led=led_by(person, period, today),
        done=[lines[task.pk] for task in shown if task.state not in OPEN_TASKS],
        open=[lines[task.pk] for task in shown if task.state in OPEN_TASKS],
        handed=_handed(person, period),
        more=len(tasks) > MOST,
    )


def _days(period: Period) -> DateRange:
    return DateRange(period.start, period.end, "[]")


def _posts(person: Person, period: Period) -> list[Appointment]:
    held = Appointment.objects.filter(person=person, valid__overlap=_days(period))
    return list(held.select_related("post__unit", "stands_in_for__person").order_by("valid", "id"))


def _away(person: Person, period: Period) -> list[Appointment]:
    """By whom the person was stood in for."""
    others = Appointment.objects.filter(stands_in_for__person=person, valid__overlap=_days(period))
    return list(others.select_related("person", "post__unit").order_by("valid", "id"))


def _handed(person: Person, period: Period) -> list[TaskStep]:
    """The first step of each time at which everything was handed over, from or to the person, the last first."""
    steps = TaskStep.objects.filter(Q(giver=person) | Q(to=person), giver__isnull=False)
    within = steps.filter(at__date__range=(period.start, period.end)).order_by("giver", "at", "pk")
    found = within.distinct("giver", "at").select_related("giver", "to", "by")
    return sorted(found, key=lambda step: step.at, reverse=True)


def _counted(tasks: Sequence[Task], today: date) -> list[Counted]:
    """By duty and unit, in the order in which they first fall due."""
    words = words_for(tasks)
    found: dict[tuple[int, str, str], Counted] = {}
    for task in tasks:
        key = (task.unit_id, task.pack, task.duty)
        if key not in found:
            found[key] = counted_of(task.unit, task.pack, task.duty, words[task.pk])
        _count(found[key], task, today)
    return list(found.values())


def _count(counted: Counted, task: Task, today: date) -> None:
    late = task.late_on(today)
    if task.state == "done":
        counted.late += late
        counted.done += not late
    elif task.state == "excused":
        counted.excused += 1
    else:
        counted.overdue += late
        counted.coming += not late
