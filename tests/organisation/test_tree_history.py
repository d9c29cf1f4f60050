"""Random histories of the tree against a model that keeps one plain picture of it for every day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mingzhang.core.errors import Refusal
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Person, Unit
from tests.cast import open_book

FIRST = date(2023, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(12)]
VERBS = ["create", "create", "move", "move", "merge", "rename", "close"]

changes = st.lists(
    st.tuples(st.sampled_from(VERBS), st.integers(0, 30), st.integers(0, 30), st.sampled_from(DAYS)),
    min_size=1,
    max_size=14,
)


@dataclass
class Naive:
    """For every day: the parent and the name of each unit that exists. For now: the parent of each unit that ever
    existed, where a merged unit's parent is its successor and what ended stays where it ended."""

    above: dict[date, dict[int, int | None]] = field(default_factory=lambda: {day: {} for day in DAYS})
    names: dict[date, dict[int, str]] = field(default_factory=lambda: {day: {} for day in DAYS})
    now: dict[int, int | None] = field(default_factory=dict)

    def create(self, unit: int, parent: int | None, name: str, on: date) -> None:
        self.now[unit] = parent
        for day in self._since(on):
            self.above[day][unit], self.names[day][unit] = parent, name

    def move(self, unit: int, parent: int, on: date) -> None:
        self.now[unit] = parent
        for day in self._since(on):
            self.above[day][unit] = parent

    def rename(self, unit: int, name: str, on: date) -> None:
        for day in self._since(on):
            self.names[day][unit] = name

    def close(self, unit: int, on: date) -> None:
        for day in self._since(on):
            del self.above[day][unit], self.names[day][unit]

    def merge(self, unit: int, into: int, on: date) -> None:
        self.close(unit, on)
        standing = self.above[DAYS[-1]]
        for day in self._since(on):
            self._hand_over(self.above[day], unit, into, self.above[day])
        self._hand_over(self.now, unit, into, standing)
        self.now[unit] = into

    def _hand_over(self, parents: dict[int, int | None], unit: int, into: int, those: Collection[int]) -> None:
        for child in [child for child, parent in parents.items() if parent == unit and child in those]:
            parents[child] = into

    def below(self, unit: int, parents: dict[int, int | None]) -> set[int]:
        return {one for one in parents if unit in self._line(one, parents)}

    def _line(self, unit: int, parents: dict[int, int | None]) -> list[int]:
        line = [unit]
        while (above := parents.get(line[-1])) is not None:
            line.append(above)
        return line

    def _since(self, on: date) -> list[date]:
        return [day for day in DAYS if day >= on]


@dataclass
class History:
    """The real tree and the naive one, changed alike."""

    admin: Person
    root: Unit
    naive: Naive = field(default_factory=Naive)
    done: int = 0

    def apply(self, verb: str, one: int, other: int, on: date) -> None:
        units = list(Unit.objects.filter(book=self.root.book).order_by("id"))
        unit, second = units[one % len(units)], units[other % len(units)]
        try:
            with transaction.atomic():
                getattr(self, verb)(unit, second, on)
        except Refusal:
            return
        self.done += 1

    def create(self, parent: Unit, _: Unit, on: date) -> None:
        code = f"U{Unit.objects.count()}"
        new = actions.create_unit(parent=parent, code=code, name=code, level="x", created_on=on, by=self.admin)
        self.naive.create(new.id, parent.id, code, on)

    def move(self, unit: Unit, parent: Unit, on: date) -> None:
        actions.move_unit(unit=unit, parent=parent, on=on, by=self.admin)
        self.naive.move(unit.id, parent.id, on)

    def merge(self, unit: Unit, into: Unit, on: date) -> None:
        actions.merge_unit(unit=unit, into=into, on=on, by=self.admin)
        self.naive.merge(unit.id, into.id, on)

    def rename(self, unit: Unit, _: Unit, on: date) -> None:
        name = f"{unit.name}改"
        actions.rename_unit(unit=unit, name=name, on=on, by=self.admin)
        self.naive.rename(unit.id, name, on)

    def close(self, unit: Unit, _: Unit, on: date) -> None:
        actions.close_unit(unit=unit, on=on, by=self.admin)
        self.naive.close(unit.id, on)


def play(steps: list[tuple[str, int, int, date]]) -> History:
    book, admin = open_book("H", "历史县", "lishi")
    root = queries.root(book)
    history = History(admin, root)
    history.naive.create(root.id, None, root.name, FIRST)
    # Enough units to start from, so that short histories are not all refusals.
    for step in [("create", 0, 0, FIRST), ("create", 0, 0, FIRST), ("create", 1, 0, FIRST), *steps]:
        history.apply(*step)
    return history


def compare(history: History) -> None:
    naive = history.naive
    for unit in Unit.objects.filter(book=history.root.book).exclude(parent=None):
        scope = queries.subtree_then(unit, DAYS[0], DAYS[-1])
        for day, parents in naive.above.items():
            truth = naive.below(unit.id, parents)
            assert {one for one in naive.now if scope.holds(one, day)} == truth, (unit.code, day)
        [part] = queries.subtree_now(unit).parts
        assert set(part.unit_ids) == naive.below(unit.id, naive.now), unit.code
    for day in DAYS:
        found = {span.unit_id: (span.parent_id, span.name) for span in queries.tree(history.root, on=day)}
        assert found == {one: (above, naive.names[day][one]) for one, above in naive.above[day].items()}


def check(steps: list[tuple[str, int, int, date]]) -> None:
    with transaction.atomic():
        compare(play(steps))
        transaction.set_rollback(True)


quick = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


# A merge told late: on the day between, what had ended meanwhile still stood below the one that is merged.
TOLD_LATE = [("merge", 3, 0, DAYS[2]), ("merge", 1, 0, DAYS[1])]


@quick
@example(steps=TOLD_LATE)
@given(steps=changes)
def test_every_day_of_a_random_history_is_as_the_naive_model_says(
    db: None, steps: list[tuple[str, int, int, date]]
) -> None:
    check(steps)


@pytest.mark.slow
@settings(quick, max_examples=200)
@given(steps=changes)
def test_every_day_of_many_random_histories_is_as_the_naive_model_says(
    db: None, steps: list[tuple[str, int, int, date]]
) -> None:
    check(steps)


def test_the_random_histories_do_reach_every_kind_of_change(db: None) -> None:
    steps = [
        ("move", 3, 2, DAYS[2]),
        ("rename", 1, 0, DAYS[3]),
        ("merge", 2, 1, DAYS[5]),
        ("close", 3, 0, DAYS[7]),
        ("merge", 1, 0, DAYS[9]),
    ]
    history = play(steps)
    assert history.done == 3 + len(steps)
    compare(history)
