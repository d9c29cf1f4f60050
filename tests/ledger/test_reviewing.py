"""Reviewing: remarks tied to places on a sheet, alike sheets together, and the way back of what was accepted."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from mingzhang.core.errors import InvalidInput, NotAllowed, Refusal, StateRefused
from mingzhang.ledger import actions, queries, rules
from mingzhang.ledger.models import Record, Review, SendBack
from mingzhang.ledger.remarks import remarks_of, spot_name, spots_of
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import role_scopes
from mingzhang.packs.schema import REVIEW_ROLES
from tests.cast import seat
from tests.ledger.test_guards import changes, refused
from tests.ledger.world import PROBLEMS, World


def returned(world: World, record: Record, by: Person | None = None, **remarks: str) -> Record:
    said = {path.replace("__", "."): text for path, text in remarks.items()}
    return actions.review_record(record=record, passed=False, remarks=said, by=by or world.cast.he)


def texts(record: Record) -> dict[str, list[str]]:
    return {path: [remark.text for remark in said] for path, said in remarks_of(record).items()}


# --- remarks ------------------------------------------------------------------------------------------------------


def test_a_reason_may_be_tied_to_places_on_the_sheet_instead_of_the_whole(world: World) -> None:
    record = world.submitted(rows=PROBLEMS)
    record = returned(world, record, data__people="签到表是23", rows__problems__1__what="写清楚", evidence="缺照片")
    assert record.state == "returned"
    assert texts(record) == {
        "data.people": ["签到表是23"],
        "rows.problems.1.what": ["写清楚"],
        "evidence": ["缺照片"],
    }


@pytest.mark.parametrize(
    "path",
    ["data.nothing", "data", "rows.nothing", "rows.problems.9", "rows.problems.0.nope", "state", "rows.a.b.c"],
)
def test_a_place_that_the_sheet_does_not_have_is_refused_by_name(world: World, path: str) -> None:
    record = world.submitted(rows=PROBLEMS)
    with pytest.raises(InvalidInput) as said:
        actions.review_record(record=record, passed=False, remarks={path: "改"}, by=world.cast.he)
    assert list(said.value.problems) == [path]


def test_every_place_offered_is_one_that_can_be_chosen(world: World) -> None:
    record = world.submitted(rows=PROBLEMS)
    spots = spots_of(record, queries.kind_of(record))
    for spot in spots[::5]:
        assert spot_name(record, queries.kind_of(record), spot.path) != spot.path
    actions.review_record(
        record=record, passed=False, remarks={spot.path: "改" for spot in spots[:30]}, by=world.cast.he
    )
    assert len(texts(Record.objects.get(pk=record.pk))) == min(30, len(spots))


def test_returning_without_a_word_is_refused(world: World) -> None:
    record = world.submitted()
    with pytest.raises(InvalidInput):
        actions.review_record(record=record, passed=False, note=" ", remarks={"title": "  "}, by=world.cast.he)


def test_who_reviews_the_sheet_again_sees_what_it_came_back_for_until_it_is_posted(world: World) -> None:
    record = returned(world, world.submitted(), data__people="签到表是23")
    record = actions.submit_record(record=record, by=world.cast.chen)
    said = remarks_of(record)
    assert [(one.text, one.by, one.earlier) for one in said["data.people"]] == [("签到表是23", "何站长", True)]
    for reviewer in (world.cast.he, world.cast.zhou):
        record = actions.review_record(record=record, passed=True, by=reviewer)
    actions.post_record(record=record, by=world.cast.zhou)
    record.refresh_from_db()
    assert remarks_of(record) == {}


def test_the_second_reviewer_sees_what_the_first_one_said(world: World) -> None:
    record = actions.review_record(
        record=world.submitted(), passed=True, note="数对", remarks={"data.cost": "按发票"}, by=world.cast.he
    )
    assert texts(record) == {"data.cost": ["按发票"]}
    assert [moment.note for moment in queries.record_history(record) if moment.what == "passed"] == ["数对"]


# --- who may ------------------------------------------------------------------------------------------------------


def test_a_refusal_names_those_who_may_review(world: World) -> None:
    record, cast = world.submitted(), world.cast
    seat(cast.street, "he2", "何副站", "副站长", ["reviewer"], cast.admin)
    assert [person.name for person in rules.who_may_review(record)] == ["何站长", "何副站"]
    with pytest.raises(NotAllowed, match="自己经办.*可以审核的人：何站长、何副站。"):
        actions.review_record(record=record, passed=True, by=cast.chen)
    with pytest.raises(NotAllowed, match="没有“审核人”角色.*可以审核的人：何站长、何副站。"):
        actions.review_record(record=record, passed=True, by=cast.zhou)


def test_when_nobody_else_can_the_refusal_says_what_is_missing(world: World) -> None:
    cast = world.cast
    alone = seat(cast.other_street, "duo", "多岗人", "综合岗", ["clerk"], cast.admin)
    record = actions.submit_record(record=world.draft(unit=cast.other_street, by=cast.outsider), by=cast.outsider)
    assert rules.who_may_review(record) == []
    with pytest.raises(NotAllowed, match="请管理员安排一位“审核人”"):
        actions.review_record(record=record, passed=True, by=cast.outsider)
    with pytest.raises(NotAllowed):
        actions.review_record(record=record, passed=True, by=alone)


def test_a_person_of_another_book_learns_no_names(world: World) -> None:
    with pytest.raises(NotAllowed) as said:
        actions.review_record(record=world.submitted(), passed=True, by=world.cast.stranger)
    assert "何站长" not in str(said.value)


# --- many at once -------------------------------------------------------------------------------------------------


def test_alike_sheets_are_passed_together_with_one_note_and_those_refused_stay(world: World) -> None:
    cast = world.cast
    helper = seat(cast.street, "zhu", "朱助理", "助理", ["clerk", "reviewer"], cast.admin)
    theirs, done_before = world.submitted(), world.submitted()
    own = actions.submit_record(record=world.draft(by=helper), by=helper)
    actions.review_record(record=done_before, passed=False, note="先改", by=cast.he)
    done = actions.review_records(records=[theirs, own, done_before], note="一起看过", by=helper)
    assert [record.pk for record in done.passed] == [theirs.pk]
    assert [(record.pk, type(refusal)) for record, refusal in done.refused] == [
        (own.pk, NotAllowed),
        (done_before.pk, StateRefused),
    ]
    assert Review.objects.get(record=theirs).note == "一起看过"
    own.refresh_from_db()
    assert (own.state, own.reviews.count()) == ("submitted", 0)


def test_sheets_of_different_kinds_none_and_too_many_are_refused(world: World) -> None:
    one = world.submitted()
    other = world.submitted("photo")
    for wrong in ([one, other], []):
        with pytest.raises(InvalidInput):
            actions.review_records(records=wrong, by=world.cast.he)
    with pytest.raises(InvalidInput, match="最多"):
        rules.check_alike([one] * 3, most=2)


# --- back from where it waits to be posted ------------------------------------------------------------------------


def test_what_was_accepted_can_go_back_with_a_reason_and_is_then_reviewed_anew(world: World) -> None:
    record, cast = world.accepted(), world.cast
    record = actions.send_back_record(
        record=record, note="日期不对", remarks={"occurred_on": "是19日"}, by=cast.zhou
    )
    assert record.state == "returned"
    assert texts(record) == {"occurred_on": ["是19日"]}
    record = actions.submit_record(record=record, by=cast.chen)
    assert (record.state, record.due) == ("submitted", "reviewer")
    with pytest.raises(StateRefused):
        actions.post_record(record=record, by=cast.zhou)
    for reviewer in (cast.he, cast.zhou):
        record = actions.review_record(record=record, passed=True, by=reviewer)
    assert len(actions.post_record(record=record, by=cast.zhou)) == 1


def test_going_back_needs_a_reason_and_the_right_state(world: World) -> None:
    with pytest.raises(InvalidInput):
        actions.send_back_record(record=world.accepted(), by=world.cast.zhou)
    for state in ("draft", "submitted", "returned", "posted", "reversed"):
        with pytest.raises(StateRefused):
            actions.send_back_record(record=world.record_at(state), note="改", by=world.cast.zhou)


def test_the_database_lets_nothing_go_back_without_its_reason(world: World) -> None:
    accepted, submitted, posted = world.accepted(), world.submitted(), world.posted()
    back = "UPDATE ledger_record SET state = 'returned' WHERE id = %s"
    assert "needs a reason" in refused(back, (accepted.pk,))
    insert = (
        "INSERT INTO ledger_sendback (record_id, cycle, by_id, note, remarks, at)"
        " SELECT id, cycle, created_by_id, %s, '{}', now() FROM ledger_record WHERE id = %s"
    )
    assert "send_back_with_reason" in refused(insert, ("", accepted.pk))
    for record in (submitted, posted):
        assert "is not accepted" in refused(insert, ("改", record.pk))


def test_the_reasons_are_kept_as_they_were_written(world: World) -> None:
    actions.send_back_record(record=world.accepted(), note="改", by=world.cast.zhou)
    for statement in changes("ledger_sendback", "note"):
        assert "permission denied" in refused(statement)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("GRANT UPDATE, DELETE, TRUNCATE ON ledger_sendback TO CURRENT_USER")
    for statement in changes("ledger_sendback", "note"):
        assert "ledger_sendback is append-only" in refused(statement)
    assert SendBack.objects.get().note == "改"


def test_the_database_keeps_no_return_without_a_reason_and_no_submission_that_waits_for_nobody(
    world: World,
) -> None:
    record = world.submitted()
    assert "record_due_while_submitted" in refused("UPDATE ledger_record SET due = '' WHERE id = %s", (record.pk,))
    said = refused(
        "INSERT INTO ledger_review (record_id, cycle, step, author_id, reviewer_id, passed, note, at)"
        " SELECT id, cycle, 1, submitted_by_id, %s, false, '', now() FROM ledger_record WHERE id = %s",
        (world.cast.he.pk, record.pk),
    )
    assert "review_returned_with_reason" in said


def test_a_book_from_before_learns_which_role_each_sheet_waits_for(world: World) -> None:
    first, second = world.submitted(), world.submitted()
    actions.review_record(record=second, passed=True, by=world.cast.he)
    Record.objects.update(due="unknown")
    with connection.cursor() as cursor:
        cursor.execute(import_module("mingzhang.ledger.migrations.0004_desk").DUE)
    assert [Record.objects.get(pk=one.pk).due for one in (first, second)] == ["reviewer", "leader"]


# --- who did what when --------------------------------------------------------------------------------------------


def test_the_chain_tells_who_did_what_in_order(world: World) -> None:
    cast = world.cast
    other = seat(cast.street, "zhu", "朱助理", "助理", ["clerk"], cast.admin)
    record = world.draft()
    for _time in range(3):
        actions.edit_record(
            record=record, occurred_on=record.occurred_on, data={**record.data, "people": 9}, by=other
        )
    record = returned(world, actions.submit_record(record=record, by=cast.chen), data__people="核对")
    record = actions.submit_record(record=record, by=other)
    for reviewer in (cast.he, cast.zhou):
        record = actions.review_record(record=record, passed=True, by=reviewer)
    record = actions.send_back_record(record=record, note="再核", by=cast.zhou)
    told = [(one.what, one.person.name if one.person else "") for one in queries.record_history(record)]
    assert told == [
        ("added", "陈一禾"),
        ("edited", "朱助理"),
        ("submitted", "陈一禾"),
        ("returned", "何站长"),
        ("submitted", "朱助理"),
        ("passed", "何站长"),
        ("passed", "周书记"),
        ("sent_back", "周书记"),
    ]


# --- the queue ----------------------------------------------------------------------------------------------------


def waiting(person: Person) -> list[int]:
    found = queries.review_queue(person, role_scopes(person, REVIEW_ROLES))
    return list(found.values_list("pk", flat=True))


def may(person: Person, record: Record) -> bool:
    try:
        rules.check_user_can_review(person, record)
    except Refusal:
        return False
    return True


def test_everybody_finds_in_their_queue_what_they_may_review_and_nothing_else(world: World) -> None:
    cast = world.cast
    both = seat(cast.county, "shuang", "双岗", "综合岗", ["clerk", "reviewer", "leader"], cast.admin)
    helper = seat(cast.street, "zhu", "朱助理", "助理", ["clerk", "reviewer"], cast.admin)
    for state in ("draft", "submitted", "returned", "accepted", "posted", "reversed"):
        world.record_at(state)
    for unit, writer, sender in (
        (cast.street, helper, cast.chen),
        (cast.street, cast.chen, helper),
        (cast.community, cast.lu, cast.lu),
        (cast.community, cast.lu, both),
        (cast.other_street, cast.outsider, cast.outsider),
        (cast.other_street, both, both),
    ):
        record = actions.submit_record(record=world.draft(unit=unit, by=writer), by=sender)
        if unit == cast.community and sender == cast.lu:
            actions.review_record(record=record, passed=True, by=helper)
    half = actions.review_record(record=world.submitted(), passed=True, by=both)
    for person in (
        cast.chen,
        cast.he,
        cast.zhou,
        cast.lu,
        cast.wei,
        cast.qin,
        cast.outsider,
        cast.stranger,
        both,
        helper,
    ):
        naive = {record.pk for record in Record.objects.select_related("unit", "kind") if may(person, record)}
        assert set(waiting(person)) == naive, person.name
    assert half.pk in waiting(cast.zhou)
    assert half.pk not in waiting(both)
    assert len(waiting(both)) >= 4


def test_the_oldest_comes_first(world: World) -> None:
    first, second = world.submitted(), world.submitted()
    assert waiting(world.cast.he) == [first.pk, second.pk]
