"""Standing in for somebody ends before its day when they are back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import NotAllowed, StateRefused
from mingzhang.organisation import actions
from mingzhang.organisation.models import Appointment
from mingzhang.organisation.queries import delegations_around
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import can
from tests.cast import Cast

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 13)


@pytest.fixture
def delegation(cast: Cast) -> Appointment:
    held = cast.zhou.appointments.get()
    return actions.delegate(appointment=held, to=cast.he, start=FIRST, last_day=LAST, by=cast.zhou)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 4, tzinfo=UTC)


def test_the_holder_is_back_and_today_is_the_last_day(cast: Cast, delegation: Appointment) -> None:
    with clock.at(day(4)):
        actions.end_delegation(delegation=delegation, by=cast.zhou)
        assert can(cast.he, Permission.TASK_DECIDE, cast.street)
        assert [one.valid.upper for one in delegations_around(cast.he, clock.today())] == [date(2026, 3, 5)]
    with clock.at(day(5)):
        assert not can(cast.he, Permission.TASK_DECIDE, cast.street)
        assert delegations_around(cast.zhou, clock.today()) == []
    event = Event.objects.get(verb="post.end_delegation")
    assert (event.actor, event.subject) == (cast.zhou.ref, cast.he.ref)


def test_one_that_has_not_begun_falls_away(cast: Cast, delegation: Appointment) -> None:
    with clock.at(day(1)):
        actions.end_delegation(delegation=delegation, by=cast.zhou)
        assert delegations_around(cast.zhou, clock.today()) == []


def test_both_see_it_until_it_is_over(cast: Cast, delegation: Appointment) -> None:
    with clock.at(day(13)):
        for person in (cast.zhou, cast.he):
            assert delegations_around(person, clock.today()) == [delegation]
        assert delegations_around(cast.chen, clock.today()) == []
    with clock.at(day(14)):
        assert delegations_around(cast.he, clock.today()) == []


@pytest.mark.parametrize("who", ["he", "chen", "wei", "outsider", "stranger"])
def test_nobody_else_ends_it(cast: Cast, delegation: Appointment, who: str) -> None:
    with clock.at(day(4)), pytest.raises(NotAllowed):
        actions.end_delegation(delegation=delegation, by=getattr(cast, who))


def test_what_is_over_or_no_delegation_is_not_ended(cast: Cast, delegation: Appointment) -> None:
    with clock.at(day(16)), pytest.raises(StateRefused):
        actions.end_delegation(delegation=delegation, by=cast.zhou)
    with clock.at(day(4)), pytest.raises(StateRefused):
        actions.end_delegation(delegation=cast.zhou.appointments.get(), by=cast.zhou)
