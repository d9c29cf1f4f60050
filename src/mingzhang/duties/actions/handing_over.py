"""Handing over everything that somebody has open, in one go: for whoever leaves, or is away for long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, StateRefused
from mingzhang.duties.models import OPEN_TASKS, Task, TaskStep
from mingzhang.duties.rules import check_receives_all, check_user_can_give
from mingzhang.duties.whose import tasks_of
from mingzhang.ledger.contents import needed_note
from mingzhang.organisation.models import Person


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What changed hands at once: the first of the steps, by which the list is found again, and how many."""

    step: int
    count: int


def open_tasks_of(person: Person, last: date) -> QuerySet[Task]:
    """What is open of the person: everything that was handed to them, and what falls to their posts up to `last`.
    What comes later goes with the post."""
    mine = tasks_of(person).filter(state__in=OPEN_TASKS)
    return mine.filter(Q(handler=person) | Q(due__lte=last))


@transaction.atomic
def hand_over_all(*, person: Person, to: Person, last: date, reason: str, by: Person) -> HandedOver:
    """Everything open of `person` is done by `to` from now on: all of it or nothing. Raises NotAllowed (a unit for
    which `by` does not arrange), InvalidInput (no reason; the same person; somebody who cannot do it), StateRefused
    (nothing is open)."""
    said = needed_note(reason, _("移交的原因"), _("要写明%(name)s。") % {"name": _("移交的原因")})
    _check_people(person, to)
    tasks = _locked(person, last)
    if not tasks:
        raise StateRefused(_("%(name)s名下没有要移交的任务。") % {"name": person.name})
    seen = {task.unit_id: task for task in tasks}
    for task in seen.values():
        check_user_can_give(by, task)
    check_receives_all(to, [task.unit for task in seen.values()])
    return _hand(tasks, person, to, said, by)


def _check_people(person: Person, to: Person) -> None:
    if to.pk == person.pk:
        raise InvalidInput(_("不能移交给本人。"), remedy=_("请选另一个人。"))
    if not to.is_active or to.book_id != person.book_id:
        raise InvalidInput(_("%(name)s现在不在岗，接不了。") % {"name": to.name}, remedy=_("请选另一个人。"))


def _locked(person: Person, last: date) -> list[Task]:
    """In one order, so that two who lock do not wait for each other for ever."""
    rows = Task.objects.filter(pk__in=open_tasks_of(person, last).values("pk"), state__in=OPEN_TASKS)
    return list(rows.select_for_update(of=("self",)).select_related("unit__book", "book").order_by("pk"))


def _hand(tasks: Sequence[Task], person: Person, to: Person, reason: str, by: Person) -> HandedOver:
    at = clock.now()
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(handler=to)
    steps = TaskStep.objects.bulk_create(
        TaskStep(task=task, verb="hand_over", reason=reason, to=to, giver=person, by=by, at=at) for task in tasks
    )
    append.event(
        book=person.book.code,
        actor=by.ref,
        verb="tasks.hand_over",
        subject=person.ref,
        data={"to": to.ref, "tasks": [task.pk for task in tasks]},
        private={"reason": reason},
    )
    return HandedOver(steps[0].pk, len(steps))
