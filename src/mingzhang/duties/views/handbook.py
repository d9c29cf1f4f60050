"""责任手册: one's own, and that of a person one leads."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mingzhang.duties.handbook import handbook_of
from mingzhang.duties.reading import whose_handbook
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission


@require_safe
@placed(Permission.DUTY_VIEW)
def mine(request: HttpRequest, place: Place) -> HttpResponse:
    """The person's own."""
    return _show(request, place, place.person)


@require_safe
@placed(Permission.DUTY_VIEW)
def handbook(request: HttpRequest, place: Place, username: str) -> HttpResponse:
    """Duties, what was done of them, and what is open, in the period at hand."""
    return _show(request, place, whose_handbook(place, username))


def _show(request: HttpRequest, place: Place, person: Person) -> HttpResponse:
    context = {
        "book": handbook_of(person, place.period),
        "gives": Permission.DUTY_MANAGE in place.held,
    }
    return render(request, "duties/mine_handbook.html", context)
