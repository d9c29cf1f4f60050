"""What nobody answers for is told to those who can arrange it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.duties import actions as duties
from mingzhang.duties.models import Horizon
from mingzhang.duties.orphans import alarms
from mingzhang.notifications.actions import tell_orphans
from mingzhang.notifications.models import Notice
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.models import Post, Unit
from tests.duties.world import moment
from tests.notifications.duties import Days, kept, told


@pytest.fixture
def days(db: None) -> Iterator[Days]:
    """新桥社区 has nobody, and the yearly review of the county no clerk; the other street's community neither."""
    with clock.at(moment("2026-01-15")):
        yield kept()


def found(unit: Unit) -> list[tuple[str, str]]:
    return [(one.unit.code, one.duty.id) for one in alarms(unit).duties]


def test_a_duty_that_nobody_in_the_unit_answers_for_is_an_alarm_of_the_unit_and_of_those_above(days: Days) -> None:
    cast = days.world.cast
    assert found(cast.second_community) == [("QH-02", "monthly_check")]
    assert found(cast.street) == [("QH-02", "monthly_check")]
    assert found(cast.county) == [
        ("QH-02", "monthly_check"), ("SL-01", "monthly_check"), ("YC", "yearly_review"),
    ]  # fmt: skip
    assert found(cast.community) == []
    assert not alarms(cast.community).any


def test_it_is_told_once_a_day_to_the_nearest_who_arrange_duties(days: Days) -> None:
    cast = days.world.cast
    for day in ("2026-01-16", "2026-01-16", "2026-01-18"):
        days.live(day)
    assert told(cast.zhou, "orphans") == ["没有人办的责任有1项"]
    assert told(cast.wei, "orphans") == told(cast.admin, "orphans") == ["没有人办的责任有2项"]
    assert Notice.objects.get(person=cast.zhou, kind="orphans").key.endswith("2026-01-18"), (
        "the newest alone stands"
    )
    assert told(cast.chen, "orphans") == told(cast.stranger, "orphans") == []


def test_when_somebody_is_appointed_the_alarm_is_over(days: Days) -> None:
    cast = days.world.cast
    days.live("2026-01-16")
    post = organisation.create_post(unit=cast.second_community, name="专干", roles=["clerk"], by=cast.admin)
    organisation.appoint(person=cast.unposted, post=post, start=date(2026, 1, 1), by=cast.admin)
    days.live("2026-01-17")
    assert found(cast.street) == []
    assert told(cast.zhou, "orphans") == []


def test_a_post_that_was_named_and_has_nobody_is_an_alarm(days: Days) -> None:
    cast = days.world.cast
    post = organisation.create_post(unit=cast.street, name="消防岗", roles=["clerk"], by=cast.admin)
    duties.assign_duty(
        unit=cast.street, pack="duties-test", duty="monthly_check", part="handler", post=post, by=cast.zhou
    )
    [alarm] = [one for one in alarms(cast.street).duties if one.unit == cast.street]
    assert (alarm.post, alarm.duty.id) == ("消防岗", "monthly_check")
    organisation.appoint(person=cast.unposted, post=post, start=date(2026, 1, 1), by=cast.admin)
    assert ("QH", "monthly_check") not in found(cast.street)


def test_a_duty_that_the_unit_withdrew_is_no_alarm_and_one_it_added_is(days: Days) -> None:
    cast = days.world.cast
    unit = cast.second_community
    duties.adapt_duty(
        unit=unit, pack="duties-test", duty="monthly_check", what="withdrawn", start=date(2026, 1, 15),
        reason="由街道代办。", by=cast.zhou,
    )  # fmt: skip
    assert found(unit) == []
    own = {"name": "巡河", "text": "巡河。", "kind": "basic", "levels": ["community"],
           "basis": [{"regulation": "本社区决定"}], "every": "year",
           "answers": {"handler": "inspector"}}  # fmt: skip
    duties.adapt_duty(
        unit=unit, pack="duties-test", duty="river", what="added", start=date(2026, 1, 15), content=own,
        reason="有河。", by=cast.zhou,
    )  # fmt: skip
    assert found(unit) == [("QH-02", "river")]


def test_a_delegation_that_ran_out_is_told_once_without_a_name(days: Days) -> None:
    cast = days.world.cast
    organisation.delegate(
        appointment=cast.chen.appointments.get(), to=cast.unposted, start=date(2026, 1, 10),
        last_day=date(2026, 1, 18), by=cast.admin,
    )  # fmt: skip
    for day in ("2026-01-17", "2026-01-18", "2026-01-19", "2026-01-20"):
        days.live(day)
    assert told(cast.zhou, "delegation") == ["代理到期了：青禾街道 宣传干事"]
    with clock.at(moment("2026-01-20")):
        assert [one.person for one in alarms(cast.street).ended] == [cast.unposted]


def test_tasks_that_nobody_made_are_an_alarm_of_the_book(days: Days) -> None:
    cast = days.world.cast
    days.live("2026-01-18")
    assert alarms(cast.county).behind is None
    days.live("2026-01-25")
    with clock.at(moment("2026-01-25")):
        assert alarms(cast.county).behind == date(2027, 2, 19)
        assert alarms(cast.street).behind is None
        assert "任务没有按时排出来，请看后台任务" in told(cast.admin, "orphans")
        duties.generate_tasks(book=cast.book)
        assert alarms(cast.county).behind is None
        Horizon.objects.all().delete()
        assert alarms(cast.county).never
    assert not alarms(cast.other_county).any, "a book without duties misses none"


def test_the_page_shows_what_is_without_an_owner(days: Days, client: Client) -> None:
    cast = days.world.cast
    client.force_login(cast.zhou)
    page = client.get(reverse("notifications:orphans") + "?unit=QH").content.decode()
    assert "新桥社区" in page
    assert "没有人是“经办人”" in page
    assert "都有人办" in client.get(reverse("notifications:orphans") + "?unit=QH-01").content.decode()


def test_where_nobody_arranges_duties_at_all_nobody_is_told(days: Days) -> None:
    cast = days.world.cast
    Post.objects.filter(unit__book=cast.book).update(roles=["inspector"])
    assert tell_orphans(book=cast.book) == 0
