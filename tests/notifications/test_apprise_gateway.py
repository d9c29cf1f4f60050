"""The gateway of the documentation, which tells people by apprise: what Mingzhang sends is told, and told once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from runpy import run_path
from threading import Thread

import pytest
from django.test import override_settings

from mingzhang.core import clock
from mingzhang.notifications import actions
from mingzhang.notifications.channels import signature
from mingzhang.notifications.models import Message
from tests.cast import Cast
from tests.notifications.test_sending import SECRET, choose, tell

BRIDGE = run_path(str(Path(__file__).parents[2] / "docs/how-to/apprise_gateway.py"))
PEOPLE = {"chen": ["wecombot://key", "mailto://chen"]}
Told = list[tuple[Sequence[str], str, str]]


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def take(told: Told) -> Callable[..., int]:
    """Hands the gateway a message as Mingzhang would, unless something is said otherwise."""

    def notify(addresses: Sequence[str], title: str, body: str) -> bool:
        told.append((addresses, title, body))
        return True

    gateway = BRIDGE["Gateway"](SECRET.encode(), PEOPLE, notify)

    def give(to: str = "chen", *, secret: str = SECRET, age: int = 0, delivery: str = "1") -> int:
        body = json.dumps(
            {"to": to, "title": "退回给您", "lines": [{"title": "讲堂", "link": "https://x/1"}]}
        ).encode()
        stamp = str(int(time.time()) - age)
        signed = signature(secret.encode(), stamp, body)
        headers = {"Mingzhang-Delivery": delivery, "Mingzhang-Timestamp": stamp, "Mingzhang-Signature": signed}
        status: int = gateway.take(headers, body)
        return status

    return give


def test_what_is_sent_twice_is_told_once(take: Callable[..., int], told: Told) -> None:
    assert [take(), take(), take(delivery="2")] == [200, 200, 200]
    assert told == [(PEOPLE["chen"], "退回给您", "讲堂\nhttps://x/1")] * 2


def test_what_is_forged_old_or_for_nobody_known_is_not_told(take: Callable[..., int], told: Told) -> None:
    assert take(secret="另外一个密钥，也有十六个字那么长") == 403
    assert take(age=301) == 403
    assert take("nobody") == 404
    assert told == []


@pytest.fixture
def served(told: Told) -> Iterator[str]:
    gateway = BRIDGE["Gateway"](SECRET.encode(), PEOPLE, lambda *said: not told.append(said))
    server = BRIDGE["server"](gateway, "127.0.0.1", 0)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@override_settings(SITE_ADDRESS="https://mingzhang.example")
def test_a_message_of_mingzhang_arrives(cast: Cast, served: str, told: Told) -> None:
    actions.set_hook(book=cast.book, address=served, secret=SECRET, by=cast.admin)
    choose(cast.chen, mail_on=False, hook_on=True)
    tell(cast.chen, at_once=True)
    with clock.at(Message.objects.get().due_at):
        assert actions.deliver() == (1, 0)
    assert told == [(PEOPLE["chen"], "退回给您：第1件", "退回给您：第1件\nhttps://mingzhang.example/ledger/1/")]
