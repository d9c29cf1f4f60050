"""Self-checks: beginning one, and how they compare with inspections."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.core.workbooks import XLSX
from mingzhang.inspections import actions, round_rules
from mingzhang.inspections.forms import SelfCheckForm, checklists_for
from mingzhang.inspections.honesty import Compared, compare, last_checklist
from mingzhang.inspections.honesty_file import workbook
from mingzhang.inspections.models import Round
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

MOST_UNITS, MOST_PAIRS = 200, 200


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.INSPECTION_VIEW)
def new(request: HttpRequest, place: Place) -> HttpResponse:
    """A self-check of the unit in the header."""
    round_rules.check_user_can_self_check(place.person, place.unit)
    form = SelfCheckForm(place, request.POST if request.method == "POST" else None)
    made = _made(form, place) if form.is_bound else None
    if made is not None:
        messages.success(request, _("可以开始查了。到现场记，没有网也行。"))
        return redirect(f"{reverse('inspections:round', args=(made.number,))}?{place.query}")
    context = {"form": form, "back": f"{reverse('inspections:rounds')}?{place.query}"}
    return render(request, "inspections/self_check.html", context, status=422 if form.is_bound else 200)


def _made(form: SelfCheckForm, place: Place) -> Round | None:
    if not form.is_valid():
        return None
    version, checklist, _name = form.lists[form.cleaned_data["checklist"]]
    try:
        return actions.start_self_check(
            unit=place.unit, pack=version, checklist=checklist, place=form.cleaned_data["place"], by=place.person
        )
    except InvalidInput as refusal:
        form.refuse(refusal)
        return None


@require_safe
@placed(Permission.INSPECTION_VIEW)
def honesty(request: HttpRequest, place: Place) -> HttpResponse:
    """For a checklist and the period of the header: by item and by unit."""
    lists, chosen = _lists(place, request)
    context: dict[str, Any] = {"lists": lists, "chosen": chosen, "period": place.period, "meaning": meaning()}
    if chosen:
        compared = _compared(place, chosen)
        item, unit = request.GET.get("item", ""), request.GET.get("at", "")
        units = compared.by_unit()
        context |= {
            "compared": compared,
            "items": compared.by_item(),
            "units": units[:MOST_UNITS],
            "more_units": max(0, len(units) - MOST_UNITS),
            "pairs": compared.of(item, unit)[:MOST_PAIRS] if "item" in request.GET or "at" in request.GET else None,
            "base": f"{reverse('inspections:honesty')}?{place.query}&{urlencode({'checklist': chosen})}",
            "file": f"{reverse('inspections:honesty_file')}?{place.query}&{urlencode({'checklist': chosen})}",
        }
    return render(request, "inspections/honesty.html", context)


@require_safe
@placed(Permission.INSPECTION_VIEW)
def honesty_file(request: HttpRequest, place: Place) -> HttpResponse:
    """The same as a workbook."""
    lists, chosen = _lists(place, request)
    if not chosen:
        raise NotFound(_("没有这份检查表。"))
    names = dict(lists)
    said = {"unit": place.unit.name, "period": place.period.code, "checklist": names[chosen]}
    title = _("%(unit)s %(period)s 自查与检查对照：%(checklist)s") % said
    response = HttpResponse(workbook(_compared(place, chosen), title, meaning()), content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.xlsx"
    return response


def meaning() -> str:
    """What is counted, and what it does not say."""
    return _(
        "每次检查，同它之前本单位照同一张检查表做的最后一次自查对照。只看自查说合格、检查也看过的项，数一数检查说不合格的有几项。"
        "区间是95%的威尔逊区间：次数少，区间就宽。两次之间东西可能坏了，情况可能变了，所以这是拿来一起商量的问题，不是打分。"
    )


def _lists(place: Place, request: HttpRequest) -> tuple[list[tuple[str, str]], str]:
    """The checklists to choose from, and which is chosen: unless told, by which the last visit was made."""
    lists = [(key, name) for key, (_version, _id, name) in checklists_for(place.unit).items()]
    asked = request.GET.get("checklist", "")
    known = [key for key, _name in lists]
    likely = asked if asked in known else last_checklist(place)
    return lists, likely if likely in known else next(iter(known), "")


def _compared(place: Place, chosen: str) -> Compared:
    pack, _slash, checklist = chosen.partition("/")
    return compare(place, pack, checklist, place.period.start, place.period.end)
