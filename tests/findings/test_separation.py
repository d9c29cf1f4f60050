"""Who corrected a finding does not say that it is solved: refused by the rules in words, and by the database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import Error, connection, transaction

from mingzhang.core import clock
from mingzhang.core.errors import NotAllowed, StateRefused
from mingzhang.findings import actions
from mingzhang.findings.models import Closing, Finding, FindingStep, Verification
from mingzhang.organisation.actions import delegate
from mingzhang.organisation.models import Appointment, Person
from tests import cast as people
from tests.findings.world import World


def refused_by_database(statement: str, *values: object) -> str:
    """The name of what in the database refuses a statement."""
    with pytest.raises(Error) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    told = refused.value.__cause__
    return str(getattr(getattr(told, "diag", None), "constraint_name", None) or told)


def in_for(absent: Person, stand_in: Person) -> None:
    """`stand_in` takes the place of `absent` for a month from today."""
    seat = Appointment.objects.filter(person=absent).select_related("post").get()
    today = clock.today()
    delegate(appointment=seat, to=stand_in, start=today, last_day=today + timedelta(days=30), by=absent)


def test_who_answers_for_a_finding_does_not_verify_it(world: World) -> None:
    both = people.seat(world.cast.community, "du", "杜两任", "副主任", ["clerk", "reviewer"], world.cast.admin)
    finding = world.report()
    actions.assign(finding=finding, owner=both, by=world.cast.he)
    actions.submit(finding=finding, result="换了", by=world.cast.lu)
    with pytest.raises(NotAllowed, match="您参与了整改"):
        actions.verify(finding=finding, by=both)
    finding = world.again(finding)
    assert refused_by_database(
        VERIFICATION, finding.pk, finding.round, world.cast.lu.pk, both.pk, "2026-01-15"
    ) == "finding_other_hands"  # fmt: skip


VERIFICATION = (
    'INSERT INTO findings_verification (finding_id, round, corrector_id, verifier_id, passed, note, "on", at)'
    " VALUES (%s, %s, %s, %s, true, '', %s, now())"
)


def test_who_wrote_a_measure_down_does_not_verify_it(world: World) -> None:
    both = people.seat(world.cast.street, "du", "杜两任", "副主任", ["clerk", "reviewer"], world.cast.admin)
    finding = world.finding_at("correcting")
    actions.add_measure(finding=finding, what="换玻璃", by=both)
    finding = world.do("submit", finding)
    with pytest.raises(NotAllowed, match="您参与了整改"):
        actions.verify(finding=finding, by=both)


@pytest.mark.parametrize("who", ["stand_in", "stood_for"])
def test_who_stands_in_for_the_corrector_on_that_day_does_not_verify_it(world: World, who: str) -> None:
    finding = world.finding_at("submitted")
    he, lu = world.cast.he, world.cast.lu
    in_for(lu, he) if who == "stand_in" else in_for(he, lu)
    with pytest.raises(NotAllowed, match="正在互相代理"):
        actions.verify(finding=finding, by=he)
    assert refused_by_database(VERIFICATION, finding.pk, 1, lu.pk, he.pk, "2026-01-20") == "finding_other_hands"
    with clock.at(clock.now() + timedelta(days=60)):
        assert actions.verify(finding=finding, by=he).state == "verified", "the absence is over"


def test_a_corrector_does_not_close_nor_follow_up(world: World) -> None:
    leader = people.seat(world.cast.street, "du", "杜主任", "主任", ["clerk", "leader"], world.cast.admin)
    finding = world.finding_at("correcting")
    actions.finish_measure(
        measure=actions.add_measure(finding=finding, what="换玻璃", by=leader), done_on=date(2026, 1, 15), by=leader
    )
    finding = world.do("verify", world.do("submit", finding))
    with pytest.raises(NotAllowed, match="您参与了整改"):
        actions.close(finding=finding, by=leader)
    finding = world.do("close", finding)
    with pytest.raises(NotAllowed, match="您参与了整改"):
        actions.follow_up(finding=finding, result="confirmed", by=leader)
    closing = Closing.objects.get(finding=finding)
    assert refused_by_database(
        'INSERT INTO findings_followup (closing_id, result, "on", by_id, note, at)'
        " VALUES (%s, 'confirmed', '2026-01-15', %s, '', now())",
        closing.pk, leader.pk,
    ) == "finding_other_hands"  # fmt: skip


@pytest.mark.parametrize("state", ["verified", "closed", "confirmed"])
def test_nothing_is_verified_or_closed_by_writing_so_into_the_table(world: World, state: str) -> None:
    finding = world.finding_at("submitted")
    write = "UPDATE findings_finding SET state = %s WHERE id = %s"
    assert refused_by_database(write, state, finding.pk) == "finding_verified"
    verified = world.do("verify", finding)
    if state != "verified":
        assert refused_by_database(write, state, verified.pk) == "finding_closed"


def test_a_verification_of_an_earlier_round_or_try_does_not_count(world: World) -> None:
    finding = world.do("recur", world.finding_at("closed"))
    assert refused_by_database(
        "UPDATE findings_finding SET state = 'closed' WHERE id = %s", finding.pk
    ) == "finding_verified"  # fmt: skip
    finding = world.finding_at("verified")
    actions.send_back(finding=finding, reason="还差一块", by=world.cast.zhou)
    passed = Verification.objects.get(finding=finding, passed=True)
    assert (
        refused_by_database(CLOSING, finding.pk, passed.pk, world.cast.zhou.pk, finding.unit_id)
        == "closing_verified"
    )


CLOSING = (
    'INSERT INTO findings_closing (finding_id, round, verification_id, by_id, "on", at, note, unit_id, category,'
    " severity, deadline, days, in_time)"
    " VALUES (%s, 1, %s, %s, '2026-01-15', now(), '', %s, 'facility', 'minor', '2026-01-15', 1, true)"
)


def test_what_people_did_about_a_finding_is_not_changed_or_deleted(world: World) -> None:
    finding = world.finding_at("confirmed")
    for table in ("findingstep", "verification", "closing", "followup"):
        assert "append-only" in refused_by_database(f"UPDATE findings_{table} SET at = now()")
        assert "permission denied" in refused_by_database(f"DELETE FROM findings_{table}")
    assert "permission denied" in refused_by_database("DELETE FROM findings_finding")
    assert refused_by_database(
        "UPDATE findings_finding SET number = '2026-9999' WHERE id = %s", finding.pk
    ) == "finding_settled"  # fmt: skip


def test_an_assigned_finding_always_has_an_owner(world: World) -> None:
    finding = world.finding_at("assigned")
    assert refused_by_database(
        "UPDATE findings_finding SET owner_id = NULL WHERE id = %s", finding.pk
    ) == "finding_has_an_owner"  # fmt: skip


def test_whoever_doubted_a_finding_does_not_decide_whether_it_is_one(world: World) -> None:
    leader = people.seat(world.cast.street, "du", "杜主任", "主任", ["clerk", "leader"], world.cast.admin)
    finding = world.finding_at("assigned")
    actions.doubt(finding=finding, reason="不算", by=leader)
    with pytest.raises(NotAllowed, match="不能由您自己来定"):
        actions.decide_doubt(finding=finding, is_problem=False, reason="不算", by=leader)
    decided = actions.decide_doubt(finding=finding, is_problem=True, reason="还是算", by=world.cast.zhou)
    assert (decided.state, decided.owner) == ("assigned", world.cast.lu)


def test_what_may_not_be_done_now_is_refused_with_what_may(world: World) -> None:
    with pytest.raises(StateRefused, match="现在是“待派办”，不能销号。现在可以：派办"):
        actions.close(finding=world.report(), by=world.cast.zhou)
    with pytest.raises(NotAllowed, match="您不能在“柳岸社区”派办"):
        actions.assign(finding=world.report(), owner=world.cast.lu, by=world.cast.lu)
    assert FindingStep.objects.exclude(verb="report").count() == 0
    assert Finding.objects.count() == 2
