from __future__ import annotations

import re

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from mingzhang.access.addresses import client_address, shortened
from mingzhang.access.devices import device
from mingzhang.audit.models import Disclosure, Event
from mingzhang.organisation.models import Person
from tests.access.conftest import PASSWORD, SIGN_IN, events_of
from tests.cast import Cast

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


def sign_in(agent: str = WINDOWS, **extra: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent, **extra)
    assert client.post(SIGN_IN, {"username": "chen", "password": PASSWORD}).status_code == 302
    return client


def test_a_name_is_recognised_however_it_is_typed(chen: Person, client: Client) -> None:
    assert client.post(SIGN_IN, {"username": " ＣＨＥＮ ", "password": PASSWORD})["Location"] == "/"


def test_signing_in_gives_the_session_a_new_key(chen: Person, client: Client) -> None:
    planted = client.session
    planted["seen-before"] = True
    planted.save()
    before = planted.session_key
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    assert client.session.session_key != before


def test_who_has_left_is_answered_as_who_never_was(chen: Person, client: Client) -> None:
    chen.is_active = False
    chen.save()
    page = client.post(SIGN_IN, {"username": "chen", "password": PASSWORD}).content.decode()
    assert "用户名或密码不对" in page


def test_who_leaves_is_signed_out_at_once(signed_in: Client, chen: Person) -> None:
    chen.is_active = False
    chen.save()
    assert signed_in.get(reverse("access:password")).status_code == 302


def test_the_way_out_is_a_button_and_no_link(signed_in: Client, chen: Person) -> None:
    assert signed_in.get(reverse("web:sign_out")).status_code == 405
    assert signed_in.post(reverse("web:sign_out"))["Location"] == SIGN_IN
    assert signed_in.get(reverse("access:password")).status_code == 302
    assert not UserSession.objects.filter(user=chen).exists()


def test_the_log_tells_of_coming_going_and_being_refused_and_keeps_no_secret(chen: Person) -> None:
    client = Client(REMOTE_ADDR="192.0.2.77")
    client.post(SIGN_IN, {"username": "chen", "password": "not-the-password"})
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    client.post(reverse("web:sign_out"))
    assert events_of(chen) == ["person.sign_in_refused", "person.sign_in", "person.sign_out"]
    told = str(list(Event.objects.filter(subject=chen.ref).values()))
    assert set(Disclosure.objects.values_list("value", flat=True)) == {"192.0.2.0"}
    for secret in ("192.0.2", PASSWORD, "not-the-password"):
        assert secret not in told


def test_five_wrong_passwords_lock_the_name_from_that_address_for_a_while(chen: Person, client: Client) -> None:
    wrong = [client.post(SIGN_IN, {"username": "chen", "password": f"wrong-{n}"}).status_code for n in range(5)]
    assert wrong == [200, 200, 200, 200, 429]
    page = client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    assert page.status_code == 429
    assert "15分钟" in page.content.decode()
    assert (
        Client(REMOTE_ADDR="192.0.2.9").post(SIGN_IN, {"username": "chen", "password": PASSWORD}).status_code == 302
    )


def test_a_name_that_is_nobodys_is_locked_alike(chen: Person, client: Client) -> None:
    pages = {}
    for name in ("chen", "nobody-by-this-name"):
        for number in range(5):
            page = client.post(SIGN_IN, {"username": name, "password": f"wrong-{number}"})
        pages[name] = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page.content.decode())
    assert pages["chen"] == pages["nobody-by-this-name"]


def test_coming_in_forgets_the_wrong_tries(chen: Person, client: Client) -> None:
    for _ in range(4):
        client.post(SIGN_IN, {"username": "chen", "password": "wrong"})
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    assert not AccessAttempt.objects.exists()


def test_no_password_is_kept_of_a_wrong_try(chen: Person, client: Client) -> None:
    client.post(SIGN_IN, {"username": "chen", "password": "almost-the-password"})
    assert "almost-the-password" not in str(list(AccessAttempt.objects.values()))


