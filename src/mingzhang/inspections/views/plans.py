"""Inspections: the list, one of them, a new one, and its checklist."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.inspections import actions, queries, rules
from mingzhang.inspections.forms import PlanForm, initial_of
from mingzhang.inspections.models import Inspection
from mingzhang.inspections.plan_page import MOST_COUNTED, Asked, Given, context_of, lines_of
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission


@require_safe
@placed(Permission.INSPECTION_VIEW)
def inspections(request: HttpRequest, place: Place) -> HttpResponse:
    """Those of the unit in the header and below it."""
    asked = Asked(place, request.GET)
    lines, count = lines_of(asked)
    context = {
        "asked": asked,
        "lines": lines,
        "count": count,
        "capped": count >= MOST_COUNTED,
        "pages": asked.pages(count),
        "each": _("每页20次"),
        "plans": rules.user_can_plan(place.person, place.unit),
    }
    return render(request, "inspections/list.html", context)


@require_safe
@placed(Permission.INSPECTION_VIEW)
def inspection(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One inspection: the plan, its draws, and what may be done."""
    return show(request, place, queries.inspection_by_id(place.person, number), Given())


def show(request: HttpRequest, place: Place, found: Inspection, given: Given, status: int = 200) -> HttpResponse:
    """The page of an inspection, with what was refused."""
    context = context_of(found, place.person, place.query, given)
    return render(request, "inspections/inspection.html", context, status=status)


@require_safe
@placed(Permission.INSPECTION_VIEW)
def checklist(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """What is looked at, item by item."""
    found = queries.inspection_by_id(place.person, number)
    listed = queries.checklist_of(found)
    if listed is None:
        raise NotFound(_("这次检查没有检查表。"))
    context = {"inspection": found, "checklist": listed, "back": _address(place, found)}
    return render(request, "inspections/checklist.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.INSPECTION_VIEW)
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """A new plan of the unit in the header."""
    rules.check_user_can_plan(place.person, place.unit)
    return _written(request, place, place.unit, None)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.INSPECTION_VIEW)
def change(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """A plan that is not approved yet, written anew."""
    found = queries.inspection_by_id(place.person, number)
    rules.check_user_can(place.person, found, "change")
    return _written(request, place, found.unit, found)


def _written(request: HttpRequest, place: Place, unit: Unit, found: Inspection | None) -> HttpResponse:
    initial = initial_of(found, queries.team_of(found)) if found else {}
    form = PlanForm(place, unit=unit, initial=initial, data=request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        kept = _kept(form, place, unit, found)
        if kept is not None:
            messages.success(request, _("记下了。") if found else _("起草好了，等人批准。"))
            return redirect(_address(place, kept))
        status = 422
    back = _address(place, found) if found else f"{reverse('inspections:list')}?{place.query}"
    context = {"form": form, "unit": unit, "inspection": found, "back": back}
    return render(request, "inspections/plan.html", context, status=status)


def _kept(form: PlanForm, place: Place, unit: Unit, found: Inspection | None) -> Inspection | None:
    """The plan as it was written down; None with what is wrong shown in the form."""
    if not form.is_valid():
        return None
    try:
        if found is None:
            return actions.draft_inspection(unit=unit, plan=form.plan(), by=place.person)
        return actions.change_inspection(inspection=found, plan=form.plan(), by=place.person)
    except InvalidInput as refusal:
        form.refuse(refusal)
        return None


def _address(place: Place, found: Inspection) -> str:
    return f"{reverse('inspections:inspection', args=(found.pk,))}?{place.query}"
