"""The addresses of reminders: everybody's own, and the body's gateway."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from mingzhang.core import clock
from mingzhang.notifications.actions import make_feed
from mingzhang.notifications.models import Notice
from tests.web.matrix import ELSEWHERE, EVERYBODY, Address, answers
from tests.web.office import Office

OWN = answers(**dict.fromkeys(("admin", *ELSEWHERE), 200))
SENT = answers(302, **dict.fromkeys(("admin", *ELSEWHERE), 302))
ROOT = {**dict.fromkeys(EVERYBODY, 403), "nobody": 302, "admin": 200}
CHOSEN = {"mail_on": "", "mail": "", "digest_hour": "8", "quiet_from": "21", "quiet_to": "7"}
GATEWAY = {"address": "https://gateway.example/in", "secret": "sixteen-characters"}


def _page(name: str, expected: Any, form: Any = None) -> Address:
    return Address(f"notifications:{name}", lambda office: reverse(f"notifications:{name}"), expected, form)


def _notice(office: Office) -> str:
    """One of the street's clerk."""
    notice, _new = Notice.objects.get_or_create(
        person=office.cast.chen,
        key="event:1",
        defaults={"kind": "record.return", "title": "退回", "address": "/today/", "at": clock.now()},
    )
    return reverse("notifications:open", args=(notice.pk,))


def _feed(office: Office) -> str:
    """Of the street's clerk. Whoever has the address needs nothing else."""
    return reverse("notifications:feed", args=(make_feed(by=office.cast.chen),))


ARRANGING = {
    **dict.fromkeys(EVERYBODY, 403),
    "nobody": 302,
    **dict.fromkeys(("zhou", "wei", "admin", "stranger"), 200),
}
TERMS = {"remind_before": "2", "escalate_after": "3"}

ADDRESSES = [
    _page("inbox", OWN),
    _page("read_all", SENT, form=lambda office: {}),
    Address(
        "notifications:open",
        _notice,
        {**dict.fromkeys(EVERYBODY, 404), "nobody": 302, "chen": 302, "unposted": 403},
    ),
    _page("settings", OWN),
    _page("settings", SENT, form=lambda office: CHOSEN),
    _page("feed_make", OWN, form=lambda office: {}),
    _page("feed_revoke", SENT, form=lambda office: {}),
    Address("notifications:feed", _feed, dict.fromkeys(EVERYBODY, 200)),
    _page("orphans", ARRANGING),
    _page("terms", {**ROOT, "admin": 302}, form=lambda office: TERMS),
    _page("hook", ROOT),
    _page("hook", {**ROOT, "admin": 302}, form=lambda office: GATEWAY),
]
