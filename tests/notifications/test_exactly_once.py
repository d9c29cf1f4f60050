"""Many messages, two senders, one of them killed: none is lost, none is doubled but what was in its hands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from mingzhang.notifications import actions
from mingzhang.notifications.models import Message
from tests import cast as people
from tests.conftest import FreshDatabase
from tests.core.servers import eventually
from tests.notifications.receivers import Gateway, Mailbox
from tests.notifications.test_sending import CHOSEN, SECRET

COUNT = 30
SENDER = """
import django; django.setup()
from django.utils import translation; translation.activate("zh-hans")
from mingzhang.notifications import actions
print("up", flush=True)
while True:
    actions.deliver()
"""


def sender(mailbox: Mailbox) -> subprocess.Popen[str]:
    told = {"DJANGO_SETTINGS_MODULE": "tests.settings", "MINGZHANG_SMTP": f"smtp://127.0.0.1:{mailbox.port}"}
    return subprocess.Popen(
        [sys.executable, "-c", SENDER], env={**os.environ, **told}, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_with_one_of_two_senders_killed_none_is_lost_and_none_doubled(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Mailbox(seconds=0.05) as mailbox, Gateway(seconds=0.05) as gateway:
        monkeypatch.setattr("django.conf.settings.EMAIL_HOST", "127.0.0.1")
        cast = people.build()
        actions.set_hook(book=cast.book, address=gateway.address, secret=SECRET, by=cast.admin)
        actions.choose(by=cast.chen, chosen={**CHOSEN, "hook_on": True, "quiet_from": 0, "quiet_to": 0})
        for number in range(COUNT):
            said = {"kind": "x", "title": f"第{number}件", "address": "/today/", "at_once": True}
            actions.tell(people=[cast.chen.pk], key=f"event:{number}", **said)  # type: ignore[arg-type]
        assert Message.objects.filter(state="waiting").count() == 2 * COUNT
        killed, other = sender(mailbox), sender(mailbox)
        try:
            assert eventually(lambda: len(mailbox.ids) + len(gateway.ids) >= 10)
            killed.send_signal(signal.SIGKILL)
            assert eventually(lambda: Message.objects.filter(state="sent").count() == 2 * COUNT)
        finally:
            for process in (killed, other):
                process.kill()
                process.communicate()
    tokens = set(Message.objects.values_list("channel", "token"))
    assert set(mailbox.ids) == {f"<{token}@127.0.0.1>" for channel, token in tokens if channel == "mail"}
    assert set(gateway.ids) == {str(token) for channel, token in tokens if channel == "hook"}
    doubled = len(mailbox.ids) + len(gateway.ids) - 2 * COUNT
    assert doubled <= 1, "no more than the one in the hands of the killed, under the same number"
