"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from mingzhang.ledger import actions, queries
from mingzhang.ledger.models import Entry, Position, Record, Review
from tests.ledger.world import World


def refused(statement: str, params: tuple[Any, ...] = ()) -> str:
    """What the database says when it refuses `statement`. Fails when it does not."""
    with pytest.raises(DatabaseError) as said, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
    return str(said.value)


def changes(table: str, column: str) -> list[str]:
    return [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"]


TABLES = [("ledger_entry", "line"), ("ledger_review", "note")]


@pytest.mark.parametrize(("table", "column"), TABLES)
def test_the_applications_role_was_granted_no_change_of_what_is_posted(
    world: World, table: str, column: str
) -> None:
    world.posted()
    for statement in changes(table, column):
        assert "permission denied" in refused(statement)


@pytest.mark.parametrize(("table", "column"), TABLES)
def test_a_role_that_was_granted_more_is_refused_by_the_trigger(world: World, table: str, column: str) -> None:
    world.posted()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no pending foreign key check
        cursor.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER")
    for statement in changes(table, column):
        assert f"{table} is append-only" in refused(statement)


def insert(entry: Entry, **changed: Any) -> str:
    """What is said to an entry like `entry`, but `changed`."""
    columns = [field.attname for field in Entry._meta.concrete_fields]
    row = {name: getattr(entry, name) for name in columns} | {"seq": entry.seq + 1, "line": 9} | changed
    names = ", ".join(row)
    marks = ", ".join("%s::jsonb" if name == "data" else "%s" for name in row)
    row["data"] = (
        row["data"] if isinstance(row["data"], str) else connection.ops.adapt_json_value(row["data"], None)
    )
    return refused(f"INSERT INTO ledger_entry ({names}) VALUES ({marks})", tuple(row.values()))


@pytest.fixture
def entry(world: World) -> Entry:
    """The last entry, of a posted record; a second record stands accepted."""
    world.posted()
    return Entry.objects.get()


def test_an_entry_must_follow_the_last_one_without_a_gap(world: World, entry: Entry) -> None:
    record = world.accepted()
    assert "does not follow" in insert(entry, record_id=record.pk, seq=3)
    assert "does not follow" in insert(entry, record_id=record.pk, seq=0)


def test_a_position_moved_on_by_hand_does_not_open_a_gap(world: World, entry: Entry) -> None:
    Position.objects.update(seq=5)
    assert "does not follow" in insert(entry, record_id=world.accepted().pk, seq=6)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "posted", "reversed"])
def test_only_an_accepted_record_is_posted(world: World, entry: Entry, state: str) -> None:
    record = world.record_at(state)
    last = Entry.objects.order_by("seq").last()
    assert last is not None
    assert "does not allow entry" in insert(last, sign=1, reverses=None, record_id=record.pk)


def test_a_record_that_was_only_called_accepted_is_refused_for_want_of_reviews(world: World, entry: Entry) -> None:
    record = world.submitted()
    Record.objects.filter(pk=record.pk).update(state="accepted")
    assert "lacks a review" in insert(entry, record_id=record.pk)
    assert not Review.objects.filter(record=record).exists()


def test_reviews_of_an_earlier_submission_do_not_count(world: World, entry: Entry) -> None:
    record = world.submitted()
    record = actions.review_record(record=record, passed=True, by=world.cast.he)
    record = actions.review_record(record=record, passed=False, note="改", by=world.cast.zhou)
    record = actions.submit_record(record=record, by=world.cast.chen)
    Record.objects.filter(pk=record.pk).update(state="accepted")
    assert "lacks a review" in insert(entry, record_id=record.pk)


def test_an_entry_carries_its_records_unit_and_day(world: World, entry: Entry) -> None:
    record = world.accepted()
    for wrong in ({"unit_id": world.cast.community.pk}, {"occurred_on": "2026-05-19"}, {"line": 0, "kind_id": 1}):
        assert "does not allow entry" in insert(entry, record_id=record.pk, **wrong)


def test_a_reversal_mirrors_a_line_that_stands(world: World, entry: Entry) -> None:
    back = {"sign": -1, "reverses": entry.seq, "line": 0}
    assert "does not mirror" in insert(entry, **back, data={"people": 1})
    assert "does not mirror" in insert(entry, **{**back, "line": 1})
    assert "does not mirror" in insert(entry, **{**back, "reverses": 99})


def test_a_line_is_taken_back_only_once(world: World, entry: Entry) -> None:
    record = Record.objects.get(pk=entry.record_id)
    actions.reverse_record(record=record, reason="错", by=world.cast.zhou)
    Record.objects.filter(pk=record.pk).update(state="posted")
    said = insert(entry, seq=3, sign=-1, reverses=1, line=0)
    assert "entry_reversed_once" in said or "entry_line_once" in said


def test_a_line_is_posted_only_once(world: World, entry: Entry) -> None:
    Record.objects.filter(pk=entry.record_id).update(state="accepted")
    assert "entry_line_once" in insert(entry, line=0)


def test_sign_and_reversal_go_together(world: World, entry: Entry) -> None:
    record = world.accepted()
    for wrong in ({"sign": 2}, {"sign": -1}, {"sign": 1, "reverses": 1}):
        assert "entry_sign" in insert(entry, record_id=record.pk, **wrong)


def review(record: Record, **changed: Any) -> str:
    row = {
        "record_id": record.pk,
        "cycle": record.cycle,
        "step": 1,
        "author_id": record.submitted_by_id,
        "passed": True,
        "note": "",
        "at": record.submitted_at,
        **changed,
    }
    marks = ", ".join(["%s"] * len(row))
    return refused(f"INSERT INTO ledger_review ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def test_nobody_reviews_their_own_record(world: World) -> None:
    record, cast = world.submitted(), world.cast
    assert "review_not_by_author" in review(record, reviewer_id=cast.chen.pk)
    assert "not up for this review" in review(record, author_id=cast.lu.pk, reviewer_id=cast.chen.pk)


def test_nobody_takes_two_steps_of_one_submission(world: World) -> None:
    record = world.submitted()
    record = actions.review_record(record=record, passed=True, by=world.cast.he)
    assert "review_by_different_people" in review(record, step=2, reviewer_id=world.cast.he.pk)


def test_what_is_not_handed_in_cannot_be_reviewed(world: World) -> None:
    he, zhou = world.cast.he.pk, world.cast.zhou.pk
    assert "not up for this review" in review(world.record_at("returned"), reviewer_id=zhou, step=2)
    assert "not up for this review" in review(world.submitted(), reviewer_id=he, cycle=2)
    assert "not up for this review" in review(world.submitted(), reviewer_id=he, step=3)


@pytest.mark.parametrize("state", ["submitted", "accepted", "posted", "reversed"])
def test_what_was_handed_in_stays_as_it_was(world: World, state: str) -> None:
    record = world.record_at(state)
    for change in ("data = '{}'", "rows = '{\"a\": []}'", "title = 'x'", "occurred_on = '2026-01-01'", "steps = 0"):
        assert "content is settled" in refused(f"UPDATE ledger_record SET {change} WHERE id = %s", (record.pk,))


def test_an_entry_without_a_record_continues_the_book_too(world: World, entry: Entry) -> None:
    """Areas that post for themselves, as tasks that fall due will, share positions and guards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry SELECT seq + 1, 0, occurred_on, 1, data, NULL, posted_at, digest, book_id, "
            "kind_id, posted_by_id, unit_id, NULL FROM ledger_entry"
        )
    assert queries.position(world.cast.book) == 2
