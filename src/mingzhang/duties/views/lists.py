"""责任清单: the list of a unit, what changed in it, and where it has gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import InvalidInput
from mingzhang.duties.coverage import coverage_of
from mingzhang.duties.list_changes import changes_of
from mingzhang.duties.list_page import Asked, asked_items, by_person, by_post, grouped, why_not_managed
from mingzhang.ledger.listing import read_day
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import today_in
from mingzhang.organisation.roles import Permission


@require_safe
@placed(Permission.DUTY_VIEW)
def duties(request: HttpRequest, place: Place) -> HttpResponse:
    """The list of the unit in the header on a day: by kind, by post or by person."""
    asked = Asked(place, request.GET)
    items = asked_items(asked)
    context: dict[str, Any] = {
        "asked": asked,
        "count": len(items),
        "withdrawn": sum(item.withdrawn for item in items),
        "manages": Permission.DUTY_MANAGE in place.held and not why_not_managed(place),
    }
    if asked.by:
        context["charges"] = by_post(items) if asked.by == "post" else by_person(items)
    else:
        context["groups"] = grouped(items)
    return render(request, "duties/list.html", context)


@require_safe
@placed(Permission.DUTY_VIEW)
def coverage(request: HttpRequest, place: Place) -> HttpResponse:
    """What nobody does, what is left to a role, and what units withdrew, in the unit and below it."""
    found = coverage_of(place, _today(place))
    return render(request, "duties/list_coverage.html", {"found": found, "back": _back(place)})


@require_safe
@placed(Permission.DUTY_VIEW)
def changes(request: HttpRequest, place: Place) -> HttpResponse:
    """The difference of the list between two days: by default since the year began."""
    today = _today(place)
    last = read_day(request.GET.get("to", "")) or today
    first = read_day(request.GET.get("from", "")) or date(last.year, 1, 1)
    if first > last:
        raise InvalidInput(_("开始的日子晚于结束的日子。"), remedy=_("请把两个日期对调。"))
    context = {
        "first": first,
        "last": last,
        "found": changes_of(place.unit, first, last, place.query),
        "back": _back(place),
    }
    return render(request, "duties/list_changes.html", context)


def _today(place: Place) -> date:
    return today_in(place.person.book)


def _back(place: Place) -> str:
    return f"{reverse('duties:duties')}?{place.query}"
