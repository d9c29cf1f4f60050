"""What people decide about a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.duties import flows
from mingzhang.duties.actions.accruing import accrue_tasks
from mingzhang.duties.models import Task, TaskStep
from mingzhang.duties.rules import (
    check_later,
    check_user_can_decide,
    check_user_can_decide_all,
    check_user_can_hand_over,
)
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.contents import clean_note, needed_note
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in


@transaction.atomic
def excuse_task(*, task: Task, reason: str, by: Person) -> Task:
    """The unit need not do it this time. Raises NotAllowed, StateRefused, InvalidInput without a reason."""
    task = _locked(task)
    check_user_can_decide(by, task, "excuse")
    return _moved(task, "excuse", reason=_needed(reason, _("免办的原因")), by=by)


@transaction.atomic
def reinstate_task(*, task: Task, reason: str, by: Person) -> Task:
    """It has to be done after all. Raises as `excuse_task`."""
    task = _locked(task)
    check_user_can_decide(by, task, "reinstate")
    return _moved(task, "reinstate", reason=_needed(reason, _("撤回免办的原因")), by=by)


@transaction.atomic
def extend_task(*, task: Task, until: date, reason: str, by: Person) -> Task:
    """More time, to the end of the day `until`. Raises as `excuse_task`, and InvalidInput for an earlier day."""
    task = _locked(task)
    check_user_can_decide(by, task, "extend")
    check_later(task, until)
    return _moved(task, "extend", reason=_needed(reason, _("延期的原因")), by=by, until=until)


def sign_off_task(*, task: Task, note: str = "", by: Person) -> Task:
    """Done, where there is no sheet to say so. Raises NotAllowed, StateRefused, InvalidInput for a task that sheets
    fulfil."""
    return sign_off_tasks(tasks=[task], note=note, by=by)[0]


@transaction.atomic
def sign_off_tasks(*, tasks: Sequence[Task], note: str = "", by: Person) -> list[Task]:
    """The same of several of one book, of which one would do as much: all of them or none. Raises as
    `sign_off_task`."""
    held = _all_locked(tasks)
    check_user_can_decide_all(by, held, "sign_off")
    said, today = clean_note(note, _("办结说明")), today_in(by.book)
    return _all_moved(held, "sign_off", reason=said, by=by, done_on=today)


@transaction.atomic
def hand_over(*, task: Task, to: Person, reason: str, by: Person) -> Task:
    """Somebody else does it. Raises NotAllowed, StateRefused, InvalidInput."""
    task = _locked(task)
    check_user_can_hand_over(by, task, to)
    return _moved(task, "hand_over", reason=_needed(reason, _("移交的原因")), by=by, handler=to)


def _locked(task: Task) -> Task:
    return _all_locked([task])[0]


def _all_locked(tasks: Sequence[Task]) -> list[Task]:
    """The tasks as they stand, after the book's last position: see `accruing`."""
    lock_position(tasks[0].book)
    rows = Task.objects.select_for_update(of=("self",)).filter(pk__in=[task.pk for task in tasks])
    found = list(rows.select_related("unit__book", "book").order_by("pk"))
    if len(found) < len(tasks):
        raise NotFound(_("没有找到这项任务。"))
    return found


def _needed(reason: str, name: str) -> str:
    return needed_note(reason, name, _("要写明%(name)s。") % {"name": name})


def _moved(task: Task, verb: str, *, reason: str, by: Person, **changes: Any) -> Task:
    return _all_moved([task], verb, reason=reason, by=by, **changes)[0]


def _all_moved(tasks: Sequence[Task], verb: str, *, reason: str, by: Person, **changes: Any) -> list[Task]:
    """Tasks that stand alike, by `verb`, with the same said of each."""
    changes["state"] = flows.TASK.target(tasks[0].state, verb)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(**changes)
    for task in tasks:
        for name, value in changes.items():
            setattr(task, name, value)
    _keep(tasks, verb, reason, by, changes)
    accrue_tasks(tasks, by)
    return list(tasks)


def _keep(tasks: Sequence[Task], verb: str, reason: str, by: Person, changes: Mapping[str, Any]) -> None:
    """What was decided, for the page of each task and for the log."""
    until, to = changes.get("until"), changes.get("handler")
    TaskStep.objects.bulk_create(
        TaskStep(task=task, verb=verb, reason=reason, until=until, to=to, by=by, at=clock.now()) for task in tasks
    )
    data = {"until": until.isoformat()} if until else {}
    data |= {"to": to.ref} if to else {}
    for task in tasks:
        append.event(
            book=task.book.code,
            actor=by.ref,
            verb=f"task.{verb}",
            subject=task.ref,
            data=data,
            private={"reason": reason},
        )
