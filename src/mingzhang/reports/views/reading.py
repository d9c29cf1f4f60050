"""Reading kept reports: on paper, number by number, beside earlier periods, version by version, and as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.figures.opening import asked_position, opened
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.reports import queries, rules
from mingzhang.reports.comparing import compared, paired
from mingzhang.reports.compose import Composition
from mingzhang.reports.files import FORMS, content_of
from mingzhang.reports.numbers import change_shown, changes_shown, frozen_values, number_rows, request_at
from mingzhang.reports.papers import paper_of
from mingzhang.reports.presenting import Kept, checked_mark, groups_of, kept
from mingzhang.reports.reading import listed
from mingzhang.reports.stored import composed_version
from mingzhang.ui.saving import saved


@require_safe
@placed(Permission.REPORT_VIEW)
def reports(request: HttpRequest, place: Place) -> HttpResponse:
    """The unit's reports by stage, and those that its templates can make."""
    ready, others = listed(place)
    above = f"{reverse('reports:list')}?{place.query_at(place.above.code, place.period)}" if place.above else ""
    context = {
        "groups": groups_of(place),
        "ready": ready,
        "others": others,
        "above": above,
        "may_create": rules.user_can_create(place.person, place.unit),
    }
    return render(request, "reports/list.html", context)


@require_safe
@placed(Permission.REPORT_VIEW)
def report(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The report on paper, every number a link; a draft with the means to write it."""
    shown = kept(place, number)
    context = {"kept": shown, "view": "text", "paper": paper_of(shown, get_token(request))}
    return render(request, "reports/report.html", context)


@require_safe
@placed(Permission.REPORT_VIEW)
def numbers(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """Every number in a table: as written, exactly, and what it would be now."""
    shown = kept(place, number)
    context = {"kept": shown, "view": "numbers", "rows": number_rows(shown)}
    return render(request, "reports/numbers.html", context)


@require_safe
@placed(Permission.REPORT_VIEW)
def number(request: HttpRequest, place: Place, number: int, mark: int) -> HttpResponse:
    """One number: as signed and now, why, how it is worked out, and its entries."""
    shown = kept(place, number)
    checked_mark(shown, mark)
    part = "HX-Request" in request.headers
    after = asked_position(request.GET.get("after", "")) or 0
    asked, text = request_at(shown, mark)
    trace = opened(asked, as_of=shown.position, after=after, short=part)
    context = {
        "kept": shown,
        "mark": mark,
        "opened": trace,
        "printed": text if text != trace.number.replace(",", "") else "",
        "change": change_shown(shown, mark),
        "address": shown.address("report_number", mark),
        "previous": shown.address("report_number", mark - 1) if mark > 1 else "",
        "next": shown.address("report_number", mark + 1) if mark < shown.count else "",
    }
    template = "reports/number_part.html" if part else "reports/number.html"
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


@require_safe
@placed(Permission.REPORT_VIEW)
def compare(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """Each number beside the period before and the same period of the year before."""
    shown = kept(place, number)
    rows = compared(shown.made, frozen_values(shown))
    return render(request, "reports/compare.html", {"kept": shown, "view": "compare", "rows": rows})


@require_safe
@placed(Permission.REPORT_VIEW)
def versions(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """Every version of the words, and two of them side by side."""
    shown = kept(place, number)
    known = queries.versions_of(shown.report)
    a, b = (_version(request, name, default) for name, default in (("a", len(known) - 1), ("b", len(known))))
    context: dict[str, object] = {"kept": shown, "view": "versions", "versions": known[::-1], "a": a, "b": b}
    if len(known) > 1:
        context["pairs"] = paired(*(_at_version(shown, one) for one in (a, b)))
    return render(request, "reports/versions.html", context)


def _version(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return max(1, default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 10**8):
        raise InvalidInput(_("没有“%(text)s”这一版。") % {"text": text[:20]})
    return int(text)


def _at_version(shown: Kept, number: int) -> Composition:
    version = queries.version_of(shown.report, number)
    return composed_version(shown.report, version, version.position)


@require_safe
@placed(Permission.REPORT_VIEW)
def changes(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """What has changed since the signing, fit to be printed and sent along."""
    shown = kept(place, number)
    if shown.signed is None:
        raise NotFound(_("这份报告还没有签发，没有签发后的变动。"))
    context = {"kept": shown, "view": "changes", "changes": changes_shown(shown)}
    return render(request, "reports/changes.html", context)


@require_safe
@placed(Permission.REPORT_VIEW)
def file(request: HttpRequest, place: Place, number: int, form: str) -> HttpResponse:
    """The report as a file; a signed one byte for byte as it was signed."""
    if form not in FORMS:
        raise NotFound(_("没有这种格式的文件。"))
    shown = kept(place, number)
    response = HttpResponse(content_of(shown.signed or shown.made, form), content_type=FORMS[form].media_type)
    name = f"{shown.report.title}.{FORMS[form].ending}"
    return saved(response, name)
