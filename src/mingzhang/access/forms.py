"""The forms of signing in and of proving who one is."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal import flows
from allauth.account.models import Login
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.organisation.models import Person

LONGEST_PASSWORD = 1000


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"class": "in", "autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=LONGEST_PASSWORD, widget=widget)


def _code_field(label: Any, **attributes: str) -> forms.CharField:
    attributes = {"class": "in code", "autocomplete": "one-time-code", "spellcheck": "false", **attributes}
    return forms.CharField(label=label, max_length=40, widget=forms.TextInput(attrs=attributes))


class SignInForm(forms.Form):
    """User name and password, with one answer for every way of being wrong."""

    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=150,
        widget=forms.TextInput(
            attrs={
                "class": "in",
                "autocomplete": "username webauthn",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = _password(gettext_lazy("密码"), "current-password")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_username(self) -> str:
        return Person.normalize_username(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            self.person = get_adapter().authenticate(self.request, **self.cleaned_data)
            if self.person is None:
                raise get_adapter().validation_error("username_password_mismatch")
        return self.cleaned_data

    def login(self, request: HttpRequest, redirect_url: str | None) -> HttpResponse:
        """Begins the session, or leads to the second step."""
        login = Login(user=self.person, redirect_url=redirect_url)
        return flows.login.perform_password_login(request, self.cleaned_data, login)


class CodeForm(AuthenticateForm):
    """The second step at signing in: a code from the phone, or a recovery code."""

    code = _code_field(gettext_lazy("验证码或恢复码"), autofocus="autofocus")


class ConfirmPasswordForm(ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = _password(gettext_lazy("密码"), "current-password")


class ConfirmCodeForm(ReauthenticateByCodeForm):
    """A code once more."""

    code = _code_field(gettext_lazy("验证码或恢复码"))


class NewCodesForm(ActivateTOTPForm):
    """The first code from a phone that was just paired."""

    code = _code_field(gettext_lazy("手机上显示的6位验证码"), inputmode="numeric")


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("起个名字，便于辨认"), max_length=60, widget=forms.TextInput(attrs={"class": "in"})
    )


class NewPasskeyForm(AddWebAuthnForm):
    """A passkey: always one that the device unlocks by finger, face or PIN, so that it can stand alone."""

    name = _name_field()

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        return super().clean()


class PasskeyNameForm(EditWebAuthnForm):
    """What a passkey is called."""

    name = _name_field()


class PasswordForm(forms.Form):
    """A new password, twice, by someone who knows the old one."""

    old = _password(gettext_lazy("现在的密码"), "current-password")
    new = _password(gettext_lazy("新密码"), "new-password")
    again = _password(gettext_lazy("再输一次新密码"), "new-password")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        user = self.request.user
        if not isinstance(user, Person) or authenticate(self.request, username=user.username, password=old) != user:
            raise forms.ValidationError(_("现在的密码不对。"))
        return old

    def clean(self) -> dict[str, Any]:
        if {"new", "again"} <= self.cleaned_data.keys() and self.cleaned_data["new"] != self.cleaned_data["again"]:
            self.add_error("again", _("两次输入的新密码不一样。"))
        if {"old", "new"} <= self.cleaned_data.keys() and self.cleaned_data["old"] == self.cleaned_data["new"]:
            self.add_error("new", _("新密码不能和现在的一样。"))
        return self.cleaned_data
