"""Findings that are not solved by their day go to the next level, once for each; and what the daily job does."""

from __future__ import annotations

from datetime import date

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.findings import actions
from mingzhang.findings.models import Finding, FindingEscalation
from mingzhang.findings.queries import escalations_of
from mingzhang.jobs.work import keep_findings
from tests.findings.naive import standing, wanted
from tests.findings.world import World, moment


def risen(finding: Finding) -> list[tuple[int, str, str, list[int]]]:
    return [(one.level, one.unit.code, one.on.isoformat(), one.people) for one in escalations_of(finding)]


def escalate(world: World, day: str) -> int:
    with clock.at(moment(day)):
        return actions.escalate_findings(book=world.cast.book)


def test_a_late_finding_goes_to_who_decides_nearby_and_then_further(world: World) -> None:
    finding = world.finding_at("assigned", severity="grave")  # by Thursday 22 January
    for day in ("2026-01-26", "2026-01-27", "2026-01-27", "2026-01-29", "2026-01-30", "2026-03-02"):
        escalate(world, day)
    leaders = sorted([world.cast.zhou.pk, world.second_leader.pk])
    assert risen(finding) == [(1, "QH", "2026-01-27", leaders), (2, "YC", "2026-01-30", [world.cast.wei.pk])]


def test_what_was_handed_in_suspended_or_given_more_time_does_not_rise(world: World) -> None:
    for state in ("submitted", "suspended", "closed"):
        world.finding_at(state, severity="grave")
    granted = world.finding_at("assigned", severity="grave")
    actions.extend(finding=granted, until=date(2026, 2, 20), reason="等配件", by=world.cast.zhou)
    assert escalate(world, "2026-02-10") == 0


def test_a_finding_that_came_back_rises_anew(world: World) -> None:
    finding = world.finding_at("assigned", severity="grave")
    escalate(world, "2026-01-27")
    with clock.at(moment("2026-01-28")):
        for verb in ("submit", "verify", "close", "recur"):
            finding = world.do(verb, world.again(finding))
    escalate(world, "2026-02-10")
    assert [(one.round, one.level) for one in escalations_of(finding)] == [(1, 1), (2, 1)]


def test_what_is_put_before_the_same_people_on_one_day_is_one_event(world: World) -> None:
    for _number in range(3):
        world.finding_at("assigned", severity="grave")
    assert escalate(world, "2026-01-27") == 3
    event = Event.objects.get(verb="finding.escalate")
    assert (event.subject, len(event.data["findings"])) == ("unit:QH", 3)


def test_the_daily_job_does_everything_once(world: World) -> None:
    closed, late = world.finding_at("closed"), world.finding_at("assigned", severity="grave")
    with clock.at(moment("2026-04-15")):
        assert keep_findings() == "YC：1个到了回头看的日子、记账2笔、1个过期的报给上一级"
        assert keep_findings() == ""
        assert (world.again(closed).state, world.again(late).state) == ("follow_up_due", "assigned")
        assert FindingEscalation.objects.count() == 1
        assert standing() == wanted()
