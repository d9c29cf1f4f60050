"""Killed in the middle, cut off in the middle, many at once: nothing half-posted or lost, every figure right."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from pytest_django import DjangoDbBlocker

from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.definitions import definitions
from mingzhang.figures.engine import Request, evaluate
from mingzhang.figures.models import Watermark
from mingzhang.figures.rollups import fold, rebuild
from mingzhang.ledger import actions
from mingzhang.ledger.actions import Draft
from mingzhang.ledger.models import Entry, Record, Review
from mingzhang.ledger.queries import position
from mingzhang.organisation import queries as organisation
from mingzhang.organisation.models import Person
from mingzhang.packs.models import RecordKind
from mingzhang.packs.queries import pack_of
from tests.conftest import FreshDatabase
from tests.core.servers import eventually
from tests.faults.commands import CHINESE, program
from tests.ledger.test_concurrency import at_once
from tests.ledger.world import World
from tests.web import office as offices
from tests.web.office import Office

pytestmark = pytest.mark.slow

FIRST = date(2025, 1, 1)


@pytest.fixture
def office(fresh_database: FreshDatabase) -> Iterator[Office]:
    """An office whose other processes see it, with talks of a year and a half in three units, some taken back."""
    office = offices.build()
    actions.import_records(book=office.cast.book, drafts=talks(office, 600), by=office.cast.wei)
    for record in Record.objects.filter(source_key__in=[f"k{n}" for n in range(0, 600, 40)]):
        actions.reverse_record(record=record, reason="记错了", by=office.cast.wei)
    yield office
    pack_of.cache_clear()


def talks(office: Office, count: int, *, key: str = "k") -> list[Draft]:
    cast, kind = office.cast, RecordKind.objects.get(pack=offices.PACK, code="lecture")
    places = [(cast.street, cast.chen), (cast.community, cast.lu), (cast.second_community, cast.chen)]
    return [
        Draft(
            f"{key}{n}",
            kind,
            places[n % 3][0],
            FIRST + timedelta(days=n * 7 % 540),
            {**offices.TALK, "people": n % 90 + 1},
            places[n % 3][1],
            (cast.he,),
        )
        for n in range(count)
    ]


def figures_are_right(office: Office) -> bool:
    """Whether every figure of the county and the street is what a plain count of the entries says."""
    units, periods = (office.cast.county, office.cast.street), (Period.parse("2026H1"), Period.parse("2025"))
    version = office.pack_version.pk
    asked = [Request(id, version, unit.pk, at) for id in definitions(version) for unit in units for at in periods]
    assert any(value.number for value in evaluate(asked).values()), "an empty ledger would prove nothing"
    return {request: value.number for request, value in evaluate(asked).items()} == oracle.recount(asked)


def positions_have_no_gap(office: Office) -> bool:
    found = list(Entry.objects.filter(book=office.cast.book).order_by("seq").values_list("seq", flat=True))
    return found == list(range(1, position(office.cast.book) + 1))


@contextmanager
def running(source: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours on the test's database, killed at the end."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    start = "import django; django.setup()\nfrom mingzhang.organisation.models import Book, Person\n"
    start += "book = Book.objects.get(code='YC')\n"
    with subprocess.Popen([sys.executable, "-c", start + source], env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


# --- the rollup ---------------------------------------------------------------------------------------------------

FOLDING = """
from mingzhang.figures.rollups import fold
fold(book=book, batch=10, large=0)
"""


def mark(office: Office) -> int:
    return Watermark.objects.filter(book=office.cast.book).values_list("seq", flat=True).first() or 0


def test_a_fold_killed_at_any_moment_leaves_every_figure_right_and_the_next_goes_on(office: Office) -> None:
    last = position(office.cast.book)
    for share in (0, 1, 2):
        reached = last * share // 4
        with running(FOLDING) as process:
            assert eventually(lambda reached=reached: mark(office) > reached or process.poll() is not None, 60)
            process.kill()
            process.wait(10)
        assert 0 < mark(office) < last, "it was meant to be killed in the middle"
        assert mark(office) % 10 == 0, "a step is folded whole or not at all"
        assert figures_are_right(office)
    actions.import_records(book=office.cast.book, drafts=talks(office, 30, key="later"), by=office.cast.wei)
    assert figures_are_right(office)
    assert fold(book=office.cast.book, batch=200, large=0) == last + 30 == mark(office)
    assert figures_are_right(office)
    rebuild(book=office.cast.book, large=0)
    assert figures_are_right(office)


def test_folding_while_others_post_and_reverse_leaves_every_figure_right(
    office: Office, django_db_blocker: DjangoDbBlocker
) -> None:
    cast = office.cast
    before = position(cast.book)
    standing = list(Record.objects.filter(state="posted", source_key__startswith="k").order_by("pk")[:24])
    more = [talks(office, 20, key=f"n{number}-") for number in range(8)]

    def work(number: int) -> object:
        for record in standing[number * 3 : number * 3 + 3]:
            actions.reverse_record(record=record, reason="记错了", by=cast.wei)
        return actions.import_records(book=cast.book, drafts=more[number], by=cast.wei)

    def keep_folding() -> None:
        with django_db_blocker.unblock():
            for _ in range(6):
                fold(book=cast.book, batch=25, large=0)
            connections.close_all()

    folding = Thread(target=keep_folding)
    folding.start()
    results = at_once(work, django_db_blocker)
    folding.join()
    assert not any(isinstance(result, Exception) for result in results)
    assert position(cast.book) == before + 24 + 160
    assert positions_have_no_gap(office)
    assert figures_are_right(office)
    fold(book=cast.book, large=0)
    assert figures_are_right(office)


# --- an import ----------------------------------------------------------------------------------------------------

IMPORTING = """
from mingzhang.ledger import actions
from mingzhang.ledger.actions import imports
from tests.faults.test_killed import drafts_again
imports.BATCH = 500
drafts = drafts_again(3000)
actions.import_records(book=book, drafts=drafts, by=Person.objects.get(username="wei"))
"""


def drafts_again(count: int) -> list[Draft]:
    """The drafts of `talks`, in another process."""
    kind = RecordKind.objects.get(pack=offices.PACK, code="lecture")
    book = organisation.book_by_code("YC")
    street = organisation.unit_by_code(book, "QH")
    chen, he = organisation.person_by_username("chen"), organisation.person_by_username("he")
    days = [FIRST + timedelta(days=n * 7 % 540) for n in range(count)]
    return [
        Draft(f"new{n}", kind, street, day, {**offices.TALK, "people": 5}, chen, (he,))
        for n, day in enumerate(days)
    ]


def test_an_import_killed_between_batches_holds_whole_records_only_and_goes_on(office: Office) -> None:
    before = position(office.cast.book)
    with running(IMPORTING) as process:
        assert eventually(lambda: position(office.cast.book) > before or process.poll() is not None, 60)
        process.kill()
        process.wait(10)
    reached = position(office.cast.book) - before
    assert 0 < reached < 3000, "it was meant to be killed in the middle"
    assert reached % 500 == 0
    new = Record.objects.filter(source_key__startswith="new")
    assert (
        new.count()
        == new.filter(state="posted").count()
        == Review.objects.filter(record__in=new).count()
        == reached
    )
    assert positions_have_no_gap(office)
    assert figures_are_right(office)
    done = actions.import_records(book=office.cast.book, drafts=drafts_again(3000), by=office.cast.wei)
    assert (done.known, done.added) == (reached, 3000 - reached)
    assert position(office.cast.book) == before + 3000
    assert figures_are_right(office)


def test_who_imports_need_not_have_been_read_with_their_book(office: Office) -> None:
    """Looking the book up while events are copied in would wait for ever."""
    alone = Person.objects.get(username="wei")
    done = actions.import_records(book=office.cast.book, drafts=talks(office, 3, key="alone"), by=alone)
    assert done.added == 3


# --- the command line ---------------------------------------------------------------------------------------------


def waiting_for_a_lock() -> list[int]:
    """The server processes that wait for a row that another connection has locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot()"
        )  # a transaction sees one picture of the activity otherwise
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return [pid for (pid,) in cursor.fetchall()]


