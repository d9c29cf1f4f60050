"""The way in, and the switches that stand on every page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mingzhang.ledger.listing import read_page
from mingzhang.organisation import actions
from mingzhang.organisation import type_size as size
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.ui.addresses import local
from mingzhang.web import searching

UNITS_SHOWN = 60
SUGGESTED, FOUND = 4, 20


@require_safe
@placed(Permission.FIGURES_VIEW)
def home(request: HttpRequest, place: Place) -> HttpResponse:
    """Leads those who write or review to what they have to do, others to the ledger, and those whose roles read no
    records to the figures."""
    if not place.held.isdisjoint({Permission.RECORD_ADD, Permission.RECORD_REVIEW}):
        first = "web:today"
    else:
        first = "ledger:list" if Permission.RECORD_VIEW in place.held else "figures:list"
    return redirect(f"{reverse(first)}?{place.query}")


@require_safe
@placed(Permission.FIGURES_VIEW)
def units(request: HttpRequest, place: Place) -> HttpResponse:
    """The unit switcher: the way up, the units beside and below, or what a search finds. As a part for htmx, and
    as a page."""
    asked = request.GET.get("q", "").strip()
    found = _found(place, asked) if asked else _below(place)
    shown = list(found[: UNITS_SHOWN + 1])
    after = local(request, request.GET.get("next", "")) or reverse("ledger:list")
    context = {
        "asked": asked,
        "path": [] if asked else _way_up(place, after),
        "units": [_switch(unit, place, after) for unit in shown[:UNITS_SHOWN]],
        "more": len(shown) > UNITS_SHOWN,
        "current": place.unit,
        "next": after,
        "place": place,
    }
    template = "web/units_part.html" if "HX-Request" in request.headers else "web/units.html"
    return render(request, template, context)


@require_safe
@placed(Permission.FIGURES_VIEW)
def search(request: HttpRequest, place: Place) -> HttpResponse:
    """Everything that holds the words asked for: the best of it below the search box, more as a page, and of one
    kind of thing page after page."""
    part = "HX-Request" in request.headers
    asked = request.GET.get("q", "").strip()[: searching.LONGEST]
    only = request.GET.get("only", "")
    context: dict[str, object] = {"asked": asked, "only": only, "address": searching.address(place, asked)}
    if only:
        page = read_page(request.GET.get("page", ""))
        groups, context["pages"] = searching.find_page(place, asked, only, size=FOUND, page=page)
    else:
        groups = searching.find(place, asked, size=SUGGESTED if part else FOUND)
    context["groups"] = groups
    response = render(request, "web/search_part.html" if part else "web/search.html", context)
    response["Vary"] = "HX-Request"
    return response


def _switch(unit: Unit, place: Place, after: str) -> dict[str, object]:
    query = place.query_at(unit.code, place.period)
    inside = f"{reverse('web:units')}?{urlencode({'unit': unit.code, 'period': place.period.code, 'next': after})}"
    return {"unit": unit, "address": f"{after}?{query}", "inside": inside}


def _below(place: Place) -> QuerySet[Unit]:
    """The open units below, or beside when there are none."""
    units = place.units().filter(closed_on=None).order_by("code")
    below = units.filter(parent=place.unit)
    return below if below.exists() else units.filter(parent=place.unit.parent_id).exclude(parent=None)


def _found(place: Place, asked: str) -> QuerySet[Unit]:
    units = place.units().filter(Q(name__icontains=asked) | Q(code__iexact=asked))
    return units.order_by(F("closed_on").asc(nulls_first=True), "name")


def _way_up(place: Place, after: str) -> list[dict[str, object]]:
    """The units above, down to this one; a leaf is named among its neighbours instead."""
    by_id = {unit.id: unit for unit in place.units().filter(id__in=place.unit.ancestors)}
    return [_switch(by_id[unit_id], place, after) for unit_id in place.unit.ancestors if unit_id in by_id]


@require_POST
def type_size(request: HttpRequest) -> HttpResponse:
    """Large type on or off: for the person, where someone is signed in, and for this browser."""
    large = not size.is_large(request)
    if isinstance(request.user, Person):
        actions.choose_type_size(large=large, by=request.user)
    response = HttpResponseRedirect(local(request, request.POST.get("next", "")) or "/")
    size.tell(request, response, large=large)
    return response
