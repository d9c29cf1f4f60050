"""Many at once, and one killed in the middle: positions have no gaps and nothing is half-posted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from mingzhang.core.errors import StateRefused
from mingzhang.ledger import actions, queries
from mingzhang.ledger.actions import Draft
from mingzhang.ledger.models import Entry, Record
from tests.ledger.world import DAY, PROBLEMS, STUDY, World

CLIENTS = 8


def at_once(work: Callable[[int], object], blocker: DjangoDbBlocker) -> list[object]:
    """The results of `work(0)` … `work(CLIENTS - 1)`, or what they raised, each on a connection of its own and
    started at one moment."""
    start = Barrier(CLIENTS)

    def run(number: int) -> object:
        with blocker.unblock():
            start.wait(30)
            try:
                return work(number)
            except StateRefused as refusal:
                return refusal
            finally:
                connections.close_all()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def positions() -> list[int]:
    return list(Entry.objects.order_by("seq").values_list("seq", flat=True))


def test_eight_connections_posting_at_once_leave_no_gap(
    committed_world: World, django_db_blocker: DjangoDbBlocker
) -> None:
    world = committed_world
    shares = [[world.accepted("visit") for _ in range(10)] for _ in range(CLIENTS)]

    def post(number: int) -> object:
        return [actions.post_record(record=record, by=world.cast.zhou) for record in shares[number]]

    at_once(post, django_db_blocker)
    assert positions() == list(range(1, 81))
    assert queries.position(world.cast.book) == 80
    assert set(Record.objects.values_list("state", flat=True)) == {"posted"}


def test_of_eight_who_post_the_same_record_one_does(
    committed_world: World, django_db_blocker: DjangoDbBlocker
) -> None:
    world = committed_world
    record = world.accepted(rows=PROBLEMS)
    results = at_once(lambda _number: actions.post_record(record=record, by=world.cast.zhou), django_db_blocker)
    assert [type(result) for result in results].count(StateRefused) == CLIENTS - 1
    assert positions() == [1, 2, 3]


def test_overlapping_bulks_in_opposite_orders_do_not_lock_each_other_out(
    committed_world: World, django_db_blocker: DjangoDbBlocker
) -> None:
    world = committed_world
    records = [world.accepted("visit") for _ in range(20)]

    def post(number: int) -> object:
        return actions.post_records(records=records[:: -1 if number % 2 else 1], by=world.cast.zhou)

    results = at_once(post, django_db_blocker)
    assert [type(result) for result in results].count(StateRefused) == CLIENTS - 1
    assert positions() == list(range(1, 21))


def test_posting_and_reversing_at_once_leave_no_gap(
    committed_world: World, django_db_blocker: DjangoDbBlocker
) -> None:
    world = committed_world
    posted = [world.posted("visit") for _ in range(4)]
    waiting = [world.accepted("visit") for _ in range(4)]

    def work(number: int) -> object:
        if number % 2:
            return actions.reverse_record(record=posted[number // 2], reason="错", by=world.cast.zhou)
        return actions.post_record(record=waiting[number // 2], by=world.cast.zhou)

    at_once(work, django_db_blocker)
    assert positions() == list(range(1, 13))


def test_two_imports_of_the_same_file_at_once_enter_it_once(
    committed_world: World, django_db_blocker: DjangoDbBlocker
) -> None:
    world, cast = committed_world, committed_world.cast
    kind = world.kind("study")
    reviewers = (cast.he, cast.zhou)
    drafts = [Draft(f"k{n}", kind, cast.street, DAY, STUDY, cast.chen, reviewers) for n in range(50)]
    results = at_once(
        lambda _number: actions.import_records(book=cast.book, drafts=drafts, by=cast.wei), django_db_blocker
    )
    assert sorted(result.added for result in results if isinstance(result, actions.Imported)) == [0] * 7 + [50]
    assert positions() == list(range(1, 51))


BULK = """
import django; django.setup()
from mingzhang.ledger import actions
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person
print("ready", flush=True)
actions.post_records(records=list(Record.objects.filter(state="accepted")), by=Person.objects.get(username="zhou"))
"""


@contextmanager
def bulk_posting() -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    program = [sys.executable, "-c", BULK]
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def posting_has_begun() -> bool:
    """Whether another connection is copying entries in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY ledger_entry%'"
            " AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone() is not None


@pytest.mark.slow
def test_killed_in_the_middle_of_bulk_posting_nothing_is_half_posted(committed_world: World) -> None:
    world, cast = committed_world, committed_world.cast
    record = world.accepted(rows=PROBLEMS)
    with connection.cursor() as cursor:  # three thousand more like it, with their reviews
        cursor.execute(
            "INSERT INTO ledger_record (book_id, kind_id, pack_version_id, unit_id, occurred_on, title, data, rows,"
            " state, cycle, steps, created_by_id, created_at, submitted_by_id, submitted_at, reversal_reason)"
            " SELECT book_id, kind_id, pack_version_id, unit_id, occurred_on, title, data, rows, state, cycle,"
            " steps, created_by_id, created_at, submitted_by_id, submitted_at, reversal_reason"
            " FROM ledger_record, generate_series(1, 3000)"
        )
        cursor.execute(
            "INSERT INTO ledger_review (record_id, cycle, step, author_id, reviewer_id, passed, note, at)"
            " SELECT r.id, v.cycle, v.step, v.author_id, v.reviewer_id, v.passed, v.note, v.at"
            " FROM ledger_record r, ledger_review v WHERE v.record_id = %s AND r.id <> v.record_id",
            [record.pk],
        )
    with bulk_posting() as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        while not posting_has_begun():
            assert process.poll() is None, "bulk posting ended before it could be killed"
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert positions() == []
    assert queries.position(cast.book) == 0
    waiting = list(Record.objects.filter(state="accepted"))
    assert len(waiting) == 3001
    assert len(actions.post_records(records=waiting, by=cast.zhou)) == 9003
