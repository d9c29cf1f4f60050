"""Standing in: who does one's work while one is away, from which day to which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotFound, Refusal, StateRefused
from mingzhang.duties.choosing import person_typed
from mingzhang.ledger.listing import read_day
from mingzhang.organisation import actions
from mingzhang.organisation.models import Appointment, Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import delegations_around, holding
from mingzhang.organisation.roles import Permission
from mingzhang.ui.templatetags.ui import full_day

MOST_OFFERED = 200


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.DUTY_VIEW)
def absence(request: HttpRequest, place: Place) -> HttpResponse:
    """One's posts, who stands in for whom, and the form that arranges it."""
    if request.method != "POST":
        return _page(request, place, request.GET)
    try:
        made = _delegate(place.person, request.POST)
    except (InvalidInput, StateRefused) as refusal:
        return _page(request, place, request.POST, refusal)
    said = _("从%(first)s到%(last)s，由%(name)s代理“%(post)s”。两个人的今日和责任手册上都看得到。") % {
        "first": full_day(made.valid.lower),
        "last": full_day(request.POST["last"]),
        "name": made.person.name,
        "post": made.post.name,
    }
    messages.success(request, said)
    return redirect(reverse("duties:absence"))


def _delegate(person: Person, form: Mapping[str, str]) -> Appointment:
    held = _own(person, form.get("post", ""))
    to = person_typed(person, form.get("to", ""))
    if to.pk == person.pk:
        raise InvalidInput(_("不能由自己代理自己。"), remedy=_("请选另一个人。"))
    start, last = read_day(form.get("first", "")), read_day(form.get("last", ""))
    if start is None or last is None:
        raise InvalidInput(_("要写明从哪天到哪天。"))
    if start < clock.today():
        raise InvalidInput(_("代理从今天或以后的一天起。"), remedy=_("请改开始的日期。"))
    return actions.delegate(appointment=held, to=to, start=start, last_day=last, by=person)


def _own(person: Person, number: str) -> Appointment:
    found = next((seat for seat in _seats(person) if str(seat.pk) == number), None)
    if found is None:
        raise InvalidInput(_("没有选哪个岗位。"), remedy=_("请选一个自己的岗位。"))
    return found


def _seats(person: Person) -> list[Appointment]:
    """The posts that the person holds themselves today."""
    held = holding().filter(person=person, stands_in_for=None)
    return list(held.select_related("post__unit").order_by("id"))


def _page(
    request: HttpRequest, place: Place, given: Mapping[str, str], refusal: Refusal | None = None
) -> HttpResponse:
    seats = _seats(place.person)
    context: dict[str, Any] = {
        "seats": seats,
        "around": delegations_around(place.person, clock.today()),
        "colleagues": _colleagues(place.person, seats),
        "given": {name: given.get(name, "") for name in ("post", "to", "first", "last")},
        "problem": str(refusal) if refusal else "",
        "today": clock.today(),
    }
    return render(request, "duties/mine_absence.html", context, status=refusal.status if refusal else 200)


def _colleagues(person: Person, seats: list[Appointment]) -> list[Person]:
    """Those who work at the same units, at the ones above and at those directly below: offered while one types."""
    units = {unit for seat in seats for unit in seat.post.unit.ancestors}
    own = {seat.post.unit_id for seat in seats}
    near = holding().filter(post__unit__in=units) | holding().filter(post__unit__parent__in=own)
    found = Person.objects.filter(pk__in=near.values("person")).exclude(pk=person.pk)
    return list(found.order_by("name", "id")[:MOST_OFFERED])


@require_POST
@placed(Permission.DUTY_VIEW)
def end(request: HttpRequest, place: Place, delegation_id: int) -> HttpResponse:
    """The holder is back earlier."""
    around = delegations_around(place.person, clock.today())
    found = next((one for one in around if one.pk == delegation_id), None)
    if found is None:
        raise NotFound(_("没有找到这项代理。"), remedy=_("它可能已经结束了。"))
    try:
        actions.end_delegation(delegation=found, by=place.person)
    except StateRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("代理结束了，最后一天是今天；还没有开始的就取消了。"))
    return redirect(reverse("duties:absence"))
