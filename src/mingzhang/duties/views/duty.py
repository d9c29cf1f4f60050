"""One duty of a unit: what it is, what the unit adapts of it, who answers for it, and a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mingzhang.core.errors import InvalidInput, NotFound, Refusal, StateRefused
from mingzhang.duties import actions
from mingzhang.duties.duty_forms import narrowed, needed_day, new_code, new_context, written
from mingzhang.duties.duty_page import Given, context_of, day_asked, held_by, lasting_of
from mingzhang.duties.lists import Held
from mingzhang.duties.rules import check_user_can_manage
from mingzhang.duties.saying import PARTS
from mingzhang.organisation.models import Post
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.ui.templatetags.ui import full_day


@require_safe
@placed(Permission.DUTY_VIEW)
def duty(request: HttpRequest, place: Place, pack: str, code: str) -> HttpResponse:
    """The words, who answers, this year's tasks, the levels above and below, and what was adapted."""
    on = day_asked(place, request.GET.get("on", ""))
    return _show(request, place, held_by(place.unit, pack, code, on), on, Given())


def _show(
    request: HttpRequest, place: Place, held: Held, on: date, given: Given, status: int = 200
) -> HttpResponse:
    return render(request, "duties/list_duty.html", context_of(place, held, on, given), status=status)


@require_POST
@placed(Permission.DUTY_VIEW)
def adapt(request: HttpRequest, place: Place, pack: str, code: str, verb: str) -> HttpResponse:
    """Narrow, withdraw, restore, or say who answers. A refusal is shown in the form, with what was typed."""
    if verb not in ACTS:
        raise NotFound(_("没有这一页。"))
    check_user_can_manage(place.person, place.unit)
    today = day_asked(place, "")
    held = held_by(place.unit, pack, code, today)
    try:
        words = ACTS[verb](place, held, request.POST)
    except (InvalidInput, StateRefused) as refusal:
        given = Given(verb, request.POST.dict(), str(refusal))
        return _show(request, place, held, today, given, refusal.status)
    messages.success(request, words)
    return _back(place, pack, code)


def _back(place: Place, pack: str, code: str) -> HttpResponse:
    return redirect(f"{reverse('duties:duty', args=(pack, code))}?{place.query}")


def _narrow(place: Place, held: Held, form: Mapping[str, str]) -> str:
    pack, code = held.key
    start = needed_day(form.get("start", ""), _("要写明从哪天起。"))
    lasting = lasting_of(place.unit, held.key)
    actions.adapt_duty(
        unit=place.unit,
        pack=pack,
        duty=code,
        what="added" if lasting and lasting.what == "added" else "narrowed",
        start=start,
        reason=form.get("reason", ""),
        by=place.person,
        content=narrowed(held.duty, form),
    )
    return _("从%(day)s起照改写的办。") % {"day": full_day(start)}


def _withdraw(place: Place, held: Held, form: Mapping[str, str]) -> str:
    pack, code = held.key
    start = needed_day(form.get("start", ""), _("要写明从哪天起。"))
    actions.adapt_duty(
        unit=place.unit, pack=pack, duty=code, what="withdrawn", start=start, reason=form.get("reason", ""),
        by=place.person,
    )  # fmt: skip
    return _("从%(day)s起撤下这一项。") % {"day": full_day(start)}


def _restore(place: Place, held: Held, form: Mapping[str, str]) -> str:
    lasting = lasting_of(place.unit, held.key)
    if lasting is None:
        raise InvalidInput(_("这一项现在就照体系包的写法，没有要恢复的。"))
    start = needed_day(form.get("start", ""), _("要写明从哪天起。"))
    last, today = start - timedelta(days=1), day_asked(place, "")
    if last < today:
        raise InvalidInput(
            _("最早从%(day)s起。") % {"day": full_day(today + timedelta(days=1))}, remedy=_("请改开始的日期。")
        )
    actions.end_adaptation(adaptation=lasting, last=last, reason=form.get("reason", ""), by=place.person)
    if lasting.what == "added":
        return _("从%(day)s起不再有这一项。") % {"day": full_day(start)}
    return _("从%(day)s起恢复体系包的写法。") % {"day": full_day(start)}


@transaction.atomic
def _assign(place: Place, held: Held, form: Mapping[str, str]) -> str:
    pack, code = held.key
    for part in PARTS:
        actions.assign_duty(
            unit=place.unit, pack=pack, duty=code, part=part, post=_post(place, form.get(part, "")),
            by=place.person,
        )  # fmt: skip
    return _("由谁负责记下了。没有办完的任务也跟着换人。")


def _post(place: Place, number: str) -> Post | None:
    """The post chosen; None where it is left to the role. Raises InvalidInput."""
    if not number:
        return None
    found = Post.objects.filter(pk=int(number), unit__book=place.unit.book_id) if number.isdecimal() else None
    post = found.first() if found is not None else None
    if post is None:
        raise InvalidInput(_("没有这个岗位。"), remedy=_("请选一个岗位。"))
    return post


ACTS: dict[str, Callable[[Place, Held, Mapping[str, str]], str]] = {
    "narrow": _narrow,
    "withdraw": _withdraw,
    "restore": _restore,
    "assign": _assign,
}


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.DUTY_MANAGE)
def add(request: HttpRequest, place: Place) -> HttpResponse:
    """A duty that no pack has, for this unit alone."""
    if request.method != "POST":
        return _form(request, place, {}, None)
    try:
        pack, content, start = written(place, request.POST)
        code = new_code(place.unit, pack)
        actions.adapt_duty(
            unit=place.unit, pack=pack, duty=code, what="added", start=start, by=place.person, content=content,
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except (InvalidInput, StateRefused) as refusal:
        return _form(request, place, request.POST.dict(), refusal)
    messages.success(request, _("增加了一项，从%(day)s起。任务今天夜里排。") % {"day": full_day(start)})
    return _back(place, pack, code)


def _form(request: HttpRequest, place: Place, given: Mapping[str, Any], refusal: Refusal | None) -> HttpResponse:
    context = new_context(place) | {"given": given, "problem": str(refusal) if refusal else ""}
    return render(request, "duties/list_new.html", context, status=refusal.status if refusal else 200)
