"""One page for every act: it says what will happen, asks for what it needs, and says why when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, Refusal
from mingzhang.organisation import queries, rules
from mingzhang.organisation.forms import ActForm
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.stepup import recently_authenticated

Words = str | Promise


@dataclass(frozen=True)
class Done:
    """Where an act leads, and what it says there. What is `told` is shown at once, this once, and kept nowhere."""

    address: str
    said: str
    told: str = ""


@dataclass(frozen=True)
class Act:
    """Something that can be done to a `subject`: its button, a sentence that says what it means, the form, and the
    work, which calls an action. `grave` acts are hard to take back; `weighty` ones decide who may do what, or who
    can sign in as whom: a browser left signed in is not enough for them."""

    name: Words
    about: Words
    form: type[ActForm]
    work: Callable[[Place, Any, Mapping[str, Any]], Done]
    initial: Callable[[Any], Mapping[str, Any]] = field(default=lambda _subject: {})
    grave: bool = False
    weighty: bool = False


def perform(
    request: HttpRequest, place: Place, act: Act, subject: Any, *, title: str, back: str
) -> HttpResponseBase:
    """Show the act's page, or do it; a weighty act after asking once more who is there. Views call this once they
    know that the person may."""
    if act.weighty and request.method == "POST":
        return recently_authenticated(_performed)(request, place, act, subject, title=title, back=back)
    return _performed(request, place, act, subject, title=title, back=back)


def _performed(
    request: HttpRequest, place: Place, act: Act, subject: Any, *, title: str, back: str
) -> HttpResponse:
    """A refusal is shown in the form, with what was typed still there."""
    given: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    form = act.form(place, initial=dict(act.initial(subject)), **given)
    status = 200
    if form.is_bound:
        done = _done(place, act, subject, form)
        if isinstance(done, Done):
            return _say(request, done)
        status = done
    context = {
        "act": act,
        "form": form,
        "title": title,
        "back": back,
        "levels": queries.known_levels(place.person.book),
    }
    return render(request, "organisation/act.html", context, status=status)


def _done(place: Place, act: Act, subject: Any, form: ActForm) -> Done | int:
    """What was done, or the status of a page that says why not."""
    if not form.is_valid():
        return InvalidInput.status
    try:
        return act.work(place, subject, form.cleaned_data)
    except Refusal as refusal:
        form.refuse(refusal)
        return refusal.status


def _say(request: HttpRequest, done: Done) -> HttpResponse:
    if not done.told:
        messages.success(request, done.said)
        return redirect(done.address)
    response = render(request, "organisation/told.html", {"done": done})
    response["Cache-Control"] = "private, no-store"
    return response


def act_called(acts: Mapping[str, Act], verb: str) -> Act:
    """Raises NotFound for an address of nothing."""
    if verb not in acts:
        raise NotFound(_("没有这一页，或者不在您能安排的范围内。"))
    return acts[verb]


def arrange(place: Place, permission: Permission, unit: Unit) -> None:
    """Raises NotAllowed unless the person may do so there; NotFound where they may see nothing."""
    if not place.scope.contains(unit):
        raise NotFound(_("没有这一页，或者不在您能安排的范围内。"))
    rules.check_can(place.person, permission, unit)


def may_arrange(place: Place, person: Person) -> bool:
    """Whether the person at hand may be renamed, stopped, given a password."""
    try:
        rules.check_user_can_arrange(place.person, person)
    except NotAllowed:
        return False
    return True
