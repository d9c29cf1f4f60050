"""In and out: user name and password, the second step, a passkey alone, and the body's own sign-in service."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.stagekit import clear_login
from allauth.account.mixins import NextRedirectMixin, RedirectAuthenticatedUserMixin
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.internal import flows
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import FormView

from mingzhang.access import actions, throttle
from mingzhang.access.forms import CodeForm, SignInForm
from mingzhang.organisation.models import Person
from mingzhang.ui.addresses import local


@method_decorator([sensitive_post_parameters("password"), never_cache, csrf_protect], name="dispatch")
class SignIn(NextRedirectMixin, RedirectAuthenticatedUserMixin, FormView):  # type: ignore[type-arg]
    """User name and password."""

    template_name = "access/sign_in.html"
    form_class = SignInForm
    http_method_names = ["get", "head", "post"]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: SignInForm) -> HttpResponse:
        try:
            return form.login(self.request, self.get_success_url())
        except ImmediateHttpResponse as response:
            return cast(HttpResponse, response.response)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.POST.get("next") or self.request.GET.get("next", "")
        return super().get_context_data(next=local(self.request, asked), service=settings.OIDC_NAME, **kwargs)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends this sign-in."""
    if isinstance(request.user, Person):
        actions.note_sign_out(session_key=request.session.session_key, by=request.user)
    logout(request)
    return redirect("web:sign_in")


@require_POST
def start_over(request: HttpRequest) -> HttpResponse:
    """Back from the second step to the first."""
    clear_login(request)
    return redirect("web:sign_in")


class SecondStep(AuthenticateView):
    """After the password: a code, or a passkey."""

    template_name = "access/second_step.html"
    form_class = CodeForm
    http_method_names = ["get", "head", "post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if throttle.is_locked(request, self.stage.login.user.username):
            return HttpResponse(status=429)  # axes' middleware puts the page in its place
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Form) -> HttpResponse:
        throttle.count_wrong_code(self.request, self.stage.login.user.username)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.stage.login.user
        return {
            **super().get_context_data(**kwargs),
            "username": person.username,
            "has_passkey": is_mfa_enabled(person, [Authenticator.Type.WEBAUTHN]),
            "has_codes": is_mfa_enabled(person, [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]),
        }


class PasskeySignIn(LoginWebAuthnView):
    """A passkey alone: it is unlocked by finger, face or PIN, and so counts as both steps."""

    http_method_names = ["get", "head", "post"]

    def form_valid(self, form: Form) -> HttpResponse:
        authenticator = form.cleaned_data["credential"]
        after = local(self.request, self.request.POST.get("next", ""))
        login = Login(user=authenticator.user, redirect_url=after or None)
        return flows.perform_passwordless_login(self.request, authenticator, login)

    def form_invalid(self, form: Form) -> HttpResponse:
        messages.error(self.request, _("通行密钥没有对上。请再试一次，或用密码登录。"))
        return redirect("web:sign_in")


@require_POST
def service(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """To the body's own sign-in service."""
    return openid.login(request, provider_id)


@require_safe
def service_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Back from it."""
    return openid.callback(request, provider_id)
