"""Every question about tasks that is more than a line."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.core.recurrence import Due, Occurrence, deadline, due
from mingzhang.duties.lists import cadence_of, words_of
from mingzhang.duties.models import OPEN_TASKS, Adaptation, Escalation, Task, TaskStep
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import subtree_now, work_calendar
from mingzhang.organisation.scopes import AnyOf
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.queries import pack_of


def tasks_in(unit: Unit, first: date, last: date) -> QuerySet[Task]:
    """The tasks of the unit and those below it that have to be done from `first` to `last`, by that day."""
    held = subtree_now(unit)
    within = Q(book=held.book_id) if held.everything else Q(AnyOf(F("unit"), held.parts[0].unit_ids))
    tasks = Task.objects.filter(within, due__lte=last).exclude(state="withdrawn")
    asked = tasks.annotate(by=Coalesce("until", "due")).filter(by__range=(first, last))
    return asked.select_related("unit", "kind").order_by("by", "unit__code", "duty")


def duty_of(task: Task) -> Duty:
    """The duty in the words under which the task was last made, or as the unit had adapted it then."""
    adapted = Adaptation.objects.filter(
        unit=task.unit_id, pack=task.pack, duty=task.duty, valid__contains=task.nominal
    ).first()
    words = words_of(adapted) if adapted else None
    return words or pack_of(task.pack_version_id).duties_by_id[task.duty]


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
