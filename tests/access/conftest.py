"""The cast with a password for 陈一禾, and a clock in her phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from mingzhang.audit.models import Event
from mingzhang.organisation.models import Person
from tests.cast import Cast

PASSWORD = "qing-he-jie-dao-2026"
SIGN_IN = "/sign-in/"


def code_of(secret: str, *, minutes_ago: int = 0) -> str:
    """What the phone shows."""
    counter = (int(time.time()) - 60 * minutes_ago) // 30
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def events_of(person: Person) -> list[str]:
    """What the log tells of the person's sign-ins, oldest first."""
    told = Event.objects.filter(subject=person.ref).order_by("id").values_list("verb", flat=True)
    return [verb for verb in told if verb.startswith(("person.sign", "person.second", "person.password"))]


@pytest.fixture
def chen(cast: Cast) -> Person:
    """A clerk who signs in with a password."""
    cache.clear()
    cast.chen.set_password(PASSWORD)
    cast.chen.save()
    return cast.chen


@pytest.fixture
def signed_in(chen: Person, client: Client) -> Client:
    """Her browser."""
    response = client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    assert response["Location"] == "/"
    return client


@pytest.fixture
def phone(chen: Person) -> str:
    """The secret that her phone shares with us; she has recovery codes, too."""
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(chen, secret)
    RecoveryCodes.activate(chen)
    return secret


@pytest.fixture
def recovery_code(phone: str, chen: Person) -> str:
    """One of her recovery codes."""
    held = Authenticator.objects.get(user=chen, type=Authenticator.Type.RECOVERY_CODES)
    code: str = held.wrap().get_unused_codes()[0]
    return code


@pytest.fixture
def pair(signed_in: Client) -> Callable[[], str]:
    """She pairs her phone on its page, and we learn the secret from it."""

    def paired() -> str:
        page = signed_in.get(reverse("mfa_activate_totp")).content.decode()
        shown = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
        assert shown
        secret = shown.group(1).replace(" ", "")
        response = signed_in.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        assert response["Location"] == reverse("mfa_view_recovery_codes")
        return secret

    return paired
