"""Two things that every request of someone signed in passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.access import queries
from mingzhang.access.accounts import SEEN
from mingzhang.core import clock
from mingzhang.organisation.models import Person

SEEN_EVERY = 5 * 60
SATISFIED = "second_step"
# What someone may do who must set up a second step first: that, leaving, and opening the page that phones keep,
# which says nothing of anybody.
MEANWHILE = {
    "access:second_step_required", "access:password",
    "mfa_index", "mfa_activate_totp", "mfa_view_recovery_codes", "mfa_add_webauthn",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn", "account_reauthenticate",
    "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "web:sign_out", "web:type_size", "set_language",
    "inspections:onsite", "inspections:onsite_worker",
}  # fmt: skip


class SecondStepMiddleware:
    """Leads people whose roles ask for a second step to set it up before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        match = request.resolver_match
        if not settings.REQUIRE_SECOND_STEP or match is None or match.view_name in MEANWHILE:
            return None
        if not isinstance(request.user, Person) or self._satisfied(request, request.user):
            return None
        if "HX-Request" in request.headers:
            response = HttpResponse()
            response["HX-Redirect"] = reverse("access:second_step_required")
            return response
        if request.accepts("application/json") and not request.accepts("text/html"):
            why = _("您的岗位要先启用两步验证。")
            return JsonResponse({"why": why, "go": reverse("access:second_step_required")}, status=401)
        return redirect("access:second_step_required")

    @staticmethod
    def _satisfied(request: HttpRequest, person: Person) -> bool:
        """Remembered once there is a second step: taking it away again is refused to those who must have one."""
        if request.session.get(SATISFIED):
            return True
        if queries.has_second_step(person):
            request.session[SATISFIED] = True
            return True
        return not queries.must_have_second_step(person)


class LastSeenMiddleware:
    """Notes every five minutes that a sign-in is in use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = request.session.get(SEEN)
        now = clock.now()
        if seen is not None and now.timestamp() - seen >= SEEN_EVERY and request.user.is_authenticated:
            request.session[SEEN] = int(now.timestamp())
            key = request.session.session_key
            UserSession.objects.filter(user=request.user, session_key=key).update(last_seen_at=now)
        return self.get_response(request)
