"""Folding is safe to repeat, to interrupt and to do twice at once, and what it keeps is used."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from mingzhang.core import clock
from mingzhang.core.digests import digest
from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.engine import Request, evaluate
from mingzhang.figures.models import Rollup, RollupComponent, RollupMonth, Watermark
from mingzhang.figures.rollups import fold, rebuild
from mingzhang.ledger.models import Position
from mingzhang.organisation.actions import adopt, move_unit
from mingzhang.packs.models import PackVersion
from tests.conftest import FreshDatabase
from tests.figures.test_traces import line
from tests.figures.worlds import FORMS, TODAY, Line, Plan, World, build

HALF = Period.parse("2026H1")
FIGURES: list[dict[str, Any]] = [
    {"id": "sessions", "of": "study", "value": "count"},
    {"id": "people", "of": "study", "value": "sum(people)", "where": "form = 'group'"},
    {"id": "fees", "of": "study", "value": "sum(fee)"},
    {"id": "units", "of": "study", "value": "distinct(unit)"},
    {"id": "topics", "of": "study", "value": "distinct(topic)"},
    {"id": "growth", "derive": "growth(sessions, sessions@same_last_year)"},
]
# Two of three kinds have a distinct of units, so that it has a slot to itself, worked out for the third kind too.
BESIDE: list[dict[str, Any]] = [
    {"id": "units", "of": "study", "value": "distinct(unit)"},
    {"id": "troubled", "of": "study.problems", "value": "distinct(unit)"},
    {"id": "visits", "of": "visit", "value": "count"},
]


def county(lines: Sequence[Line], figures: Sequence[dict[str, Any]] = FIGURES) -> World:
    """A county with two towns of two villages each, working by a pack with these figures."""
    named = [{"name": {"en": figure["id"]}, "measure": "次"} | figure for figure in figures]
    world = build(Plan(named, [0, 0, 1, 1, 2, 2], [], list(lines)))
    with clock.at(TODAY):
        adopt(book=world.book, pack_version=world.pack_version, by=world.admin)
    return world


def many(count: int) -> list[Line]:
    """Lines over all units and a year and a half, every ninth reversed soon after."""
    first = date(2025, 1, 3)
    return [
        line(
            n % 7, (first + timedelta(days=n * 7 % 540)).isoformat(), reversed_after=2 if n % 9 == 0 else None,
            people=n % 50, fee=f"{n % 13}.50", form=FORMS[n % 3], topic=f"t{n % 5}",
        )
        for n in range(count)
    ]  # fmt: skip


def values(world: World, **options: Any) -> dict[Request, Any]:
    asked = world.requests([0, 1], [HALF, Period.parse("2025-11-20..2026-04-09")])
    said = {request: value.number for request, value in evaluate(asked, **options).items()}
    assert said == oracle.recount(asked, **options)
    return said


def kept() -> list[tuple[Any, ...]]:
    rows = Rollup.objects.order_by("unit", "component", "month")
    return [
        (unit, component, month, total, held and bytes(held))
        for unit, component, month, total, held in rows.values_list("unit", "component", "month", "total", "held")
    ]


@pytest.mark.django_db
def test_the_rollup_is_what_is_read() -> None:
    world = county(many(77))
    fold(book=world.book, large=1)
    before = values(world)
    Rollup.objects.filter(unit=world.units[0], total__isnull=False).update(total=1_000_000)
    asked = [Request("sessions", world.pack_version.id, world.units[0].id, HALF)]
    assert evaluate(asked)[asked[0]].number == 6_000_000
    rebuild(book=world.book, large=1)
    assert values(world) == before


@pytest.mark.django_db
def test_folding_again_changes_nothing() -> None:
    world = county(many(60))
    assert fold(book=world.book, batch=7, large=1) == Position.objects.get(book=world.book).seq
    before, version = kept(), Watermark.objects.get(book=world.book).version
    fold(book=world.book, batch=7, large=1)
    assert (kept(), Watermark.objects.get(book=world.book).version) == (before, version)


@pytest.mark.django_db
def test_a_fold_in_small_batches_keeps_what_a_fold_at_once_keeps() -> None:
    world = county(many(80))
    fold(book=world.book, batch=3, large=1)
    slowly = [row[2:] for row in kept()]
    rebuild(book=world.book, large=1)
    assert [row[2:] for row in kept()] == slowly


@pytest.mark.django_db
def test_a_kind_that_no_distinct_of_units_is_of_is_folded_beside_those_that_one_is_of() -> None:
    world = county([line(4), replace(line(3), kind="visit"), line(3)], BESIDE)
    fold(book=world.book, large=1)
    values(world)


@pytest.mark.django_db
def test_a_kind_that_no_distinct_of_units_is_of_is_read_beyond_the_watermark_beside_those_that_one_is_of() -> None:
    world = county([line(4), replace(line(3), kind="visit"), line(3)], BESIDE)
    fold(book=world.book, large=1)
    reverse(world, 2)
    values(world)


@pytest.mark.django_db
def test_a_reversal_after_the_watermark_takes_its_unit_out_of_a_distinct() -> None:
    world = county([line(4, "2026-03-03"), line(3, "2026-02-02")])
    fold(book=world.book, large=1)
    asked = [Request("units", world.pack_version.id, world.units[0].id, HALF)]
    assert evaluate(asked)[asked[0]].number == 2
    reverse(world, 2)
    assert evaluate(asked)[asked[0]].number == 1
    fold(book=world.book, large=1)
    assert evaluate(asked)[asked[0]].number == 1


def reverse(world: World, seq: int) -> None:
    """Take back the entry at position `seq`."""
    last = Position.objects.get(book=world.book).seq
    original = world.entry(seq)
    original.seq, original.sign, original.reverses = last + 1, -1, seq
    type(original).objects.bulk_create([original])


@pytest.mark.django_db
def test_before_the_watermark_the_ledger_itself_is_counted() -> None:
    world = county(many(60))
    fold(book=world.book, large=1)
    values(world, as_of=20)


@pytest.mark.django_db
def test_a_reorganisation_is_counted_as_it_was_before_and_after_the_next_fold() -> None:
    world = county(many(90))
    fold(book=world.book, large=1)
    with clock.at(TODAY):
        move_unit(unit=world.units[3], parent=world.units[2], on=date(2026, 3, 15), by=world.admin)
    moved = values(world)
    fold(book=world.book, large=1)
    assert values(world) == moved
    months = RollupMonth.objects.filter(unit=world.units[2]).values_list("month", flat=True)
    assert date(2026, 3, 1) not in months, "in March a village came: such a month is scanned"
    assert date(2026, 4, 1) in months


@pytest.mark.django_db
def test_a_new_pack_version_is_folded_in_and_the_old_one_forgotten() -> None:
    world = county(many(60))
    fold(book=world.book, large=1)
    content = dict(world.pack_version.content, version="2.0.0")
    content["figures"] = [
        {"id": "sessions", "name": {"en": "S"}, "measure": "次", "of": "study", "value": "count"},
        {"id": "seminars", "name": {"en": "S"}, "measure": "次", "of": "study", "value": "count",
         "where": "form = 'seminar'"},
    ]  # fmt: skip
    with clock.at(TODAY + timedelta(days=1)):
        world.pack_version = PackVersion.objects.create(
            pack=world.pack_version.pack, version="2.0.0", digest=digest(b"2"), content=content,
            installed_at=clock.now(),
        )  # fmt: skip
        adopt(book=world.book, pack_version=world.pack_version, by=world.admin)
    world.figures = ["sessions", "seminars"]
    values(world)
    fold(book=world.book, large=1)
    values(world)
    assert RollupComponent.objects.filter(book=world.book).count() == 2


@pytest.mark.django_db
def test_a_small_book_keeps_no_rollups() -> None:
    world = county(many(30))
    fold(book=world.book)
    assert not Rollup.objects.exists()
    values(world)


FOLD = """
import django
django.setup()
from mingzhang.figures.rollups import fold
from mingzhang.organisation.models import Book
fold(book=Book.objects.get(pk={book}), batch={batch}, large=1)
"""


def start_fold(world: World, batch: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", FOLD.format(book=world.book.pk, batch=batch)])


def wait_for_watermark(world: World, beyond: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if Watermark.objects.filter(book=world.book, seq__gt=beyond).exists():
            return
        time.sleep(0.01)
    pytest.fail("the fold did not get on")


@pytest.mark.slow
def test_a_fold_killed_in_the_middle_loses_and_doubles_nothing(
    fresh_database: FreshDatabase, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        world = county(many(400))
        last = Position.objects.get(book=world.book).seq
        reached = 0
        for _kill in range(2):
            running = start_fold(world, batch=1)
            wait_for_watermark(world, reached + 20)
            running.kill()
            running.wait()
            reached = Watermark.objects.get(book=world.book).seq
            assert 0 < reached < last
            values(world)
        fold(book=world.book, large=1)
        after = [row[2:] for row in kept()]
        values(world)
        rebuild(book=world.book, large=1)
        assert [row[2:] for row in kept()] == after


@pytest.mark.slow
def test_two_folds_at_once_take_turns(fresh_database: FreshDatabase, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        world = county(many(150))
        folds = [start_fold(world, batch=3), start_fold(world, batch=5)]
        assert [running.wait(timeout=120) for running in folds] == [0, 0]
        together = [row[2:] for row in kept()]
        values(world)
        rebuild(book=world.book, large=1)
        assert [row[2:] for row in kept()] == together