def test_without_proxies_a_forwarded_address_is_not_believed(chen: Person) -> None:
    answers = [
        Client(HTTP_X_FORWARDED_FOR=f"198.51.100.{n}").post(SIGN_IN, {"username": "chen", "password": "wrong"})
        for n in range(5)
    ]
    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "not an address", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_behind_proxies_the_entry_that_the_outermost_wrote_counts(
    settings: Settings, proxies: int, forwarded: str, found: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == found


@pytest.mark.parametrize(
    ("address", "network"), [("192.0.2.77", "192.0.2.0"), ("2001:db8:1:2:3::4", "2001:db8:1::")]
)
def test_only_the_network_of_an_address_is_kept(address: str, network: str) -> None:
    assert shortened(address) == network


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (WINDOWS, "Chrome，Windows"),
        (WINDOWS + " Edg/140.0", "Edge，Windows"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) Chrome/114 HuaweiBrowser/5.1", "华为浏览器，鸿蒙"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1", "Safari，iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 MicroMessenger/8.0", "微信，安卓"),
        ("curl/8", "认不出的浏览器"),
    ],
)
def test_a_device_is_called_what_people_call_it(agent: str, said: str) -> None:
    assert device(agent) == said


def test_one_sees_where_one_is_signed_in_and_ends_what_is_strange(chen: Person) -> None:
    here, there = sign_in(), sign_in("Mozilla/5.0 (Linux; Android 14) Chrome/120", REMOTE_ADDR="198.51.100.7")
    page = here.get(reverse("access:sign_ins")).content.decode()
    assert "Chrome，安卓" in page
    assert "198.51.100.0" in page
    assert page.count("就是这里") == 1
    strange = UserSession.objects.get(session_key=there.session.session_key)
    here.post(reverse("access:end_sign_in", args=(strange.pk,)))
    assert there.get(reverse("access:sign_ins")).status_code == 302
    assert here.get(reverse("access:sign_ins")).status_code == 200
    assert events_of(chen)[-1] == "person.sign_in_ended"


def test_all_others_are_ended_at_once(chen: Person) -> None:
    here, *others = sign_in(), sign_in(), sign_in()
    here.post(reverse("access:end_others"))
    assert [other.get(reverse("access:password")).status_code for other in others] == [302, 302]
    assert here.get(reverse("access:password")).status_code == 200


def test_nobody_ends_a_sign_in_of_another(chen: Person, cast: Cast) -> None:
    sign_in()
    other = Client()
    other.force_login(cast.he)
    theirs = UserSession.objects.get(user=chen)
    assert other.post(reverse("access:end_sign_in", args=(theirs.pk,))).status_code == 404
    assert UserSession.objects.filter(pk=theirs.pk).exists()


def test_a_new_password_ends_every_other_sign_in_and_keeps_this_one(chen: Person) -> None:
    here, there = sign_in(), sign_in()
    new = "liu-an-she-qu-2027"
    response = here.post(reverse("access:password"), {"old": PASSWORD, "new": new, "again": new})
    assert response["Location"] == reverse("access:password")
    assert there.get(reverse("access:password")).status_code == 302
    page = here.get(reverse("access:sign_ins")).content.decode()
    assert page.count("就是这里") == 1
    assert Client().post(SIGN_IN, {"username": "chen", "password": new}).status_code == 302


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"old": "wrong", "new": "liu-an-she-qu-2027", "again": "liu-an-she-qu-2027"}, "现在的密码不对"),
        ({"old": PASSWORD, "new": "liu-an-she-qu-2027", "again": "liu-an-she-qu-2028"}, "不一样"),
        ({"old": PASSWORD, "new": "1234567890", "again": "1234567890"}, "密码"),
    ],
)
def test_a_password_is_not_changed_for_the_wrong_one_or_to_a_bad_one(
    signed_in: Client, form: dict[str, str], said: str
) -> None:
    page = signed_in.post(reverse("access:password"), form)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert Client().post(SIGN_IN, {"username": "chen", "password": PASSWORD}).status_code == 302


def test_guessing_the_password_on_its_own_page_locks_too(signed_in: Client) -> None:
    form = {"new": "liu-an-she-qu-2027", "again": "liu-an-she-qu-2027"}
    answers = [
        signed_in.post(reverse("access:password"), {**form, "old": f"wrong-{n}"}).status_code for n in range(5)
    ]
    assert answers[-1] == 429


def test_the_pages_of_allauth_that_are_not_wanted_have_no_address(chen: Person, client: Client) -> None:
    for path in ("/signup/", "/accounts/signup/", "/password/reset/", "/email/", "/sign-in/code/", "/3rdparty/"):
        assert client.get(path).status_code == 404
