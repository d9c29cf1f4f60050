"""What is asked about sign-ins and second steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Max

from mingzhang.access.devices import device
from mingzhang.core import clock
from mingzhang.organisation import queries as organisation
from mingzhang.organisation.models import Person, Post

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True)
class SignedIn:
    """One sign-in that still holds."""

    pk: int
    device: str
    network: str
    since: datetime
    seen: datetime
    current: bool


def sign_ins(person: Person, session_key: str | None) -> list[SignedIn]:
    """Where the person is signed in now: this browser first, then by when they were last seen."""
    alive = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    rows = UserSession.objects.filter(user=person, session_key__in=alive).order_by("-last_seen_at")
    found = [
        SignedIn(
            row.pk, device(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == session_key
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.current)


def has_second_step(person: Person) -> bool:
    """Whether signing in asks the person for more than a password."""
    return Authenticator.objects.filter(user=person, type__in=SECOND_STEPS).exists()


def must_have_second_step(person: Person) -> bool:
    """Whether a role that the person holds today asks for a second step (MINGZHANG_REQUIRE_MFA)."""
    roles: list[str] = settings.REQUIRE_SECOND_STEP
    if not roles:
        return False
    held = organisation.holding().filter(person=person)
    return Post.objects.filter(appointments__in=held, roles__overlap=roles).exists()


def locked_until(username: str, address: str) -> datetime:
    """When signing in under this name from this address may be tried again."""
    tries = AccessAttempt.objects.filter(username=username, ip_address=address)
    newest: datetime | None = tries.aggregate(newest=Max("attempt_time"))["newest"]
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    return (newest or clock.now()) + cool_off
