"""Late tasks go to the next level, with what was tried; once for each level."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed
from mingzhang.duties import actions as duties
from mingzhang.duties.models import Escalation, Task, Terms
from mingzhang.duties.queries import escalations_of
from mingzhang.notifications import actions
from mingzhang.notifications.models import Notice
from mingzhang.notifications.queries import days_reminded
from mingzhang.organisation import actions as organisation
from tests import cast as people
from tests.duties.world import moment
from tests.notifications.duties import Days, kept, told
from tests.notifications.receivers import Mailbox
from tests.notifications.test_sending import CHOSEN

# Friday 30 January is the day; the third working day after it is Wednesday 4 February, the sixth Monday the 9th.
BEFORE, FIRST, SECOND = "2026-02-03", "2026-02-04", "2026-02-09"
RISEN = "task.escalate"


@pytest.fixture
def days(db: None) -> Iterator[Days]:
    with clock.at(moment("2026-01-15")):
        yield kept()


def of_community(days: Days) -> Task:
    return days.world.task("monthly_check", "2026-01", days.world.cast.community)


def levels(task: Task) -> list[tuple[int, str, str]]:
    return [(one.level, one.unit.code, one.on.isoformat()) for one in escalations_of(task)]


def test_a_task_open_three_working_days_after_its_day_goes_to_the_next_level_and_then_further(days: Days) -> None:
    cast, task = days.world.cast, of_community(days)
    for day in (BEFORE, FIRST, FIRST, "2026-02-06", SECOND, "2026-02-13", "2026-03-02"):
        days.live(day)
    assert levels(task) == [(1, "QH", FIRST), (2, "YC", SECOND)]
    assert [one.people for one in escalations_of(task)] == [[cast.zhou.pk], [cast.wei.pk]]
    assert told(cast.lu, RISEN) == told(cast.chen, RISEN) == told(cast.he, RISEN) == []


def test_it_says_what_was_tried(days: Days) -> None:
    cast, task = days.world.cast, of_community(days)
    duties.hand_over(task=task, to=cast.chen, reason="社区缺人。", by=cast.zhou)
    days.live("2026-01-28")
    with clock.at(moment("2026-01-29")):
        duties.extend_task(task=task, until=date(2026, 2, 2), reason="材料未齐。", by=cast.wei)
    days.live("2026-02-02")
    days.live("2026-02-03")
    days.live("2026-02-05")
    [risen] = escalations_of(task)
    assert risen.deadline == date(2026, 2, 2)
    assert risen.tried == {
        "reminded": ["2026-01-28", "2026-02-02", "2026-02-03"],
        "extended": [["2026-01-29", "2026-02-02"]],
        "handed": ["2026-01-15"],
    }


def test_it_is_told_in_one_line_with_a_title_and_a_link(days: Days, mailbox: Mailbox) -> None:
    cast = days.world.cast
    actions.choose(by=cast.zhou, chosen=CHOSEN)
    for street in (cast.street, cast.other_street):
        task = days.world.task("monthly_check", "2026-01", street)
        duties.excuse_task(task=task, reason="街道无场所。", by=cast.wei)
    days.live(FIRST)
    assert told(cast.zhou, RISEN) == ["过期没办的任务有2项，请您过问"], "柳岸社区 and 新桥社区"
    assert told(cast.wei, RISEN) == ["过期没办，请您过问：东园社区 每月检查一次"]
    with clock.at(moment(FIRST)):
        assert actions.digest(book=cast.book) == 1
        actions.deliver()
    body = mailbox.received[0].get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "https://mingzhang.example/tasks/?unit=QH&whose=below&state=late" in body.decode()
    assert not any(name in body.decode() for name in (cast.lu.name, cast.zhou.name))


def test_a_level_without_anybody_is_passed_over(days: Days) -> None:
    cast = days.world.cast
    seat = cast.zhou.appointments.get()
    organisation.end_appointment(appointment=seat, last_day=date(2026, 1, 20), by=cast.admin)
    days.live(FIRST)
    assert levels(of_community(days)) == [(1, "YC", FIRST)]


def test_where_nobody_sponsors_the_duty_those_who_arrange_duties_are_asked(days: Days) -> None:
    cast = days.world.cast
    organisation.end_appointment(appointment=cast.wei.appointments.get(), last_day=date(2026, 1, 20), by=cast.admin)
    days.live(FIRST)
    [risen] = escalations_of(days.world.task("monthly_check", "2026-01"))
    assert risen.people == [cast.admin.pk]


def test_what_was_done_late_goes_no_further(days: Days) -> None:
    days.live(FIRST)
    with clock.at(moment("2026-02-05")):
        days.world.posted("2026-01-28", days.world.cast.street)
    days.live(SECOND)
    days.live("2026-02-12")
    assert [one.level for one in escalations_of(days.world.task("monthly_check", "2026-01"))] == [1]


def test_a_task_with_more_time_is_not_late_until_it_is_up(days: Days) -> None:
    cast, task = days.world.cast, of_community(days)
    days.live(FIRST)
    with clock.at(moment("2026-02-05")):
        duties.extend_task(task=task, until=date(2026, 2, 11), reason="材料未齐。", by=cast.wei)
    days.live(SECOND)
    days.live("2026-02-13")
    assert len(levels(task)) == 1
    days.live("2026-02-14")
    assert levels(task)[1:] == [(2, "YC", "2026-02-14")], "Saturday 14 February is worked"


def test_the_book_says_after_how_many_days_within_bounds(days: Days) -> None:
    cast = days.world.cast
    duties.choose_terms(book=cast.book, remind_before=2, escalate_after=1, by=cast.admin)
    days.live("2026-02-02")
    assert len(levels(of_community(days))) == 1
    for wrong in ({"escalate_after": 0}, {"escalate_after": 61}, {"remind_before": 21}, {"remind_before": -1}):
        with pytest.raises(InvalidInput):
            duties.choose_terms(book=cast.book, **{"remind_before": 2, "escalate_after": 3, **wrong}, by=cast.admin)
        with pytest.raises(IntegrityError), transaction.atomic():
            Terms.objects.filter(book=cast.book).update(**wrong)
    with pytest.raises(NotAllowed):
        duties.choose_terms(book=cast.book, remind_before=2, escalate_after=3, by=cast.zhou)


def test_each_line_is_in_the_log_and_cannot_be_changed(days: Days) -> None:
    days.live(FIRST)
    events = Event.objects.filter(verb=RISEN)
    assert sum(len(event.data["tasks"]) for event in events) == Escalation.objects.count() == 5
    for statement in ("UPDATE duties_escalation SET level = 2", "DELETE FROM duties_escalation"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("wrong", [{"level": 0}, {"people": []}, {"on": date(2026, 1, 30)}])
def test_the_database_takes_no_escalation_that_makes_no_sense(days: Days, wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {
        "task": of_community(days), "level": 1, "unit": days.world.cast.street, "people": [days.world.cast.zhou.pk],
        "deadline": date(2026, 1, 30), "on": date(2026, 2, 4), "tried": {}, "at": clock.now(),
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.create(**{**right, **wrong})
    Escalation.objects.create(**right)
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.create(**{**right, "unit": days.world.cast.county})


def test_many_late_tasks_take_no_more_queries_than_few(days: Days) -> None:
    cast, counts = days.world.cast, []
    for day, more in ((FIRST, 0), ("2026-03-10", 30)):
        rows = [
            organisation.UnitRow(f"QH-1{number}", f"第{number}社区", "community", "QH", created_on=date(2026, 1, 1))
            for number in range(more)
        ]
        with clock.at(moment("2026-02-20" if more else "2026-01-15")):
            organisation.create_units(book=cast.book, rows=rows, by=cast.admin)
            duties.generate_tasks(book=cast.book)
        with clock.at(moment(day)), CaptureQueriesContext(connection) as asked:
            assert (
                duties.escalate_tasks(book=cast.book, reminded=lambda tasks: days_reminded(cast.book, tasks)) >= 5
            )
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_person_called_like_the_system_hears_of_it_all_the_same(days: Days) -> None:
    cast = days.world.cast
    person = people.seat(cast.county, "tasks", "任务员", "县分管", ["leader"], cast.admin)
    days.live(FIRST)
    assert Notice.objects.filter(person=person, kind=RISEN).exists()


# --- where the days are set ---------------------------------------------------------------------------------------


def test_the_administrator_sets_the_days_on_the_page_of_the_gateway(days: Days, client: Client) -> None:
    cast = days.world.cast
    client.force_login(cast.admin)
    assert 'value="3"' in client.get(reverse("notifications:hook")).content.decode()
    sent = client.post(reverse("notifications:terms"), {"remind_before": "4", "escalate_after": "61"})
    assert sent.status_code == 422
    assert not Terms.objects.exists()
    client.post(reverse("notifications:terms"), {"remind_before": "4", "escalate_after": "5"})
    assert (Terms.objects.get().remind_before, Terms.objects.get().escalate_after) == (4, 5)
