"""People: the list, one person, and what can be done for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.organisation import actions, forms, queries, rules
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.searching import people_in, search_people, search_units
from mingzhang.organisation.views.doing import Act, Done, act_called, may_arrange, perform

SIZE = 50
CHOICES = 12


@require_safe
@placed(Permission.PEOPLE_MANAGE)
def people(request: HttpRequest, place: Place) -> HttpResponse:
    """Everybody in reach, with the posts they hold today; those who have left come last."""
    asked = request.GET.get("q", "").strip()[:100]
    found = (
        search_people(place.scope, asked) if asked else people_in(place.scope).order_by("-is_active", "name", "id")
    )
    page = int(given) if (given := request.GET.get("page", "")).isdigit() and len(given) < 7 else 1
    start = (max(1, page) - 1) * SIZE
    held = queries.holding().select_related("post__unit").order_by("valid")
    shown = list(found.prefetch_related(Prefetch("appointments", held, "held"))[start : start + SIZE + 1])
    context = {"asked": asked, "people": shown[:SIZE], "page": page, "more": len(shown) > SIZE}
    return render(request, "organisation/people.html", context)


@require_safe
@placed(Permission.PEOPLE_MANAGE)
def person(request: HttpRequest, place: Place, username: str) -> HttpResponse:
    """One person: where they hold and held posts, for whom they stand in, and what can be done."""
    found = _person(place, username)
    seats = found.appointments.select_related("post__unit", "stands_in_for__person").order_by("-valid")
    context = {
        "person": found,
        "seats": [(seat, place.scope.contains(seat.post.unit)) for seat in seats],
        "today": clock.today(),
        "acts": _offered(found) if may_arrange(place, found) else [],
    }
    return render(request, "organisation/person.html", context)


def _offered(person: Person) -> list[dict[str, Any]]:
    """What can be done for someone who is here, or who has left."""
    verbs = ("rename", "password", "deactivate") if person.is_active else ("rename", "reactivate")
    return [{"verb": verb, "act": PERSON_ACTS[verb]} for verb in verbs]


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.PEOPLE_MANAGE)
def person_add(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Enter somebody new, at choice with a post of the unit at hand."""
    back = f"{reverse('organisation:people')}?{place.query}"
    return perform(request, place, ADD, place.unit, title=_("人员"), back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.PEOPLE_MANAGE)
def person_act(request: HttpRequest, place: Place, username: str, verb: str) -> HttpResponseBase:
    """Rename, give a password, stop, take up again."""
    found, act = _person(place, username), act_called(PERSON_ACTS, verb)
    rules.check_user_can_arrange(place.person, found)
    return perform(request, place, act, found, title=found.name, back=_address(found))


@require_safe
@placed(Permission.PEOPLE_MANAGE)
def choices(request: HttpRequest, place: Place, sort: str) -> HttpResponse:
    """What a field that asks for a unit or a person offers while one types."""
    asked = request.GET.get("q", "").strip()[:100]
    found: list[tuple[str, str]] = []
    if asked and sort == "units":
        found = [(one.code, one.name) for one in search_units(place.scope, asked)[:CHOICES]]
    elif asked and sort == "people":
        found = [(one.username, one.name) for one in search_people(place.scope, asked)[:CHOICES]]
    return render(request, "organisation/choices.html", {"found": found})


def _person(place: Place, username: str) -> Person:
    found = people_in(place.scope).select_related("book").filter(username=username).first()
    if found is None:
        raise NotFound(_("您能安排的人员里，没有用户名为“%(username)s”的。") % {"username": username[:64]})
    return found


def _address(person: Person) -> str:
    return reverse("organisation:person", args=(person.username,))


def _add(place: Place, _unit: Any, given: Mapping[str, Any]) -> Done:
    with transaction.atomic():
        made = actions.create_person(
            book=place.person.book, username=given["username"], name=given["name"], password=None, by=place.person
        )
        if given["post"]:
            start = given["start"] or clock.today()
            actions.appoint(person=made, post=given["post"], start=start, by=place.person)
    return Done(_address(made), _("%(name)s登记好了。给一个一次性密码，就能登录。") % {"name": made.name})


def _rename(place: Place, person: Person, given: Mapping[str, Any]) -> Done:
    renamed = actions.rename_person(person=person, name=given["name"], by=place.person)
    return Done(_address(person), _("姓名改成“%(name)s”了。") % {"name": renamed.name})


def _password(place: Place, person: Person, _given: Mapping[str, Any]) -> Done:
    password = actions.reset_password(person=person, by=place.person)
    said = _("%(name)s（%(username)s）的一次性密码：") % {"name": person.name, "username": person.username}
    return Done(_address(person), said, told=password)


def _deactivate(place: Place, person: Person, _given: Mapping[str, Any]) -> Done:
    ended = actions.deactivate_person(person=person, by=place.person)
    said = _("%(name)s停用了，结束了%(count)s项任职。") % {"name": person.name, "count": len(ended)}
    return Done(_address(person), said)


def _reactivate(place: Place, person: Person, _given: Mapping[str, Any]) -> Done:
    actions.reactivate_person(person=person, by=place.person)
    said = _("%(name)s恢复使用了。请重新安排任职，再给一个一次性密码。") % {"name": person.name}
    return Done(_address(person), said)


ADD = Act(
    gettext_lazy("登记人员"),
    gettext_lazy("只登记姓名和用户名，不要身份证号、电话。登记后要任职才能做事，要有密码才能登录。"),
    forms.PersonForm,
    _add,
    weighty=True,
)
PERSON_ACTS: dict[str, Act] = {
    "rename": Act(
        gettext_lazy("改姓名"),
        gettext_lazy("以前的记录也显示新的姓名。用户名不改。"),
        forms.NameForm,
        _rename,
        initial=lambda person: {"name": person.name},
    ),
    "password": Act(
        gettext_lazy("给一次性密码"),
        gettext_lazy(
            "原来的密码作废，正在登录的马上退出。新密码只显示一次，请当面告诉本人；他登录后要先换成自己的。"
        ),
        forms.SureForm,
        _password,
        weighty=True,
    ),
    "deactivate": Act(
        gettext_lazy("停用"),
        gettext_lazy(
            "离开了的人：全部任职到今天为止，不能再登录，正在登录的退出。他经手的记录、审核和日志都留着。"
        ),
        forms.SureForm,
        _deactivate,
        grave=True,
        weighty=True,
    ),
    "reactivate": Act(
        gettext_lazy("恢复使用"),
        gettext_lazy("回来了的人：可以重新安排任职。原来的任职和密码不恢复。"),
        forms.SureForm,
        _reactivate,
    ),
}
