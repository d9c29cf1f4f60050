"""A signed report to take away and check elsewhere, and the program that checks it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import check_can
from mingzhang.reports import bundles, queries
from mingzhang.ui.saving import saved


@require_safe
@placed(Permission.REPORT_VIEW)
def bundle(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """The bundle. It holds the entries themselves, so it takes the right to see those as well."""
    report = queries.report_by_id(place.person, number)
    check_can(place.person, Permission.RECORD_VIEW, report.unit)
    return _saved(bundles.bundle(report), bundles.name_of(report), "application/json")


@require_safe
@placed(Permission.REPORT_VIEW)
def verifier(request: HttpRequest, place: Place) -> HttpResponse:
    """The program, as a file to read and to run."""
    return _saved(bundles.VERIFIER.read_bytes(), bundles.VERIFIER.name, "text/x-python; charset=utf-8")


def _saved(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    return saved(response, name)
