from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from mingzhang.access import actions
from mingzhang.core.errors import NotAllowed, NotFound
from mingzhang.organisation.models import Person
from tests.access.conftest import PASSWORD, SIGN_IN, code_of, events_of
from tests.cast import Cast

STEP = "/sign-in/second-step/"


def test_a_phone_is_paired_by_scanning_and_gives_recovery_codes(
    signed_in: Client, chen: Person, pair: Callable[[], str]
) -> None:
    page = signed_in.get(reverse("mfa_activate_totp")).content.decode()
    assert "<svg" in page
    assert "<?xml" not in page
    pair()
    codes = signed_in.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert codes.count("<li><code>") == 10
    assert (
        signed_in.get(reverse("mfa_download_recovery_codes"))
        .headers["Content-Disposition"]
        .startswith("attachment")
    )
    assert events_of(chen)[-1] == "person.second_step_added"


def test_the_phones_secret_is_unreadable_in_the_database(chen: Person, pair: Callable[[], str]) -> None:
    secret = pair()
    for kept in Authenticator.objects.filter(user=chen):
        assert secret not in str(kept.data)


def test_a_wrong_first_code_pairs_nothing(signed_in: Client, chen: Person) -> None:
    signed_in.get(reverse("mfa_activate_totp"))
    page = signed_in.post(reverse("mfa_activate_totp"), {"code": "000000"}).content.decode()
    assert "验证码不对" in page
    assert not Authenticator.objects.filter(user=chen).exists()


def test_with_a_phone_the_password_opens_nothing_yet(phone: str, client: Client) -> None:
    response = client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    assert response["Location"] == STEP
    assert client.get(reverse("access:password")).status_code == 302
    assert "验证码或恢复码" in client.get(STEP).content.decode()


def test_the_code_of_the_phone_opens_and_leads_where_one_wanted_to_go(phone: str, client: Client) -> None:
    wanted = reverse("access:sign_ins")
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD, "next": wanted})
    assert client.post(STEP, {"code": code_of(phone)})["Location"] == wanted


def test_an_old_code_does_not(phone: str, client: Client) -> None:
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    page = client.post(STEP, {"code": code_of(phone, minutes_ago=5)})
    assert "验证码不对" in page.content.decode()
    assert client.get(reverse("access:password")).status_code == 302


def test_a_recovery_code_opens_once(recovery_code: str, client: Client) -> None:
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    assert client.post(STEP, {"code": recovery_code})["Location"] == "/"
    client.post(reverse("web:sign_out"))
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    assert client.post(STEP, {"code": recovery_code}).status_code == 200


def test_one_may_go_back_from_the_second_step_and_sign_in_as_another(phone: str, client: Client) -> None:
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    assert client.get(SIGN_IN)["Location"] == STEP
    client.post(reverse("access:start_over"))
    assert client.get(SIGN_IN).status_code == 200


