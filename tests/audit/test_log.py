"""Positions and the tree, as appending and sequencing leave them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event as ThreadEvent
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, connections, transaction
from pytest_django import DjangoDbBlocker

from mingzhang.audit import append, keys, merkle, proofs
from mingzhang.audit.checkpoints import make_checkpoint, make_daily, text_of
from mingzhang.audit.leaves import hash_of
from mingzhang.audit.models import Checkpoint, Event, Leaf, Pending, SigningKey
from mingzhang.audit.sequencing import BATCH, books_waiting, sequence, size_of
from mingzhang.audit.verification import verify_log
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from tests.conftest import FreshDatabase
from tests.ledger.test_concurrency import at_once


def tell(count: int, book: str = "YC") -> list[int]:
    return [
        append.event(book=book, actor="person:chen", verb="record.add", subject=f"record:{n}", data={"n": n})
        for n in range(count)
    ]


def root_of(book: str) -> bytes:
    """By the definition, from the events in the order of their positions."""

    def root(hashes: list[bytes]) -> bytes:
        if len(hashes) == 1:
            return hashes[0]
        split = 1
        while split * 2 < len(hashes):
            split *= 2
        return merkle.node_hash(root(hashes[:split]), root(hashes[split:]))

    return root([hash_of(event) for event in Event.objects.filter(book=book).order_by("leaf__seq")])


def test_a_checkpoint_takes_in_the_callers_own_events(db: None) -> None:
    told = tell(11)
    checkpoint = make_checkpoint(book="YC", reason="signing")
    assert checkpoint.size == 11
    assert bytes(checkpoint.root)[2:] == root_of("YC")
    assert list(Leaf.objects.order_by("seq").values_list("event_id", flat=True)) == told
    assert not Pending.objects.filter(book="YC").exists()
    key = SigningKey.objects.get()
    assert keys.is_signed(
        algorithm="ed25519",
        public=bytes(key.public),
        signature=bytes(checkpoint.signature),
        text=text_of(checkpoint),
    )


def test_what_is_rolled_back_leaves_nothing(db: None) -> None:
    class Stop(Exception):
        pass

    tell(3)
    sequence("YC")

    def act() -> None:
        with transaction.atomic():
            tell(5)
            make_checkpoint(book="YC", reason="signing")
            raise Stop

    with pytest.raises(Stop):
        act()
    assert size_of("YC") == 3
    assert Event.objects.count() == 3
    assert not Checkpoint.objects.exists()
    assert not SigningKey.objects.exists()
    assert not Pending.objects.exists()
    tell(2)
    assert make_checkpoint(book="YC", reason="signing").size == 5


def test_what_one_statement_appends_waits_in_the_queue_until_it_has_a_position(db: None) -> None:
    append.events(
        append.NewEvent("YC", clock.now(), "person:chen", "x", f"y:{n}", {"n": n}) for n in range(2 * BATCH + 1)
    )
    append.event(book="PH", actor="person:mo", verb="x", subject="y:0")
    assert Pending.objects.count() == 2 * BATCH + 2
    assert books_waiting() == ["PH", "YC"]
    assert sequence("YC") == 2 * BATCH + 1
    assert list(Leaf.objects.filter(book="YC").order_by("seq").values_list("seq", flat=True)) == list(
        range(1, 2 * BATCH + 2)
    )
    assert books_waiting() == ["PH"], "each book has a log of its own"
    assert sequence("PH") == 1


def test_a_log_is_the_beginning_of_what_it_becomes(db: None) -> None:
    heads = []
    for count in (1, 4, 2, 9):
        tell(count)
        heads.append(make_checkpoint(book="YC", reason="asked"))
    last = heads[-1]
    for head in heads:
        proof = [bytes.fromhex(one) for one in proofs.consistency(head, last)["hashes"]]
        assert merkle.is_consistent(head.size, bytes(head.root)[2:], last.size, bytes(last.root)[2:], proof)
    for seq in range(1, last.size + 1):
        said = proofs.inclusion(proofs.event_at("YC", seq), last)
        leaf, path = merkle.leaf_hash(said["event"].encode()), [bytes.fromhex(one) for one in said["hashes"]]
        assert merkle.root_by_inclusion(leaf, seq - 1, last.size, path) == bytes(last.root)[2:]


def test_an_event_that_no_checkpoint_covers_has_no_proof_yet(db: None) -> None:
    tell(2)
    sequence("YC")
    with pytest.raises(NotFound, match="还没有检查点"):
        proofs.inclusion(proofs.event_at("YC", 1))
    with pytest.raises(NotFound, match="第9条"):
        proofs.event_at("YC", 9)


def test_a_day_has_one_daily_checkpoint_and_an_empty_log_none(db: None) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert make_daily("YC", zone) is None
    tell(1)
    with clock.at(datetime(2026, 6, 1, 3, tzinfo=zone)):
        assert make_daily("YC", zone)
    with clock.at(datetime(2026, 6, 1, 23, 59, tzinfo=zone)):
        assert make_daily("YC", zone) is None
    with clock.at(datetime(2026, 6, 2, 0, 1, tzinfo=zone)):
        assert make_daily("YC", zone)
    assert Checkpoint.objects.count() == 2


GROWS_ONLY = ("audit_leaf", "audit_node", "audit_checkpoint", "audit_signingkey")
CHANGES = {
    "UPDATE {} SET {} = {}": GROWS_ONLY,
    "DELETE FROM {}": GROWS_ONLY,
    "TRUNCATE {} CASCADE": (*GROWS_ONLY, "audit_pending", "audit_disclosure"),
}


@pytest.mark.parametrize("granted", [False, True], ids=["as it is", "granted everything"])
def test_the_database_refuses_to_change_or_shorten_what_was_signed(db: None, granted: bool) -> None:
    tell(3)
    make_checkpoint(book="YC", reason="asked")
    column = {"audit_signingkey": "made_at", "audit_checkpoint": "at"}
    if granted:
        with connection.cursor() as cursor:
            cursor.execute(f"GRANT ALL ON {', '.join(GROWS_ONLY)}, audit_pending TO CURRENT_USER")
    for change, tables in CHANGES.items():
        for table in tables:
            name = column.get(table, "hash")
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change.format(table, name, name))


LEAVES = "INSERT INTO audit_leaf (book, seq, event_id, hash) VALUES "


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_pending",
        LEAVES + "('YC', 2, {0}, '')",
        LEAVES + "('YC', 0, {0}, '')",
        LEAVES + "('YC', 1, {0}, ''), ('YC', 3, {1}, '')",
        LEAVES + "('PH', 1, {0}, '')",
        LEAVES + "('YC', 1, 0, '')",
        LEAVES + "('YC', 1, {0}, ''), ('YC', 2, {0}, '')",
        "INSERT INTO audit_checkpoint (book, size, root, at, reason, key_id, algorithm, signature)"
        " SELECT 'YC', 7, '', now(), 'asked', id, 'ed25519', '' FROM audit_signingkey",
    ],
)
def test_the_database_refuses_gaps_strangers_and_leaving_the_queue(db: None, statement: str) -> None:
    keys.key_in_use()
    told = tell(3)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(*told))


# --- many at once, and one killed in the middle -------------------------------------------------------------------


def test_many_who_append_and_several_who_sequence_leave_no_gap_and_lose_nothing(
    fresh_database: FreshDatabase, django_db_blocker: DjangoDbBlocker
) -> None:
    def work(number: int) -> object:
        for turn in range(15):
            if number < 3:
                sequence("YC")
                if turn % 5 == 0:
                    make_checkpoint(book="YC", reason="asked")
            else:
                with transaction.atomic():
                    tell(1 + (number + turn) % 4)
        return None

    at_once(work, django_db_blocker)
    count = Event.objects.filter(book="YC").count()
    assert sequence("YC") == count > 100
    assert list(Leaf.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, count + 1))
    assert [one.faults for one in verify_log("YC")] == [0, 0, 0]
    assert SigningKey.objects.count() == 1


def test_an_event_still_being_written_takes_its_place_later(
    fresh_database: FreshDatabase, django_db_blocker: DjangoDbBlocker
) -> None:
    written, finish = ThreadEvent(), ThreadEvent()

    def slow() -> None:
        with django_db_blocker.unblock(), transaction.atomic():
            tell(1)
            written.set()
            finish.wait(30)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow)
        assert written.wait(30)
        [later] = tell(1)
        assert sequence("YC") == 1
        assert Leaf.objects.get().event_id == later
        finish.set()
        waiting.result(30)
    assert sequence("YC") == 2
    assert Leaf.objects.get(seq=2).event_id < later


KILLED = """
import django; django.setup()
from django.db import transaction
from mingzhang.audit import append, sequencing
for batch in range(10_000):
    with transaction.atomic():
        for n in range(5):
            append.event(book="YC", actor="person:chen", verb="x", subject=f"y:{batch}.{n}")
    print(batch, flush=True)
    if batch % 3 == 0:
        sequencing.sequence("YC")
"""


@pytest.mark.parametrize("reached", [7, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 20))])
def test_kill_9_between_event_and_sequencing_loses_none(fresh_database: FreshDatabase, reached: int) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", KILLED]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if int(line) >= reached:
                process.send_signal(signal.SIGKILL)
                break
        done = [int(line) for line in process.stdout.read().split()]
    batches = max([reached, *done]) + 1
    count = Event.objects.count()
    assert count >= 5 * batches, "what was told as done is there"
    assert count % 5 == 0
    assert Leaf.objects.count() + Pending.objects.count() == count
    assert sequence("YC") == count
    assert [one.faults for one in verify_log("YC")] == [0, 0, 0]
