"""Handing over everything that somebody has open, and the list to sign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, Refusal, StateRefused
from mingzhang.duties import actions
from mingzhang.duties.actions.handing_over import open_tasks_of
from mingzhang.duties.choosing import person_typed
from mingzhang.duties.handed import handed_by
from mingzhang.duties.whose import colleagues
from mingzhang.duties.wording import lines_of
from mingzhang.ledger.listing import read_day
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission, roles_with

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.DUTY_MANAGE)
def hand_over_all(request: HttpRequest, place: Place) -> HttpResponse:
    """First whose, then what it is about and to whom; then all of it at once."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        person = person_typed(place.person, given["person"], gone=True) if given.get("person") else None
        last = read_day(given.get("last", "")) or _month_end(clock.today())
        if request.method == "POST":
            return _hand(request, place, person, last)
    except (InvalidInput, StateRefused, NotAllowed) as refusal:
        return _page(request, place, given, refusal)
    return _page(request, place, given)


def _month_end(day: date) -> date:
    first = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(first.toordinal() - 1)


def _hand(request: HttpRequest, place: Place, person: Person | None, last: date) -> HttpResponse:
    if person is None:
        raise InvalidInput(_("没有写是谁的任务。"))
    to = person_typed(place.person, request.POST.get("to", ""))
    reason = request.POST.get("reason", "")
    done = actions.hand_over_all(person=person, to=to, last=last, reason=reason, by=place.person)
    said = ngettext("%(count)s项任务交给%(name)s了。", "%(count)s项任务交给%(name)s了。", done.count)
    messages.success(request, said % {"count": done.count, "name": to.name})
    return redirect(reverse("duties:handed", args=(done.step,)))


def _page(
    request: HttpRequest, place: Place, given: Mapping[str, str], refusal: Refusal | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "given": {name: given.get(name, "") for name in ("person", "to", "reason")},
        "last": given.get("last") or _month_end(clock.today()).isoformat(),
        "problem": str(refusal) if refusal else "",
        **_asked(place, given),
    }
    return render(request, "duties/task_hand_over.html", context, status=refusal.status if refusal else 200)


def _asked(place: Place, given: Mapping[str, str]) -> dict[str, Any]:
    """Whose tasks it is about, the first of them, and who may take them."""
    try:
        person = person_typed(place.person, given.get("person", ""), gone=True)
        last = read_day(given.get("last", "")) or _month_end(clock.today())
    except InvalidInput:
        return {"person": None}
    mine = place.scope.filter(open_tasks_of(person, last))
    shown = list(mine.select_related("unit", "kind", "handler").order_by("due", "pk")[:SHOWN])
    able = colleagues(shown[0].unit, roles_with(Permission.RECORD_ADD)) if shown else []
    return {
        "person": person,
        "lines": lines_of(shown, place.person, clock.today()),
        "count": mine.count(),
        "receivers": [one for one in able if one.pk != person.pk],
    }


@require_safe
@placed(Permission.DUTY_VIEW)
def handed(request: HttpRequest, place: Place, step_id: int) -> HttpResponse:
    """What was handed over in one go, to be printed and signed."""
    found = handed_by(place.person, step_id)
    context = {"handed": found, "lines": lines_of(found.tasks, place.person, clock.today())}
    return render(request, "duties/task_handed.html", context)
