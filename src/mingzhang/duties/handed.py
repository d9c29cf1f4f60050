"""What was handed over in one go, as a list to sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mingzhang.core.errors import NotFound
from mingzhang.duties.models import Task, TaskStep
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission


@dataclass(frozen=True)
class Handed:
    """Who gave what to whom, when, why, and by whose decision. `step` is the first of its steps."""

    step: int
    giver: Person
    to: Person
    by: Person
    at: datetime
    reason: str
    tasks: list[Task]


def handed_by(person: Person, step_id: int) -> Handed:
    """What was handed over together with the step. For who gave it, who took it, who decided it, and whoever sees
    the tasks of all its units. Raises NotFound."""
    first = TaskStep.objects.filter(pk=step_id, giver__isnull=False, giver__book=person.book_id)
    step = first.select_related("giver", "to", "by").first()
    if step is None or step.giver is None or step.to is None:
        raise _missing()
    together = TaskStep.objects.filter(giver=step.giver_id, at=step.at, to=step.to_id).order_by("pk")
    rows = together.select_related("task__unit", "task__kind", "task__handler")
    tasks = sorted((one.task for one in rows), key=lambda task: task.deadline)
    scope = visible_units(person, Permission.DUTY_VIEW)
    concerned = person.pk in (step.giver_id, step.to_id, step.by_id)
    if not concerned and not all(scope.contains(task.unit) for task in tasks):
        raise _missing()
    return Handed(step.pk, step.giver, step.to, step.by, step.at, step.reason, tasks)


def _missing() -> NotFound:
    return NotFound(_("没有找到这份交接清单。"))
