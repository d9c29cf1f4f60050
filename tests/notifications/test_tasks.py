"""Who is reminded of which task, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingzhang.core import clock
from mingzhang.duties import actions as duties
from mingzhang.jobs import work
from mingzhang.notifications import actions
from mingzhang.notifications.models import Delivery, Message, Notice
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.models import Person, Post, Unit
from tests.duties.world import moment
from tests.notifications.duties import Days, kept, told
from tests.notifications.receivers import Gateway, Mailbox
from tests.notifications.test_sending import CHOSEN, SECRET

FRIDAY, WEDNESDAY = "2026-01-30", "2026-01-28"


@pytest.fixture
def days(db: None) -> Iterator[Days]:
    """Thursday 15 January 2026."""
    with clock.at(moment("2026-01-15")):
        yield kept()


def mails(person: Person, **other: object) -> None:
    actions.choose(by=person, chosen={**CHOSEN, "mail": f"{person.username}@office.example", **other})


def test_the_clerk_of_the_unit_is_told_two_working_days_before_on_the_day_and_after_it_each_once(
    days: Days,
) -> None:
    chen = days.world.cast.chen
    for day in ("2026-01-27", WEDNESDAY, WEDNESDAY, "2026-01-29", FRIDAY, FRIDAY, "2026-01-31", "2026-02-02"):
        days.live(day)
    assert told(chen) == [
        "还有2个工作日到期：青禾街道 每月检查一次",
        "今天到期：青禾街道 每月检查一次",
        "过期了还没办：青禾街道 每月检查一次，该在1月30日办完",
    ]


def test_who_does_not_answer_for_it_is_not_told(days: Days) -> None:
    cast = days.world.cast
    days.live(FRIDAY)
    assert told(cast.lu) == ["今天到期：柳岸社区 每月检查一次"]
    assert told(cast.he) == told(cast.zhou) == told(cast.stranger) == []


def test_what_is_done_or_excused_is_not_told(days: Days) -> None:
    cast = days.world.cast
    days.world.posted("2026-01-15")
    task = days.world.task("monthly_check", "2026-01", cast.community)
    duties.excuse_task(task=task, reason="已由街道代办。", by=cast.wei)
    days.live(FRIDAY)
    assert told(cast.chen) == told(cast.lu) == []


def test_who_was_handed_a_task_is_told_in_place_of_the_post(days: Days) -> None:
    cast = days.world.cast
    task = days.world.task("monthly_check", "2026-01", cast.community)
    duties.hand_over(task=task, to=cast.chen, reason="社区缺人。", by=cast.zhou)
    days.live(FRIDAY)
    assert told(cast.lu) == []
    assert "今天到期：柳岸社区 每月检查一次" in told(cast.chen)


def test_the_post_that_the_unit_named_is_told_in_place_of_the_role(days: Days) -> None:
    cast = days.world.cast
    post = Post.objects.get(unit=cast.street, roles=["reviewer"])
    duties.assign_duty(
        unit=cast.street, pack="duties-test", duty="monthly_check", part="handler", post=post, by=cast.zhou
    )
    days.live(FRIDAY)
    assert told(cast.chen) == []
    assert told(cast.he) == ["今天到期：青禾街道 每月检查一次"]


def test_an_extended_task_is_told_again_before_its_new_day(days: Days) -> None:
    cast = days.world.cast
    days.live(FRIDAY)
    with clock.at(moment(FRIDAY)):
        task = days.world.task("monthly_check", "2026-01")
        duties.extend_task(task=task, until=date(2026, 2, 6), reason="材料未齐。", by=cast.zhou)
    days.live("2026-02-05")
    days.live("2026-02-06")
    assert told(cast.chen)[-2:] == ["还有1个工作日到期：青禾街道 每月检查一次", "今天到期：青禾街道 每月检查一次"]


def test_a_stand_in_is_told_too(days: Days) -> None:
    cast = days.world.cast
    seat = cast.chen.appointments.get()
    organisation.delegate(
        appointment=seat, to=cast.unposted, start=date(2026, 1, 20), last_day=date(2026, 2, 10), by=cast.admin
    )
    days.live(FRIDAY)
    assert told(cast.unposted) == told(cast.chen) == ["今天到期：青禾街道 每月检查一次"]


def test_a_book_says_how_long_before_and_may_say_not_at_all(days: Days) -> None:
    cast = days.world.cast
    for before, day, count in ((0, "2026-01-29", 0), (5, "2026-01-23", 1)):
        duties.choose_terms(book=cast.book, remind_before=before, escalate_after=3, by=cast.admin)
        days.live(day)
        assert len(told(cast.chen)) == count


def test_what_is_due_today_goes_out_in_one_mail_after_the_quiet_hours_and_the_rest_in_the_digest(
    days: Days, mailbox: Mailbox
) -> None:
    cast = days.world.cast
    mails(cast.chen, quiet_from=21, quiet_to=13)
    task = days.world.task("monthly_check", "2026-01", cast.community)
    duties.hand_over(task=task, to=cast.chen, reason="社区缺人。", by=cast.zhou)
    days.live(WEDNESDAY)
    assert not Message.objects.exists()
    days.live(FRIDAY)
    [message] = Message.objects.all()
    assert message.title == "今天到期的任务有2项"
    with clock.at(message.due_at):
        assert message.due_at.hour == 5, "13 o'clock in China"
        assert actions.deliver() == (1, 0)
        assert actions.digest(book=cast.book) == 1
        assert actions.deliver() == (1, 0)
    body = mailbox.received[0].get_payload(decode=True)
    assert isinstance(body, bytes)
    assert f"https://mingzhang.example/tasks/{task.pk}/" in body.decode()
    for name in (cast.chen.name, cast.zhou.name, "社区缺人"):
        assert name not in body.decode()


def test_who_wants_nothing_at_once_has_it_in_the_digest(days: Days, mailbox: Mailbox) -> None:
    mails(days.world.cast.chen, at_once=False)
    days.live(FRIDAY)
    assert not Message.objects.exists()
    with clock.at(moment(FRIDAY)):
        assert actions.digest(book=days.world.cast.book) == 1


def test_the_gateway_is_given_what_is_due_today(days: Days, gateway: Gateway) -> None:
    cast = days.world.cast
    actions.set_hook(book=cast.book, address=gateway.address, secret=SECRET, by=cast.admin)
    actions.choose(by=cast.chen, chosen={**CHOSEN, "mail_on": False, "hook_on": True})
    days.live(FRIDAY)
    with clock.at(moment(FRIDAY)):
        actions.deliver()
        actions.deliver()
    assert gateway.ids == [str(Message.objects.get().token)]


def test_reminding_takes_as_many_queries_for_many_units_as_for_one(days: Days) -> None:
    cast = days.world.cast
    counts = []
    for day, more in ((WEDNESDAY, 0), (FRIDAY, 30)):
        rows = [
            organisation.UnitRow(f"QH-1{number}", f"第{number}社区", "community", "QH", created_on=date(2026, 1, 1))
            for number in range(more)
        ]
        organisation.create_units(book=cast.book, rows=rows, by=cast.admin)
        for unit in Unit.objects.filter(code__startswith="QH-1"):
            post = organisation.create_post(unit=unit, name="专干", roles=["clerk"], by=cast.admin)
            organisation.appoint(person=cast.unposted, post=post, start=date(2026, 1, 1), by=cast.admin)
        duties.generate_tasks(book=cast.book)
        with clock.at(moment(day)), CaptureQueriesContext(connection) as asked:
            actions.remind_of_tasks(book=cast.book)
        counts.append(len(asked))
    assert len(told(cast.unposted)) == 30
    assert counts[0] == counts[1]


def test_broken_off_and_run_again_nobody_is_left_out_or_told_twice(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails(days.world.cast.chen)
    monkeypatch.setattr("mingzhang.notifications.actions.reminding._sent_out", lambda *_: 1 / 0)
    monkeypatch.setattr("django.conf.settings.EMAIL_HOST", "127.0.0.1")
    with pytest.raises(ZeroDivisionError):
        days.live(FRIDAY)
    assert not Notice.objects.exists()
    monkeypatch.undo()
    monkeypatch.setattr("django.conf.settings.EMAIL_HOST", "127.0.0.1")
    with clock.at(moment(FRIDAY)):
        work.remind()
        work.remind()
    assert Delivery.objects.count() == Message.objects.count() == 1
