"""Every question about tasks that is more than a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.core.recurrence import Due, Occurrence, deadline, due
from mingzhang.duties.lists import cadence_of, words_of
from mingzhang.duties.models import OPEN_TASKS, Adaptation, Escalation, Task, TaskStep
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import below, work_calendar
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.queries import pack_of


def tasks_in(unit: Unit, first: date, last: date) -> QuerySet[Task]:
    """The tasks of the unit and those below it that have to be done from `first` to `last`, by that day."""
    tasks = below(unit).filter(Task.objects.filter(due__lte=last)).exclude(state="withdrawn")
    asked = tasks.annotate(by=Coalesce("until", "due")).filter(by__range=(first, last))
    return asked.select_related("unit", "kind").order_by("by", "unit__code", "duty")


class Worded(Protocol):
    """A task, or what was read of one: enough to find its words."""

    @property
    def pk(self) -> int: ...
    @property
    def unit_id(self) -> int: ...
    @property
    def pack(self) -> str: ...
    @property
    def pack_version_id(self) -> int: ...
    @property
    def duty(self) -> str: ...
    @property
    def nominal(self) -> date: ...


def words_for(tasks: Iterable[Worded]) -> dict[int, Duty | None]:
    """The duty of each task, in the words by which it was made; None where these are gone. One query, and one for
    each version of a pack that this process has not read yet."""
    asked = list(tasks)
    units = {task.unit_id for task in asked}
    found = Adaptation.objects.filter(unit__in=units, content__isnull=False).order_by("id")
    adapted: dict[tuple[int, str, str], list[Adaptation]] = {}
    for one in found:
        adapted.setdefault((one.unit_id, one.pack, one.duty), []).append(one)
    return {task.pk: _words(task, adapted.get((task.unit_id, task.pack, task.duty), ())) for task in asked}


def _words(task: Worded, adapted: Sequence[Adaptation]) -> Duty | None:
    for one in adapted:
        upper = one.valid.upper
        if one.valid.lower <= task.nominal and (upper is None or task.nominal < upper):
            return words_of(one)
    return pack_of(task.pack_version_id).duties_by_id.get(task.duty)


def duty_of(task: Task) -> Duty:
    """The same of one task. Raises KeyError where its words are gone."""
    found = words_for([task])[task.pk]
    if found is None:
        raise KeyError(task.duty)
    return found


def reckoned(task: Task, duty: Duty | None = None) -> Due | None:
    """How the due date comes about, day by day; None for a duty that no longer comes like this. `duty` are its
    words, where they are known."""
    duty = duty or duty_of(task)
    if task.comes_after:
        return deadline(task.nominal, duty.after.within, work_calendar()) if duty.after else None
    cadence = cadence_of(duty)
    if cadence is None:
        return None
    return due(cadence, Occurrence(Period.parse(task.period), task.nominal), work_calendar())


def address_behind(entry: Entry) -> str:
    """The page of the task that an entry was accrued for; empty where there is none such any more."""
    said = entry.data
    asked = Task.objects.filter(unit=entry.unit_id, pack=entry.kind.pack, duty=said["duty"], period=said["period"])
    found = asked.values_list("pk", flat=True).first()
    return reverse("duties:task", args=(found,)) if found else ""


def sheets_of(tasks: Sequence[Task], most: int = 0) -> dict[int, list[int]]:
    """The newest sheets that stand in the books for each task, the newest first: as many as it needs, or `most`
    where that is more. Tasks without any are left out. Read from the entries, which have an index by unit and day;
    sheets have none once they are posted. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SHEETS, [most, [task.pk for task in tasks]])
        return dict(cursor.fetchall())


_SHEETS = """
SELECT t.id, array_agg(standing.record_id ORDER BY standing.record_id DESC)
  FROM duties_task AS t
 CROSS JOIN LATERAL (
   SELECT e.record_id FROM ledger_entry AS e
    WHERE e.unit_id = t.unit_id AND e.kind_id = t.kind_id AND e.line = 0
      AND e.occurred_on BETWEEN t.first AND t.last
    GROUP BY e.record_id HAVING sum(e.sign) > 0
    ORDER BY e.record_id DESC LIMIT greatest(t.needed, %s)) AS standing
 WHERE t.id = ANY(%s)
 GROUP BY t.id
"""


def steps_of(task: Task) -> list[TaskStep]:
    """What was decided about it, the first first."""
    return list(TaskStep.objects.filter(task=task).select_related("by", "to").order_by("id"))


def escalations_of(task: Task) -> list[Escalation]:
    """The levels that it was put before while it was late, the first first."""
    return list(Escalation.objects.filter(task=task).select_related("unit").order_by("level"))


def is_provisional(task: Task, duty: Duty | None = None) -> bool:
    """Whether a notice that is still to come could move the day on which the task is due: an open one that was
    given no other day. Exact, since the day is worked out again from the calendar that made it; what fell due keeps
    its day. `duty` are its words, where they are known; then, and within `reading`, lists ask nothing more for each
    task."""
    if task.state not in OPEN_TASKS or task.until is not None or task.due < clock.today():
        return False
    found = reckoned(task, duty)
    return found is not None and found.provisional