def test_wrong_codes_lock_like_wrong_passwords(phone: str, client: Client) -> None:
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    answers = [client.post(STEP, {"code": f"00000{number}"}).status_code for number in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert client.post(STEP, {"code": code_of(phone)}).status_code == 429
    assert client.get(reverse("access:password")).status_code == 302


def test_changing_a_second_step_wants_fresh_proof(chen: Person, client: Client) -> None:
    client.force_login(chen, backend="allauth.account.auth_backends.AuthenticationBackend")
    wanted = reverse("mfa_activate_totp")
    response = client.get(wanted)
    assert response["Location"] == f"{reverse('account_reauthenticate')}?{urlencode({'next': wanted})}"
    assert "密码不对" in client.post(response["Location"], {"password": "wrong"}).content.decode()
    assert client.post(response["Location"], {"password": PASSWORD})["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_closing_the_phones_code_takes_the_recovery_codes_along(
    signed_in: Client, chen: Person, pair: Callable[[], str]
) -> None:
    pair()
    assert signed_in.post(reverse("mfa_deactivate_totp"))["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.filter(user=chen).exists()
    assert events_of(chen)[-1] == "person.second_step_removed"


def test_new_recovery_codes_make_the_old_ones_void(
    signed_in: Client, chen: Person, pair: Callable[[], str]
) -> None:
    pair()
    held = Authenticator.objects.get(user=chen, type=Authenticator.Type.RECOVERY_CODES)
    old = held.wrap().get_unused_codes()
    signed_in.post(reverse("mfa_generate_recovery_codes"))
    new = Authenticator.objects.get(user=chen, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    assert not set(old) & set(new)
    assert events_of(chen)[-1] == "person.second_step_renewed"


def test_there_are_no_recovery_codes_without_a_second_step(signed_in: Client) -> None:
    assert signed_in.get(reverse("mfa_generate_recovery_codes")).status_code == 409


@pytest.mark.parametrize("role", ["clerk", "leader"])
def test_a_role_may_be_made_to_have_a_second_step(
    signed_in: Client, pair: Callable[[], str], settings: Settings, role: str
) -> None:
    settings.REQUIRE_SECOND_STEP = [role]
    asked = signed_in.get(reverse("access:sign_ins"))
    if role == "leader":  # she is none
        assert asked.status_code == 200
        return
    assert asked["Location"] == reverse("access:second_step_required")
    assert "先启用两步验证" in signed_in.get(asked["Location"]).content.decode()
    part = signed_in.get(reverse("ledger:list"), headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == reverse("access:second_step_required")
    phone = signed_in.get(reverse("inspections:onsite_rounds"), headers={"Accept": "application/json"})
    assert phone.status_code == 401
    assert phone.json() == {"why": "您的岗位要先启用两步验证。", "go": reverse("access:second_step_required")}
    pair()
    assert signed_in.get(reverse("access:sign_ins")).status_code == 200


def test_who_must_have_a_second_step_cannot_take_the_last_one_away(
    signed_in: Client, chen: Person, pair: Callable[[], str], settings: Settings
) -> None:
    settings.REQUIRE_SECOND_STEP = ["clerk"]
    pair()
    page = signed_in.post(reverse("mfa_deactivate_totp")).content.decode()
    assert "不能关掉最后一种" in page
    assert Authenticator.objects.filter(user=chen, type=Authenticator.Type.TOTP).exists()


def test_signing_out_stays_open_to_who_must_set_up_a_second_step(signed_in: Client, settings: Settings) -> None:
    settings.REQUIRE_SECOND_STEP = ["clerk"]
    assert signed_in.post(reverse("web:sign_out"))["Location"] == SIGN_IN


def test_an_administrator_helps_who_has_lost_their_phone(
    phone: str, chen: Person, cast: Cast, client: Client
) -> None:
    client.force_login(cast.admin)
    address = reverse("access:lost", args=("chen",))
    assert "清除" in client.get(address).content.decode()
    client.post(address)
    assert not Authenticator.objects.filter(user=chen).exists()
    assert events_of(chen)[-1] == "person.second_steps_taken_away"


def test_who_has_lost_their_phone_reads_at_the_door_what_to_do(phone: str, client: Client) -> None:
    lost = reverse("access:lost", args=("chen",))
    door = client.get(SIGN_IN).content.decode()
    assert "手机或者安全钥匙丢了？" in door
    assert lost not in door  # nobody has said yet who they are
    client.post(SIGN_IN, {"username": "chen", "password": PASSWORD})
    page = client.get(STEP).content.decode()
    assert f'<a href="{lost}">http://testserver{lost}</a>' in page
    assert "恢复码" in page


def test_an_administrator_finds_the_way_on_the_persons_page(phone: str, cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    lost = f'href="{reverse("access:lost", args=("chen",))}"'
    assert lost in client.get(reverse("organisation:person", args=("chen",))).content.decode()
    own = cast.admin.username
    page = client.get(reverse("organisation:person", args=(own,))).content.decode()
    assert reverse("access:lost", args=(own,)) not in page


def test_nobody_else_does(phone: str, chen: Person, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.take_away_second_steps(person=chen, by=cast.zhou)
    with pytest.raises(NotFound):
        actions.take_away_second_steps(person=chen, by=cast.other_admin)
    assert Authenticator.objects.filter(user=chen).exists()
