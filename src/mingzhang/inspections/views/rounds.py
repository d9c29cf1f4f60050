"""Rounds: the list, one of them, its pictures, and what is done with it in the product itself."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.inspections import actions, round_rules, rounds_query
from mingzhang.inspections.addresses import on_site
from mingzhang.inspections.models import Photo, Round
from mingzhang.inspections.operations import Sent
from mingzhang.inspections.round_page import Given, context_of, sees_pictures
from mingzhang.inspections.rounds_page import MOST_COUNTED, Asked, lines_of, own_lines
from mingzhang.ledger.views.reading import as_picture
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

PICTURE = 800


@require_safe
@placed(Permission.INSPECTION_VIEW)
def rounds(request: HttpRequest, place: Place) -> HttpResponse:
    """What one has to go through, and what is gone through in the unit of the header and below it."""
    asked = Asked(place, request.GET)
    lines, count = lines_of(asked)
    context = {
        "asked": asked,
        "own": own_lines(place),
        "lines": lines,
        "count": count,
        "capped": count >= MOST_COUNTED,
        "pages": asked.pages(count),
        "each": _("每页20次"),
        "onsite": on_site(),
        "self_checks": round_rules.user_can_self_check(place.person, place.unit),
    }
    return render(request, "inspections/rounds.html", context)


@require_safe
@placed(Permission.INSPECTION_VIEW)
def round(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """One round: what was answered and seen, what came of it, and who did what."""
    return _show(request, place, rounds_query.round_by_number(place.person, number), Given())


def _show(request: HttpRequest, place: Place, found: Round, given: Given, status: int = 200) -> HttpResponse:
    return render(request, "inspections/round.html", context_of(place, found, given), status=status)


@require_safe
@placed(Permission.INSPECTION_VIEW)
def picture(request: HttpRequest, place: Place, number: int, op: UUID) -> HttpResponseBase:
    """A picture of a round, made anew."""
    found = rounds_query.round_by_number(place.person, number)
    if not sees_pictures(place.person, found):
        raise NotAllowed(_("您的岗位不看佐证。"))
    photo = Photo.objects.filter(round=found, pk=op).select_related("evidence").first()
    if photo is None:
        raise NotFound(_("没有找到这张照片。"))
    return as_picture(photo.evidence, PICTURE)


@require_POST
@placed(Permission.INSPECTION_VIEW)
def act(request: HttpRequest, place: Place, number: int, verb: str) -> HttpResponse:
    """Settle contradicting answers, acknowledge, or call off."""
    found = rounds_query.round_by_number(place.person, number)
    if verb not in ACTS:
        raise NotFound(_("没有这一步。"))
    try:
        said = ACTS[verb](found, request.POST, place.person)
    except (InvalidInput, StateRefused) as refusal:
        found.refresh_from_db()
        given = Given(verb, str(refusal), request.POST.get("reason", ""))
        return _show(request, place, found, given, refusal.status)
    messages.success(request, said)
    return redirect(f"{reverse('inspections:round', args=(number,))}?{place.query}")


def _settle(found: Round, form: QueryDict, by: Person) -> str:
    """One of the answers to an item that contradict each other is chosen: it is given once more, by somebody who
    has seen them all."""
    heads = rounds_query.reading_of(found).conflicts.get(form.get("item", ""), [])
    chosen = next((one for one in heads if str(one.op) == form.get("op")), None)
    if chosen is None or str(heads[-1].op) != form.get("seen"):
        raise StateRefused(_("这一项的答案又有变动。"), remedy=_("请看过新的再选。"))
    said = {
        "item": form.get("item", ""), "value": chosen.value, "note": chosen.note,
        "category": chosen.category, "before": str(heads[-1].op),
    }  # fmt: skip
    sent = Sent(uuid4(), "answer", clock.now(), said)
    actions.take_operation(round=found, sent=sent, sending=uuid4(), device=None, by=by)
    return _("定下了。")


def _acknowledge(found: Round, form: QueryDict, by: Person) -> str:
    agrees = {"yes": True, "no": False}.get(form.get("agrees", ""))
    actions.acknowledge(round=found, words=form.get("reason", ""), agrees=agrees, by=by)
    return _("签认了。")


def _call_off(found: Round, form: QueryDict, by: Person) -> str:
    actions.call_off(round=found, reason=form.get("reason", ""), by=by)
    return _("记下了，这里不查了。")


ACTS: dict[str, Callable[[Round, QueryDict, Person], str]] = {
    "settle": _settle, "acknowledge": _acknowledge, "call_off": _call_off,
}  # fmt: skip
