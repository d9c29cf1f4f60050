"""What became of every task is in the ledger, and adds up whatever happens."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.duties import actions
from mingzhang.duties.models import Task
from mingzhang.figures import oracle
from mingzhang.figures.engine import Request, evaluate
from mingzhang.ledger import actions as ledger
from mingzhang.ledger.models import Entry, Record
from mingzhang.ledger.verification import verify_ledger
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import packs_in_force
from tests.duties.world import World, moment

SETTLED = ("on_time", "late", "excused", "overdue")
YEAR = Period.parse("2026")


@pytest.fixture
def busy(world: World) -> World:
    actions.generate_tasks(book=world.cast.book)
    actions.accrue(book=world.cast.book)
    return world


def said(world: World, unit: Unit | None = None, period: Period = YEAR) -> dict[str, int]:
    """The figures of tasks that are not nought, which the plain recount confirms."""
    [version] = [one for one in packs_in_force(world.cast.book) if one.pack == "duties-test"]
    names = ("due", *SETTLED, "pending", "checks_due")
    asked = [Request(name, version.pk, (unit or world.cast.county).pk, period) for name in names]
    told = {one: value.number for one, value in evaluate(asked).items()}
    assert told == oracle.recount(asked)
    return {one.figure_id: int(number) for one, number in told.items() if number}


def on(world: World, day: str) -> dict[str, int]:
    """The same, after the daily run of a day."""
    with clock.at(moment(day)):
        actions.generate_tasks(book=world.cast.book)
        actions.accrue(book=world.cast.book)
        return said(world)


def test_what_has_begun_is_not_yet_due_and_the_next_day_overdue(busy: World) -> None:
    assert said(busy, period=Period.parse("2026-01")) == {"pending": 5}
    assert on(busy, "2026-01-30")["pending"] > 0
    assert said(busy, period=Period.parse("2026-01")) == {"pending": 5}
    on(busy, "2026-01-31")
    assert said(busy, period=Period.parse("2026-01")) == {"due": 5, "overdue": 5, "checks_due": 5}


def test_a_posted_sheet_moves_the_task_to_on_time_at_once(busy: World) -> None:
    busy.posted("2026-01-09")
    assert said(busy, busy.cast.street, Period.parse("2026-01")) == {
        "due": 1, "on_time": 1, "pending": 2, "checks_due": 1
    }  # fmt: skip


def test_taken_back_it_is_not_yet_due_again_and_the_ledger_shows_each_step(busy: World) -> None:
    record = busy.posted("2026-01-09")
    ledger.reverse_record(record=record, reason="记错了日子。", by=busy.cast.he)
    assert "on_time" not in said(busy)
    lines = Entry.objects.filter(kind__code="duties.tasks", unit=busy.cast.street, data__duty="monthly_check")
    told = [(line.sign, line.data["outcome"]) for line in lines.filter(data__period="2026-01").order_by("seq")]
    assert told == [(1, "pending"), (-1, "pending"), (1, "on_time"), (-1, "on_time"), (1, "pending")]


def test_done_after_its_day_it_is_late(busy: World) -> None:
    on(busy, "2026-02-02")
    with clock.at(moment("2026-02-03")):
        busy.posted("2026-01-30")
    assert said(busy, busy.cast.street, Period.parse("2026-01"))["late"] == 1


def test_more_time_moves_it_to_the_later_month(busy: World) -> None:
    actions.extend_task(
        task=busy.task("monthly_check", "2026-01"), until=date(2026, 2, 10), reason="停电。", by=busy.cast.zhou
    )
    assert said(busy, period=Period.parse("2026-01")) == {"pending": 4}
    on(busy, "2026-02-05")
    assert said(busy, busy.cast.street, Period.parse("2026-02"))["pending"] >= 1


def test_what_is_excused_is_neither_done_nor_overdue(busy: World) -> None:
    actions.excuse_task(task=busy.task("monthly_check", "2026-01"), reason="本月停业。", by=busy.cast.zhou)
    assert said(busy, busy.cast.street, Period.parse("2026-01"))["excused"] == 1


def test_the_second_run_of_a_day_posts_nothing(busy: World) -> None:
    assert actions.accrue(book=busy.cast.book) == 0


def test_the_daily_run_signs_for_nobody_and_the_ledger_is_still_proved(busy: World) -> None:
    busy.posted("2026-01-09")
    on(busy, "2026-04-01")
    lines = Entry.objects.filter(kind__code="duties.tasks")
    assert lines.filter(posted_by=None).exists()
    assert lines.filter(posted_by=busy.cast.he).exists()
    assert not [difference for checked in verify_ledger(busy.cast.book) for difference in checked.differences]
    assert Event.objects.filter(verb="ledger.accrue", actor="system:tasks").count() >= 2


steps = st.lists(
    st.tuples(
        st.sampled_from(["day", "day", "post", "take back", "excuse", "reinstate", "extend"]), st.integers(0, 40)
    ),
    max_size=12,
)


@given(steps=steps)
@settings(
    max_examples=12,
    deadline=None,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happens_due_is_on_time_and_late_and_excused_and_overdue(
    world: World, steps: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        played = Played(world)
        for verb, number in steps:
            played.step(verb, number)
        check(world, played.today)
        transaction.set_rollback(True)


def check(world: World, today: date) -> None:
    """The figures close, and each says what a simple look at every task says."""
    told, tasks = said(world), list(Task.objects.filter(book=world.cast.book))
    assert told.get("due", 0) == sum(told.get(name, 0) for name in SETTLED)
    for task in tasks:
        assert (task.outcome, task.accrued_on) == plain(task, today)
    expected = [task.outcome for task in tasks if task.deadline.year == YEAR.start.year]
    for name in (*SETTLED, "pending"):
        assert told.get(name, 0) == expected.count(name)


def plain(task: Task, today: date) -> tuple[str, date] | tuple[None, None]:
    """What the ledger should say of the task, and of which day, said simply."""
    if task.state == "withdrawn":
        return None, None
    if task.state == "excused":
        return "excused", task.deadline
    if task.done_on:
        return "late" if task.done_on > task.deadline else "on_time", task.deadline
    if today > task.deadline:
        return "overdue", task.deadline
    return ("pending", task.deadline) if task.first <= today else (None, None)


class Played:
    """A world in which days pass and people act; what the rules refuse does not happen."""

    def __init__(self, world: World) -> None:
        self.world, self.today = world, date(2026, 1, 15)
        self.step("day", 0)

    def step(self, verb: str, number: int) -> None:
        if verb == "day":
            self.today += timedelta(days=number)
        with clock.at(moment(str(self.today))):
            getattr(self, verb.replace(" ", "_"))(number)

    def day(self, _: int) -> None:
        actions.generate_tasks(book=self.world.cast.book)
        actions.accrue(book=self.world.cast.book)

    def post(self, number: int) -> None:
        self.world.posted(str(self.today - timedelta(days=number)))

    def take_back(self, number: int) -> None:
        records = list(Record.objects.filter(state="posted").order_by("id"))
        if records:
            ledger.reverse_record(record=records[number % len(records)], reason="记错了。", by=self.world.cast.he)

    def excuse(self, number: int) -> None:
        if task := self._one(number, ("open", "recorded")):
            actions.excuse_task(task=task, reason="停业。", by=self.world.cast.zhou)

    def reinstate(self, number: int) -> None:
        if task := self._one(number, ("excused",)):
            actions.reinstate_task(task=task, reason="要办。", by=self.world.cast.zhou)

    def extend(self, number: int) -> None:
        if task := self._one(number, ("open", "recorded")):
            later = task.deadline + timedelta(days=number + 1)
            actions.extend_task(task=task, until=later, reason="停电。", by=self.world.cast.zhou)

    def _one(self, number: int, states: tuple[str, ...]) -> Task | None:
        tasks = list(Task.objects.filter(unit=self.world.cast.street, state__in=states).order_by("due", "id")[:20])
        return tasks[number % len(tasks)] if tasks else None
