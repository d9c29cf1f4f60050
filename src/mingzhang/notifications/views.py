"""The pages about reminders."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mingzhang.core.errors import InvalidInput, NotFound, Refusal
from mingzhang.notifications import actions, queries, rules
from mingzhang.notifications.forms import HookForm, PreferenceForm
from mingzhang.notifications.sources import standing_lines
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

SHOWN = 30


@require_GET
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


@require_GET
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
    context = {"form": form, "not_sent": queries.not_sent(place.person)}
    return render(
        request, "notifications/settings.html", context, status=InvalidInput.status if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.PEOPLE_MANAGE)
def hook(request: HttpRequest, place: Place) -> HttpResponse:
    """Where the body's gateway is."""
    rules.check_user_can_set_hook(place.person)
    book = place.person.book
    gateway = queries.hook_of(book)
    initial = {"address": gateway.address if gateway else ""}
    form = HookForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            actions.set_hook(book=book, by=place.person, **form.cleaned_data)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("提醒网关改好了。"))
            return redirect("notifications:hook")
    context = {"form": form, "gateway": gateway, "not_sent": queries.not_sent_of(book)}
    return render(request, "notifications/hook.html", context, status=InvalidInput.status if form.errors else 200)
