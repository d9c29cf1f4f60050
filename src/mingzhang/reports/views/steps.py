"""Moving a report on: submit, review, return, sign, publish, withdraw. Each is a page of its own, or a part for the
side panel, that says what will happen; the same address takes the decision."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mingzhang.core.errors import NotFound
from mingzhang.ledger.queries import position
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.stepup import recently_authenticated
from mingzhang.reports import actions, flows, queries, rules
from mingzhang.reports.models import Report
from mingzhang.reports.presenting import Kept, kept
from mingzhang.reports.stored import composed_version, proposal

VERBS = ("submit", "review", "return", "sign", "publish", "withdraw")
WEIGHTY = ("sign", "publish", "withdraw")  # a browser left signed in is not enough for these


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.REPORT_VIEW)
def step(request: HttpRequest, place: Place, number: int, verb: str) -> HttpResponseBase:
    """Ask for, and take, one step of the flow."""
    if verb not in VERBS:
        raise NotFound(_("没有这一步。"))
    shown = kept(place, number)
    if request.method == "POST":
        return _decided(request, place, shown, verb)
    rules.check_user_can(place.person, shown.report, verb)
    context = {"kept": shown, "verb": verb, "name": flows.REPORT.verb_names[verb]}
    context |= {"address": shown.address("step", verb), **_more(shown, verb)}
    part = "HX-Request" in request.headers
    response = render(request, "reports/step_part.html" if part else "reports/step.html", context)
    response["Vary"] = "HX-Request"
    return response


def _decided(request: HttpRequest, place: Place, shown: Kept, verb: str) -> HttpResponseBase:
    """The decision is taken; a weighty one after asking once more who is there. Whoever may not take it is told so
    and not asked."""
    if verb not in WEIGHTY:
        return _done(request, place, shown, verb)
    rules.check_user_can(place.person, shown.report, verb)
    return recently_authenticated(_done)(request, place, shown, verb)


def _done(request: HttpRequest, place: Place, shown: Kept, verb: str) -> HttpResponse:
    _DO[verb](shown.report, request.POST.get("text", ""), request.POST.get("seen", ""), place)
    return redirect(kept(place, shown.report.pk).text_address)


def _more(shown: Kept, verb: str) -> dict[str, object]:
    """What the person should know before deciding."""
    latest = position(shown.report.book)
    told: dict[str, object] = {"latest": latest, "since": latest - shown.position}
    if verb == "sign":
        rules.check_supported(shown.made.prose)
        told |= {"proposal": proposal(shown.report, shown.person), "moved": _moved(shown, latest)}
    return told


def _moved(shown: Kept, latest: int) -> int:
    """How many numbers would be others if they were counted now."""
    if latest == shown.position:
        return 0
    now = composed_version(shown.report, queries.version_of(shown.report), latest)
    pairs = zip(shown.made.numbers, now.numbers, strict=True)
    return sum(one.value.number != other.value.number for one, other in pairs)


Do = Callable[[Report, str, str, Place], object]
_DO: dict[str, Do] = {
    "submit": lambda report, _text, _seen, place: actions.submit_report(report=report, by=place.person),
    "review": lambda report, text, _seen, place: actions.review_report(report=report, note=text, by=place.person),
    "return": lambda report, text, _seen, place: actions.return_report(report=report, reason=text, by=place.person),
    "sign": lambda report, _text, seen, place: actions.sign_report(report=report, seen=seen, by=place.person),
    "publish": lambda report, _text, _seen, place: actions.publish_report(report=report, by=place.person),
    "withdraw": lambda report, text, _seen, place: actions.withdraw_report(
        report=report, reason=text, by=place.person
    ),
}
