from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from mingzhang.organisation.models import Person
from tests.access.conftest import PASSWORD, code_of
from tests.cast import Cast

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def with_a_seal(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.access.stepup_urls"


@pytest.fixture
def borrowed(chen: Person, client: Client) -> Client:
    """A browser that someone left signed in a while ago."""
    client.force_login(chen, backend=BACKEND)
    return client


def test_right_after_signing_in_nobody_is_asked_again(signed_in: Client) -> None:
    assert signed_in.post("/seal/", {"note": "同意"}).content.decode() == "POST 同意 None"


def test_later_the_password_is_asked_for_and_the_form_then_goes_through(borrowed: Client) -> None:
    asked = borrowed.post("/seal/?unit=QH", {"note": "同意"})
    assert asked["Location"].startswith("/me/confirm/?next=")
    wrong = borrowed.post(asked["Location"], {"password": "wrong"})
    assert "密码不对" in wrong.content.decode()
    done = borrowed.post(asked["Location"], {"password": PASSWORD})
    assert done.content.decode() == "POST 同意 QH"
    assert borrowed.get("/seal/").status_code == 200


def test_a_form_is_sent_again_once_only(borrowed: Client) -> None:
    asked = borrowed.post("/seal/", {"note": "同意"})
    borrowed.post(asked["Location"], {"password": PASSWORD})
    again = borrowed.post(asked["Location"], {"password": PASSWORD})
    assert again["Location"] == "/seal/"


def test_an_hour_later_it_is_asked_for_again(signed_in: Client, settings: Settings) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert signed_in.get("/seal/")["Location"].startswith("/me/confirm/")


def test_a_code_will_do_in_place_of_the_password(phone: str, borrowed: Client) -> None:
    asked = borrowed.get("/seal/?unit=QH")
    page = borrowed.get(asked["Location"]).content.decode()
    assert "改用验证码" in page
    done = borrowed.post(f"/me/confirm/code/?{urlsplit(asked['Location']).query}", {"code": code_of(phone)})
    assert done["Location"] == "/seal/?unit=QH"


def test_wrong_codes_here_lock_as_well(phone: str, borrowed: Client) -> None:
    answers = [borrowed.post("/me/confirm/code/", {"code": f"00000{n}"}).status_code for n in range(6)]
    assert answers == [200, 200, 200, 200, 429, 429]


def test_a_part_of_a_page_leads_to_the_question_as_a_page(borrowed: Client) -> None:
    here = {"HX-Request": "true", "HX-Current-URL": "https://zhang.example/reports/7/?unit=QH"}
    answer = borrowed.post("/seal/", headers=here)
    assert parse_qs(urlsplit(answer["HX-Redirect"]).query) == {"next": ["/reports/7/?unit=QH"]}


def test_nobody_signed_in_is_left_to_the_view(client: Client, cast: Cast) -> None:
    assert client.get("/seal/").status_code == 200
