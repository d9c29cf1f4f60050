"""Reporting a finding by hand, on the spot or at a desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mingzhang.core.errors import InvalidInput
from mingzhang.findings import actions, choosing
from mingzhang.findings.actions import Found
from mingzhang.findings.addresses import finding_page
from mingzhang.findings.listing import Option
from mingzhang.findings.models import Finding
from mingzhang.findings.views.files import keep
from mingzhang.findings.wording import source_name, vocabularies
from mingzhang.ledger.listing import read_day
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import today_in
from mingzhang.organisation.roles import Permission
from mingzhang.packs.finding_schema import SOURCES, Findings
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import language
from mingzhang.ui.templatetags.ui import full_day

MOST_UNITS = 200


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.FINDING_REPORT)
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """The form. What is refused stands in it, with what was typed; files have to be chosen again then."""
    if request.method != "POST":
        return _page(request, place, request.GET)
    try:
        made = _report(place, request.POST)
    except InvalidInput as refusal:
        return _page(request, place, request.POST, refusal)
    _kept, unkept = keep(request, made, "before", place.person)
    messages.success(request, _said(made))
    for one in unkept:
        messages.warning(request, one)
    return redirect(finding_page(made.pk))


def _said(made: Finding) -> str:
    said = {"number": made.number, "day": full_day(made.deadline)}
    return _("登记好了，编号%(number)s，%(day)s到期。") % said


def _report(place: Place, form: QueryDict) -> Finding:
    pack, words = _pack(place, form.get("pack", ""))
    today = today_in(place.person.book)
    found = Found(
        unit=choosing.unit_said(place.person, form.get("unit", "")),
        source=form.get("source", ""),
        category=form.get("category", ""),
        severity=form.get("severity", ""),
        description=form.get("description", ""),
        found_on=read_day(form.get("found_on", "")) or today,
        place=form.get("place", ""),
        asked_for=read_day(form.get("asked_for", "")),
        origin=place.unit,
    )
    return actions.report(found=found, pack=pack, by=place.person)


def _pack(place: Place, name: str) -> tuple[PackVersion, Findings]:
    """The pack of that name; the first one where none is named. Raises InvalidInput."""
    known = vocabularies(place.person.book)
    found = [(version, words) for version, words in known if str(version.pk) == name] or known[:1]
    if not found:
        raise InvalidInput(
            _("账套用的体系包没有问题的词汇，还不能登记。"), remedy=_("请管理员换一个新版的体系包。")
        )
    return found[0]


def _page(
    request: HttpRequest, place: Place, given: QueryDict, refusal: InvalidInput | None = None
) -> HttpResponse:
    known = vocabularies(place.person.book)
    context: dict[str, Any] = {
        "given": given.dict(),
        "refusal": refusal,
        "today": today_in(place.person.book),
        "units": _units(place),
        "sources": [Option(code, source_name(code)) for code in SOURCES],
        "back": f"{reverse('findings:list')}?{place.query}",
    }
    if known:
        pack, words = _pack(place, given.get("pack", ""))
        context |= {"pack": pack, "packs": [_option(version, pack) for version, _words in known]}
        context |= {
            "categories": [Option(one.id, one.name.text(language())) for one in words.categories],
            "severities": [(one, one.name.text(language())) for one in words.severities],
        }
    return render(request, "findings/new.html", context, status=refusal.status if refusal else 200)


def _option(version: PackVersion, chosen: PackVersion) -> Option:
    return Option(str(version.pk), pack_of(version.pk).name.text(language()), version.pk == chosen.pk)


def _units(place: Place) -> list[Unit]:
    """The unit at hand, and those right below it."""
    below = place.unit.children.filter(closed_on=None).order_by("code")
    return [place.unit, *place.scope.filter(below, "id")[:MOST_UNITS]]
