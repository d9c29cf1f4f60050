"""Signing in through the body's own service."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from mingzhang.organisation.models import Person
from tests.access import service
from tests.access.conftest import SIGN_IN, events_of
from tests.access.service import Service
from tests.cast import Cast

AWAY = "/sign-in/with/office/"


@pytest.fixture
def office_service(settings: Settings) -> Iterator[Service]:
    """What MINGZHANG_OIDC_… sets, for a service that runs here."""
    with service.running() as running:
        settings.OIDC_NAME = "县统一身份"
        app = {"provider_id": "office", "name": "县统一身份", "client_id": "mingzhang", "secret": "between-us"}
        app["settings"] = {"server_url": running.url}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield running


def come_back(client: Client, **more: str) -> str:
    """Go to the service, be known there, come back: where one is led then."""
    sent = client.post(AWAY, more)
    asked = parse_qs(urlsplit(sent["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    return str(client.get(f"{AWAY}back/", {"code": "c0de", "state": asked["state"][0]})["Location"])


def test_without_a_service_there_is_no_way_to_one(chen: Person, client: Client) -> None:
    assert AWAY not in client.get(SIGN_IN).content.decode()
    assert client.post(AWAY).status_code == 404


def test_whom_the_book_has_comes_in(office_service: Service, chen: Person, client: Client) -> None:
    assert "县统一身份" in client.get(SIGN_IN).content.decode()
    office_service.claims = {"preferred_username": "Chen"}
    assert come_back(client, next="/me/sign-ins/") == "/me/sign-ins/"
    assert client.get("/me/sign-ins/").status_code == 200
    assert "code_verifier" in office_service.asked
    assert events_of(chen) == ["person.sign_in"]


@pytest.mark.parametrize("claims", [{"preferred_username": "nobody-here"}, {}, {"email": "chen@example.com"}])
def test_whom_the_book_has_not_is_turned_away_and_not_entered(
    office_service: Service, chen: Person, client: Client, claims: dict[str, str]
) -> None:
    office_service.claims = claims
    before = Person.objects.count()
    assert come_back(client) == SIGN_IN
    assert "不能登录明账" in client.get(SIGN_IN).content.decode()
    assert Person.objects.count() == before


def test_who_has_left_is_turned_away(office_service: Service, chen: Person, client: Client) -> None:
    chen.is_active = False
    chen.save()
    office_service.claims = {"preferred_username": "chen"}
    assert come_back(client) == SIGN_IN


def test_another_claim_may_hold_the_name(
    office_service: Service, chen: Person, client: Client, settings: Settings
) -> None:
    settings.OIDC_CLAIM = "employee"
    office_service.claims = {"preferred_username": "someone-else", "employee": "chen"}
    assert come_back(client) == "/"


def test_the_second_step_is_asked_for_all_the_same(office_service: Service, phone: str, client: Client) -> None:
    office_service.claims = {"preferred_username": "chen"}
    assert come_back(client) == "/sign-in/second-step/"


def test_an_answer_that_was_not_asked_for_opens_nothing(
    office_service: Service, chen: Person, client: Client
) -> None:
    office_service.claims = {"preferred_username": "chen"}
    response = client.get(f"{AWAY}back/", {"code": "c0de", "state": "made-up"})
    assert response["Location"] == SIGN_IN
    assert client.get(reverse("access:password")).status_code == 302


def test_who_thinks_better_of_it_is_back_at_the_start(office_service: Service, client: Client, cast: Cast) -> None:
    sent = client.post(AWAY)
    state = parse_qs(urlsplit(sent["Location"]).query)["state"][0]
    assert client.get(f"{AWAY}back/", {"error": "access_denied", "state": state})["Location"] == SIGN_IN


def test_going_there_is_a_button_and_no_link(office_service: Service, client: Client, cast: Cast) -> None:
    assert client.get(AWAY).status_code == 405
