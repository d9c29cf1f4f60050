"""The figures' pages: all figures of a unit and period, and one of them opened to its entries."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mingzhang.figures import tables
from mingzhang.figures.opening import asked_position, opened, request_for
from mingzhang.ledger.queries import position
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission


@require_GET
@placed(Permission.FIGURES_VIEW)
def figures(request: HttpRequest, place: Place) -> HttpResponse:
    """Every figure of the packs in force, beside its last period and last year."""
    at = position(place.unit.book)
    everything = "all" in request.GET
    groups = tables.groups_of(place.unit, place.period, position=at, everything=everything)
    return render(request, "figures/list.html", {"groups": groups, "position": at, "all": everything})


@require_GET
@placed(Permission.FIGURES_VIEW)
def figure(request: HttpRequest, place: Place, pack: str, figure: str) -> HttpResponse:
    """A figure opened: as a part for the side panel, or as a page with the units below beside it."""
    at = asked_position(request.GET.get("as_of", ""))
    after = asked_position(request.GET.get("after", "")) or 0
    alone, version = "alone" in request.GET, request.GET.get("version", "")
    asked = request_for(place.unit, place.period, pack, figure, version, alone=alone)
    part = "HX-Request" in request.headers
    shown = opened(asked, as_of=at, after=after, short=part)
    context: dict[str, object] = {"opened": shown, "back": f"{reverse('figures:list')}?{place.query}"}
    if not part and not alone:
        below = list(place.units().filter(parent=place.unit, closed_on=None).order_by("code"))
        context["units"] = tables.unit_rows(asked.pack_version_id, figure, below, place.period, shown.position)
    response = render(request, "figures/figure_part.html" if part else "figures/figure.html", context)
    response["Vary"] = "HX-Request"
    return response
