"""责任手册: the sum closes, and what was done is there with its proof."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.duties import actions
from mingzhang.duties.handbook import handbook_of
from mingzhang.duties.rules import check_user_can_read_handbook
from mingzhang.organisation import actions as organisation
from tests.duties.world import World, moment

HALF = Period.parse("2026H1")


@pytest.fixture
def busy(world: World) -> World:
    actions.generate_tasks(book=world.cast.book)
    return world


def test_what_was_to_be_done_is_done_late_excused_overdue_or_to_come(busy: World) -> None:
    cast = busy.cast
    busy.posted("2026-01-09")
    actions.excuse_task(task=busy.task("monthly_check", "2026-03"), reason="停业。", by=cast.zhou)
    with clock.at(moment("2026-05-08")):
        busy.posted("2026-02-20")
        book = handbook_of(cast.chen, HALF)
    monthly = next(one for one in book.duties if one.name == "每月检查一次")
    assert (monthly.done, monthly.late, monthly.excused, monthly.overdue, monthly.coming) == (1, 1, 1, 1, 2)
    assert monthly.all == 6
    assert monthly.basis == "消防法第十六条"
    assert book.sum.all == len(book.done) + len(book.open) == 8


def test_what_was_done_leads_to_its_sheet(busy: World) -> None:
    record = busy.posted("2026-01-09")
    book = handbook_of(busy.cast.chen, HALF)
    assert [line.task.record for line in book.done] == [record]


def test_both_books_tell_of_standing_in_and_of_handing_over(busy: World) -> None:
    cast = busy.cast
    held = cast.chen.appointments.get()
    organisation.delegate(
        appointment=held, to=cast.lu, start=date(2026, 1, 20), last_day=date(2026, 2, 10), by=cast.chen
    )
    with clock.at(moment("2026-01-21")):
        actions.hand_over_all(person=cast.chen, to=cast.lu, last=date(2026, 2, 10), reason="出差。", by=cast.zhou)
        mine, theirs = handbook_of(cast.chen, HALF), handbook_of(cast.lu, HALF)
    assert [seat.person for seat in mine.away] == [cast.lu]
    assert [seat.stands_in_for.person for seat in theirs.posts if seat.stands_in_for] == [cast.chen]
    assert [step.to for step in mine.handed] == [step.to for step in theirs.handed] == [cast.lu]
    assert {line.unit for line in theirs.open} == {"青禾街道", "柳岸社区"}


def test_a_handbook_is_read_by_its_owner_and_those_above(busy: World) -> None:
    cast = busy.cast
    for reader in (cast.chen, cast.zhou, cast.wei, cast.admin):
        check_user_can_read_handbook(reader, cast.chen)
    for reader in (cast.he, cast.lu, cast.qin, cast.outsider, cast.stranger, cast.unposted):
        with pytest.raises(NotFound):
            check_user_can_read_handbook(reader, cast.chen)


def test_whoever_moved_on_is_read_by_the_new_leader_and_whoever_left_by_the_last_one(busy: World) -> None:
    cast = busy.cast
    organisation.end_appointment(
        appointment=cast.chen.appointments.get(), last_day=date(2026, 1, 15), by=cast.admin
    )
    with clock.at(moment("2026-02-02")):
        check_user_can_read_handbook(cast.zhou, cast.chen)
        post = organisation.create_post(unit=cast.other_street, name="干事", roles=["clerk"], by=cast.admin)
        organisation.appoint(person=cast.chen, post=post, start=date(2026, 2, 2), by=cast.admin)
        with pytest.raises(NotFound):
            check_user_can_read_handbook(cast.zhou, cast.chen)
        check_user_can_read_handbook(cast.wei, cast.chen)


def test_a_long_book_takes_no_more_questions_than_a_short_one(busy: World) -> None:
    handbook_of(busy.cast.chen, HALF)
    with CaptureQueriesContext(connection) as few:
        handbook_of(busy.cast.chen, Period.parse("2026-01"))
    with CaptureQueriesContext(connection) as many:
        handbook_of(busy.cast.chen, Period.parse("2026"))
    assert len(few) == len(many)


def test_a_leader_reads_how_the_duties_stand_that_others_do_for_them(busy: World) -> None:
    cast = busy.cast
    with clock.at(moment("2026-05-08")):
        busy.posted("2026-02-20")
        book = handbook_of(cast.zhou, HALF)
        theirs = handbook_of(cast.chen, HALF)
    assert not book.duties
    assert [(one.name, one.unit, one.parts) for one in book.led] == [
        ("每月检查一次", "青禾街道", "抓总、分管"),
        ("每季度检查三次", "青禾街道", "抓总、分管"),
    ]
    street = [one for one in theirs.duties if one.unit == "青禾街道"]
    assert [(one.done, one.late, one.overdue, one.coming) for one in book.led] == [
        (one.done, one.late, one.overdue, one.coming) for one in street
    ]
    assert book.led_sum.all == 8
    assert not theirs.led


def test_a_post_that_a_unit_named_leads_there_and_nowhere_else(busy: World) -> None:
    cast = busy.cast
    post = cast.zhou.appointments.get().post
    actions.assign_duty(
        unit=cast.community, pack="duties-test", duty="monthly_check", part="sponsor", post=post, by=cast.wei
    )
    led = handbook_of(cast.zhou, HALF).led
    assert [(one.name, one.parts) for one in led if one.unit == cast.community.name] == [("每月检查一次", "分管")]
