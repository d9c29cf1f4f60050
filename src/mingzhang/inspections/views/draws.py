"""One draw: how it is prepared, how it stands, its result, and what anybody needs to draw it again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.findings.wording import vocabularies
from mingzhang.inspections import actions, flows, poolsheets, queries, rules
from mingzhang.inspections.actions.follow_ups import Asked, awaiting
from mingzhang.inspections.draw_page import page_of
from mingzhang.inspections.models import Draw
from mingzhang.inspections.plan_page import Given
from mingzhang.inspections.rosters import SCRIPT, document_bytes, file_name
from mingzhang.inspections.saying import REASONS
from mingzhang.inspections.verify_draw import MOST_PER_OBJECT, Words, checked_bytes
from mingzhang.inspections.weighing import FIGURES
from mingzhang.organisation.calendars import text_of
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.packs.wording import language
from mingzhang.ui.saving import saved

MOST_BYTES, MOST_COUNTED = 5_000_000, 1_000
VERBS = ("change", "publish", "commit", "reveal", "state", "confirm", "take_back", "void", "redraw")


@require_safe
@placed(Permission.INSPECTION_VIEW)
def draw(request: HttpRequest, place: Place, number: int, turn: int) -> HttpResponse:
    """A draw as it stands; with `again`, drawn again before the reader's eyes."""
    found = found_draw(place, number, turn)
    again = checked_again(found) if "again" in request.GET and found.result else []
    return show(request, place, found, Given(), again=again)


def show(
    request: HttpRequest,
    place: Place,
    found: Draw,
    given: Given,
    *,
    again: list[Words] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a draw, with what was refused."""
    context: dict[str, Any] = {
        "page": page_of(found),
        "draw": found,
        "inspection": found.inspection,
        "can": {verb: rules.user_can_draw(place.person, found, verb) for verb in VERBS},
        "why_not": why_not(place, found),
        "given": given,
        "again": again or [],
        "language": language(),
        "back": f"{reverse('inspections:inspection', args=(found.inspection_id,))}?{place.query}",
    }
    if context["can"]["change"]:
        context |= _to_prepare(found)
    return render(request, "inspections/draw.html", context, status=status)


def _to_prepare(found: Draw) -> dict[str, Any]:
    chosen = {one.person_id for one in queries.inspectors_of(found)}
    offered = queries.inspectors_for(found.inspection.unit)
    return {
        "strata": queries.counts_of_strata(found),
        "offered": [(one, one.person_id in chosen) for one in offered],
        "recusals": queries.recusals_of(found),
        "pool_inspectors": queries.inspectors_of(found),
        "reasons": REASONS,
        "most_each": MOST_PER_OBJECT,
        "figures": [(key, name) for key, (name, _short, _count) in FIGURES.items()],
        "awaiting": awaiting(Asked(found.inspection.unit, found.inspection.last))[:MOST_COUNTED].count(),
        "words": [words for _version, words in vocabularies(found.inspection.book)],
    }


def why_not(place: Place, found: Draw) -> str:
    """Why somebody who draws here has nothing to do just now; empty for all others."""
    if found.state not in flows.AWAITING or Permission.INSPECTION_DRAW not in place.held:
        return ""
    own = any(one.person_id == place.person.pk for one in queries.commitments_of(found))
    if found.state == "published" and found.source == "commitments" and own:
        return _("您承诺过了，等另一个人承诺。")
    if found.state == "committed" and not own:
        return _("等承诺的两个人公开自己的话。")
    if found.state == "committed" and not rules.user_can_draw(place.person, found, "reveal"):
        return _("您公开过了，等另一个人公开，结果当场就有。")
    if found.state == "stated" and found.value_by_id == place.person.pk:
        return _("您填写过了，等另一个人核对。")
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.INSPECTION_VIEW)
def pool(request: HttpRequest, place: Place, number: int, turn: int) -> HttpResponse:
    """The objects as a table to type or to paste, or to take from a file."""
    found = found_draw(place, number, turn)
    rules.check_user_can_draw(place.person, found, "change")
    back = address_of(place, found)
    context = {"draw": found, "inspection": found.inspection, "back": back, "most": poolsheets.MOST_ROWS}
    if request.method != "POST":
        return render(
            request, "inspections/pool.html", context | {"table": poolsheets.write(queries.objects_of(found))}
        )
    table = request.POST.get("table", "")
    try:
        table = _uploaded(request) or table
        actions.set_pool(draw=found, table=table, by=place.person)
    except InvalidInput as refusal:
        told = [one for said in refusal.problems.values() for one in said]
        context |= {"table": table, "problem": f"{refusal.message}{refusal.remedy}", "told": told}
        return render(request, "inspections/pool.html", context, status=refusal.status)
    messages.success(request, _("名单换好了。"))
    return redirect(back)


def _uploaded(request: HttpRequest) -> str:
    """The table of the file that was sent; empty without one. Raises InvalidInput."""
    file = request.FILES.get("file")
    if file is None:
        return ""
    if (file.size or 0) > MOST_BYTES:
        raise InvalidInput(_("文件太大，最多%(limit)dMB。") % {"limit": MOST_BYTES // 1_000_000})
    return text_of(file.read())


@require_safe
@placed(Permission.INSPECTION_VIEW)
def document(request: HttpRequest, place: Place, number: int, turn: int) -> HttpResponse:
    """All that is needed to draw again."""
    return saved_document(found_draw(place, number, turn))


@require_safe
@placed(Permission.INSPECTION_VIEW)
def verifier(request: HttpRequest, place: Place) -> HttpResponse:
    """The program that draws again."""
    return saved_script()


def found_draw(place: Place, number: int, turn: int) -> Draw:
    """Raises NotFound, also for what the person may not know of."""
    return queries.draw_by_number(queries.inspection_by_id(place.person, number), turn)


def address_of(place: Place, found: Draw) -> str:
    """The page of a draw."""
    return f"{reverse('inspections:draw', args=(found.inspection_id, found.number))}?{place.query}"


def checked_again(found: Draw) -> list[Words]:
    """What the script says of the draw's document."""
    return list(checked_bytes(document_bytes(found), found.roster_digest))


def saved_document(found: Draw) -> HttpResponse:
    """The document as a file. Raises NotFound before there is a result."""
    if not found.result:
        raise NotFound(_("还没有抽定，没有文件可以重算。"))
    return saved(HttpResponse(document_bytes(found), content_type="application/json"), file_name(found))


def saved_script() -> HttpResponse:
    """The program as a file."""
    return saved(HttpResponse(SCRIPT.read_bytes(), content_type="text/x-python; charset=utf-8"), SCRIPT.name)
