"""What people decide about a task."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.duties import flows
from mingzhang.duties.actions.accruing import accrue_tasks
from mingzhang.duties.models import Task, TaskStep
from mingzhang.duties.rules import check_later, check_user_can_decide, check_user_can_hand_over
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.contents import clean_note, needed_note
from mingzhang.organisation.models import Person


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
    task.until = until
    return _moved(task, "extend", reason=_needed(reason, _("延期的原因")), until=until, by=by)


@transaction.atomic
def sign_off_task(*, task: Task, note: str = "", by: Person) -> Task:
    """Done, where there is no sheet to say so. Raises NotAllowed, StateRefused, InvalidInput for a task that sheets
    fulfil."""
    task = _locked(task)
    check_user_can_decide(by, task, "sign_off")
    task.done_on = clock.today(ZoneInfo(task.book.timezone))
    return _moved(task, "sign_off", reason=clean_note(note, _("办结说明")), by=by)


@transaction.atomic
def hand_over(*, task: Task, to: Person, reason: str, by: Person) -> Task:
    """Somebody else does it. Raises NotAllowed, StateRefused, InvalidInput."""
    task = _locked(task)
    check_user_can_hand_over(by, task, to)
    task.handler = to
    return _moved(task, "hand_over", reason=_needed(reason, _("移交的原因")), to=to, by=by)


def _locked(task: Task) -> Task:
    """The task as it stands, after the book's last position: see `accruing`."""
    lock_position(task.book)
    rows = Task.objects.select_for_update(of=("self",)).filter(pk=task.pk)
    found = rows.select_related("unit__book", "book").first()
    if found is None:
        raise NotFound(_("没有找到这项任务。"))
    return found


def _needed(reason: str, name: str) -> str:
    return needed_note(reason, name, _("要写明%(name)s。") % {"name": name})


def _moved(
    task: Task, verb: str, *, reason: str, by: Person, until: date | None = None, to: Person | None = None
) -> Task:
    task.state = flows.TASK.target(task.state, verb)
    task.save(update_fields=["state", "until", "done_on", "handler"])
    TaskStep.objects.create(task=task, verb=verb, reason=reason, until=until, to=to, by=by, at=clock.now())
    data = {"until": until.isoformat()} if until else {}
    data |= {"to": to.ref} if to else {}
    append.event(
        book=task.book.code,
        actor=by.ref,
        verb=f"task.{verb}",
        subject=task.ref,
        data=data,
        private={"reason": reason},
    )
    accrue_tasks([task], by)
    return task
