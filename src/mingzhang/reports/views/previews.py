"""Previews: a report as its template would make it now, which nobody has kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.figures.opening import asked_position, opened
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.reports.compose import Composition
from mingzhang.reports.files import FORMS, content_of
from mingzhang.reports.reading import composed, standing_address
from mingzhang.reports.rules import user_can_create
from mingzhang.reports.showing import Addresses, number_rows, paper
from mingzhang.ui.saving import saved


@require_safe
@placed(Permission.REPORT_VIEW)
def read(request: HttpRequest, place: Place, pack: str, template: str) -> HttpResponse:
    """The report as a document on paper, every number a link to its trace."""
    made, addresses = _made(request, place, pack, template)
    context = addresses.context() | {"made": made, "paper": paper(made, addresses)}
    context |= {"standing": standing_address(place, pack, template), "template": template, "pack": pack}
    context["may_create"] = user_can_create(place.person, place.unit)
    return render(request, "reports/preview.html", context)


@require_safe
@placed(Permission.REPORT_VIEW)
def numbers(request: HttpRequest, place: Place, pack: str, template: str) -> HttpResponse:
    """Every number of the report in a table: as it is written, and exactly."""
    made, addresses = _made(request, place, pack, template)
    context = addresses.context() | {"made": made, "rows": number_rows(made, addresses)}
    return render(request, "reports/preview_numbers.html", context)


@require_safe
@placed(Permission.FIGURES_VIEW)
def number(request: HttpRequest, place: Place, pack: str, template: str, mark: int) -> HttpResponse:
    """One number of the report and the entries it was counted from: as a part for the panel, and as a page."""
    made, addresses = _made(request, place, pack, template)
    if not 1 <= mark <= len(made.numbers):
        raise NotFound(_("这份报告没有第%(mark)s个数。") % {"mark": mark})
    told = made.numbers[mark - 1]
    part = "HX-Request" in request.headers
    shown = opened(told.request, as_of=made.position, short=part)
    context = addresses.context() | {
        "made": made,
        "mark": mark,
        "opened": shown,
        "printed": told.text if told.text != shown.number.replace(",", "") else "",
        "address": addresses.number(mark),
        "previous": addresses.number(mark - 1) if mark > 1 else "",
        "next": addresses.number(mark + 1) if mark < len(made.numbers) else "",
    }
    response = render(
        request, "reports/preview_number_part.html" if part else "reports/preview_number.html", context
    )
    response["Vary"] = "HX-Request"
    return response


@require_safe
@placed(Permission.REPORT_VIEW)
def download(request: HttpRequest, place: Place, pack: str, template: str, form: str) -> HttpResponse:
    """The report as a file: docx, pdf, html, or the traces of its numbers as json."""
    if form not in FORMS:
        raise NotFound(_("没有这种格式的文件。"))
    made, _addresses = _made(request, place, pack, template)
    response = HttpResponse(content_of(made, form), content_type=FORMS[form].media_type)
    name = f"{made.document.title.replace(chr(10), '')}.{FORMS[form].ending}"
    return saved(response, name)


def _made(request: HttpRequest, place: Place, pack: str, template: str) -> tuple[Composition, Addresses]:
    made = composed(place.unit, place.period, pack, template, asked_position(request.GET.get("as_of", "")))
    return made, Addresses(place, pack, template, made.position)
