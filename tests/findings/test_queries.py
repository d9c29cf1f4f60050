"""Which findings people see, and that lists and boards ask no more the longer they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingzhang.core import clock
from mingzhang.core.errors import NotAllowed
from mingzhang.findings import actions
from mingzhang.findings.models import Finding
from mingzhang.findings.queries import Wanted, board, page_of, visible_to, what_came_of
from mingzhang.findings.rules import check_user_can_view
from mingzhang.findings.waiting import waiting_for
from mingzhang.organisation.models import Person, Unit
from tests.findings.world import World


def listed(world: World, unit: Unit, state: str = "open", **more: object) -> list[str]:
    found, count = page_of(Wanted(unit, clock.today(), state, **more))  # type: ignore[arg-type]
    assert count == len(found)
    return [finding.number for finding in found]


def waiting(person: Person) -> dict[str, list[int]]:
    _days, first = waiting_for(person, each=10)
    return {kind: found for kind, found in first.items() if found}


def asked(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        ask()
    return len(queries)


def test_people_see_what_their_units_found_or_have_to_correct(world: World) -> None:
    c = world.cast
    here = world.report(unit=c.community, origin=c.street)
    there = world.report(unit=c.second_community)
    assert set(visible_to(c.lu)) == {here}
    assert set(visible_to(c.he)) == set(visible_to(c.wei)) == {here, there}
    assert set(visible_to(c.outsider)) == set(visible_to(c.stranger)) == set()
    with pytest.raises(NotAllowed):
        check_user_can_view(c.outsider, here)


def test_a_unit_sees_what_it_is_offered_and_loses_sight_of_what_it_refused(world: World) -> None:
    finding, other = world.finding_at("assigned"), world.cast.outsider
    actions.transfer(finding=finding, to=world.cast.other_street, reason="在桥那头", by=world.cast.lu)
    assert list(visible_to(other)) == [finding]
    check_user_can_view(other, finding)
    assert waiting(other)["accept"] == [finding.pk]
    actions.refuse_transfer(finding=finding, reason="桥这头是你们的", by=other)
    assert list(visible_to(other)) == []


def test_each_sees_what_waits_for_them_and_not_what_they_did(world: World) -> None:
    c = world.cast
    found, submitted, verified = (world.finding_at(state) for state in ("found", "submitted", "verified"))
    assert waiting(c.zhou) == {"assign": [found.pk], "verify": [submitted.pk], "close": [verified.pk]}
    assert not {"assign", "verify", "close"} & waiting(c.lu).keys()


def test_lists_are_narrowed_and_sorted_by_what_is_due_first(world: World) -> None:
    minor, grave = world.finding_at("assigned"), world.finding_at("assigned", severity="grave")
    elsewhere = world.report(unit=world.cast.second_community, category="safety", place="桥头")
    assert listed(world, world.cast.street) == [grave.number, minor.number, elsewhere.number]
    assert listed(world, world.cast.community) == [grave.number, minor.number]
    assert listed(world, world.cast.street, alone=True) == []
    assert listed(world, world.cast.county, category="safety") == [elsewhere.number]
    assert listed(world, world.cast.county, place="桥") == [elsewhere.number]
    assert listed(world, world.cast.county, owner=world.cast.lu, severity="minor") == [minor.number]
    assert listed(world, world.cast.county, text=grave.number) == [grave.number]
    assert listed(world, world.cast.county, "late") == []
    with clock.at(clock.now() + timedelta(days=10)):
        assert listed(world, world.cast.county, "late") == [grave.number]
    assert listed(world, world.cast.county, "soon") == listed(world, world.cast.county, pressing=True) == []


def test_the_board_has_a_column_for_each_step_with_the_first_cards(world: World) -> None:
    for state in ("found", "assigned", "correcting", "submitted", "verified", "closed", "confirmed", "suspended"):
        world.finding_at(state)
    with clock.at(clock.now() + timedelta(days=60)):
        columns = board(Wanted(world.cast.county, clock.today()), cards=1)
    assert [(one.key, one.count, one.late, len(one.cards)) for one in columns] == [
        ("to_assign", 1, 1, 1), ("correcting", 2, 2, 1), ("to_verify", 1, 0, 1), ("to_close", 1, 0, 1),
        ("closed", 2, 0, 1),
    ]  # fmt: skip


def test_lists_boards_and_what_came_of_a_sheet_ask_no_more_when_they_are_longer(world: World) -> None:
    wanted = Wanted(world.cast.street, clock.today())
    record = world.study("一")
    world.finding_at("assigned")

    def ask() -> list[int]:
        rows = lambda: [(one.unit.name, one.owner and one.owner.name) for one in page_of(wanted)[0]]  # noqa: E731
        cards = lambda: [card.unit.name for column in board(wanted) for card in column.cards]  # noqa: E731
        came = lambda: [one.unit.name for one in what_came_of(record).findings]  # noqa: E731
        return [asked(rows), asked(cards), asked(came)]

    before = ask()
    for _number in range(5):
        world.finding_at("assigned")
    Finding.objects.filter(state="assigned").update(record=record)
    assert ask() == before == [3, 3, 2]


def test_a_list_and_a_board_count_no_further_than_they_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [world.finding_at("assigned").number for _number in range(3)]
    monkeypatch.setattr("mingzhang.findings.counting.MOST_COUNTED", 2)
    with clock.at(clock.now() + timedelta(days=60)):
        wanted = Wanted(world.cast.county, clock.today())
        (first, count), (second, _count) = page_of(wanted, 1, 1), page_of(wanted, 2, 1)
        correcting = board(wanted, cards=1)[1]
    assert [one.number for one in (*first, *second)] == numbers[:2]
    assert count == correcting.count == correcting.late == 2
    assert correcting.more == 1
