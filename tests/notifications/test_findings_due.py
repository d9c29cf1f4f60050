"""Who is reminded of which finding before its day comes, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingzhang.audit.sequencing import sequence
from mingzhang.core import clock
from mingzhang.duties import actions as duties
from mingzhang.findings import actions as findings
from mingzhang.findings.models import Finding
from mingzhang.jobs import work
from mingzhang.notifications import actions
from mingzhang.notifications.models import Delivery, Message, Notice
from tests.findings import world as worlds
from tests.findings.world import World, moment
from tests.notifications.duties import told
from tests.notifications.receivers import Mailbox
from tests.notifications.test_sending import CHOSEN

DUE = "finding.due"
MONDAY, TUESDAY, THURSDAY, FRIDAY = "2026-01-19", "2026-01-20", "2026-01-22", "2026-01-23"


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Thursday 15 January 2026: what is grave, found on the 14th, is due on Thursday the 22nd."""
    with clock.at(moment("2026-01-15")):
        made = worlds.kept()
        live(made)
        yield made


def live(world: World) -> None:
    """The morning's job, and what is told of it."""
    work.remind()
    sequence(world.cast.book.code)
    actions.collect(book=world.cast.book)


def live_on(world: World, *days: str) -> None:
    for day in days:
        with clock.at(moment(day)):
            live(world)


def grave(world: World, state: str = "assigned") -> Finding:
    finding = world.finding_at(state, severity="grave")
    assert finding.deadline == date(2026, 1, 22)
    return finding


def test_the_owner_is_told_before_on_the_day_and_after_it_each_once(world: World) -> None:
    finding = grave(world)
    live_on(world, MONDAY, TUESDAY, TUESDAY, "2026-01-21", THURSDAY, THURSDAY, FRIDAY, "2026-01-26")
    what = f"{finding.number} 北门公示栏玻璃破损"
    assert told(world.cast.lu, DUE) == [
        f"还有2个工作日要改好：{what}", f"今天要改好：{what}", f"过期了还没改好：{what}，该在1月22日改好",
    ]  # fmt: skip
    assert told(world.cast.he, DUE) == told(world.cast.zhou, DUE) == told(world.other_clerk, DUE) == []


def test_while_nobody_corrects_it_those_nearest_who_assign_are_told(world: World) -> None:
    finding = grave(world, "found")
    live_on(world, THURSDAY)
    assert told(world.cast.he, DUE) == [f"今天要改好：{finding.number} 北门公示栏玻璃破损"]
    assert told(world.cast.lu, DUE) == told(world.cast.wei, DUE) == []


def test_of_a_doubted_one_those_are_told_who_decide(world: World) -> None:
    grave(world, "doubted")
    live_on(world, THURSDAY)
    assert len(told(world.cast.zhou, DUE)) == 1
    assert told(world.cast.lu, DUE) == []


@pytest.mark.parametrize("state", ["submitted", "verified", "closed", "suspended", "merged", "not_a_problem"])
def test_of_what_is_handed_in_or_set_aside_nobody_is_told(world: World, state: str) -> None:
    world.finding_at(state, severity="grave")
    Finding.objects.filter(state="found").update(state="withdrawn")  # the one that others were merged into
    live_on(world, TUESDAY, THURSDAY, FRIDAY)
    assert not Notice.objects.filter(kind=DUE).exists()


def test_where_more_time_was_granted_they_are_told_again_before_the_new_day(world: World) -> None:
    finding = grave(world)
    live_on(world, THURSDAY)
    with clock.at(moment(THURSDAY)):
        findings.extend(finding=finding, until=date(2026, 1, 27), reason="玻璃缺货", by=world.cast.zhou)
    live_on(world, FRIDAY, "2026-01-27")
    assert [said.partition("：")[0] for said in told(world.cast.lu, DUE)] == [
        "今天要改好", "还有2个工作日要改好", "今天要改好",
    ]  # fmt: skip


def test_a_book_says_how_long_before(world: World) -> None:
    grave(world)
    for before, day, count in ((0, "2026-01-21", 0), (5, MONDAY, 1)):
        duties.choose_terms(book=world.cast.book, remind_before=before, escalate_after=3, by=world.cast.admin)
        live_on(world, day)
        assert len(told(world.cast.lu, DUE)) == count


def test_what_is_due_today_goes_out_in_one_mail_and_the_rest_in_the_digest(world: World, mailbox: Mailbox) -> None:
    first, second = grave(world), grave(world)
    live_on(world, "2026-01-15")
    actions.choose(by=world.cast.lu, chosen={**CHOSEN, "mail": "lu@office.example"})
    live_on(world, TUESDAY)
    assert not Message.objects.exists()
    live_on(world, THURSDAY, THURSDAY)
    [message] = Message.objects.all()
    assert message.title == "今天要改好的问题有2个"
    addresses = " ".join(address for _title, address in message.lines)
    assert all(f"/findings/{one.pk}/" in addresses for one in (first, second))
    with clock.at(moment(THURSDAY) + timedelta(hours=8)):
        actions.digest(book=world.cast.book)
        actions.digest(book=world.cast.book)
        actions.deliver()
        actions.deliver()
    sent = Delivery.objects.filter(notice__kind=DUE).values_list("message", flat=True)
    assert len(sent) == 4
    assert None not in sent
    assert len(mailbox.ids) == len(set(mailbox.ids)) == Message.objects.count() == 2


def test_reminding_takes_as_many_queries_for_many_as_for_one(world: World) -> None:
    counts = []
    for day in (TUESDAY, THURSDAY):
        for _number in range(1 if day == TUESDAY else 8):
            grave(world), grave(world, "found")
        with clock.at(moment(day)), CaptureQueriesContext(connection) as asked:
            actions.remind_of_findings(book=world.cast.book)
        counts.append(len(asked))
    assert len(told(world.cast.lu, DUE)) == 10
    assert counts[0] == counts[1]
