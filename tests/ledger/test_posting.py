"""Posting to the ledger and taking back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mingzhang.core import clock
from mingzhang.core.digests import canonical_json, digest
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.ledger import actions, queries
from mingzhang.ledger.lines import Line, entry_digest
from mingzhang.ledger.models import Entry, Record
from tests.ledger.world import PROBLEMS, STUDY, World

SHEET = {"topic": STUDY["topic"], "people": 26, "cost": "12.50", "form": "group"}


def test_a_sheet_and_each_row_of_its_table_become_entries_of_their_own(world: World) -> None:
    record = world.accepted(rows=PROBLEMS)
    positions = actions.post_record(record=record, by=world.cast.zhou)
    assert list(positions) == [1, 2, 3]
    lines = [(entry.line, str(entry.kind), entry.data) for entry in queries.entries_of(record)]
    assert lines == [
        (0, "ledger-test/study", SHEET),
        (1, "ledger-test/study.problems", {"what": "楼道堆物", "found_on": "2026-05-20", "sheet": SHEET}),
        (2, "ledger-test/study.problems", {"what": "路灯不亮", "sheet": SHEET}),
    ]


def test_long_texts_and_personal_words_stay_with_the_record(world: World) -> None:
    record = world.posted()
    [entry] = queries.entries_of(record)
    assert record.data["speaker"] == "李"
    assert not {"note", "speaker"} & entry.data.keys()


def test_an_entry_proves_what_it_says(world: World) -> None:
    moment = datetime(2026, 6, 1, 8, 30, 0, 125, UTC)
    record = world.accepted()
    with clock.at(moment):
        actions.post_record(record=record, by=world.cast.zhou)
    entry = Entry.objects.select_related("kind", "unit", "book", "posted_by").get()
    said = Line(
        record_id=entry.record_id,
        line=entry.line,
        kind_id=entry.kind_id,
        kind=str(entry.kind),
        unit_id=entry.unit_id,
        unit=entry.unit.code,
        occurred_on=entry.occurred_on,
        sign=entry.sign,
        data=entry.data,
    )
    proof = entry_digest(
        said, book=entry.book.code, seq=entry.seq, posted_at=entry.posted_at, posted_by=entry.posted_by.username
    )
    assert bytes(entry.digest) == proof
    content = {
        "book": "YC",
        "seq": 1,
        "record": record.pk,
        "line": 0,
        "kind": "ledger-test/study",
        "unit": "QH",
        "occurred_on": "2026-05-20",
        "sign": 1,
        "data": SHEET,
        "reverses": None,
        "posted_at": "2026-06-01T08:30:00.000125+00:00",
        "posted_by": "zhou",
    }
    assert proof == digest(canonical_json(content))
    assert entry.posted_at == moment


def test_many_records_are_posted_in_the_order_given(world: World) -> None:
    records = [world.accepted("visit", data={"topic": f"第{n}户", "homes": n}) for n in (1, 2, 3)]
    positions = actions.post_records(records=[records[2], records[0], records[1]], by=world.cast.zhou)
    assert list(positions) == [1, 2, 3]
    assert [entry.data["homes"] for entry in Entry.objects.order_by("seq")] == [3, 1, 2]
    assert queries.position(world.cast.book) == 3


def test_one_record_that_may_not_be_posted_refuses_them_all(world: World) -> None:
    good, bad = world.accepted("visit"), world.submitted("study")
    with pytest.raises(StateRefused):
        actions.post_records(records=[good, bad], by=world.cast.zhou)
    assert not Entry.objects.exists()
    assert Record.objects.get(pk=good.pk).state == "accepted"


def test_nothing_to_post_is_said(world: World) -> None:
    with pytest.raises(InvalidInput):
        actions.post_records(records=[], by=world.cast.zhou)


def test_posting_twice_is_refused(world: World) -> None:
    record = world.posted()
    with pytest.raises(StateRefused):
        actions.post_record(record=record, by=world.cast.zhou)
    assert Entry.objects.count() == 1


def test_the_same_record_given_twice_is_posted_once(world: World) -> None:
    record = world.accepted("visit")
    assert len(actions.post_records(records=[record, record], by=world.cast.zhou)) == 1


def test_a_reversal_mirrors_every_entry_with_the_opposite_sign(world: World) -> None:
    record = world.posted(rows=PROBLEMS)
    assert list(actions.reverse_record(record=record, reason="记错了", by=world.cast.he)) == [4, 5, 6]
    mirrored = Entry.objects.filter(sign=-1).order_by("seq")
    for back, entry in zip(mirrored, queries.entries_of(record), strict=True):
        assert back.reverses == entry.seq
        same = ("record_id", "line", "kind_id", "unit_id", "occurred_on", "data")
        assert [getattr(back, name) for name in same] == [getattr(entry, name) for name in same]
    record.refresh_from_db()
    assert (record.state, record.reversal_reason) == ("reversed", "记错了")


def test_reversing_twice_is_refused(world: World) -> None:
    record = world.reversed()
    with pytest.raises(StateRefused):
        actions.reverse_record(record=record, reason="再来一次", by=world.cast.zhou)
    assert Entry.objects.count() == 2


def test_a_reversal_needs_a_reason(world: World) -> None:
    record = world.posted()
    for reason in ("", "  "):
        with pytest.raises(InvalidInput):
            actions.reverse_record(record=record, reason=reason, by=world.cast.zhou)


def test_a_correction_replaces_the_reversed_record(world: World) -> None:
    wrong = world.reversed()
    right = actions.add_record(
        kind=wrong.kind,
        unit=wrong.unit,
        occurred_on=wrong.occurred_on,
        data={**STUDY, "people": 24},
        replaces=wrong,
        by=world.cast.chen,
    )
    assert right.replaces == wrong
    assert [moment.other for moment in queries.record_history(wrong) if moment.what == "replaced"] == [right]


def test_a_record_that_still_stands_cannot_be_replaced(world: World) -> None:
    standing = world.posted()
    with pytest.raises(StateRefused):
        actions.add_record(
            kind=standing.kind,
            unit=standing.unit,
            occurred_on=standing.occurred_on,
            data=STUDY,
            replaces=standing,
            by=world.cast.chen,
        )


# who may post and reverse for: street, community below it, other street
POSTERS = [
    ("chen", "nnn"),
    ("lu", "nnn"),
    ("he", "yyn"),
    ("zhou", "yyn"),
    ("wei", "yyy"),
    ("qin", "nnn"),
    ("outsider", "nny"),
    ("unposted", "nnn"),
    ("admin", "nnn"),
    ("stranger", "nnn"),
]


@pytest.mark.parametrize(("who", "where"), POSTERS)
def test_only_who_reviews_for_the_unit_or_above_posts_and_reverses(world: World, who: str, where: str) -> None:
    person, cast = getattr(world.cast, who), world.cast
    writers = ((cast.street, cast.chen), (cast.community, cast.lu), (cast.other_street, cast.outsider))
    for (unit, writer), may in zip(writers, where, strict=True):
        record = world.draft("visit", unit=unit, by=writer)
        record = actions.submit_record(record=record, by=writer)
        if may == "y":
            actions.post_record(record=record, by=person)
            actions.reverse_record(record=record, reason="记错了", by=person)
            continue
        with pytest.raises(NotAllowed):
            actions.post_record(record=record, by=person)
        actions.post_record(record=record, by=cast.wei)
        with pytest.raises(NotAllowed):
            actions.reverse_record(record=record, reason="记错了", by=person)
