"""The tree of units: what it was then, what it is now, and which changes make no sense."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Appointment, Unit
from mingzhang.organisation.scopes import Scope, ScopePart
from tests.cast import BEGINNING, Cast

JUNE, JULY = date(2024, 6, 1), date(2024, 7, 1)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def codes(scope: Scope) -> list[tuple[set[str], date, date]]:
    named = dict(Unit.objects.values_list("id", "code"))
    return [({named[one] for one in part.unit_ids}, part.start, part.end) for part in scope.parts]


def leave(cast: Cast, unit: Unit) -> None:
    """Ends the appointments in a unit, as one must before it is closed."""
    for held in Appointment.objects.filter(post__unit=unit, valid__endswith=None):
        actions.end_appointment(appointment=held, last_day=JUNE - timedelta(days=1), by=cast.admin)


# --- as it was, as it is ------------------------------------------------------------------------------------------


def test_without_a_reorganisation_a_subtree_is_one_part(cast: Cast) -> None:
    assert codes(queries.subtree_then(cast.street, *YEAR)) == [({"QH", "QH-01", "QH-02"}, *YEAR)]


def test_the_root_is_everything_without_ids(cast: Cast) -> None:
    everything = Scope(everything=True, book_id=cast.book.id, parts=())
    assert queries.subtree_then(cast.county, *YEAR) == everything
    assert queries.subtree_now(cast.county) == everything
    assert not queries.unit_then(cast.county, *YEAR).everything


def test_a_unit_that_moved_counts_for_each_street_on_its_days_there(cast: Cast) -> None:
    actions.move_unit(unit=cast.community, parent=cast.other_street, on=JUNE, by=cast.admin)
    assert codes(queries.subtree_then(cast.street, *YEAR)) == [
        ({"QH-01"}, YEAR[0], date(2024, 5, 31)),
        ({"QH", "QH-02"}, *YEAR),
    ]
    assert codes(queries.subtree_then(cast.other_street, *YEAR)) == [
        ({"SL", "SL-01"}, *YEAR),
        ({"QH-01"}, JUNE, YEAR[1]),
    ]


def test_asked_as_now_a_unit_that_moved_counts_where_it_is(cast: Cast) -> None:
    actions.move_unit(unit=cast.community, parent=cast.other_street, on=JUNE, by=cast.admin)
    assert queries.subtree_now(cast.street).holds(cast.second_community.id, date(2024, 1, 1))
    assert not queries.subtree_now(cast.street).holds(cast.community.id, date(2024, 1, 1))
    assert queries.subtree_now(cast.other_street).holds(cast.community.id, date(2024, 1, 1))


def test_what_stands_below_moves_along(cast: Cast) -> None:
    moved = actions.move_unit(unit=cast.street, parent=cast.other_street, on=JUNE, by=cast.admin)
    assert moved.ancestors == [cast.county.id, cast.other_street.id, cast.street.id]
    below = queries.unit_by_code(cast.book, "QH-01")
    assert below.ancestors == [*moved.ancestors, below.id]
    assert {"QH", "QH-01", "QH-02"} in [part[0] for part in codes(queries.subtree_then(cast.other_street, *YEAR))]


def test_a_merged_units_past_counts_below_its_successor_as_now_and_where_it_was_as_then(cast: Cast) -> None:
    leave(cast, cast.community)
    actions.merge_unit(unit=cast.community, into=cast.other_community, on=JUNE, by=cast.admin)
    assert queries.subtree_now(cast.other_community).holds(cast.community.id, date(2024, 2, 1))
    assert not queries.subtree_now(cast.street).holds(cast.community.id, date(2024, 2, 1))
    then = queries.subtree_then(cast.street, *YEAR)
    assert then.holds(cast.community.id, date(2024, 5, 31))
    assert not then.holds(cast.community.id, JUNE)
    assert not queries.subtree_then(cast.other_street, *YEAR).holds(cast.community.id, JUNE)


def test_what_stood_below_a_merged_unit_stands_below_its_successor(cast: Cast) -> None:
    leave(cast, cast.street)
    actions.merge_unit(unit=cast.street, into=cast.other_street, on=JUNE, by=cast.admin)
    assert [unit.code for unit in queries.children(cast.other_street)] == ["QH-01", "QH-02", "SL-01"]
    assert [unit.code for unit in queries.children(cast.street, on=date(2024, 5, 31))] == ["QH-01", "QH-02"]
    assert list(queries.children(cast.street, on=JUNE)) == []
    assert Unit.objects.get(code="QH-01").ancestors == [cast.county.id, cast.other_street.id, cast.community.id]


def test_what_had_been_merged_into_a_unit_stays_its_past_when_it_is_merged_in_turn(cast: Cast) -> None:
    inner = Unit.objects.get(code="QH-02")
    actions.merge_unit(unit=inner, into=cast.community, on=date(2024, 3, 1), by=cast.admin)
    leave(cast, cast.community)
    actions.merge_unit(unit=cast.community, into=cast.other_community, on=JUNE, by=cast.admin)
    inner.refresh_from_db()
    line = [cast.county, cast.other_street, cast.other_community, cast.community, inner]
    assert inner.ancestors == [unit.id for unit in line]
    assert queries.subtree_now(cast.community).holds(inner.id, date(2024, 2, 1))


def test_a_rename_keeps_the_old_name_in_the_past_and_the_scope_in_one_part(cast: Cast) -> None:
    actions.rename_unit(unit=cast.community, name="柳岸新社区", on=JUNE, by=cast.admin)
    assert queries.unit_name_on(cast.community, date(2024, 5, 31)) == "柳岸社区"
    assert queries.unit_name_on(cast.community, JUNE) == "柳岸新社区"
    assert queries.unit_name_on(cast.community, date(2000, 1, 1)) == "柳岸社区"
    assert queries.unit_by_code(cast.book, "QH-01").name == "柳岸新社区"
    assert len(queries.subtree_then(cast.street, *YEAR).parts) == 1


def test_a_unit_is_in_scope_only_on_the_days_it_existed(cast: Cast) -> None:
    new = actions.create_unit(
        parent=cast.street, code="QH-03", name="南湖社区", level="community", created_on=JUNE, by=cast.admin
    )
    actions.close_unit(unit=new, on=JULY, by=cast.admin)
    scope = queries.unit_then(new, *YEAR)
    assert scope.parts == (ScopePart((new.id,), JUNE, date(2024, 6, 30)),)
    assert queries.existed_on(Unit.objects.get(pk=new.pk), date(2024, 6, 30))
    assert not queries.existed_on(Unit.objects.get(pk=new.pk), JULY)
    assert queries.subtree_then(new, date(2025, 1, 1), date(2025, 12, 31)).parts == ()


def test_the_tree_is_read_in_order_as_it_stood_on_a_day(cast: Cast) -> None:
    actions.move_unit(unit=cast.community, parent=cast.other_street, on=JUNE, by=cast.admin)
    before = [span.unit.code for span in queries.tree(cast.county, on=date(2024, 5, 31))]
    assert before == ["YC", "QH", "QH-01", "QH-02", "SL", "SL-01"]
    assert [span.unit.code for span in queries.tree(cast.county)] == ["YC", "QH", "QH-02", "SL", "QH-01", "SL-01"]


def test_a_change_entered_late_holds_for_later_changes_below(cast: Cast) -> None:
    actions.rename_unit(unit=cast.community, name="柳岸新社区", on=JULY, by=cast.admin)
    actions.move_unit(unit=cast.street, parent=cast.other_street, on=JUNE, by=cast.admin)
    scope = queries.subtree_then(cast.other_street, *YEAR)
    assert not scope.holds(cast.community.id, date(2024, 5, 31))
    assert scope.holds(cast.community.id, JUNE)
    assert scope.holds(cast.community.id, JULY)


def test_several_changes_on_one_day_leave_one_piece_of_history(cast: Cast) -> None:
    actions.rename_unit(unit=cast.community, name="柳岸新社区", on=JUNE, by=cast.admin)
    actions.move_unit(unit=cast.community, parent=cast.other_street, on=JUNE, by=cast.admin)
    assert cast.community.spans.count() == 2


# --- what is refused ----------------------------------------------------------------------------------------------


def test_a_unit_cannot_stand_below_itself(cast: Cast) -> None:
    with pytest.raises(StateRefused, match="不能把单位划到自己下面"):
        actions.move_unit(unit=cast.street, parent=cast.community, on=JUNE, by=cast.admin)
    with pytest.raises(StateRefused, match="不能把单位划到自己下面"):
        actions.move_unit(unit=cast.street, parent=cast.street, on=JUNE, by=cast.admin)


def test_the_root_cannot_be_moved_merged_or_closed(cast: Cast) -> None:
    for refused in [
        lambda: actions.move_unit(unit=cast.county, parent=cast.street, on=JUNE, by=cast.admin),
        lambda: actions.merge_unit(unit=cast.county, into=cast.street, on=JUNE, by=cast.admin),
        lambda: actions.close_unit(unit=cast.county, on=JUNE, by=cast.admin),
    ]:
        with pytest.raises(StateRefused, match="最上级单位"):
            refused()


def test_nothing_changes_before_it_was_created_or_before_its_newest_change(cast: Cast) -> None:
    with pytest.raises(StateRefused, match="不早于2023-01-01"):
        actions.rename_unit(unit=cast.street, name="新名", on=date(2022, 12, 31), by=cast.admin)
    actions.rename_unit(unit=cast.street, name="新名", on=JULY, by=cast.admin)
    with pytest.raises(StateRefused, match="不早于2024-07-01"):
        actions.move_unit(unit=cast.street, parent=cast.other_street, on=JUNE, by=cast.admin)


def test_nothing_is_moved_below_a_unit_that_was_elsewhere_later(cast: Cast) -> None:
    actions.move_unit(unit=cast.other_street, parent=cast.street, on=JULY, by=cast.admin)
    with pytest.raises(StateRefused, match="之后调整过隶属关系"):
        actions.move_unit(unit=cast.community, parent=cast.other_street, on=JUNE, by=cast.admin)


def test_a_change_of_tomorrow_is_entered_tomorrow(cast: Cast) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(InvalidInput, match="还没有到"):
        actions.rename_unit(unit=cast.street, name="新名", on=tomorrow, by=cast.admin)
    with pytest.raises(InvalidInput, match="还没有到"):
        actions.create_unit(
            parent=cast.street, code="X", name="新", level="community", created_on=tomorrow, by=cast.admin
        )


def test_a_unit_with_others_below_it_is_not_closed(cast: Cast) -> None:
    leave(cast, cast.street)
    with pytest.raises(StateRefused, match="下面还有单位：柳岸社区、新桥社区"):
        actions.close_unit(unit=cast.street, on=JUNE, by=cast.admin)


def test_a_unit_where_people_hold_posts_is_not_closed_and_they_are_named(cast: Cast) -> None:
    with pytest.raises(StateRefused, match="还有人任职：社区专干 陆小满"):
        actions.close_unit(unit=cast.community, on=JUNE, by=cast.admin)
    with pytest.raises(StateRefused, match="还有人任职：社区专干 陆小满"):
        actions.merge_unit(unit=cast.community, into=cast.other_community, on=JUNE, by=cast.admin)


def test_a_closed_unit_stays_closed(cast: Cast) -> None:
    actions.close_unit(unit=cast.second_community, on=JUNE, by=cast.admin)
    with pytest.raises(StateRefused, match="已于2024-06-01撤销"):
        actions.rename_unit(unit=cast.second_community, name="新名", on=JULY, by=cast.admin)
    with pytest.raises(StateRefused, match="已于2024-06-01撤销"):
        actions.move_unit(unit=cast.community, parent=cast.second_community, on=JULY, by=cast.admin)
    with pytest.raises(StateRefused, match="已经撤销"):
        actions.create_post(unit=cast_unit(cast, "QH-02"), name="岗", roles=["clerk"], by=cast.admin)


def cast_unit(cast: Cast, code: str) -> Unit:
    return queries.unit_by_code(cast.book, code)


def test_a_unit_is_not_closed_on_the_day_of_another_change(cast: Cast) -> None:
    actions.rename_unit(unit=cast.second_community, name="新名", on=JUNE, by=cast.admin)
    with pytest.raises(StateRefused, match="请用第二天的日期"):
        actions.close_unit(unit=cast.second_community, on=JUNE, by=cast.admin)


def test_a_unit_does_not_merge_into_itself_or_below(cast: Cast) -> None:
    leave(cast, cast.street)
    for into in (cast.street, cast.community):
        with pytest.raises(StateRefused, match="不能把“青禾街道”并入"):
            actions.merge_unit(unit=cast.street, into=into, on=JUNE, by=cast.admin)


@pytest.mark.parametrize("who", ["chen", "zhou", "outsider", "stranger", "other_admin"])
def test_only_who_arranges_units_changes_the_tree(cast: Cast, who: str) -> None:
    by = getattr(cast, who)
    for refused in [
        lambda: actions.rename_unit(unit=cast.street, name="新名", on=JUNE, by=by),
        lambda: actions.move_unit(unit=cast.street, parent=cast.other_street, on=JUNE, by=by),
        lambda: actions.close_unit(unit=cast.community, on=JUNE, by=by),
        lambda: actions.merge_unit(unit=cast.community, into=cast.other_community, on=JUNE, by=by),
        lambda: actions.create_unit(
            parent=cast.street, code="X", name="新", level="community", created_on=JUNE, by=by
        ),
    ]:
        with pytest.raises(NotAllowed):
            refused()


def test_a_units_own_administrator_cannot_move_it_away_or_close_it(cast: Cast) -> None:
    post = actions.create_post(unit=cast.street, name="街道管理员", roles=["administrator"], by=cast.admin)
    actions.appoint(person=cast.unposted, post=post, start=BEGINNING, by=cast.admin)
    actions.rename_unit(unit=cast.street, name="青禾新街道", on=JUNE, by=cast.unposted)
    with pytest.raises(NotAllowed):
        actions.move_unit(unit=cast.street, parent=cast.other_street, on=JULY, by=cast.unposted)
    with pytest.raises(NotAllowed):
        actions.close_unit(unit=cast.street, on=JULY, by=cast.unposted)


def test_a_unit_is_not_moved_into_another_book(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.move_unit(unit=cast.street, parent=cast.other_county, on=JUNE, by=cast.admin)


# --- creating -----------------------------------------------------------------------------------------------------


def test_rows_that_are_wrong_are_all_named_and_nothing_is_created(cast: Cast) -> None:
    rows = [
        actions.UnitRow("A", "好的", "community", "QH", JUNE),
        actions.UnitRow("QH", "重复", "community", "QH", JUNE),
        actions.UnitRow("B", "无上级", "community", "NOWHERE", JUNE),
        actions.UnitRow("C", "太早", "community", "A", date(2024, 5, 1)),
        actions.UnitRow("坏\x00码", "\x00", "Community", "QH", JUNE),
    ]
    with pytest.raises(InvalidInput) as refused:
        actions.create_units(book=cast.book, rows=rows, by=cast.admin)
    problems = refused.value.problems
    assert list(problems) == ["rows.1", "rows.2", "rows.3", "rows.4"]
    assert len(problems["rows.4"]) == 3
    assert not Unit.objects.filter(code="A").exists()


def test_a_row_may_stand_below_an_earlier_row(cast: Cast) -> None:
    rows = [
        actions.UnitRow("ZZ", "新街道", "street", "YC", JUNE),
        actions.UnitRow("ZZ-1", "新社区", "community", "ZZ", JUNE),
    ]
    street, community = actions.create_units(book=cast.book, rows=rows, by=cast.admin)
    assert community.ancestors == [cast.county.id, street.id, community.id]


def test_two_books_may_use_the_same_code(cast: Cast) -> None:
    unit = actions.create_unit(
        parent=cast.other_county, code="QH", name="另一个青禾", level="street", created_on=JUNE, by=cast.other_admin
    )
    assert queries.unit_by_code(cast.other_book, "QH") == unit
    assert queries.unit_by_code(cast.book, "QH") == cast.street


def test_a_code_that_does_not_exist_is_said_in_words(cast: Cast) -> None:
    with pytest.raises(NotFound, match="账套“云川县”里没有代码为“XX”的单位"):
        queries.unit_by_code(cast.book, "XX")
    with pytest.raises(NotFound, match="没有代码为“XX”的账套"):
        queries.book_by_code("XX")
    with pytest.raises(NotFound, match="没有用户名为“.”的人员"):
        queries.person_by_username("\x00")


def test_a_book_code_is_used_once(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="已经有代码为“YC”的账套"):
        actions.create_book(
            code="YC",
            name="又一个",
            level="county",
            created_on=BEGINNING,
            administrator=actions.NewPerson("yi", "某"),
            by="tests",
        )


# --- the log ------------------------------------------------------------------------------------------------------


def test_each_change_of_the_tree_is_in_the_log_with_who_did_it(cast: Cast) -> None:
    leave(cast, cast.community)
    actions.rename_unit(unit=cast.street, name="青禾新街道", on=JUNE, by=cast.admin)
    actions.move_unit(unit=cast.second_community, parent=cast.other_street, on=JUNE, by=cast.admin)
    actions.merge_unit(unit=cast.community, into=cast.other_community, on=JUNE, by=cast.admin)
    actions.close_unit(unit=cast.second_community, on=JULY, by=cast.admin)
    told = Event.objects.filter(book="YC", verb__startswith="unit.").exclude(verb="unit.create").order_by("id")
    assert [(event.actor, event.verb, event.subject, event.data) for event in told] == [
        ("person:tang", "unit.rename", "unit:QH", {"on": "2024-06-01", "from": "青禾街道", "to": "青禾新街道"}),
        ("person:tang", "unit.move", "unit:QH-02", {"on": "2024-06-01", "from": "QH", "to": "SL"}),
        ("person:tang", "unit.merge", "unit:QH-01", {"on": "2024-06-01", "into": "SL-01"}),
        ("person:tang", "unit.close", "unit:QH-02", {"on": "2024-07-01"}),
    ]


def test_the_log_never_holds_a_persons_name(cast: Cast) -> None:
    told = str(list(Event.objects.values("data", "subject", "actor")))
    assert "陈一禾" not in told
    assert "person:chen" in told
