"""What people decide about tasks and lists: who may, with which reason, and that it stays."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.duties import actions
from mingzhang.duties.lists import duty_list
from mingzhang.duties.models import Adaptation, Task, TaskStep
from tests.duties.world import World, moment

MONTHLY = {"pack": "duties-test", "duty": "monthly_check"}


@pytest.fixture
def busy(world: World) -> World:
    actions.generate_tasks(book=world.cast.book)
    return world


@pytest.fixture
def task(busy: World) -> Task:
    return busy.task("monthly_check", "2026-01")


def test_a_leader_excuses_with_a_reason_that_stays(busy: World, task: Task) -> None:
    done = actions.excuse_task(task=task, reason="本月停业。", by=busy.cast.zhou)
    assert (done.state, done.late_on(date(2027, 1, 1))) == ("excused", False)
    step = TaskStep.objects.get(task=task)
    assert (step.verb, step.reason, step.by) == ("excuse", "本月停业。", busy.cast.zhou)
    assert Event.objects.filter(verb="task.excuse", subject=task.ref).exists()
    back = actions.reinstate_task(task=task, reason="又开业了。", by=busy.cast.zhou)
    assert back.state == "open"


@pytest.mark.parametrize("who", ["chen", "he", "admin", "qin", "outsider", "stranger", "unposted"])
def test_others_excuse_and_extend_nothing(busy: World, task: Task, who: str) -> None:
    person = getattr(busy.cast, who)
    with pytest.raises(NotAllowed):
        actions.excuse_task(task=task, reason="想免就免。", by=person)
    with pytest.raises(NotAllowed):
        actions.extend_task(task=task, until=date(2026, 3, 1), reason="想延就延。", by=person)
    assert not TaskStep.objects.exists()


def test_a_superior_decides_for_units_below(busy: World) -> None:
    below = busy.task("monthly_check", "2026-01", busy.cast.community)
    assert actions.excuse_task(task=below, reason="搬迁。", by=busy.cast.wei).state == "excused"


def test_no_decision_without_a_reason(busy: World, task: Task) -> None:
    with pytest.raises(InvalidInput):
        actions.excuse_task(task=task, reason="  ", by=busy.cast.zhou)
    assert Task.objects.get(pk=task.pk).state == "open"


def test_more_time_is_more_time(busy: World, task: Task) -> None:
    with pytest.raises(InvalidInput):
        actions.extend_task(task=task, until=task.due, reason="延一延。", by=busy.cast.zhou)
    more = actions.extend_task(task=task, until=date(2026, 2, 6), reason="停电。", by=busy.cast.zhou)
    with clock.at(moment("2026-02-05")):
        assert not more.late_on(clock.today())
    assert more.late_on(date(2026, 2, 7))


def test_only_what_no_sheet_says_is_signed_off(busy: World, task: Task) -> None:
    with pytest.raises(InvalidInput):
        actions.sign_off_task(task=task, by=busy.cast.zhou)
    review = busy.task("yearly_review", "2026", busy.cast.county)
    done = actions.sign_off_task(task=review, note="考核了三个街道。", by=busy.cast.wei)
    assert (done.state, done.done_on) == ("done", date(2026, 1, 15))
    with pytest.raises(StateRefused):
        actions.excuse_task(task=review, reason="算了。", by=busy.cast.wei)


def test_several_are_signed_off_at_once_or_none_of_them(busy: World, task: Task) -> None:
    cast = busy.cast
    with clock.at(moment("2026-12-15")):
        actions.generate_tasks(book=cast.book)
    reviews = list(Task.objects.filter(duty="yearly_review", unit=cast.county, state="open").select_related("book"))
    assert len(reviews) == 2
    with pytest.raises(InvalidInput):
        actions.sign_off_tasks(tasks=[*reviews, task], by=cast.wei)
    assert not Task.objects.filter(state="done").exists()
    done = actions.sign_off_tasks(tasks=reviews, note="都考核了。", by=cast.wei)
    assert {one.state for one in done} == {"done"}
    assert set(Task.objects.filter(state="done")) == set(reviews)
    assert [step.reason for step in TaskStep.objects.order_by("pk")] == ["都考核了。"] * 2
    assert Event.objects.filter(verb="task.sign_off").count() == 2


def test_a_task_goes_to_someone_who_can_do_it_and_who_then_does_not_decide_about_it(busy: World) -> None:
    cast, task = busy.cast, busy.task("monthly_check", "2026-01", busy.cast.community)
    with pytest.raises(InvalidInput):
        actions.hand_over(task=task, to=cast.zhou, reason="请书记办。", by=cast.zhou)
    assert actions.hand_over(task=task, to=cast.lu, reason="原来的人休假。", by=cast.zhou).handler == cast.lu
    with pytest.raises(NotAllowed):
        actions.hand_over(task=task, to=cast.chen, reason="换个人。", by=cast.lu)


def test_what_was_decided_cannot_be_changed_nor_a_task_be_deleted(busy: World, task: Task) -> None:
    actions.excuse_task(task=task, reason="本月停业。", by=busy.cast.zhou)
    for attempt in (
        lambda: TaskStep.objects.update(reason="另说"),
        lambda: TaskStep.objects.all()._raw_delete("default"),
        lambda: Task.objects.filter(state="open")._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_unit_narrows_a_duty_from_a_day_on(world: World) -> None:
    cast, words = world.cast, {
        "name": "每季度检查一次", "text": "每季度检查一次。", "kind": "basic", "levels": ["street"],
        "basis": [{"regulation": "消防法"}], "every": "quarter", "fulfilled_by": "check",
    }  # fmt: skip
    start = date(2026, 4, 1)
    actions.adapt_duty(
        unit=cast.street, what="narrowed", start=start, content=words, reason="另有分工。", by=cast.zhou, **MONTHLY
    )
    names = [duty_list(cast.street, day)[0].duty.name.text() for day in (date(2026, 3, 31), start)]
    assert names == ["每月检查一次", "每季度检查一次"]
    actions.generate_tasks(book=cast.book)
    periods = Task.objects.filter(unit=cast.street, duty="monthly_check").order_by("nominal")
    assert [task.period for task in periods] == ["2026-01", "2026-02", "2026-03", "2026Q2", "2026Q3", "2026Q4"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": ""}, InvalidInput),
        ({"start": date(2026, 1, 1)}, InvalidInput),
        ({"duty": "nothing"}, NotFound),
        ({"what": "narrowed", "content": {"name": "半句"}}, InvalidInput),
        ({"what": "added", "pack": "other"}, NotFound),
    ],
)
def test_a_list_is_not_changed_without_reason_in_the_past_or_beyond_understanding(
    world: World, changes: dict[str, object], refusal: type[Exception]
) -> None:
    asked = {**MONTHLY, "what": "withdrawn", "start": date(2026, 2, 1), "reason": "上级收回。"} | changes
    with pytest.raises(refusal):
        actions.adapt_duty(unit=world.cast.street, by=world.cast.zhou, **asked)
    assert not Adaptation.objects.exists()


def test_a_post_of_the_unit_answers_for_its_duty(world: World) -> None:
    cast = world.cast
    post = cast.chen.appointments.get().post
    actions.assign_duty(unit=cast.street, part="handler", post=post, by=cast.zhou, **MONTHLY)
    foreign = cast.outsider.appointments.get().post
    with pytest.raises(InvalidInput):
        actions.assign_duty(unit=cast.street, part="handler", post=foreign, by=cast.zhou, **MONTHLY)
    with pytest.raises(NotAllowed):
        actions.assign_duty(unit=cast.street, part="handler", post=None, by=cast.chen, **MONTHLY)
