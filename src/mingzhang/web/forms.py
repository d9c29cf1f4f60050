"""The form that signs a person in."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """User name and password, with one answer for every way of being wrong."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=150,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("密码"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": "current-password"}),
    )
    error_messages = {
        "invalid_login": _("用户名或密码不对。请再输一次；忘了密码，请找本单位的管理员重设。"),
        "inactive": _("用户名或密码不对。请再输一次；忘了密码，请找本单位的管理员重设。"),
    }
