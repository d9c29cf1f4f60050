"""The pages about reminders."""

from __future__ import annotations

import hashlib
from importlib import import_module

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mingzhang.core.errors import InvalidInput, NotFound, Refusal
from mingzhang.duties.actions import choose_terms
from mingzhang.duties.orphans import alarms
from mingzhang.duties.terms import terms_of
from mingzhang.notifications import actions, queries, rules
from mingzhang.notifications.forms import HookForm, PreferenceForm, TermsForm
from mingzhang.notifications.models import Hook
from mingzhang.notifications.sources import standing_lines
from mingzhang.organisation.models import Book
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

SHOWN = 30
PLAIN = "text/plain; charset=utf-8"


@require_safe
@placed(Permission.FIGURES_VIEW)
def inbox(request: HttpRequest, place: Place) -> HttpResponse:
    """What the person was told, the newest first, below what waits for them now."""
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None
    found = list(queries.inbox(place.person, before)[: SHOWN + 1])
    context = {
        "standing": standing_lines(place.person) if before is None else [],
        "notices": found[:SHOWN],
        "older": f"?before={found[SHOWN - 1].pk}" if len(found) > SHOWN else "",
        "paged": before is not None,
        "unread": queries.unread(place.person),
    }
    return render(request, "notifications/inbox.html", context)


@require_safe
@placed(Permission.FIGURES_VIEW)
def open_notice(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """Lead to what a notice speaks of; it is read then."""
    notice = queries.inbox(place.person).filter(pk=number).first()
    if notice is None:
        raise NotFound(_("没有这条提醒。"))
    actions.read(by=place.person, number=notice.pk)
    return redirect(notice.address)


@require_POST
@placed(Permission.FIGURES_VIEW)
def read_all(request: HttpRequest, place: Place) -> HttpResponse:
    """Mark all as read."""
    actions.read(by=place.person)
    return redirect("notifications:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.FIGURES_VIEW)
def settings(request: HttpRequest, place: Place) -> HttpResponse:
    """How the person wants to be told."""
    preference, gateway = queries.preference_of(place.person), queries.hook_of(place.person.book)
    form = PreferenceForm(preference, gateway, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.choose(by=place.person, chosen=form.chosen(preference))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("提醒设置改好了。"))
            return redirect("notifications:settings")
    return _settings_page(request, place, form)


def _settings_page(
    request: HttpRequest, place: Place, form: PreferenceForm, feed_address: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "not_sent": queries.not_sent(place.person),
        "feed": queries.feed_of(place.person),
        "feed_address": feed_address,
    }
    return render(
        request, "notifications/settings.html", context, status=InvalidInput.status if form.errors else 200
    )


# --- the calendar -------------------------------------------------------------------------------------------------


@require_POST
@placed(Permission.FIGURES_VIEW)
def feed_make(request: HttpRequest, place: Place) -> HttpResponse:
    """A new address for one's own calendar. It is shown on this page and never again."""
    secret = actions.make_feed(by=place.person)
    form = PreferenceForm(queries.preference_of(place.person), queries.hook_of(place.person.book))
    path = reverse("notifications:feed", args=(secret,))
    return _settings_page(request, place, form, request.build_absolute_uri(path))


@require_POST
@placed(Permission.FIGURES_VIEW)
def feed_revoke(request: HttpRequest, place: Place) -> HttpResponse:
    """End the address."""
    actions.revoke_feed(by=place.person)
    messages.success(request, _("日历的地址停用了，谁也看不到了。"))
    return redirect("notifications:settings")


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The tasks of whoever made this address, for a calendar program: without signing in, and not too often."""
    found = queries.feed_opened_by(secret)
    if found is None:
        return HttpResponse(_("没有这个日历，或者地址已经停用。"), status=404, content_type=PLAIN)
    if wait := actions.count_asked(feed=found):
        said = _("问得太勤了，请过一会儿再来。")
        return HttpResponse(said, status=429, content_type=PLAIN, headers={"Retry-After": str(wait)})
    with translation.override(found.person.book.language):
        # Loaded only here: the package that writes calendars takes most of a second, and no other page needs it.
        written = import_module("mingzhang.notifications.feeds").written
        content: bytes = written(queries.tasks_fed(found.person), found.made_at)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = 'inline; filename="mingzhang.ics"'
    response["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return get_conditional_response(request, response["ETag"], response=response) or response


# --- without an owner ---------------------------------------------------------------------------------------------


@require_safe
@placed(Permission.DUTY_MANAGE)
def orphans(request: HttpRequest, place: Place) -> HttpResponse:
    """What nobody answers for in a unit and below it."""
    return render(request, "notifications/orphans.html", {"alarms": alarms(place.unit), "place": place})


# --- the body's own -----------------------------------------------------------------------------------------------


@require_POST
@placed(Permission.PEOPLE_MANAGE)
def terms(request: HttpRequest, place: Place) -> HttpResponse:
    """After how many working days people are reminded, and the next level is asked."""
    rules.check_user_can_set_hook(place.person)
    form = TermsForm(request.POST)
    if form.is_valid():
        try:
            choose_terms(book=place.person.book, by=place.person, **form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("任务提醒的天数改好了。"))
            return redirect("notifications:hook")
    book = place.person.book
    return _hook_page(request, book, HookForm(initial=_hook_initial(queries.hook_of(book))), form)


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.PEOPLE_MANAGE)
def hook(request: HttpRequest, place: Place) -> HttpResponse:
    """Where the body's gateway is, and after how long people are reminded."""
    rules.check_user_can_set_hook(place.person)
    book = place.person.book
    gateway = queries.hook_of(book)
    form = HookForm(request.POST if request.method == "POST" else None, initial=_hook_initial(gateway))
    if form.is_valid():
        try:
            actions.set_hook(book=book, by=place.person, **form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("提醒网关改好了。"))
            return redirect("notifications:hook")
    held = terms_of(book)
    chosen = {"remind_before": held.remind_before, "escalate_after": held.escalate_after}
    return _hook_page(request, book, form, TermsForm(initial=chosen))


def _hook_initial(gateway: Hook | None) -> dict[str, str]:
    return {"address": gateway.address if gateway else ""}


def _hook_page(request: HttpRequest, book: Book, form: HookForm, terms: TermsForm) -> HttpResponse:
    context = {"form": form, "terms": terms, "not_sent": queries.not_sent_of(book)}
    wrong = form.errors or terms.errors
    return render(request, "notifications/hook.html", context, status=InvalidInput.status if wrong else 200)
