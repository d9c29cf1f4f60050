"""People who leave, come back or forget their password; posts that change; and who may see to that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.organisation import actions, queries, rules
from mingzhang.organisation.models import Person
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.searching import people_in, search_people, search_units
from tests.cast import Cast, seat


def street_admin(cast: Cast) -> Person:
    return seat(cast.street, "jin", "金街管", "管理岗", ["administrator"], cast.admin)


def test_someone_who_has_left_holds_no_post_and_cannot_sign_in(cast: Cast) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    own = cast.chen.appointments.get()
    actions.delegate(appointment=own, to=cast.lu, start=clock.today(), last_day=tomorrow, by=cast.admin)
    later = actions.create_post(unit=cast.county, name="县里的岗", roles=["clerk"], by=cast.admin)
    actions.appoint(person=cast.chen, post=later, start=tomorrow, by=cast.admin)
    ended = actions.deactivate_person(person=cast.chen, by=cast.admin)
    cast.chen.refresh_from_db()
    assert not cast.chen.is_active
    assert [one.post.name for one in ended] == ["宣传干事"]
    assert not rules.can(cast.chen, Permission.RECORD_ADD, cast.street)
    assert not queries.holding(tomorrow).filter(post=own.post).exists()
    assert list(cast.chen.appointments.values_list("post__name", flat=True)) == ["宣传干事"]


def test_someone_who_is_back_must_be_appointed_and_given_a_password(cast: Cast) -> None:
    actions.deactivate_person(person=cast.chen, by=cast.admin)
    with pytest.raises(StateRefused):
        actions.deactivate_person(person=cast.chen, by=cast.admin)
    back = actions.reactivate_person(person=cast.chen, by=cast.admin)
    assert back.is_active
    assert not back.has_usable_password()
    with pytest.raises(StateRefused):
        actions.reactivate_person(person=cast.chen, by=cast.admin)


def test_nobody_ends_their_own_account_or_leaves_the_book_without_an_administrator(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="不能停用自己"):
        actions.deactivate_person(person=cast.admin, by=cast.admin)
    own = cast.admin.appointments.get()
    with pytest.raises(StateRefused, match="没有管理员"):
        actions.end_appointment(appointment=own, last_day=clock.today(), by=cast.admin)
    with pytest.raises(StateRefused, match="没有管理员"):
        actions.edit_post(post=own.post, name="管理员", roles=["clerk"], by=cast.admin)
    second = seat(cast.county, "lin", "林管理", "副管理员", ["administrator"], cast.admin)
    actions.deactivate_person(person=cast.admin, by=second)


def test_a_one_time_password_is_told_once_and_must_be_replaced(cast: Cast) -> None:
    told = actions.reset_password(person=cast.chen, by=cast.admin)
    cast.chen.refresh_from_db()
    assert check_password(told, cast.chen.password)
    assert cast.chen.must_change_password
    actions.set_password(person=cast.chen, password="liu-an-2026-xin", by=cast.chen)
    cast.chen.refresh_from_db()
    assert not cast.chen.must_change_password
    verbs = list(Event.objects.filter(subject="person:chen").order_by("id").values_list("verb", flat=True))
    assert verbs[-2:] == ["person.password_reset", "person.password"]
    assert told not in str(list(Event.objects.values_list("data", flat=True)))


def test_the_administrator_of_a_street_arranges_the_street_only(cast: Cast) -> None:
    jin = street_admin(cast)
    actions.rename_person(person=cast.lu, name="陆小滿", by=jin)
    for act in (actions.deactivate_person, actions.reset_password, actions.reactivate_person):
        with pytest.raises(NotAllowed):
            act(person=cast.outsider, by=jin)
        with pytest.raises(NotAllowed):
            act(person=cast.wei, by=jin)
    post = cast.outsider.appointments.get().post
    with pytest.raises(NotAllowed):
        actions.edit_post(post=post, name="改名", roles=["clerk"], by=jin)


def test_a_post_may_not_take_the_name_of_another_or_roles_that_do_not_exist(cast: Cast) -> None:
    post = cast.chen.appointments.get().post
    with pytest.raises(InvalidInput, match="已经有岗位"):
        actions.edit_post(post=post, name="文化站站长", roles=["clerk"], by=cast.admin)
    with pytest.raises(InvalidInput, match="没有这样的角色"):
        actions.edit_post(post=post, name="干事", roles=["king"], by=cast.admin)
    actions.edit_post(post=post, name="干事", roles=["clerk", "reviewer"], by=cast.admin)
    assert rules.can(cast.chen, Permission.RECORD_REVIEW, cast.street)


def test_people_are_found_by_those_who_arrange_them(cast: Cast) -> None:
    jin = street_admin(cast)
    scope = queries.visible_units(jin, Permission.PEOPLE_MANAGE)
    # A newcomer without a post anywhere is anybody's to appoint.
    assert {one.username for one in people_in(scope)} == {"chen", "he", "zhou", "lu", "jin", "xin"}
    assert [one.username for one in search_people(scope, "站长")] == ["he"]
    assert [one.username for one in search_people(scope, "吴")] == []
    everybody = queries.visible_units(cast.admin, Permission.PEOPLE_MANAGE)
    assert [one.username for one in search_people(everybody, "吴")] == ["wu"]
    assert "mo" not in {one.username for one in people_in(everybody)}


def test_a_unit_is_found_by_code_first_then_by_name_within_what_one_sees(cast: Cast) -> None:
    everything = queries.visible_units(cast.wei, Permission.RECORD_VIEW)
    assert [one.code for one in search_units(everything, "ｑｈ-01")] == ["QH-01"]
    assert [one.code for one in search_units(everything, "社")] == ["QH-01", "QH-02", "SL-01"]
    street = queries.visible_units(cast.chen, Permission.RECORD_VIEW)
    assert [one.code for one in search_units(street, "社区")] == ["QH-01", "QH-02"]
    assert list(search_units(street, "平湖")) == []
