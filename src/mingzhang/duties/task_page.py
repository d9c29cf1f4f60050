"""Everything that the page of a task shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.core.errors import NotFound, Refusal
from mingzhang.core.recurrence import explain
from mingzhang.duties import flows
from mingzhang.duties.answering import Seating
from mingzhang.duties.doing import DECISIONS, acts_of
from mingzhang.duties.models import OPEN_TASKS, Escalation, Task, TaskStep
from mingzhang.duties.queries import escalations_of, is_provisional, reckoned, sheets_of, steps_of, words_for
from mingzhang.duties.saying import role_said, said
from mingzhang.duties.whose import colleagues
from mingzhang.duties.wording import left_said, name_of, period_said, sheet_address, stand_of
from mingzhang.ledger.listing import kind_name, kinds_of
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import today_in, work_calendar
from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.organisation.rules import can, check_can
from mingzhang.packs.duty_schema import Duty
from mingzhang.ui.templatetags.ui import full_day

MOST_SHEETS = 50
ON_THE_WAY = ("submitted", "accepted", "returned")


@dataclass(frozen=True)
class Given:
    """What was written in one of the page's forms, to be shown again when it was refused, and why it was."""

    verb: str = ""
    reason: str = ""
    until: str = ""
    to: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Fill:
    """Where the sheet is written, or why not here and now."""

    address: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Past:
    """A line of the history: what was decided, by whom and why."""

    what: str
    who: str
    at: datetime
    note: str
    look: str
    icon: str


def task_by_id(place: Place, task_id: int) -> Task:
    """Raises NotFound: what one may not see is not told apart from what is not there."""
    found = Task.objects.select_related("unit__book", "book", "kind", "handler").filter(pk=task_id).first()
    if found is None or not place.scope.contains(found.unit):
        raise NotFound(_("没有找到这项任务。"), remedy=_("请从任务列表里重选。"))
    return found


def context_of(place: Place, task: Task, given: Given) -> dict[str, Any]:
    """A fixed number of queries."""
    today = today_in(task.book)
    duty = words_for([task])[task.pk]
    calendar, acts = work_calendar(), acts_of(place, task)
    steps = steps_of(task)
    return {
        "task": task,
        "duty": duty,
        "name": name_of(task, duty),
        "text": said(duty.text) if duty else "",
        "evidence": said(duty.evidence) if duty else "",
        "period": period_said(task),
        "stand": stand_of(task, today, calendar),
        "left": left_said(task, today, calendar),
        "provisional": is_provisional(task, duty),
        "open": task.state in OPEN_TASKS,
        "acts": acts,
        "given": given,
        "fill": fill_of(place, task, today),
        "receivers": _receivers(task) if "hand_over" in acts else [],
        "earliest": max(today, task.deadline + timedelta(days=1)),
        "history": sorted([*map(_past, steps), *map(_put_up, escalations_of(task))], key=lambda one: one.at),
        "back": f"{reverse('duties:list')}?{place.query}",
        **_why(task, duty, steps),
        **_who(task, duty, today),
        **_sheets(place, task),
    }


def _why(task: Task, duty: Duty | None, steps: Sequence[TaskStep]) -> dict[str, Any]:
    """How the due date came about, day by day, and by whom more time was granted."""
    due = reckoned(task, duty) if duty else None
    granted = next((step for step in reversed(steps) if step.verb == "extend"), None)
    moved = due.date if due and due.date != task.due else None
    return {"because": explain(due) if due else [], "moved": moved, "granted": granted if task.until else None}


def _who(task: Task, duty: Duty | None, today: date) -> dict[str, Any]:
    return {
        "handlers": () if task.handler else Seating([task.unit_id], today).handlers(task),
        "role": role_said(task.handler_role),
        "head": role_said(duty.answers.head) if duty else "",
        "helpers": [said(helper) for helper in duty.helpers] if duty else [],
    }


def _receivers(task: Task) -> list[Person]:
    """To whom it may be handed over: those who record for the unit, but for the one who has it."""
    able = colleagues(task.unit, roles_with(Permission.RECORD_ADD))
    return [person for person in able if person.pk != task.handler_id]


def fill_of(place: Place, task: Task, today: date) -> Fill | None:
    """None where nothing is to be written any more, or the person writes nothing anywhere."""
    if task.kind_id is None or task.state not in OPEN_TASKS or Permission.RECORD_ADD not in place.held:
        return None
    try:
        check_can(place.person, Permission.RECORD_ADD, task.unit)
    except Refusal as refusal:
        return Fill(reason=str(refusal))
    if address := sheet_address(task, today):
        return Fill(address)
    return Fill(reason=_("这个期间从%(day)s开始，还没有到。") % {"day": full_day(task.first)})


def _sheets(place: Place, task: Task) -> dict[str, Any]:
    """The sheets that count for it, and those that will once they are posted."""
    if task.kind_id is None:
        return {"kind": "", "sheets": [], "waiting": [], "missing": 0, "sees": True}
    numbers = sheets_of([task], MOST_SHEETS).get(task.pk, [])
    sees = can(place.person, Permission.RECORD_VIEW, task.unit)
    rows = Record.objects.select_related("created_by").order_by("-pk")
    waiting = rows.filter(
        unit=task.unit_id, kind=task.kind_id, state__in=ON_THE_WAY, occurred_on__range=(task.first, task.last)
    )
    return {
        "kind": kind_name(str(task.kind), kinds_of(task.book)),
        "sheets": list(rows.filter(pk__in=numbers)) if sees else [],
        "waiting": list(waiting[:MOST_SHEETS]) if sees else [],
        "count": len(numbers),
        "missing": max(0, task.needed - len(numbers)),
        "sees": sees,
    }


def _past(step: TaskStep) -> Past:
    look = {"reinstate": "is-back", "sign_off": "is-good"}.get(step.verb, "")
    return Past(_did(step), step.by.name, step.at, step.reason, look, DECISIONS[step.verb].icon)


def _put_up(one: Escalation) -> Past:
    counts = {name: len(days) for name, days in one.tried.items() if days}
    said = {
        "reminded": ngettext("提醒过%(count)d次", "提醒过%(count)d次", counts.get("reminded", 0)),
        "extended": ngettext("延期过%(count)d次", "延期过%(count)d次", counts.get("extended", 0)),
        "handed": ngettext("换过%(count)d次人", "换过%(count)d次人", counts.get("handed", 0)),
    }
    note = _("，").join(words % {"count": counts[name]} for name, words in said.items() if name in counts)
    what = _("逾期未办，报到%(unit)s") % {"unit": one.unit.name}
    return Past(what, _("自动"), one.at, note, "is-back", "warn")


def _did(step: TaskStep) -> str:
    if step.verb == "extend" and step.until:
        return _("准予延期到%(day)s") % {"day": full_day(step.until)}
    if step.verb == "hand_over" and step.to:
        return _("交给%(name)s") % {"name": step.to.name}
    return str(flows.TASK.verb_names[step.verb])
