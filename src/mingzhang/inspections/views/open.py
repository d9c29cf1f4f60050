"""一公开: plans, draws and results for everybody, without signing in and without personal data. What the pages say
of a draw is read from its published document, which holds units, posts and numbers only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.inspections import flows, queries
from mingzhang.inspections.draw_page import DrawPage
from mingzhang.inspections.models import Draw
from mingzhang.inspections.plan_page import turns_of
from mingzhang.inspections.published import FILES, public_outcome, published
from mingzhang.inspections.result_page import group_lines
from mingzhang.inspections.saying import INSPECTION_LOOKS
from mingzhang.inspections.views.draws import saved_document, saved_script
from mingzhang.ledger.listing import Pages
from mingzhang.organisation.queries import today_in
from mingzhang.ui.saving import saved

SIZE = 20


@require_safe
def inspections(request: HttpRequest) -> HttpResponse:
    """What is public, the latest first."""
    asked = request.GET.get("page", "")
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 and int(asked) else 1
    found = queries.public_page((page - 1) * SIZE, SIZE + 1)
    draws = queries.public_draws(found[:SIZE])
    lines = [
        {
            "inspection": one,
            "state": flows.INSPECTION.states[one.state],
            "look": INSPECTION_LOOKS[one.state],
            "turns": turns_of(one, "inspections:open_draw", draws.get(one.pk, [])),
        }
        for one in found[:SIZE]
    ]
    address = reverse("inspections:open")
    before = f"{address}?page={page - 1}" if page > 1 else ""
    after = f"{address}?page={page + 1}" if len(found) > SIZE else ""
    pages = Pages(page, page + bool(after), before, after)
    return render(request, "inspections/open_list.html", {"lines": lines, "pages": pages})


@require_safe
def inspection(request: HttpRequest, number: int) -> HttpResponse:
    """One plan with its draws."""
    found = queries.public_by_id(number)
    draws = queries.public_draws([found]).get(found.pk, [])
    outcome = public_outcome(found)
    said = published(outcome) if outcome else None
    context = {
        "inspection": found,
        "state": flows.INSPECTION.states[found.state],
        "look": INSPECTION_LOOKS[found.state],
        "checklist": queries.checklist_of(found),
        "turns": turns_of(found, "inspections:open_draw", draws),
        "result": said,
        "outcome": outcome,
        "groups": group_lines(said["problems"]) if said else (),
        "today": today_in(found.book),
    }
    return render(request, "inspections/open_inspection.html", context)


@require_safe
def result(request: HttpRequest, number: int, name: str, form: str) -> HttpResponse:
    """The result as a file for machines."""
    found = queries.public_by_id(number)
    outcome = public_outcome(found)
    if outcome is None or (name, form) not in FILES:
        raise NotFound(_("没有这个文件。检查结束以后才有结果。"))
    media_type, write = FILES[name, form]
    file = f"inspection-{found.book.code}-{found.pk}-{name}.{form}"
    return saved(HttpResponse(write(published(outcome)), content_type=media_type), file)


@require_safe
def draw(request: HttpRequest, number: int, turn: int) -> HttpResponse:
    """One draw: roster, commitments and result."""
    found = _published(number, turn)
    context = {"page": DrawPage(found), "draw": found, "inspection": found.inspection}
    return render(request, "inspections/open_draw.html", context)


@require_safe
def document(request: HttpRequest, number: int, turn: int) -> HttpResponse:
    """All that is needed to draw again."""
    return saved_document(_published(number, turn))


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """The program that draws again."""
    return saved_script()


def _published(number: int, turn: int) -> Draw:
    found = queries.draw_by_number(queries.public_by_id(number), turn)
    if found.state == "drafted":
        raise NotFound(_("没有找到这次抽取。"))
    return found
