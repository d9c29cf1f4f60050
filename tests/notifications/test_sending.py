"""Messages on their way out: when, to where, and what is in them."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.notifications import actions, sealing
from mingzhang.notifications.models import Delivery, Hook, Message, Preference
from mingzhang.notifications.times import WAITS
from mingzhang.organisation.models import Person
from tests.cast import Cast
from tests.notifications.receivers import Gateway, Mailbox

CHINA = ZoneInfo("Asia/Shanghai")
CHOSEN = {
    "mail_on": True,
    "mail": "chen@office.example",
    "hook_on": False,
    "at_once": True,
    "digest_hour": 8,
    "quiet_from": 21,
    "quiet_to": 7,
}
SECRET = "和网关约好的密钥一共十六个字以上"


def on(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=CHINA)


def choose(person: Person, **other: object) -> None:
    actions.choose(by=person, chosen={**CHOSEN, **other})


def tell(person: Person, number: int = 1, *, at_once: bool = False) -> None:
    actions.tell(
        people=[person.pk],
        key=f"event:{number}",
        kind="x",
        title=f"退回给您：第{number}件",
        address=f"/ledger/{number}/",
        at_once=at_once,
    )


def test_who_has_said_nothing_is_told_on_the_page_alone(cast: Cast, mailbox: Mailbox) -> None:
    tell(cast.chen, at_once=True)
    assert not Delivery.objects.exists()
    assert actions.digest(book=cast.book) == 0


def test_what_is_returned_is_mailed_at_once_with_a_title_and_a_link_and_nothing_else(
    cast: Cast, mailbox: Mailbox
) -> None:
    choose(cast.chen)
    with clock.at(on(10)):
        tell(cast.chen, at_once=True)
        tell(cast.chen, at_once=True)
        assert actions.deliver() == (1, 0)
        assert actions.deliver() == (0, 0)
    [mail] = mailbox.received
    assert mail["To"] == "chen@office.example"
    assert cast.chen.name not in str(mail)
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n").startswith("退回给您：第1件\nhttps://mingzhang.example/ledger/1/\n")
    assert mailbox.ids == [f"<{Message.objects.get().token}@mingzhang.example>"]


def test_in_quiet_hours_it_waits_until_they_are_over(cast: Cast, mailbox: Mailbox) -> None:
    choose(cast.chen)
    for moment, due in ((on(22), on(7, day=2)), (on(3), on(7)), (on(12), on(12))):
        with clock.at(moment):
            tell(cast.chen, moment.hour, at_once=True)
        assert Message.objects.latest("id").due_at == due
    choose(cast.chen, quiet_from=7, quiet_to=7)
    with clock.at(on(23)):
        tell(cast.chen, 99, at_once=True)
    assert Message.objects.latest("id").due_at == on(23), "equal ends are no quiet hours"


def test_the_rest_comes_once_a_day_at_the_hour_chosen_without_what_was_read(cast: Cast, mailbox: Mailbox) -> None:
    choose(cast.chen, at_once=False)
    for number in (1, 2, 3):
        tell(cast.chen, number, at_once=True)
    actions.read(by=cast.chen, number=Delivery.objects.order_by("id").first().notice_id)  # type: ignore[union-attr]
    counts = []
    for moment in (on(7, 59), on(8), on(8, 1), on(20), on(9, day=2)):
        with clock.at(moment):
            counts.append(actions.digest(book=cast.book))
            actions.deliver()
    assert counts == [0, 1, 0, 0, 0], "on the second day there is nothing to tell"
    [mail] = mailbox.received
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert [f"第{number}件" in body.decode() for number in (1, 2, 3)] == [False, True, True]


def test_mail_that_does_not_get_through_is_tried_again_as_the_same_and_seen(
    cast: Cast, mailbox: Mailbox, client: Client
) -> None:
    choose(cast.chen)
    mailbox.refuses = 2
    with clock.at(on(10)):
        tell(cast.chen, at_once=True)
        assert actions.deliver() == (0, 1)
        assert actions.deliver() == (0, 0), "not before its time"
    client.force_login(cast.chen)
    assert "451" in client.get(reverse("notifications:settings")).content.decode()
    with clock.at(on(10) + WAITS[0]):
        assert actions.deliver() == (0, 1)
    with clock.at(on(10) + WAITS[0] + WAITS[1]):
        assert actions.deliver() == (1, 0)
    assert mailbox.ids == [f"<{Message.objects.get().token}@mingzhang.example>"]
    assert Message.objects.get().fault == ""


def test_after_the_last_try_a_message_has_failed_for_good(cast: Cast, mailbox: Mailbox) -> None:
    choose(cast.chen)
    mailbox.refuses = 100
    tell(cast.chen, at_once=True)
    for _ in range(len(WAITS) + 3):
        Message.objects.update(due_at=clock.now())
        actions.deliver()
    assert (Message.objects.get().state, Message.objects.get().attempts) == ("failed", len(WAITS) + 1)


# --- the gateway --------------------------------------------------------------------------------------------------


def hook_up(cast: Cast, gateway: Gateway) -> None:
    actions.set_hook(book=cast.book, address=gateway.address, secret=SECRET, by=cast.admin)
    choose(cast.chen, mail_on=False, hook_on=True)


def test_the_gateway_is_given_signed_messages(cast: Cast, gateway: Gateway) -> None:
    hook_up(cast, gateway)
    with clock.at(on(10)):
        tell(cast.chen, at_once=True)
        assert actions.deliver() == (1, 0)
    [posted] = gateway.received
    stamp = posted.headers["Mingzhang-Timestamp"].encode()
    wanted = hmac.new(SECRET.encode(), stamp + b"." + posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["Mingzhang-Signature"] == f"v1={wanted}"
    said = json.loads(posted.body)
    assert (said["to"], said["title"]) == ("chen", "退回给您：第1件")
    assert said["lines"][0]["link"].endswith("/ledger/1/")
    assert said["id"] == posted.headers["Mingzhang-Delivery"]


def test_a_gateway_that_leads_elsewhere_or_refuses_is_not_followed(
    cast: Cast, gateway: Gateway, client: Client
) -> None:
    hook_up(cast, gateway)
    tell(cast.chen, at_once=True)
    for status in (302, 307, 500):
        gateway.status = status
        Message.objects.update(due_at=clock.now())
        assert actions.deliver() == (0, 1)
        assert str(status) in Message.objects.get().fault
    assert len(gateway.received) == 3
    client.force_login(cast.admin)
    assert "网关答复500。" in client.get(reverse("notifications:hook")).content.decode()


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://a/b", "https://", "网关", "http://a b/", "http://[x"]
)
def test_only_addresses_of_the_web_are_taken(cast: Cast, address: str) -> None:
    with pytest.raises(InvalidInput, match="看不懂"):
        actions.set_hook(book=cast.book, address=address, secret=SECRET, by=cast.admin)
    assert not Hook.objects.exists()


def test_the_gateways_secret_is_not_in_the_database_and_is_kept_when_left_out(
    cast: Cast, gateway: Gateway, settings: Settings
) -> None:
    hook_up(cast, gateway)
    with connection.cursor() as cursor:
        cursor.execute("SELECT position(%s::bytea in sealed) FROM notifications_hook", [SECRET.encode()])
        assert cursor.fetchone() == (0,)
    actions.set_hook(book=cast.book, address=gateway.address, secret="", by=cast.admin)
    sealed = bytes(Hook.objects.get().sealed)
    assert sealing.unseal(sealed, "YC") == SECRET.encode()
    with pytest.raises(StateRefused):
        sealing.unseal(sealed, "PH")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    with pytest.raises(StateRefused, match="MINGZHANG_SECRET_KEY"):
        sealing.unseal(sealed, "YC")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert sealing.unseal(sealed, "YC") == SECRET.encode()


def test_who_arranges_nobody_sets_no_gateway(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.set_hook(book=cast.book, address="https://a.example/", secret=SECRET, by=cast.he)


def test_one_chooses_on_a_page_and_is_told_what_is_missing(cast: Cast, client: Client, mailbox: Mailbox) -> None:
    client.force_login(cast.chen)
    form = {"mail_on": "on", "mail": "", "digest_hour": "9", "quiet_from": "21", "quiet_to": "7"}
    refused = client.post(reverse("notifications:settings"), form)
    assert refused.status_code == 422
    assert "要收邮件，请写上邮箱" in refused.content.decode()
    assert client.post(reverse("notifications:settings"), {**form, "mail": "c@office.example"}).status_code == 302
    assert Preference.objects.get().digest_hour == 9
    page = client.get(reverse("notifications:settings")).content.decode()
    assert "c@office.example" in page
    assert "发到单位的网关" not in page, "there is none"
