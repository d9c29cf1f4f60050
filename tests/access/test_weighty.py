"""What a browser that someone left signed in is not enough for: passwords, second steps, roles and appointments."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.organisation.models import Appointment, Person, Post
from tests.access.conftest import PASSWORD
from tests.cast import Cast

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
Wanted = tuple[str, dict[str, object]]


@pytest.fixture
def left(cast: Cast) -> Client:
    """The administrator's browser, signed in a while ago."""
    cache.clear()
    cast.admin.set_password(PASSWORD)
    cast.admin.save()
    return signed_in_a_while_ago(cast.admin)


def signed_in_a_while_ago(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def at(name: str, *args: object) -> str:
    return reverse(f"organisation:{name}", args=args)


def post_of(person: Person) -> Post:
    return person.appointments.get().post


def is_there(name: str) -> bool:
    return Post.objects.filter(name=name).exists()


def roles_of_chen(cast: Cast) -> bool:
    return post_of(cast.chen).roles == ["clerk", "leader"]


def sits(cast: Cast) -> bool:
    return Appointment.objects.filter(person=cast.unposted).exists()


WEIGHTY: dict[str, tuple[Callable[[Cast], Wanted], Callable[[Cast], bool]]] = {
    "a post with roles is made": (
        lambda _cast: (at("unit_act", "QH", "post"), {"name": "督查专员", "roles": ["leader"]}),
        lambda _cast: is_there("督查专员"),
    ),
    "a post is given more roles": (
        lambda cast: (
            at("post_act", post_of(cast.chen).pk, "edit"),
            {"name": "宣传干事", "roles": ["clerk", "leader"]},
        ),
        roles_of_chen,
    ),
    "somebody is seated": (
        lambda cast: (at("post_act", post_of(cast.he).pk, "appoint"), {"person": "xin", "start": "2026-06-01"}),
        sits,
    ),
    "somebody stands in": (
        lambda cast: (
            at("appointment_act", cast.he.appointments.get().pk, "delegate"),
            {"to": "xin", "start": clock.today(), "last_day": clock.today()},
        ),
        sits,
    ),
    "an appointment is ended": (
        lambda cast: (at("appointment_act", cast.he.appointments.get().pk, "end"), {"last_day": clock.today()}),
        lambda cast: cast.he.appointments.get().valid.upper is not None,
    ),
    "somebody is stopped": (
        lambda _cast: (at("person_act", "chen", "deactivate"), {}),
        lambda cast: not Person.objects.get(pk=cast.chen.pk).is_active,
    ),
    "a newcomer is seated at once": (
        lambda cast: (
            at("person_add") + "?unit=QH",
            {"name": "方新来", "username": "fang", "post": post_of(cast.chen).pk, "start": "2026-06-01"},
        ),
        lambda _cast: Appointment.objects.filter(person__username="fang").exists(),
    ),
}


@pytest.mark.parametrize("what", WEIGHTY)
def test_roles_and_appointments_ask_once_more_and_lose_nothing_typed(what: str, cast: Cast, left: Client) -> None:
    wanted, done = WEIGHTY[what]
    address, form = wanted(cast)
    assert left.get(address).status_code == 200
    asked = left.post(address, form)
    assert asked["Location"].startswith(f"{reverse('account_reauthenticate')}?next=")
    assert "密码不对" in left.post(asked["Location"], {"password": "wrong"}).content.decode()
    assert not done(cast)
    assert left.post(asked["Location"], {"password": PASSWORD}).status_code == 302
    assert done(cast)


def test_a_password_for_another_is_shown_once_after_the_question(cast: Cast, left: Client) -> None:
    asked = left.post(at("person_act", "chen", "password"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not Person.objects.get(pk=cast.chen.pk).must_change_password
    told = left.post(asked["Location"], {"password": PASSWORD}).content.decode()
    assert re.search(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", told)


def test_the_second_steps_of_another_are_taken_away_after_the_question(
    cast: Cast, chen: Person, phone: str, left: Client
) -> None:
    address = reverse("access:lost", args=("chen",))
    assert left.get(address).status_code == 200
    asked = left.post(address)
    assert Authenticator.objects.filter(user=chen).exists()
    assert left.post(asked["Location"], {"password": PASSWORD})["Location"] == address
    assert not Authenticator.objects.filter(user=chen).exists()


def test_what_is_refused_after_the_question_can_be_mended_where_it_stands(cast: Cast, left: Client) -> None:
    address = at("post_act", post_of(cast.he).pk, "appoint")
    asked = left.post(address, {"person": "没有这个人", "start": "2026-06-01"})
    page = left.post(asked["Location"], {"password": PASSWORD})
    assert page.status_code == 422
    assert f'action="{address}"' in page.content.decode()


def test_who_may_not_is_told_so_and_not_asked_for_a_password(cast: Cast, chen: Person) -> None:
    client = signed_in_a_while_ago(chen)
    for address in (
        at("person_act", "he", "password"),
        at("post_act", post_of(cast.he).pk, "edit"),
        reverse("access:lost", args=("he",)),
    ):
        assert client.post(address).status_code == 403


def test_a_new_name_asks_nobody_again(left: Client) -> None:
    assert left.post(at("person_act", "chen", "rename"), {"name": "陈一禾苗"})["Location"] == at("person", "chen")
