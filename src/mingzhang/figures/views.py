"""The figures' pages: all figures of a unit and period, one of them opened to its entries, and the dashboard."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.figures import board_files, entry_files, pictures, tables
from mingzhang.figures.board_page import page_of
from mingzhang.figures.board_values import board_values
from mingzhang.figures.boards import Board
from mingzhang.figures.choosing import chosen
from mingzhang.figures.engine import Request
from mingzhang.figures.opening import asked_position, opened, request_for
from mingzhang.figures.traces import trace
from mingzhang.figures.wording import name_of
from mingzhang.ledger.queries import position
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.ui.saving import saved


@require_safe
@placed(Permission.FIGURES_VIEW)
def figures(request: HttpRequest, place: Place) -> HttpResponse:
    """Every figure of the packs in force, beside its last period and last year."""
    at = position(place.unit.book)
    everything = "all" in request.GET
    groups = tables.groups_of(place.unit, place.period, position=at, everything=everything)
    return render(request, "figures/list.html", {"groups": groups, "position": at, "all": everything})


@require_safe
@placed(Permission.FIGURES_VIEW)
def figure(request: HttpRequest, place: Place, pack: str, figure: str) -> HttpResponse:
    """A figure opened: as a part for the side panel, or as a page with the units below beside it."""
    asked = _asked(request, place, pack, figure)
    part = "HX-Request" in request.headers
    shown = opened(
        asked,
        as_of=asked_position(request.GET.get("as_of", "")),
        after=asked_position(request.GET.get("after", "")) or 0,
        short=part,
        reversals="reversals" in request.GET,
        by=request.GET.get("by", ""),
    )
    context: dict[str, object] = {"opened": shown, "back": f"{reverse('figures:list')}?{place.query}"}
    if not part and not asked.alone:
        below = list(place.units().filter(parent=place.unit, closed_on=None).order_by("code"))
        context["units"] = tables.unit_rows(asked.pack_version_id, figure, below, place.period, shown.position)
    response = render(request, "figures/figure_part.html" if part else "figures/figure.html", context)
    response["Vary"] = "HX-Request"
    return response


@require_safe
@placed(Permission.RECORD_VIEW)
def entries(request: HttpRequest, place: Place, pack: str, figure: str, form: str) -> HttpResponseBase:
    """The entries of a figure as a file, for those who may read the records themselves."""
    if form not in entry_files.FORMS:
        raise NotFound(_("没有这种格式的文件。"))
    asked = _asked(request, place, pack, figure)
    found = trace(asked, as_of=asked_position(request.GET.get("as_of", "")))
    listing = entry_files.Listing(found, reversals="reversals" in request.GET)
    name = f"{name_of(found.definition.figure)} {place.unit.name} {place.period.code}.{form}"
    if form == "csv":
        return _file(StreamingHttpResponse(entry_files.as_csv(listing)), entry_files.FORMS[form], name)
    return _file(FileResponse(entry_files.as_xlsx(listing)), entry_files.FORMS[form], name)


@require_safe
@placed(Permission.FIGURES_VIEW)
def dashboard(request: HttpRequest, place: Place) -> HttpResponse:
    """A unit and the units directly below it, side by side and by month."""
    return render(request, "figures/dashboard.html", {"page": page_of(_board(request, place))})


@require_safe
@placed(Permission.FIGURES_VIEW)
def chart(request: HttpRequest, place: Place, chart: str, form: str) -> HttpResponseBase:
    """One chart of the dashboard as a picture."""
    if form not in pictures.FORMS:
        raise NotFound(_("没有这种格式的文件。"))
    board = _board(request, place)
    content = pictures.content_of(board, chart, form)
    name = f"{place.unit.name} {place.period.code} {pictures.file_name(chart)}.{form}"
    return _file(HttpResponse(content), pictures.FORMS[form], name)


@require_safe
@placed(Permission.FIGURES_VIEW)
def dashboard_xlsx(request: HttpRequest, place: Place) -> HttpResponseBase:
    """The numbers of the dashboard as a workbook."""
    content = board_files.workbook(_board(request, place))
    name = f"{place.unit.name} {place.period.code} {_('统计')}.xlsx"
    return _file(HttpResponse(content), entry_files.FORMS["xlsx"], name)


def _asked(request: HttpRequest, place: Place, pack: str, figure: str) -> Request:
    version = request.GET.get("version", "")
    return request_for(place.unit, place.period, pack, figure, version, alone="alone" in request.GET)


def _board(request: HttpRequest, place: Place) -> Board:
    newest = position(place.unit.book)
    at = asked_position(request.GET.get("as_of", ""))
    wanted = chosen(place.unit, request.GET)
    return Board(board_values(place, wanted, newest if at is None else min(at, newest)))


def _file(response: HttpResponseBase, media_type: str, name: str) -> HttpResponseBase:
    """A response that is saved, never shown."""
    response["Content-Type"] = media_type
    return saved(response, name)