def test_a_command_whose_connection_is_cut_says_so_and_posts_nothing(committed_world: World) -> None:
    record = committed_world.accepted()
    with program("record", "post", record.pk, "--by", "zhou") as command, transaction.atomic():
        Record.objects.select_for_update().get(pk=record.pk)
        assert eventually(waiting_for_a_lock, 60)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [waiting_for_a_lock()[0]])
        _out, said = command.communicate(timeout=60)
    assert command.returncode == 1
    assert said.startswith("数据库出了错：")
    assert "Traceback" not in said
    record.refresh_from_db()
    assert record.state == "accepted"
    assert not Entry.objects.exists()
    assert list(actions.post_record(record=record, by=committed_world.cast.zhou)) == [1]


def test_ctrl_c_on_a_command_that_waits_posts_nothing(committed_world: World) -> None:
    record = committed_world.accepted()
    with program("record", "post", record.pk, "--by", "zhou") as command, transaction.atomic():
        Record.objects.select_for_update().get(pk=record.pk)
        assert eventually(waiting_for_a_lock, 60)
        command.send_signal(2)
        _out, said = command.communicate(timeout=60)
    assert command.returncode == 130
    assert said == "已中断，没有办完的事没有记上。\n"
    assert not Entry.objects.exists()


def test_of_four_commands_that_post_one_record_one_does_and_three_say_why(committed_world: World) -> None:
    record = committed_world.accepted()
    with ExitStack() as stack:
        start = [program("record", "post", record.pk, "--by", "zhou") for _ in range(4)]
        processes = [stack.enter_context(command) for command in start]
        said = [process.communicate(timeout=120) for process in processes]
    statuses = sorted(process.returncode for process in processes)
    assert statuses == [0] + [5] * 3
    for process, (out, error) in zip(processes, said, strict=True):
        assert CHINESE.search(error if process.returncode else out)
        assert "Traceback" not in error
    assert list(Entry.objects.values_list("seq", flat=True)) == [1]
