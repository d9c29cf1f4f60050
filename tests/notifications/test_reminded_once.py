"""Two workers at the same reminders, one of them killed: every reminder gets through, none twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date

import pytest

from mingzhang.core import clock
from mingzhang.duties import actions as duties
from mingzhang.duties.models import Escalation, Task
from mingzhang.notifications import actions
from mingzhang.notifications.models import Delivery, Message, Notice
from mingzhang.organisation import actions as organisation
from tests.conftest import FreshDatabase
from tests.core.servers import eventually
from tests.duties import world as worlds
from tests.notifications.receivers import Gateway, Mailbox
from tests.notifications.test_sending import CHOSEN, SECRET

PEOPLE, PATIENCE = 25, 120
FRIDAY = "2026-01-30T04:00:00+00:00"
WORKER = f"""
import django; django.setup()
from datetime import datetime
from django.utils import translation; translation.activate("zh-hans")
from mingzhang.core import clock
from mingzhang.jobs import work
print("up", flush=True)
with clock.at(datetime.fromisoformat("{FRIDAY}")):
    while True:
        work.remind()
        work.notify()
"""


def worker(mailbox: Mailbox) -> subprocess.Popen[str]:
    told = {"DJANGO_SETTINGS_MODULE": "tests.settings", "MINGZHANG_SMTP": f"smtp://127.0.0.1:{mailbox.port}"}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER], env={**os.environ, **told}, stdout=subprocess.PIPE, text=True
    )


def a_district(gateway: Gateway) -> None:
    """Communities with a clerk each, who wants to be told by mail and by the gateway."""
    world = worlds.build()
    cast = world.cast
    actions.set_hook(book=cast.book, address=gateway.address, secret=SECRET, by=cast.admin)
    for number in range(PEOPLE):
        row = organisation.UnitRow(
            f"QH-1{number}", f"第{number}社区", "community", "QH", created_on=date(2026, 1, 1)
        )
        [unit] = organisation.create_units(book=cast.book, rows=[row], by=cast.admin)
        person = organisation.create_person(
            book=cast.book, username=f"p{number}", name=f"社区{number}", password=None, by=cast.admin
        )
        post = organisation.create_post(unit=unit, name="专干", roles=["clerk"], by=cast.admin)
        organisation.appoint(person=person, post=post, start=date(2026, 1, 1), by=cast.admin)
        wanted = {**CHOSEN, "hook_on": True, "quiet_from": 0, "quiet_to": 0, "mail": f"p{number}@office.example"}
        actions.choose(by=person, chosen=wanted)
    duties.generate_tasks(book=cast.book)


@pytest.mark.slow
def test_with_one_of_two_workers_killed_every_reminder_gets_through_and_none_twice(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Mailbox(seconds=0.05) as mailbox, Gateway(seconds=0.05) as gateway:
        monkeypatch.setattr("django.conf.settings.EMAIL_HOST", "127.0.0.1")
        with clock.at(worlds.moment("2026-01-15")):
            a_district(gateway)
        killed, other = worker(mailbox), worker(mailbox)
        try:
            assert eventually(lambda: len(mailbox.ids) + len(gateway.ids) >= 10, PATIENCE)
            killed.send_signal(signal.SIGKILL)
            assert eventually(lambda: Message.objects.filter(state="sent").count() == 2 * PEOPLE, PATIENCE)
        finally:
            for process in (killed, other):
                process.kill()
                process.communicate()
    due = Task.objects.filter(due=date(2026, 1, 30), unit__code__startswith="QH-1")
    assert due.count() == PEOPLE
    notices = Notice.objects.filter(kind="task.due", person__username__startswith="p")
    assert notices.count() == PEOPLE
    assert Delivery.objects.filter(notice__in=notices).count() == 2 * PEOPLE
    tokens = set(Message.objects.values_list("channel", "token"))
    assert set(mailbox.ids) == {f"<{token}@127.0.0.1>" for channel, token in tokens if channel == "mail"}
    assert set(gateway.ids) == {str(token) for channel, token in tokens if channel == "hook"}
    assert len(mailbox.ids) + len(gateway.ids) - 2 * PEOPLE <= 1, "what was in the hands of the killed, as the same"


@pytest.mark.slow
def test_two_at_once_put_a_late_task_before_a_level_once(fresh_database: FreshDatabase) -> None:
    with Mailbox() as mailbox, Gateway() as gateway:
        with clock.at(worlds.moment("2026-01-15")):
            a_district(gateway)
        Task.objects.filter(due=date(2026, 1, 30)).update(due=date(2026, 1, 20), nominal=date(2026, 1, 20))
        workers = [worker(mailbox) for _number in range(2)]
        try:
            assert eventually(lambda: Escalation.objects.count() >= PEOPLE, PATIENCE)
        finally:
            for process in workers:
                process.kill()
                process.communicate()
    tasks = list(Escalation.objects.values_list("task", flat=True))
    assert len(tasks) == len(set(tasks)), "one level on one day"
