"""One's own second steps: codes from a phone, passkeys, recovery codes; and proving once more who one is.

What allauth does is left to it; these views say it in our words and note it in the log, in one transaction."""

from __future__ import annotations

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import can_generate_recovery_codes
from allauth.mfa.recovery_codes.views import (
    DownloadRecoveryCodesView,
    GenerateRecoveryCodesView,
    ViewRecoveryCodesView,
)
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ListWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mingzhang.access import actions, queries, rules, throttle
from mingzhang.access.forms import (
    ConfirmCodeForm,
    ConfirmPasswordForm,
    NewCodesForm,
    NewPasskeyForm,
    PasskeyNameForm,
)
from mingzhang.access.views.own import own
from mingzhang.core.errors import StateRefused
from mingzhang.organisation.models import Person

READ, WRITE = ["get", "head"], ["get", "head", "post"]


@require_safe
@own
def index(request: HttpRequest, person: Person) -> HttpResponse:
    """What signing in asks for, and what may be added."""
    held = Authenticator.objects.filter(user=person)
    codes = held.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    context = {
        "here": "steps",
        "phone": held.filter(type=Authenticator.Type.TOTP).first(),
        "passkeys": held.filter(type=Authenticator.Type.WEBAUTHN).count(),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "required": queries.must_have_second_step(person),
    }
    return render(request, "access/steps.html", context)


@require_safe
@own
def required(request: HttpRequest, person: Person) -> HttpResponse:
    """Why nothing else opens before a second step is set up."""
    return render(request, "access/required.html", {"done": queries.has_second_step(person)})


class _Noted:
    """A change that is noted in the log, in its transaction. `kind` is what was changed, `verb` how."""

    kind = ""
    verb = ""
    said: Any = ""

    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            actions.note_second_step(verb=self.verb, kind=self.kind, by=self.request.user)  # type: ignore[attr-defined]
        messages.success(self.request, self.said)  # type: ignore[attr-defined]
        return response


class AddPhone(_Noted, ActivateTOTPView):
    """Pair a phone: scan, then type the code that it shows."""

    template_name = "access/phone_add.html"
    form_class = NewCodesForm
    http_method_names = WRITE
    kind, verb, said = "totp", "added", gettext_lazy("手机验证码已启用。下次登录起，输完密码还要输验证码。")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        drawn = context["totp_svg"]
        secret = context["form"].secret
        spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return {**context, "here": "steps", "drawing": drawn[drawn.index("<svg") :], "secret": spaced}


class RemovePhone(_Noted, DeactivateTOTPView):
    """Stop asking for the phone's code."""

    template_name = "access/phone_remove.html"
    http_method_names = WRITE
    kind, verb, said = "totp", "removed", gettext_lazy("手机验证码已关闭。")
    extra_context = {"here": "steps"}


class Codes(ViewRecoveryCodesView):
    """The recovery codes that are left."""

    template_name = "access/codes.html"
    http_method_names = READ
    extra_context = {"here": "steps"}


class CodesFile(DownloadRecoveryCodesView):
    """The same, to keep."""

    template_name = "access/codes.txt"
    http_method_names = READ


class NewCodes(_Noted, GenerateRecoveryCodesView):
    """New recovery codes in place of the old ones."""

    template_name = "access/codes_new.html"
    http_method_names = WRITE
    kind, verb, said = "recovery_codes", "renewed", gettext_lazy("恢复码已换新，原来的作废。")
    extra_context = {"here": "steps"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, Person) and not can_generate_recovery_codes(request.user):
            raise StateRefused(
                _("还没有启用两步验证，用不着恢复码。"), remedy=_("请先启用手机验证码或添加通行密钥。")
            )
        return super().dispatch(request, *args, **kwargs)


class Passkeys(ListWebAuthnView):
    """One's passkeys."""

    template_name = "access/passkeys.html"
    http_method_names = READ
    extra_context = {"here": "passkeys"}


class AddPasskey(_Noted, AddWebAuthnView):
    """A passkey of this device, or of a key that is plugged in."""

    template_name = "access/passkey_add.html"
    form_class = NewPasskeyForm
    http_method_names = WRITE
    kind, verb, said = "webauthn", "added", gettext_lazy("通行密钥已添加。以后登录可以不输密码。")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, passwordless=True)}
        return {**context, "here": "passkeys"}


class RenamePasskey(EditWebAuthnView):
    """Call it something else."""

    template_name = "access/passkey_rename.html"
    form_class = PasskeyNameForm
    http_method_names = WRITE
    extra_context = {"here": "passkeys"}


class RemovePasskey(_Noted, RemoveWebAuthnView):
    """It opens nothing any more."""

    template_name = "access/passkey_remove.html"
    http_method_names = WRITE
    kind, verb, said = "webauthn", "removed", gettext_lazy("通行密钥已删除。")
    extra_context = {"here": "passkeys"}

    def form_valid(self, form: Form) -> HttpResponse:
        rules.check_can_remove(self.get_object())
        return super().form_valid(form)


class ConfirmPassword(ReauthenticateView):
    """The password once more."""

    template_name = "access/confirm.html"
    form_class = ConfirmPasswordForm
    http_method_names = WRITE


class ConfirmCode(ReauthenticateByCodeView):
    """A code once more."""

    template_name = "access/confirm.html"
    form_class = ConfirmCodeForm
    http_method_names = WRITE

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if throttle.is_locked(request, request.user.get_username()):
            return HttpResponse(status=429)  # axes' middleware puts the page in its place
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Form) -> HttpResponse:
        throttle.count_wrong_code(self.request, self.request.user.get_username())
        return super().form_invalid(form)


class ConfirmPasskey(ReauthenticateWebAuthnView):
    """The passkey once more."""

    template_name = "access/confirm_passkey.html"
    http_method_names = WRITE

    def form_invalid(self, form: Form) -> HttpResponse:
        messages.error(self.request, _("通行密钥没有对上。请再试一次。"))
        return self.render_to_response(self.get_context_data(form=form))
