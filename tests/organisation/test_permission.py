"""Who may do what where."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.organisation import actions, queries, rules
from mingzhang.organisation.models import Appointment, Person, Unit
from mingzhang.organisation.roles import PERMISSION_NAMES, ROLE_NAMES, ROLES, Permission
from tests.cast import Cast

ADD, REVIEW, VIEW = Permission.RECORD_ADD, Permission.RECORD_REVIEW, Permission.RECORD_VIEW


def seat_of(person: Person) -> Appointment:
    return Appointment.objects.get(person=person, stands_in_for=None)


# who, what, may in: county, street, community, other street, other community
MATRIX = [
    ("chen", ADD, "nyynn"),
    ("chen", VIEW, "nyynn"),
    ("chen", REVIEW, "nnnnn"),
    ("he", REVIEW, "nyynn"),
    ("he", ADD, "nnnnn"),
    ("zhou", REVIEW, "nyynn"),
    ("lu", ADD, "nnynn"),
    ("wei", REVIEW, "yyyyy"),
    ("qin", VIEW, "yyyyy"),
    ("qin", ADD, "nnnnn"),
    ("qin", Permission.RECORD_POST, "nnnnn"),
    ("outsider", ADD, "nnnyy"),
    ("outsider", VIEW, "nnnyy"),
    ("admin", Permission.UNIT_MANAGE, "yyyyy"),
    ("admin", Permission.EVIDENCE_VIEW, "nnnnn"),
    ("admin", REVIEW, "nnnnn"),
    ("unposted", VIEW, "nnnnn"),
    ("stranger", VIEW, "nnnnn"),
    ("other_admin", Permission.UNIT_MANAGE, "nnnnn"),
]


@pytest.mark.parametrize(("name", "permission", "expected"), MATRIX)
def test_a_role_counts_in_its_unit_and_below_and_nowhere_else(
    cast: Cast, name: str, permission: Permission, expected: str
) -> None:
    person = getattr(cast, name)
    units = [cast.county, cast.street, cast.community, cast.other_street, cast.other_community]
    found = "".join("y" if rules.can(person, permission, unit) else "n" for unit in units)
    assert found == expected
    scope = queries.visible_units(person, permission)
    assert "".join("y" if scope.contains(unit) else "n" for unit in units) == expected
    listed = set(scope.filter(Unit.objects.all(), field="id"))
    assert "".join("y" if unit in listed else "n" for unit in units) == expected


def test_whoever_rules_a_whole_book_sees_nothing_of_another(cast: Cast) -> None:
    scope = queries.visible_units(cast.wei, VIEW)
    assert scope.everything
    assert not scope.contains(cast.other_county)
    assert cast.other_county not in scope.filter(Unit.objects.all(), field="id")


def test_a_scope_filters_by_any_path_to_a_unit(cast: Cast) -> None:
    rows = Appointment.objects.all()
    seen = queries.visible_units(cast.he, VIEW).filter(rows, field="post__unit", book="post__unit__book")
    assert {row.person for row in seen} == {cast.chen, cast.he, cast.zhou, cast.lu}
    everyone = queries.visible_units(cast.wei, VIEW).filter(rows, field="post__unit", book="post__unit__book")
    assert {row.person.book for row in everyone} == {cast.book}
    assert list(queries.visible_units(cast.unposted, VIEW).filter(rows, field="post__unit")) == []


def test_resolving_what_is_visible_takes_two_queries(cast: Cast, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        queries.visible_units(cast.chen, VIEW)


def test_a_refusal_says_which_role_is_needed_and_whom_to_ask(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refused:
        rules.check_can(cast.chen, REVIEW, cast.street)
    assert str(refused.value) == (
        "您不能在“青禾街道”审核记录单。需要“审核人”或“领导”角色，请联系云川县的管理员云川县管理员。"
    )


def test_a_refusal_names_nobody_of_another_book(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refused:
        rules.check_can(cast.stranger, VIEW, cast.street)
    assert "云川县管理员" not in str(refused.value)


def test_a_review_step_asks_for_its_very_role(cast: Cast) -> None:
    assert rules.has_role(cast.he, "reviewer", cast.community)
    assert not rules.has_role(cast.he, "leader", cast.community)
    with pytest.raises(NotAllowed, match="您在“柳岸社区”没有“领导”角色。"):
        rules.check_has_role(cast.he, "leader", cast.community)


def test_every_role_and_permission_has_a_name() -> None:
    assert set(ROLE_NAMES) == set(ROLES)
    assert set(PERMISSION_NAMES) == set(Permission)
    assert set().union(*ROLES.values()) == set(Permission)


# --- appointments -------------------------------------------------------------------------------------------------


def test_an_appointment_counts_from_its_first_to_its_last_day(cast: Cast) -> None:
    last = clock.today() + timedelta(days=3)
    actions.end_appointment(appointment=seat_of(cast.chen), last_day=last, by=cast.admin)
    assert not rules.can(cast.chen, ADD, cast.street, on=date(2022, 12, 31))
    assert rules.can(cast.chen, ADD, cast.street, on=date(2023, 1, 1))
    assert rules.can(cast.chen, ADD, cast.street, on=last)
    assert not rules.can(cast.chen, ADD, cast.street, on=last + timedelta(days=1))


def test_an_inactive_person_may_do_nothing(cast: Cast) -> None:
    Person.objects.filter(pk=cast.chen.pk).update(is_active=False)
    assert not rules.can(cast.chen, ADD, cast.street)
    assert not queries.visible_units(cast.chen, ADD).contains(cast.street)


def test_a_delegate_has_the_roles_of_the_post_while_it_lasts(cast: Cast) -> None:
    today = clock.today()
    actions.delegate(
        appointment=seat_of(cast.he), to=cast.chen, start=today, last_day=today + timedelta(days=6), by=cast.he
    )
    assert rules.can(cast.chen, REVIEW, cast.street)
    assert rules.can(cast.he, REVIEW, cast.street)
    assert not rules.can(cast.chen, REVIEW, cast.street, on=today + timedelta(days=7))


def test_a_delegation_ends_with_the_appointment_it_stands_in_for(cast: Cast) -> None:
    today = clock.today()
    held = seat_of(cast.he)
    days = {"start": today - timedelta(days=2), "last_day": today + timedelta(days=9)}
    actions.delegate(appointment=held, to=cast.chen, **days, by=cast.he)
    actions.end_appointment(appointment=held, last_day=today - timedelta(days=1), by=cast.admin)
    assert not rules.can(cast.chen, REVIEW, cast.street)
    assert rules.can(cast.chen, REVIEW, cast.street, on=today - timedelta(days=1))


def test_a_delegation_that_never_began_goes_with_the_appointment(cast: Cast) -> None:
    today = clock.today()
    held = seat_of(cast.he)
    days = {"start": today + timedelta(days=5), "last_day": today + timedelta(days=9)}
    later = actions.delegate(appointment=held, to=cast.chen, **days, by=cast.he)
    actions.end_appointment(appointment=held, last_day=today, by=cast.admin)
    assert not Appointment.objects.filter(pk=later.pk).exists()


def test_only_the_holder_or_who_arranges_people_may_delegate(cast: Cast) -> None:
    today = clock.today()
    held = seat_of(cast.he)
    assert rules.user_can_delegate(cast.he, held)
    assert rules.user_can_delegate(cast.admin, held)
    assert not rules.user_can_delegate(cast.outsider, held)
    with pytest.raises(NotAllowed):
        actions.delegate(appointment=held, to=cast.outsider, start=today, last_day=today, by=cast.outsider)


def test_a_delegate_cannot_delegate_further(cast: Cast) -> None:
    today = clock.today()
    days = {"start": today, "last_day": today}
    seat = actions.delegate(appointment=seat_of(cast.he), to=cast.chen, **days, by=cast.he)
    with pytest.raises(StateRefused, match="不能再转给别人代理"):
        actions.delegate(appointment=seat, to=cast.zhou, **days, by=cast.chen)


def test_a_delegation_stays_within_the_appointment(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="任职的日子之内"):
        actions.delegate(
            appointment=seat_of(cast.he),
            to=cast.chen,
            start=date(2022, 12, 31),
            last_day=date(2023, 1, 5),
            by=cast.he,
        )


def test_nobody_is_appointed_to_a_post_of_another_book(cast: Cast) -> None:
    post = seat_of(cast.chen).post
    with pytest.raises(InvalidInput, match="不在这个账套里"):
        actions.appoint(person=cast.stranger, post=post, start=date(2024, 1, 1), by=cast.admin)


def test_nobody_holds_one_post_twice_at_a_time(cast: Cast) -> None:
    post = seat_of(cast.chen).post
    with pytest.raises(StateRefused, match="已在“宣传干事”任职"):
        actions.appoint(person=cast.chen, post=post, start=date(2024, 1, 1), by=cast.admin)


def test_a_clerk_cannot_arrange_people(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.create_post(unit=cast.street, name="新岗位", roles=["clerk"], by=cast.chen)
    with pytest.raises(NotAllowed):
        actions.create_person(book=cast.book, username="new", name="新人", password=None, by=cast.chen)
    with pytest.raises(NotAllowed):
        actions.appoint(person=cast.lu, post=seat_of(cast.chen).post, start=date(2024, 1, 1), by=cast.chen)
    with pytest.raises(NotAllowed):
        actions.end_appointment(appointment=seat_of(cast.lu), last_day=date(2024, 1, 1), by=cast.chen)


def test_an_administrator_enters_people_in_their_own_book_only(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="自己的账套"):
        actions.create_person(book=cast.other_book, username="new", name="新人", password=None, by=cast.admin)


def test_an_unknown_role_is_named_with_those_that_exist(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="没有这样的角色：boss。.*clerk"):
        actions.create_post(unit=cast.street, name="新岗位", roles=["boss"], by=cast.admin)


@pytest.mark.parametrize("username", ["", "a b", "<script>", "x" * 65, "a\x00b"])
def test_a_username_that_could_mislead_is_refused(cast: Cast, username: str) -> None:
    with pytest.raises(InvalidInput):
        actions.create_person(book=cast.book, username=username, name="新人", password=None, by=cast.admin)


def test_usernames_that_look_alike_are_the_same(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="已经有人在用"):
        actions.create_person(book=cast.book, username="ＣＨＥＮ", name="新人", password=None, by=cast.admin)


def test_a_person_signs_in_with_the_password_given(cast: Cast) -> None:
    person = actions.create_person(
        book=cast.book, username="new", name="新人", password="qing-he-2026", by=cast.admin
    )
    assert person.check_password("qing-he-2026")
    assert not cast.chen.has_usable_password()
    assert Person.objects.get_by_natural_key(" New") == person


def test_a_weak_password_is_refused_with_the_reason(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        actions.create_person(book=cast.book, username="new", name="新人", password="1", by=cast.admin)
    assert refused.value.problems["password"]


def test_a_password_is_changed_by_oneself_or_by_who_arranges_all_ones_posts(cast: Cast) -> None:
    actions.set_password(person=cast.chen, password="yi-he-2026-a", by=cast.chen)
    actions.set_password(person=cast.chen, password="yi-he-2026-b", by=cast.admin)
    assert Person.objects.get(pk=cast.chen.pk).check_password("yi-he-2026-b")
    for by in (cast.he, cast.zhou, cast.other_admin):
        with pytest.raises(NotAllowed):
            actions.set_password(person=cast.chen, password="yi-he-2026-c", by=by)
    with pytest.raises(InvalidInput):
        actions.set_password(person=cast.chen, password="1", by=cast.chen)


def test_a_streets_administrator_cannot_take_over_someone_who_also_serves_the_county(cast: Cast) -> None:
    post = actions.create_post(unit=cast.street, name="街道管理员", roles=["administrator"], by=cast.admin)
    actions.appoint(person=cast.lu, post=post, start=date(2024, 1, 1), by=cast.admin)
    actions.set_password(person=cast.chen, password="yi-he-2026-a", by=cast.lu)
    actions.appoint(person=cast.wei, post=seat_of(cast.chen).post, start=date(2024, 1, 1), by=cast.admin)
    for whose in (cast.wei, cast.admin, cast.unposted):
        with pytest.raises(NotAllowed):
            actions.set_password(person=whose, password="yi-he-2026-a", by=cast.lu)


# --- orphans ------------------------------------------------------------------------------------------------------


def test_a_post_that_nobody_holds_is_an_orphan(cast: Cast) -> None:
    assert list(queries.vacant_posts(cast.book)) == []
    yesterday = clock.today() - timedelta(days=1)
    held = seat_of(cast.lu)
    actions.end_appointment(appointment=held, last_day=yesterday, by=cast.admin)
    assert list(queries.vacant_posts(cast.book)) == [held.post]
    assert list(queries.vacant_posts(cast.other_book)) == []


def test_a_delegation_that_ran_out_lately_is_told(cast: Cast) -> None:
    today = clock.today()
    days = {"start": today - timedelta(days=9), "last_day": today - timedelta(days=1)}
    seat = actions.delegate(appointment=seat_of(cast.he), to=cast.chen, **days, by=cast.he)
    assert list(queries.expired_delegations(cast.book)) == [seat]
    assert list(queries.expired_delegations(cast.book, since=today)) == []
    assert list(queries.expired_delegations(cast.other_book)) == []


def test_people_of_a_unit_are_those_who_hold_its_posts(cast: Cast) -> None:
    assert set(queries.people_of(cast.street)) == {cast.chen, cast.he, cast.zhou}
    assert list(queries.people_of(cast.street, on=date(2022, 1, 1))) == []
