"""Everything that somebody has open changes hands in one go, or nothing does."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.duties import actions
from mingzhang.duties.handed import handed_by
from mingzhang.duties.models import Task, TaskStep
from mingzhang.organisation.models import Person
from tests.cast import seat
from tests.duties.world import World

UP_TO = date(2026, 3, 31)


@pytest.fixture
def busy(world: World) -> World:
    actions.generate_tasks(book=world.cast.book)
    return world


@pytest.fixture
def helper(busy: World) -> Person:
    """Another clerk of the street."""
    return seat(busy.cast.street, "zhu", "朱助理", "助理", ["clerk"], busy.cast.admin)


def hand(busy: World, to: Person, **changes: object) -> actions.HandedOver:
    given = {"person": busy.cast.chen, "to": to, "last": UP_TO, "reason": "调到县里。", "by": busy.cast.zhou}
    return actions.hand_over_all(**(given | changes))  # type: ignore[arg-type]


def test_all_open_tasks_up_to_the_day_go_to_the_other_and_the_rest_stays_with_the_post(
    busy: World, helper: Person
) -> None:
    busy.posted("2026-01-09")
    done = hand(busy, helper)
    moved = Task.objects.filter(handler=helper)
    assert {task.duty + task.period for task in moved} == {
        "monthly_check2026-02", "monthly_check2026-03", "quarterly_round2026Q1",
    }  # fmt: skip
    assert done.count == 3
    assert busy.task("monthly_check", "2026-01").state == "done"
    assert busy.task("monthly_check", "2026-04").handler is None


def test_what_was_given_to_the_person_alone_goes_whatever_its_day(busy: World, helper: Person) -> None:
    cast, far = busy.cast, busy.task("monthly_check", "2026-09")
    actions.hand_over(task=far, to=cast.chen, reason="由他办。", by=cast.zhou)
    hand(busy, helper, last=date(2026, 1, 31))
    assert busy.task("monthly_check", "2026-09").handler == helper


def test_one_event_tells_of_it_and_one_list_holds_all(busy: World, helper: Person) -> None:
    done = hand(busy, helper)
    event = Event.objects.get(verb="tasks.hand_over")
    assert event.subject == busy.cast.chen.ref
    assert len(event.data["tasks"]) == done.count == TaskStep.objects.count() == 4
    assert "调到县里" not in str(event.data)
    handed = handed_by(helper, done.step)
    assert (handed.giver, handed.to, handed.reason) == (busy.cast.chen, helper, "调到县里。")
    assert [task.due for task in handed.tasks] == sorted(task.due for task in Task.objects.filter(handler=helper))


def test_the_list_is_for_those_concerned_and_those_who_see_the_units(busy: World, helper: Person) -> None:
    done = hand(busy, helper)
    assert handed_by(busy.cast.qin, done.step).to == helper
    for person in (busy.cast.outsider, busy.cast.stranger, busy.cast.lu, busy.cast.unposted):
        with pytest.raises(NotFound):
            handed_by(person, done.step)


def test_a_later_list_is_another_list(busy: World, helper: Person) -> None:
    first = hand(busy, helper)
    back = hand(busy, busy.cast.chen, person=helper, reason="回来了。")
    assert back.step != first.step
    assert len(handed_by(helper, first.step).tasks) == len(handed_by(helper, back.step).tasks) == 4


@pytest.mark.parametrize("who", ["chen", "he", "qin", "lu", "outsider", "stranger", "unposted"])
def test_others_hand_nothing_over(busy: World, helper: Person, who: str) -> None:
    with pytest.raises(NotAllowed):
        hand(busy, helper, by=getattr(busy.cast, who))
    assert not TaskStep.objects.exists()


@pytest.mark.parametrize("reason", ["", "  "])
def test_not_without_a_reason(busy: World, helper: Person, reason: str) -> None:
    with pytest.raises(InvalidInput):
        hand(busy, helper, reason=reason)


def test_only_to_somebody_else_who_is_here_and_can_do_all_of_it(busy: World) -> None:
    cast = busy.cast
    for to in (cast.chen, cast.he, cast.lu, cast.unposted, cast.stranger):
        with pytest.raises(InvalidInput):
            hand(busy, to)
    assert not Task.objects.filter(handler__isnull=False).exists()


def test_where_nothing_is_open_nothing_is_handed_over(busy: World, helper: Person) -> None:
    with pytest.raises(StateRefused):
        hand(busy, helper, person=busy.cast.unposted)


def test_whoever_leads_one_unit_hands_over_nothing_of_another(busy: World, helper: Person) -> None:
    cast = busy.cast
    elsewhere = busy.task("monthly_check", "2026-01", cast.other_community)
    Task.objects.filter(pk=elsewhere.pk).update(handler=cast.chen)
    with pytest.raises(NotAllowed):
        hand(busy, helper)
    assert not Task.objects.filter(handler=helper).exists()


def test_the_database_keeps_a_giver_to_what_was_handed_over(busy: World) -> None:
    cast, task = busy.cast, busy.task("monthly_check", "2026-01")
    wrong = {"task": task, "verb": "excuse", "reason": "停业。", "giver": cast.chen, "by": cast.zhou}
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskStep.objects.create(at=clock.now(), **wrong)
