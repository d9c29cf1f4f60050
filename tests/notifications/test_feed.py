"""The calendar of a person's tasks, for a calendar program that signs in nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from pytest_django import Settings

from mingzhang.core import clock
from mingzhang.duties import actions as duties
from mingzhang.notifications import actions
from mingzhang.notifications.actions.feeding import MOST_ASKED
from mingzhang.notifications.models import Feed
from mingzhang.organisation.actions import deactivate_person
from mingzhang.organisation.models import Person
from tests.duties.world import moment
from tests.notifications.duties import Days, kept


@pytest.fixture
def days(db: None, settings: Settings) -> Iterator[Days]:
    settings.SITE_ADDRESS = "https://mingzhang.example"
    with clock.at(moment("2026-01-15")):
        yield kept()


def address(person: Person) -> str:
    return reverse("notifications:feed", args=(actions.make_feed(by=person),))


def events(client: Client, path: str) -> list[tuple[date, str, str]]:
    found = Calendar.from_ical(client.get(path).content).walk("VEVENT")
    return [(one["dtstart"].dt, str(one["summary"]), str(one["location"])) for one in found]


def test_the_address_is_shown_once_and_kept_nowhere(days: Days, client: Client) -> None:
    client.force_login(days.world.cast.chen)
    page = client.post(reverse("notifications:feed_make")).content.decode()
    [secret] = {part.split(".ics")[0] for part in page.split("/notices/calendar/")[1:]}
    assert len(secret) >= 43, "256 bits"
    assert secret not in client.get(reverse("notifications:settings")).content.decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM notifications_feed WHERE position(%s::bytea in digest) > 0", [secret.encode()]
        )
        assert cursor.fetchone() == (0,)
    assert Client().get(reverse("notifications:feed", args=(secret,))).status_code == 200


def test_it_lists_the_persons_open_tasks_as_days_without_a_time(days: Days) -> None:
    cast, path = days.world.cast, address(days.world.cast.chen)
    found = events(Client(), path)
    assert found[0] == (date(2026, 1, 30), "每月检查一次", "青禾街道")
    assert len(found) == 17, "13 months and 4 quarters"
    days.world.posted("2026-01-15")
    task = days.world.task("monthly_check", "2026-02", cast.community)
    duties.hand_over(task=task, to=cast.chen, reason="社区缺人。", by=cast.zhou)
    assert {(one[0], one[2]) for one in events(Client(), path)} >= {(date(2026, 2, 28), "柳岸社区")}
    assert date(2026, 1, 30) not in {one[0] for one in events(Client(), path)}


def test_an_extended_task_stays_the_same_event_on_another_day(days: Days) -> None:
    cast, path = days.world.cast, address(days.world.cast.chen)
    task = days.world.task("monthly_check", "2026-01")
    seen = []
    for until in (None, date(2026, 2, 5)):
        if until:
            duties.extend_task(task=task, until=until, reason="材料未齐。", by=cast.zhou)
        found = Calendar.from_ical(Client().get(path).content).walk("VEVENT")
        seen += [one["dtstart"].dt for one in found if one["uid"] == f"task-{task.pk}@mingzhang.example"]
    assert seen == [date(2026, 1, 30), date(2026, 2, 5)]


def test_it_is_written_as_the_standard_asks_and_names_nobody(days: Days) -> None:
    cast = days.world.cast
    own = {"name": "巡河，查堤;记一笔", "text": f"沿河{'再走一段' * 60},\n回来记一笔。", "kind": "basic",
           "levels": ["street"], "basis": [{"regulation": "本街道决定"}], "every": "year"}  # fmt: skip
    duties.adapt_duty(
        unit=cast.street, pack="duties-test", duty="river", what="added", start=date(2026, 1, 15), content=own,
        reason="有河。", by=cast.zhou,
    )  # fmt: skip
    duties.generate_tasks(book=cast.book)
    content = Client().get(address(cast.chen)).content
    lines = content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert all(len(line) <= 75 for line in lines), "octets"
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"METHOD" not in content
    [river] = [one for one in Calendar.from_ical(content).walk("VEVENT") if "巡河" in one["summary"]]
    assert (str(river["summary"]), str(river["description"])) == (own["name"], own["text"])
    assert str(river["url"]).startswith("https://mingzhang.example/tasks/")
    for person in (cast.chen, cast.zhou, cast.lu):
        assert person.name.encode() not in content.replace(b"\r\n ", b"")


def test_what_did_not_change_is_not_sent_again(days: Days) -> None:
    path = address(days.world.cast.chen)
    first = Client().get(path)
    with clock.at(moment("2026-01-16")):
        again = Client().get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        days.world.posted("2026-01-15")
        assert Client().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_it_ends_at_once_when_revoked_renewed_or_the_person_leaves(days: Days, client: Client) -> None:
    cast = days.world.cast
    client.force_login(cast.chen)
    old = address(cast.chen)
    new = address(cast.chen)
    assert [Client().get(path).status_code for path in (old, new)] == [404, 200]
    client.post(reverse("notifications:feed_revoke"))
    assert Client().get(new).status_code == 404
    assert not Feed.objects.exists()
    last = address(cast.chen)
    deactivate_person(person=cast.chen, by=cast.admin)
    assert Client().get(last).status_code == 404


def test_who_asks_too_often_is_told_to_wait(days: Days) -> None:
    path = address(days.world.cast.chen)
    Feed.objects.update(asked=MOST_ASKED - 1)
    assert Client().get(path).status_code == 200
    refused = Client().get(path)
    assert (refused.status_code, refused["Retry-After"]) == (429, "3601")
    with clock.at(clock.now() + timedelta(hours=1)):
        assert Client().get(path).status_code == 200
