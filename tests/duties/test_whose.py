"""Whose a task is: of the one to whom it was handed, of the post that was named, or of who holds the role there."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingzhang.core import clock
from mingzhang.duties import actions
from mingzhang.duties.answering import Seating
from mingzhang.duties.models import Task
from mingzhang.duties.whose import tasks_between, tasks_of
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.models import Person
from tests.duties.world import World, moment

JANUARY = ("monthly_check", "2026-01")
MONTHLY = {"pack": "duties-test", "duty": "monthly_check"}


@pytest.fixture
def busy(world: World) -> World:
    actions.generate_tasks(book=world.cast.book)
    return world


def has(person: Person, task: Task) -> bool:
    return tasks_of(person).filter(pk=task.pk).exists()


def test_a_task_is_its_clerks_in_its_own_unit_and_nobody_elses(busy: World) -> None:
    cast = busy.cast
    street, community = busy.task(*JANUARY), busy.task(*JANUARY, cast.community)
    assert [has(person, street) for person in (cast.chen, cast.lu, cast.he, cast.zhou, cast.admin)] == [
        True, False, False, False, False,
    ]  # fmt: skip
    assert (has(cast.lu, community), has(cast.chen, community)) == (True, False)
    assert not tasks_of(cast.stranger).exists()
    assert not tasks_of(cast.unposted).exists()


def test_a_task_handed_over_is_the_receivers_alone(busy: World) -> None:
    cast, task = busy.cast, busy.task(*JANUARY, busy.cast.community)
    task = actions.hand_over(task=task, to=cast.chen, reason="原来的人休假。", by=cast.zhou)
    assert (has(cast.chen, task), has(cast.lu, task)) == (True, False)
    assert task.handler == cast.chen


def test_the_post_that_was_named_has_it_even_from_the_unit_above(busy: World) -> None:
    cast, task = busy.cast, busy.task(*JANUARY, busy.cast.community)
    named = cast.he.appointments.get().post
    actions.assign_duty(unit=cast.community, part="handler", post=named, by=cast.zhou, **MONTHLY)
    assert (has(cast.he, task), has(cast.lu, task)) == (True, False)
    assert not has(cast.he, busy.task(*JANUARY))
    handlers = Seating([task.unit_id], clock.today()).handlers(task)
    assert [one.person for one in handlers] == [cast.he.pk]


def test_a_unit_that_gives_a_duty_to_another_role_gives_its_tasks_to_that_role_from_then_on(busy: World) -> None:
    cast, words = busy.cast, {
        "name": "每月检查一次", "text": "每月由审核人检查一次。", "kind": "basic", "levels": ["street"],
        "basis": [{"regulation": "消防法"}], "every": "month", "fulfilled_by": "check",
        "answers": {"handler": "reviewer"},
    }  # fmt: skip
    actions.adapt_duty(
        unit=cast.street, what="narrowed", start=date(2026, 4, 1), content=words, reason="另有分工。",
        by=cast.zhou, **MONTHLY,
    )  # fmt: skip
    actions.generate_tasks(book=cast.book)
    march, april = busy.task("monthly_check", "2026-03"), busy.task("monthly_check", "2026-04")
    assert [has(cast.chen, task) for task in (march, april)] == [True, False]
    assert [has(cast.he, task) for task in (march, april)] == [False, True]


def test_tasks_made_before_roles_were_kept_with_them_get_those_that_their_words_name(busy: World) -> None:
    cast = busy.cast
    words = {"name": "每月检查一次", "text": "另有分工。", "kind": "basic", "levels": ["street"], "every": "month",
             "basis": [{"regulation": "消防法"}], "answers": {"handler": "reviewer"}}  # fmt: skip
    actions.adapt_duty(
        unit=cast.street, what="narrowed", start=date(2026, 4, 1), content=words, reason="另有分工。",
        by=cast.zhou, **MONTHLY,
    )  # fmt: skip
    actions.generate_tasks(book=cast.book)
    kept = Task.objects.order_by("pk").values_list("pk", "handler_role", "sponsor_role")
    before = list(kept)
    Task.objects.update(handler_role="", sponsor_role="")
    migration = import_module("mingzhang.duties.migrations.0006_roles_of_tasks")
    with connection.cursor() as cursor:
        cursor.execute(migration.DECLARED)
        cursor.execute(migration.ADAPTED)
    assert list(kept) == before
    assert {role for _task, role, _sponsor in before} >= {"clerk", "reviewer"}
    assert busy.task("monthly_check", "2026-04").handler_role == "reviewer"


def test_whoever_stands_in_has_the_tasks_too_while_it_lasts(busy: World) -> None:
    cast, task = busy.cast, busy.task(*JANUARY)
    held = cast.chen.appointments.get()
    organisation.delegate(
        appointment=held, to=cast.lu, start=date(2026, 1, 20), last_day=date(2026, 1, 31), by=cast.chen
    )
    assert not has(cast.lu, task)
    with clock.at(moment("2026-01-20")):
        assert has(cast.lu, task)
        assert has(cast.chen, task)
    with clock.at(moment("2026-02-01")):
        assert not has(cast.lu, task)


def test_a_past_period_speaks_of_who_held_the_post_then(busy: World) -> None:
    cast = busy.cast
    post = cast.chen.appointments.get().post
    organisation.end_appointment(
        appointment=cast.chen.appointments.get(), last_day=date(2026, 3, 15), by=cast.admin
    )
    organisation.appoint(person=cast.unposted, post=post, start=date(2026, 3, 16), by=cast.admin)
    half = date(2026, 1, 1), date(2026, 6, 30)

    def periods(person: Person) -> list[str]:
        found = tasks_between(person, *half).filter(duty="monthly_check", unit=cast.street)
        return [task.period for task in found.order_by("due")]

    assert periods(cast.chen) == ["2026-01", "2026-02"]
    assert periods(cast.unposted) == ["2026-03", "2026-04", "2026-05", "2026-06"]


def test_asking_for_ones_tasks_takes_as_many_questions_for_one_as_for_all(busy: World) -> None:
    cast = busy.cast
    list(tasks_of(cast.chen))
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert tasks_of(cast.chen).filter(due__lte=date(2026, 2, 1)).count() == 1
    with CaptureQueriesContext(connection) as many:
        assert len(list(tasks_of(cast.chen))) > 12
    assert len(few) == len(many) <= 5


def test_the_due_tasks_of_a_person_are_found_by_an_index(busy: World) -> None:
    due = tasks_of(busy.cast.chen).filter(state__in=("open", "recorded"), due__lte=date(2026, 2, 1))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "Seq Scan on duties_task " not in due.explain()
