"""Whom a form may name, while one types."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotAllowed
from mingzhang.findings.doing import acts_of
from mingzhang.findings.finding_page import finding_by_id, naming_verb
from mingzhang.findings.naming import Reach, reach_of
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission


@require_safe
@placed(Permission.FINDING_VIEW)
def people(request: HttpRequest, place: Place) -> JsonResponse:
    """The first of those who may answer for the finding, or for several of a list, whose name, post or unit hold
    what was typed; before anything is, those near to it."""
    asked = request.GET.get("q", "").strip()[:60]
    return JsonResponse(
        {"found": [one.said for one in _reach(place, request.GET.get("finding", "")).offered(asked)]}
    )


def _reach(place: Place, number: str) -> Reach:
    verb = "assign" if Permission.FINDING_ASSIGN in place.held else ""
    if not number:
        reach = Reach(place.person, place.unit)
    else:
        finding = finding_by_id(place, int(number) if number.isascii() and number.isdigit() else 0)
        verb = naming_verb({act.verb for act in acts_of(place, finding) if act.allowed})
        reach = reach_of(finding, place.person, verb)
    if not verb:
        raise NotAllowed(_("您现在不派办问题。"), remedy=_("派办由负责的单位里能派办的人来做。"))
    return reach
