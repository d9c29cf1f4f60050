"""Pages about the person who is signed in, whatever posts they hold."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mingzhang.access import actions, queries, rules
from mingzhang.access.forms import PasswordForm
from mingzhang.core.errors import InvalidInput, StateRefused
from mingzhang.organisation import queries as organisation
from mingzhang.organisation.models import Person
from mingzhang.organisation.stepup import recently_authenticated

P = ParamSpec("P")


def own(
    view: Callable[Concatenate[HttpRequest, Person, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A view that is given the person who is signed in."""

    @wraps(view)
    def with_person(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, Person):
            return redirect_to_login(request.get_full_path())
        return view(request, request.user, *args, **kwargs)

    return with_person


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@own
def password(request: HttpRequest, person: Person) -> HttpResponse:
    """A new password. It ends every other sign-in."""
    form, given = PasswordForm(request.POST or None, request=request), person.must_change_password
    if form.is_valid() and _changed(request, person, form):
        messages.success(request, _("密码已换。别处的登录都已结束。"))
        return redirect("web:home" if given else "access:password")
    return render(request, "access/password.html", {"here": "password", "form": form, "given": given})


def _changed(request: HttpRequest, person: Person, form: PasswordForm) -> bool:
    before = request.session.session_key
    try:
        actions.change_password(password=form.cleaned_data["new"], session_key=before, by=person)
    except InvalidInput as refused:
        for said in refused.problems["password"]:
            form.add_error("new", said)
        return False
    update_session_auth_hash(request, person)
    actions.keep_sign_in(before=before, after=request.session.session_key, by=person)
    return True


@require_safe
@own
def sign_ins(request: HttpRequest, person: Person) -> HttpResponse:
    """Where one is signed in."""
    found = queries.sign_ins(person, request.session.session_key)
    return render(request, "access/sign_ins.html", {"here": "sign_ins", "found": found})


@require_POST
@own
def end_sign_in(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """End one of them."""
    actions.end_sign_in(pk=pk, by=person)
    messages.success(request, _("那次登录已结束。"))
    return redirect("access:sign_ins")


@require_POST
@own
def end_others(request: HttpRequest, person: Person) -> HttpResponse:
    """End all but this one."""
    ended = actions.end_other_sign_ins(session_key=request.session.session_key, by=person)
    messages.success(request, _("已结束别处的%(count)d次登录。") % {"count": ended})
    return redirect("access:sign_ins")


@require_http_methods(["GET", "HEAD", "POST"])
@own
def lost(request: HttpRequest, person: Person, username: str) -> HttpResponseBase:
    """Take away the second steps of someone else who has lost their phone or key, after asking once more who is
    there. One's own are changed on a page that asks for proof as well."""
    other = organisation.person_by_username(username)
    if other.pk == person.pk:
        raise StateRefused(_("这里不能清除自己的两步验证。"), remedy=_("请到“我的两步验证”里关闭。"))
    rules.check_user_can_take_away(person, other)
    if request.method == "POST":
        return recently_authenticated(_taken_away)(request, person, other)
    return render(request, "access/lost.html", {"other": other, "has": queries.has_second_step(other)})


def _taken_away(request: HttpRequest, person: Person, other: Person) -> HttpResponse:
    actions.take_away_second_steps(person=other, by=person)
    messages.success(request, _("%(name)s的两步验证已清除。") % {"name": other.name})
    return redirect("access:lost", username=other.username)
