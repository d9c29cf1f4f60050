"""The ledger says of findings what the findings say, and nothing of anybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.engine import Request, evaluate
from mingzhang.findings import actions
from mingzhang.findings.models import Finding
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Unit
from tests.findings.naive import standing, wanted
from tests.findings.world import PATHS, World, moment


@pytest.mark.parametrize("state", PATHS)
def test_the_ledger_says_what_the_findings_say_in_every_state(world: World, state: str) -> None:
    world.finding_at(state)
    assert standing() == wanted()
    assert actions.accrue(book=world.cast.book) == 0, "nothing is left to post"


def test_a_day_that_passes_makes_a_finding_overdue_and_handing_it_in_by_then_keeps_it_in_time(world: World) -> None:
    late, handed_in = world.finding_at("assigned"), world.finding_at("submitted")
    with clock.at(moment("2026-03-20")):
        assert actions.accrue(book=world.cast.book) == 2
        assert actions.accrue(book=world.cast.book) == 0
        assert standing() == wanted()
        outcomes = {said["finding"]: said["outcome"] for said in (dict(entry[3]) for entry in standing())}
        assert outcomes == {late.number: "overdue", handed_in.number: "open"}


def test_an_entry_holds_no_words_of_anybody_and_leads_to_its_finding(world: World) -> None:
    finding = world.finding_at("confirmed")
    said = " ".join(str(entry.data) for entry in Entry.objects.filter(kind__code__startswith="findings."))
    assert finding.number in said
    for words in (finding.description, world.cast.lu.name, "换了玻璃", "看过了"):
        assert words not in said


def test_what_is_no_problem_of_its_own_is_not_counted(world: World) -> None:
    world.finding_at("not_a_problem")
    world.finding_at("merged")
    world.finding_at("split")
    found = [entry for entry in standing() if entry[0] == "findings.found"]
    assert len(found) == 1 + 2, "what was merged into, and two parts"


def values(world: World, unit: Unit, *figures: str) -> list[int]:
    """The figures of the half-year, which the plain recount confirms."""
    asked = [Request(one, world.pack.pk, unit.pk, Period.parse("2026H1")) for one in figures]
    told = {one: value.number for one, value in evaluate(asked).items()}
    assert told == oracle.recount(asked)
    return [int(told[one] or 0) for one in asked]


def test_figures_of_a_period_are_counts_that_close(world: World) -> None:
    world.finding_at("found")
    world.finding_at("suspended")
    closed = world.finding_at("closed")
    with clock.at(clock.now() + timedelta(days=20)):
        world.do("recur", closed)
        world.do("close", world.do("verify", world.do("submit", world.again(closed))))
        actions.accrue(book=world.cast.book)
        assert Finding.objects.filter(state="closed", round=2).count() == 1
        names = (
            "findings_found", "findings_found_closed", "findings_open", "findings_overdue", "findings_suspended",
            "findings_closed", "findings_closed_in_time", "findings_closed_again", "findings_days",
            "findings_followed_up", "findings_confirmed", "findings_recurred",
        )  # fmt: skip
        found = values(world, world.cast.street, *names)
    assert found == [3, 1, 1, 0, 1, 2, 2, 1, 0, 1, 0, 1]
