"""How allauth's machinery meets this office: usernames only, nothing is mailed, nobody signs up; what happens is
noted in the log."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.access import actions, rules, secrets
from mingzhang.access.addresses import client_address, shortened
from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.ledger import queries as ledger
from mingzhang.organisation import type_size
from mingzhang.organisation.models import Person
from mingzhang.ui.addresses import local

REFUSED = gettext_lazy("用户名或密码不对。请再输一次；忘了密码，请找本单位的管理员重设。")
WRONG_CODE = gettext_lazy("验证码不对，或者已经过期。请用现在显示的那一个。")
NOT_KNOWN = gettext_lazy("这个账号不能登录明账。请找本单位的管理员登记。")
SEEN = "seen"


class AccountAdapter(DefaultAccountAdapter):
    """Signing in and out."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": REFUSED,
        "incorrect_password": gettext_lazy("密码不对。"),
        "incorrect_code": WRONG_CODE,
        "rate_limited": gettext_lazy("试得太快了，请等几分钟再试。"),
        "too_many_login_attempts": gettext_lazy("试得太快了，请等几分钟再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Only the network: this is what is kept beside a sign-in."""
        return shortened(client_address(request))

    def is_safe_url(self, url: str) -> bool:
        return bool(local(context.request, url))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """The person, if the password is theirs and they are still here. Someone who has left is answered as one
        who was never here."""
        person = super().authenticate(request, **credentials)
        if isinstance(person, Person) and person.is_active:
            return person
        if not getattr(request, "axes_locked_out", False):
            actions.note_refused_sign_in(username=credentials["username"], network=self.get_client_ip(request))
        return None

    def login(self, request: HttpRequest, user: Person) -> None:
        """Begins the session, at the half-year of the newest entry, where there is work."""
        how = [_how(record) for record in get_authentication_records(request, user)]
        super().login(request, user)
        if newest := ledger.newest_day(user.book):
            half = Period.of_months(newest.year, 1 if newest.month <= 6 else 7, 6)
            request.session["period"] = half.code
        request.session[SEEN] = int(clock.now().timestamp())
        actions.note_sign_in(by=user, how=how, network=self.get_client_ip(request))

    def post_login(self, request: HttpRequest, user: Person, **said: Any) -> HttpResponse:
        """Pages without a sign-in, too, are now as large as the person likes them."""
        response: HttpResponse = super().post_login(request, user, **said)
        if user.large_type is not None:
            type_size.tell(request, response, large=user.large_type)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        messages.error(request, REFUSED)
        return redirect("web:sign_in")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within ten minutes of having proved it, be it by signing in."""
        request = context.request
        limit = clock.now().timestamp() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not any(record["at"] > limit for record in get_authentication_records(request, request.user))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The views say what happened, in our words."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is mailed: the log is where it is looked up."""


def _how(record: dict[str, Any]) -> str:
    return str(record.get("type") or record["method"])


class MFAAdapter(DefaultMFAAdapter):
    """Second steps."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": gettext_lazy("您的岗位要求两步验证，不能关掉最后一种。"),
    }

    def get_totp_issuer(self) -> str:
        return _("明账")

    def get_totp_label(self, user: Person) -> str:
        return f"{user.username}@{context.request.get_host()}"

    def encrypt(self, text: str) -> str:
        return secrets.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return rules.can_remove(authenticator)

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("通行密钥%(number)d") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": _("明账")}


class SocialAdapter(DefaultSocialAccountAdapter):
    """The body's own sign-in service (OpenID Connect). It says who someone is; whether they may come in is said by
    the book: nobody is entered because the service knows them, and no link to it is kept."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Person:
        return Person()

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Finds the person by the claim that holds the username."""
        told = sociallogin.account.extra_data
        claims = {**(told.get("id_token") or {}), **(told.get("userinfo") or {})}
        username = Person.normalize_username(str(claims.get(settings.OIDC_CLAIM) or ""))
        person = Person.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise self._turned_away(request, NOT_KNOWN)
        sociallogin.user = person

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        raise self._turned_away(request, gettext_lazy("统一登录没有成功。请再试一次，或用密码登录。"))

    @staticmethod
    def _turned_away(request: HttpRequest, why: Any) -> ImmediateHttpResponse:
        messages.error(request, why)
        return ImmediateHttpResponse(redirect(reverse("web:sign_in")))
