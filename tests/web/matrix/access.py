"""The addresses of signing in and of one's own sign-in. The cast has no passwords and, but for chen's passkey here,
no second step: where proof is asked for once more, there is none to give."""

from __future__ import annotations

from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.urls import reverse

from tests.web.matrix import EVERYBODY, NOBODY, Address, Answers
from tests.web.office import Office


def alike(common: int, **others: int) -> Answers:
    """What each answers about themselves: the same, but for nobody, who is sent to sign in."""
    return dict.fromkeys(EVERYBODY, common) | {NOBODY: 302} | others


def _own(name: str, common: int = 200, **others: int) -> Address:
    return Address(name, lambda office: reverse(name), alike(common, **others))


def _sign_in_of_chen(office: Office) -> str:
    kept = UserSession.objects.create(
        user=office.cast.chen,
        session_key=uuid4().hex,
        ip="192.0.2.0",
        user_agent="Chrome/140",
    )
    return reverse("access:end_sign_in", args=(kept.pk,))


def _passkey_of_chen(name: str, office: Office) -> str:
    data = {"name": "陈一禾的电脑", "credential": {}}
    key = Authenticator.objects.create(user=office.cast.chen, type=Authenticator.Type.WEBAUTHN, data=data)
    return reverse(name, args=(key.pk,))


def _nothing(office: Office) -> dict[str, str]:
    return {}


ADDRESSES = [
    Address("access:start_over", lambda office: reverse("access:start_over"), alike(302), form=_nothing),
    _own("access:password"),
    _own("access:sign_ins"),
    Address("access:end_others", lambda office: reverse("access:end_others"), alike(302), form=_nothing),
    Address("access:end_sign_in", _sign_in_of_chen, alike(404, chen=302), form=_nothing),
    _own("access:second_step_required"),
    Address(
        "access:lost",
        lambda office: reverse("access:lost", args=(office.cast.chen.username,)),
        alike(403, chen=409, admin=200, stranger=404),
    ),
    _own("account_login", 302, nobody=200),
    _own("mfa_authenticate", 302),
    _own("mfa_login_webauthn", 302),
    Address(
        "openid_connect_login",
        lambda office: reverse("openid_connect_login", args=("office",)),
        alike(404, nobody=404),
        form=_nothing,
    ),
    Address(
        "openid_connect_callback",
        lambda office: reverse("openid_connect_callback", args=("office",)),
        alike(404, nobody=404),
    ),
    _own("mfa_index"),
    _own("mfa_activate_totp"),
    _own("mfa_deactivate_totp", 404),
    _own("mfa_view_recovery_codes", 404),
    _own("mfa_generate_recovery_codes", 409),
    _own("mfa_download_recovery_codes", 404),
    _own("mfa_list_webauthn"),
    _own("mfa_add_webauthn"),
    Address(
        "mfa_edit_webauthn", lambda office: _passkey_of_chen("mfa_edit_webauthn", office), alike(404, chen=302)
    ),
    Address(
        "mfa_remove_webauthn", lambda office: _passkey_of_chen("mfa_remove_webauthn", office), alike(404, chen=302)
    ),
    _own("account_reauthenticate", 403),
    _own("mfa_reauthenticate", 403),
    _own("mfa_reauthenticate_webauthn", 403),
]
