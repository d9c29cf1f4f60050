from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.office import PASSWORD, PERIOD, Office

SIGN_IN = "/sign-in/"


@pytest.fixture
def office_with_password(office: Office) -> Office:
    office.cast.chen.set_password(PASSWORD)
    office.cast.chen.save()
    return office


def test_the_right_password_opens_what_is_to_be_done_and_the_ledger_at_the_half_year_of_the_newest_entry(
    office_with_password: Office, client: Client
) -> None:
    response = client.post(SIGN_IN, {"username": "chen", "password": PASSWORD}, follow=True)
    assert response.request["PATH_INFO"] == reverse("web:today")
    assert f"period={PERIOD}" in response.redirect_chain[-1][0]
    assert "1件被退回" in re.sub("<[^>]+>", "", response.content.decode())


@pytest.mark.parametrize("username", ["chen", "nobody-by-this-name"])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    office_with_password: Office, client: Client, username: str
) -> None:
    response = client.post(SIGN_IN, {"username": username, "password": "wrong"})
    assert response.status_code == 200
    assert "用户名或密码不对" in response.content.decode()


def test_signing_in_leads_back_to_the_page_that_was_asked_for(office_with_password: Office, client: Client) -> None:
    wanted = f"{reverse('figures:list')}?unit=QH&period=2025"
    asked = client.get(wanted)
    response = client.post(asked["Location"], {"username": "chen", "password": PASSWORD})
    assert response["Location"] == wanted


def test_signing_in_never_leads_off_the_site(office_with_password: Office, client: Client) -> None:
    given = {"username": "chen", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post(SIGN_IN, given)["Location"] == "/"


def test_signing_out_closes_the_ledger(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    client.post(reverse("web:sign_out"))
    assert client.get(reverse("ledger:list")).status_code == 302


def test_a_side_panel_asked_for_after_the_session_ended_leads_to_the_sign_in_page(
    office: Office, client: Client
) -> None:
    response = client.get(reverse("ledger:record", args=(office.talk.pk,)), headers={"HX-Request": "true"})
    assert response["HX-Redirect"].startswith(SIGN_IN)
