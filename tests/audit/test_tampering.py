"""What the database's superuser changes behind the program's back is found, and where it is."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from django.db import transaction

from mingzhang.audit.leaves import hash_of
from mingzhang.audit.merkle import Peaks
from mingzhang.audit.models import Checkpoint, Event, Leaf
from mingzhang.ledger.lines import Line, entry_digest
from mingzhang.ledger.models import Entry, Evidence, Record
from tests.audit.books import Superuser, checked, found, keep
from tests.ledger.world import World

# What is done, and what must be found: the check, and a part of the place.
TAMPERED = {
    "an entry's data": (
        ["UPDATE ledger_entry SET data = data || '{\"people\": 27}' WHERE seq = 1"],
        {"entries": "第1笔"},
    ),
    "an entry's day": (["UPDATE ledger_entry SET occurred_on = '2026-05-21' WHERE seq = 4"], {"entries": "第4笔"}),
    "an entry's sign": (
        ["UPDATE ledger_entry SET sign = -1, reverses = 2 WHERE seq = 1"],
        {"entries": "第1笔", "reversals": "第1笔"},
    ),
    "an entry's digest": (["UPDATE ledger_entry SET digest = '\\x00' WHERE seq = 2"], {"entries": "第2笔"}),
    "an entry removed": (["DELETE FROM ledger_entry WHERE seq = 4"], {"entries": "第4笔"}),
    "the last entry removed": (
        ["DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)"],
        {"entries": "账位"},
    ),
    "the last entry removed, and the count moved back": (
        [
            "DELETE FROM ledger_entry WHERE seq = (SELECT max(seq) FROM ledger_entry)",
            "UPDATE ledger_position SET seq = seq - 1",
        ],
        {"entries": "第11笔"},
    ),
    "an entry slipped in": (
        [
            "INSERT INTO ledger_entry (book_id, seq, line, kind_id, unit_id, occurred_on, sign, data, posted_at,"
            " posted_by_id, digest) SELECT book_id, seq + 1, line, kind_id, unit_id, occurred_on, sign, data,"
            " posted_at, posted_by_id, digest FROM ledger_entry ORDER BY seq DESC LIMIT 1",
            "UPDATE ledger_position SET seq = seq + 1",
        ],
        {"entries": "第12笔"},
    ),
    "an event's data": (
        ["UPDATE audit_event SET data = data || '{\"cycle\": 9}' WHERE verb = 'record.return'"],
        {"events": "audit_event"},
    ),
    "an event's time": (
        ["UPDATE audit_event SET at = at - interval '1 day' WHERE id = (SELECT max(event_id) FROM audit_leaf)"],
        {"events": "audit_event"},
    ),
    "an event removed": (["DELETE FROM audit_event WHERE verb = 'book.create'"], {"events": "第1条"}),
    "an event removed with its leaf": (
        [
            "DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_leaf WHERE book = 'YC' AND seq = 3)",
            "DELETE FROM audit_leaf WHERE book = 'YC' AND seq = 3",
        ],
        {"events": "第4条"},
    ),
    "an event that never waited": (
        [
            "INSERT INTO audit_event (book, at, actor, verb, subject, data)"
            " VALUES ('YC', now(), 'person:he', 'x', 'y', '{}')"
        ],
        {"events": "audit_event"},
    ),
    "a leaf": (["UPDATE audit_leaf SET hash = '\\x00' WHERE book = 'YC' AND seq = 5"], {"events": "第5条"}),
    "a node": (
        ["UPDATE audit_node SET hash = '\\x00' WHERE book = 'YC' AND level = 2 AND index = 1"],
        {"tree": "第2层第1个"},
    ),
    "a node removed": (
        ["DELETE FROM audit_node WHERE book = 'YC' AND level = 1 AND index = 3"],
        {"tree": "第1层第3个"},
    ),
    "a node too many": (
        ["INSERT INTO audit_node (book, level, index, hash) VALUES ('YC', 12, 0, '\\x00')"],
        {"tree": "第12层第0个"},
    ),
    "a checkpoint's root": (
        ["UPDATE audit_checkpoint SET root = set_byte(root, 7, get_byte(root, 7) # 1) WHERE reason = 'signing'"],
        {"checkpoints": "检查点"},
    ),
    "a checkpoint's time": (
        ["UPDATE audit_checkpoint SET at = at - interval '1 hour' WHERE reason = 'signing'"],
        {"checkpoints": "检查点"},
    ),
    "a checkpoint's reason": (
        ["UPDATE audit_checkpoint SET reason = 'asked' WHERE reason = 'signing'"],
        {"checkpoints": "检查点"},
    ),
    "a checkpoint's size": (
        ["UPDATE audit_checkpoint SET size = size - 1 WHERE reason = 'signing'"],
        {"checkpoints": "检查点"},
    ),
    "a checkpoint's key": (
        ["UPDATE audit_checkpoint SET key_id = (SELECT max(id) FROM audit_signingkey) WHERE book = 'YC'"],
        {"checkpoints": "检查点"},
    ),
    "a key": (
        ["UPDATE audit_signingkey SET public = decode(repeat('07', 32), 'hex') WHERE previous_id IS NOT NULL"],
        {"keys": "第2把", "checkpoints": "检查点"},
    ),
    "the words of a note": (
        ["UPDATE audit_disclosure SET value = '人数没问题' WHERE value = '人数对不上'"],
        {"disclosures": "audit_disclosure"},
    ),
    "a record's text": (
        ["UPDATE ledger_record SET data = data || '{\"note\": \"改过\"}' WHERE state = 'posted' AND rows <> '{}'"],
        {"sheets": "ledger_record"},
    ),
    "a file's name": (["UPDATE ledger_recordevidence SET name = '别的.png'"], {"sheets": "ledger_record"}),
    "a review": (
        ["UPDATE ledger_review SET step = 7 WHERE id = (SELECT min(id) FROM ledger_review)"],
        {"reviews": "第7步"},
    ),
}


def test_an_untouched_book_has_no_difference(committed_world: World) -> None:
    book = keep(committed_world)
    outcome = checked(book)
    assert found(book) == {}
    counts = {one.code: one.count for one in outcome.checks}
    assert counts["entries"] == Entry.objects.count() == 11
    assert counts["events"] == Event.objects.filter(book="YC").count()
    assert counts["checkpoints"] == 2
    assert counts["reversals"] == 3
    assert counts["evidence"] == 1
    assert counts["figures"] > 0
    assert not [note for one in outcome.checks for note in one.notes]


@pytest.mark.slow
def test_every_row_that_the_superuser_edits_is_found_with_its_place(committed_world: World) -> None:
    book = keep(committed_world)
    superuser, missed = Superuser(), {}
    for name, (statements, expected) in TAMPERED.items():
        with transaction.atomic():
            superuser.run(*statements)
            told = found(book)
            transaction.set_rollback(True)
        for check, place in expected.items():
            if place not in "".join(told.get(check, [])):
                missed[name] = told
    assert missed == {}
    assert found(book) == {}


def test_an_entry_edited_together_with_its_digest_is_found(committed_world: World) -> None:
    """The log bound the digests of what was posted."""
    book, superuser = keep(committed_world), Superuser()
    superuser.run("UPDATE ledger_entry SET data = data || '{\"people\": 99}' WHERE seq = 1")
    entry = Entry.objects.select_related("kind", "unit", "posted_by").get(seq=1)
    line = Line(entry.record_id, 0, 0, str(entry.kind), 0, entry.unit.code, entry.occurred_on, 1, entry.data)
    by = entry.posted_by.username
    own = entry_digest(line, book="YC", seq=1, posted_at=entry.posted_at.astimezone(UTC), posted_by=by)
    superuser.run(f"UPDATE ledger_entry SET digest = '\\x{own.hex()}' WHERE seq = 1")
    assert found(book) == {"entries": ["账目第1至3笔（ledger_entry）"]}


def test_an_event_edited_together_with_every_hash_above_it_is_found_by_the_signed_root(
    committed_world: World,
) -> None:
    book, superuser = keep(committed_world), Superuser()
    superuser.run("UPDATE audit_event SET actor = 'person:zhou' WHERE verb = 'record.return'")
    _recompute_the_tree(superuser)
    told = found(book)
    [last] = Checkpoint.objects.filter(reason="signing")
    assert told["checkpoints"] == [f"检查点{last.pk}（前{last.size}条）"]
    assert told.keys() == {"checkpoints", "reviews"}


def _recompute_the_tree(superuser: Superuser) -> None:
    peaks = Peaks()
    for event in Event.objects.filter(book="YC").order_by("leaf__seq"):
        value = hash_of(event)
        statements = [f"UPDATE audit_leaf SET hash = '\\x{value.hex()}' WHERE event_id = {event.pk}"]
        for node, made in peaks.append(value):
            statements.append(
                f"UPDATE audit_node SET hash = '\\x{made.hex()}'"
                f" WHERE book = 'YC' AND level = {node.level} AND index = {node.number}"
            )
        superuser.run(*statements)


def test_a_log_cut_short_is_found_by_the_checkpoint_that_reached_further(committed_world: World) -> None:
    book = keep(committed_world)
    last = Leaf.objects.filter(book="YC").count()
    gone = f"book = 'YC' AND seq > {last - 4}"
    Superuser().run(
        f"DELETE FROM audit_event WHERE id IN (SELECT event_id FROM audit_leaf WHERE {gone})",
        f"DELETE FROM audit_leaf WHERE {gone}",
        f"DELETE FROM audit_node WHERE book = 'YC' AND (index + 1) << level > {last - 4}",
    )
    assert f"前{last}条" in found(book)["checkpoints"][0]


def test_a_file_changed_on_disk_is_found(committed_world: World, evidence_folder: Path) -> None:
    book = keep(committed_world)
    [path] = [path for path in evidence_folder.rglob("*") if path.is_file()]
    path.write_bytes(path.read_bytes() + b"x")
    evidence = Evidence.objects.get()
    assert found(book) == {"evidence": [f"佐证{evidence.pk}（ledger_evidence）"]}
    assert checked(book, evidence=False).faults == 0, "unless the files are not looked at"
    path.unlink()
    assert found(book) == {"evidence": [f"佐证{evidence.pk}（ledger_evidence）"]}


def test_words_may_be_erased_and_every_proof_still_holds(committed_world: World) -> None:
    book = keep(committed_world)
    Superuser().run("DELETE FROM audit_disclosure")
    outcome = checked(book)
    assert outcome.faults == 0
    [sheets] = [one for one in outcome.checks if one.code == "sheets"]
    assert "校验码已按要求抹除" in sheets.notes[0]
    assert checked(None).faults == 0


def test_no_name_and_no_free_text_stands_in_the_log(committed_world: World) -> None:
    keep(committed_world)
    said = "".join(str(data) for data in Event.objects.values_list("data", flat=True))
    for words in ("人数记错了", "人数对不上", "先讲后议", "李", "公示栏", "陈一禾"):
        assert words not in said
    assert Record.objects.filter(reversal_reason="人数记错了").exists()


def test_a_book_of_an_older_version_is_verified_as_far_as_it_can_be(committed_world: World) -> None:
    """Its events bind neither entries nor sheets; they stay as they are."""
    world = committed_world
    world.posted()
    superuser = Superuser()
    superuser.run("UPDATE audit_event SET data = data - 'entries' - 'content'")
    outcome = checked(world.cast.book)
    assert outcome.faults == 0
    notes = {one.code: one.notes for one in outcome.checks if one.notes}
    assert "1笔是旧版本入的账" in notes["entries"][0]
    assert "1张没有可以对照的校验码" in notes["sheets"][0]
    assert "在等候排位" in notes["events"][0]
    superuser.run("UPDATE ledger_entry SET data = data || '{\"people\": 27}' WHERE seq = 1")
    assert found(world.cast.book) == {"entries": ["账目第1笔（ledger_entry）"]}
