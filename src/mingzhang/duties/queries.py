"""Every question about tasks that is more than a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.core.recurrence import Due, Occurrence, due
from mingzhang.duties.lists import cadence_of, words_of
from mingzhang.duties.models import OPEN_TASKS, Adaptation, Assignment, Task, TaskStep
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import holders, subtree_now, visible_units, work_calendar
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import AnyOf
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Duty


def visible_to(person: Person) -> QuerySet[Task]:
    """The tasks that the person may see, those withdrawn left out."""
    return visible_units(person, Permission.DUTY_VIEW).filter(Task.objects.exclude(state="withdrawn"))


def task_by_id(person: Person, number: int) -> Task:
    """Raises NotFound, also for one that the person may not see."""
    found = visible_to(person).select_related("unit__book", "book", "kind", "handler", "record", "pack_version")
    task = found.filter(pk=number).first()
    if task is None:
        raise NotFound(_("没有找到第%(number)s号任务。") % {"number": number})
    return task


def tasks_in(unit: Unit, first: date, last: date) -> QuerySet[Task]:
    """The tasks of the unit and those below it that have to be done from `first` to `last`, by that day."""
    held = subtree_now(unit)
    within = Q(book=held.book_id) if held.everything else Q(AnyOf(F("unit"), held.parts[0].unit_ids))
    tasks = Task.objects.filter(within, due__lte=last).exclude(state="withdrawn")
    asked = tasks.annotate(by=Coalesce("until", "due")).filter(by__range=(first, last))
    return asked.select_related("unit", "kind", "pack_version").order_by("by", "unit__code", "duty")


def late_tasks(unit: Unit, day: date) -> QuerySet[Task]:
    """What the unit itself has not done although its day has passed, the oldest first."""
    tasks = Task.objects.filter(unit=unit, state__in=OPEN_TASKS, due__lt=day)
    return tasks.annotate(by=Coalesce("until", "due")).filter(by__lt=day).order_by("by", "id")


def coming_tasks(unit: Unit, first: date, last: date) -> QuerySet[Task]:
    """What the unit itself has still to do from `first` to `last`, the nearest first."""
    tasks = Task.objects.filter(unit=unit, state__in=OPEN_TASKS, due__lte=last)
    return tasks.annotate(by=Coalesce("until", "due")).filter(by__range=(first, last)).order_by("by", "id")


def duty_of(task: Task) -> Duty:
    """The duty in the words under which the task was last made, or as the unit adapted it then."""
    adapted = Adaptation.objects.filter(
        unit=task.unit_id, pack=task.pack, duty=task.duty, valid__contains=task.nominal
    ).first()
    words = words_of(adapted) if adapted else None
    return words or pack_of(task.pack_version_id).duties_by_id[task.duty]


def reckoned(task: Task) -> Due | None:
    """How the due date comes about, day by day; None for a duty that no longer comes by the calendar."""
    cadence = cadence_of(duty_of(task))
    if cadence is None:
        return None
    return due(cadence, Occurrence(Period.parse(task.period), task.nominal), work_calendar())


def steps_of(task: Task) -> list[TaskStep]:
    """What was decided about it, the first first."""
    return list(TaskStep.objects.filter(task=task).select_related("by", "to").order_by("id"))


@dataclass(frozen=True)
class Answering:
    """Who answers for a duty of a unit in one part."""

    part: str
    people: Sequence[Person]


def answering(unit: Unit, pack: str, duty: Duty) -> list[Answering]:
    """Who heads, sponsors and handles the duty: the holders of the posts assigned, else the nearest holders of the
    roles that it names."""
    assigned = {
        one.part: one.post
        for one in Assignment.objects.filter(unit=unit, pack=pack, duty=duty.id).select_related("post")
    }
    found = []
    for part, role in duty.answers:
        held = holders(role, unit)
        if part in assigned:
            held = [one for one in held if one.post_id == assigned[part].pk]
        nearest = [one.person for one in held if one.post.unit_id == held[0].post.unit_id]
        found.append(Answering(part, list(dict.fromkeys(nearest))))
    return found
