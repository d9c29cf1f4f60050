"""Findings as a list and as a board, what of them waits for somebody, and assigning many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core.errors import InvalidInput, StateRefused
from mingzhang.findings import actions, choosing, queries
from mingzhang.findings.actions.assigning import MOST_AT_ONCE
from mingzhang.findings.counting import MOST_COUNTED
from mingzhang.findings.finding_page import Given
from mingzhang.findings.listing import Asked
from mingzhang.findings.models import Finding
from mingzhang.findings.naming import Reach, named
from mingzhang.findings.showing import lines_of
from mingzhang.findings.waiting import parts_of
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import today_in
from mingzhang.organisation.roles import Permission


@require_safe
@placed(Permission.FINDING_VIEW)
def findings(request: HttpRequest, place: Place) -> HttpResponse:
    """The findings of the unit at hand and those below it, what is to be solved first."""
    asked = Asked(place, request.GET)
    found, count = queries.page_of(asked.wanted(), asked.page)
    lines = lines_of(found, asked.today)
    assigns = Permission.FINDING_ASSIGN in place.held
    context: dict[str, Any] = {
        "asked": asked,
        "lines": lines,
        "pages": asked.pages(count),
        "count": count,
        "capped": count >= MOST_COUNTED,
        "each": _("每页20件"),
        "reports": Permission.FINDING_REPORT in place.held,
        "picks": assigns and any(line.to_assign for line in lines),
    }
    return render(request, "findings/list.html", context)


@require_safe
@placed(Permission.FINDING_VIEW)
def board(request: HttpRequest, place: Place) -> HttpResponse:
    """The same by how they stand, a column for each state."""
    asked = Asked(place, request.GET, "findings:board")
    columns = queries.board(asked.wanted())
    lines = {line.finding.pk: line for line in lines_of([c for one in columns for c in one.cards], asked.today)}
    shown = [
        {
            "key": one.key,
            "name": asked.name_of(one.key),
            "hint": HINTS[one.key],
            "count": one.count,
            "capped": one.count >= MOST_COUNTED,
            "late": one.late,
            "more": one.more,
            "lines": [lines[card.pk] for card in one.cards],
            "address": asked.address("findings:list", state=one.key),
        }
        for one in columns
    ]
    context = {"asked": asked, "columns": shown, "reports": Permission.FINDING_REPORT in place.held}
    return render(request, "findings/board.html", context)


HINTS: dict[str, Promise] = {
    "to_assign": gettext_lazy("写明谁来改、哪天改好"),
    "correcting": gettext_lazy("谁派谁盯，快到期会提醒"),
    "to_verify": gettext_lazy("由没有参与整改的人验收"),
    "to_close": gettext_lazy("由没有参与整改的领导销号"),
    "closed": gettext_lazy("到时候回头看一次"),
}


@require_safe
@placed(Permission.FINDING_VIEW)
def waiting(request: HttpRequest, place: Place) -> HttpResponse:
    """What of findings waits for the person: to be corrected, accepted, assigned, verified, closed, looked at."""
    parts = parts_of(place, today_in(place.person.book))
    return render(request, "findings/waiting.html", {"parts": parts, "any": any(part.lines for part in parts)})


# --- many at once -------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.FINDING_ASSIGN)
def assign_many(request: HttpRequest, place: Place) -> HttpResponse:
    """First which ones and to whom, then all of them at once, or none."""
    form = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(place, form)
    if request.method != "POST":
        return _page(request, place, chosen)
    try:
        said = _assign(place, chosen, form)
    except (InvalidInput, StateRefused) as refusal:
        return _page(request, place, chosen, Given.of("assign", form, str(refusal)), refusal.status)
    messages.success(request, said)
    return redirect(f"{reverse('findings:list')}?{place.query}&state=to_assign")


def _chosen(place: Place, form: QueryDict) -> list[Finding]:
    numbers = [int(one) for one in form.getlist("finding") if one.isascii() and one.isdigit() and len(one) < 18]
    rows = queries.visible_to(place.person).filter(pk__in=numbers[:MOST_AT_ONCE])
    return list(rows.select_related(*queries.SHOWN, "book").order_by("by_day", "pk"))


def _assign(place: Place, chosen: list[Finding], form: QueryDict) -> str:
    unit, owner = named(Reach(place.person, place.unit), form.get("to", ""))
    sponsor = choosing.sponsor_said(place.person, form.get("sponsor", ""))
    done = actions.assign_findings(
        findings=chosen, owner=owner, unit=unit, sponsor=sponsor, note=form.get("reason", ""), by=place.person
    )
    said = ngettext("%(count)d个问题派给%(name)s了。", "%(count)d个问题派给%(name)s了。", len(done))
    return said % {"count": len(done), "name": owner.name}


def _page(
    request: HttpRequest, place: Place, chosen: list[Finding], given: Given | None = None, status: int = 200
) -> HttpResponse:
    today = today_in(place.person.book)
    context = {
        "lines": lines_of(chosen, today),
        "offered": Reach(place.person, chosen[0].unit if chosen else place.unit).offered(),
        "people": f"{reverse('findings:people')}?{place.query}",
        "leaders": choosing.leaders(place.unit),
        "given": given or Given(),
        "back": f"{reverse('findings:list')}?{place.query}&state=to_assign",
    }
    return render(request, "findings/assign_many.html", context, status=status)
