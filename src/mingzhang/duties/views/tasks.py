"""The list and the calendar of tasks, one task, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.duties import actions, listing
from mingzhang.duties.models import Task
from mingzhang.duties.task_page import Given, context_of, task_by_id
from mingzhang.duties.wording import lines_of
from mingzhang.ledger.listing import read_day
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.views.calendar import weekdays
from mingzhang.ui.templatetags.ui import full_day


@require_safe
@placed(Permission.DUTY_VIEW)
def tasks(request: HttpRequest, place: Place) -> HttpResponse:
    """What is to be done: as a list, or with `view=month` as a calendar."""
    asked = listing.Asked(place, request.GET)
    context: dict[str, Any] = {"asked": asked, "whose": asked.whose_tabs(), "choices": listing.STATES}
    if asked.monthly:
        weeks = listing.month_of(asked)
        context |= {"weeks": weeks, "weekdays": weekdays()}
        context["any"] = any(cell and cell.count for week in weeks for cell in week)
        return render(request, "duties/task_month.html", context)
    found, count = listing.page_of(asked)
    context |= {
        "lines": lines_of(found, place.person, asked.today),
        "pages": asked.pages(count),
        "count": count,
        "capped": count >= listing.MOST_COUNTED,
        "each": _("每页20项"),
        "gives": Permission.DUTY_MANAGE in place.held,
        "signs": Permission.TASK_DECIDE in place.held and any(one.to_sign for one in found),
    }
    return render(request, "duties/task_list.html", context)


@require_safe
@placed(Permission.DUTY_VIEW)
def task(request: HttpRequest, place: Place, task_id: int) -> HttpResponse:
    """One task: what is asked, until when and why then, what was done, and what may be decided."""
    return _show(request, place, task_by_id(place, task_id))


def _show(
    request: HttpRequest, place: Place, found: Task, given: Given | None = None, status: int = 200
) -> HttpResponse:
    return render(request, "duties/task.html", context_of(place, found, given or Given()), status=status)


@require_POST
@placed(Permission.DUTY_VIEW)
def decide(request: HttpRequest, place: Place, task_id: int, verb: str) -> HttpResponse:
    """Excuse, extend, hand over and the like. A refusal is shown in the form, with what was typed."""
    if verb not in DECISIONS:
        raise NotFound(_("没有这一页。"))
    found = task_by_id(place, task_id)
    try:
        said = DECISIONS[verb](found, request.POST, place.person)
    except (InvalidInput, StateRefused) as refusal:
        return _show(request, place, found, _given(verb, request.POST, str(refusal)), refusal.status)
    messages.success(request, said)
    return redirect(reverse("duties:task", args=(found.pk,)))


@require_POST
@placed(Permission.TASK_DECIDE)
def sign_off(request: HttpRequest, place: Place) -> HttpResponse:
    """Sign off the tasks that were ticked in the list. A refusal is said above it; the ticks are set anew."""
    ticked = [int(number) for number in request.POST.getlist("task") if number.isdecimal()]
    found = list(place.scope.filter(Task.objects.filter(pk__in=ticked), "unit_id", "book").select_related("book"))
    try:
        if not found:
            raise InvalidInput(_("没有勾选任务。"), remedy=_("请在要签字的任务前打勾。"))
        count = len(actions.sign_off_tasks(tasks=found, note=request.POST.get("reason", ""), by=place.person))
        said = ngettext("签字办结了%(count)d项。", "签字办结了%(count)d项。", count)
        messages.success(request, said % {"count": count})
    except (InvalidInput, StateRefused, NotAllowed) as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('duties:list')}?{request.GET.urlencode()}")


def _given(verb: str, form: QueryDict, problem: str) -> Given:
    return Given(verb, form.get("reason", ""), form.get("until", ""), form.get("to", ""), problem)


def _excuse(task: Task, form: QueryDict, by: Person) -> str:
    actions.excuse_task(task=task, reason=form.get("reason", ""), by=by)
    return _("这次不用办了。")


def _reinstate(task: Task, form: QueryDict, by: Person) -> str:
    actions.reinstate_task(task=task, reason=form.get("reason", ""), by=by)
    return _("撤回了免办，还是要办。")


def _extend(task: Task, form: QueryDict, by: Person) -> str:
    until = read_day(form.get("until", ""))
    if until is None:
        raise InvalidInput(_("要写明延到哪一天。"))
    actions.extend_task(task=task, until=until, reason=form.get("reason", ""), by=by)
    return _("延期到%(day)s。") % {"day": full_day(until)}


def _sign_off(task: Task, form: QueryDict, by: Person) -> str:
    actions.sign_off_task(task=task, note=form.get("reason", ""), by=by)
    return _("签字办结了。")


def _hand_over(task: Task, form: QueryDict, by: Person) -> str:
    to = receiver_of(by, form.get("to", ""))
    actions.hand_over(task=task, to=to, reason=form.get("reason", ""), by=by)
    return _("交给%(name)s办了。") % {"name": to.name}


def receiver_of(by: Person, username: str) -> Person:
    """The person chosen in a form. Raises InvalidInput, also for one of another book."""
    found = Person.objects.filter(book=by.book_id, username=username, is_active=True).first()
    if found is None:
        raise InvalidInput(_("没有选交给谁。"), remedy=_("请选一个人。"))
    return found


DECISIONS: dict[str, Callable[[Task, QueryDict, Person], str]] = {
    "excuse": _excuse,
    "reinstate": _reinstate,
    "extend": _extend,
    "sign_off": _sign_off,
    "hand_over": _hand_over,
}
