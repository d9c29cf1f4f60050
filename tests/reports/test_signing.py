"""Signing: what is frozen, and what holds it."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from mingzhang.audit.models import Event
from mingzhang.core.digests import digest, show
from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused
from mingzhang.ledger.queries import position
from mingzhang.organisation.roles import ROLES, Permission, roles_with
from mingzhang.packs.marks import FigureMark
from mingzhang.reports import actions, queries
from mingzhang.reports.models import Report, ReportNumber, Signature
from mingzhang.reports.stored import proposal
from tests.reports.world import draft, report_at, sign, typed
from tests.web.office import Office


def test_a_signed_report_holds_every_number_with_its_position_entries_and_digest(office: Office) -> None:
    report = report_at(office, "signed")
    signature = Signature.objects.get(report=report)
    body = json.loads(signature.body)
    numbers = list(ReportNumber.objects.filter(report=report).order_by("mark"))
    assert [number.mark for number in numbers] == list(range(1, len(body["numbers"]) + 1))
    assert len(numbers) > 60
    assert {number.position for number in numbers} == {signature.position} == {position(office.cast.book)}
    for number, said in zip(numbers, body["numbers"], strict=True):
        assert (number.text, number.value, number.entries) == (said["text"], said["value"], said["entry_count"])
        assert show(bytes(number.set_digest)) == said["set_digest"]


def test_the_log_holds_the_digest_of_what_was_signed_and_a_checkpoint_covers_it(office: Office) -> None:
    report = report_at(office, "signed")
    signature = Signature.objects.select_related("checkpoint").get(report=report)
    event = Event.objects.get(subject=report.ref, verb="report.sign")
    assert bytes(signature.digest) == digest(signature.body.encode())
    assert event.data["body"] == show(bytes(signature.digest))
    assert event.data["position"] == signature.position
    assert signature.checkpoint.reason == "signing"
    assert event.leaf.seq <= signature.checkpoint.size


def test_only_the_leader_signs_and_only_what_was_reviewed(office: Office) -> None:
    report = report_at(office, "in_review")
    with pytest.raises(StateRefused):
        sign(report, office.cast.zhou)
    report = actions.review_report(report=report, by=office.cast.he)
    with pytest.raises(NotAllowed, match="签发报告"):
        sign(report, office.cast.he)
    assert sign(report, office.cast.zhou).state == "signed"


def test_nothing_is_signed_that_the_signer_has_not_seen(office: Office) -> None:
    report = report_at(office, "reviewed")
    seen = proposal(report, office.cast.zhou).digest
    actions.return_report(report=report, reason="换个说法。", by=office.cast.zhou)
    actions.submit_report(report=report, by=office.cast.chen)
    actions.review_report(report=report, by=office.cast.he)
    with pytest.raises(StateRefused, match="又有变化"):
        actions.sign_report(report=report, seen=seen, by=office.cast.zhou)


def test_what_is_signed_is_what_was_submitted_whatever_was_posted_since(office: Office) -> None:
    report = report_at(office, "reviewed")
    before = position(office.cast.book)
    office.post_talks(3)
    sign(report, office.cast.zhou)
    assert Signature.objects.get(report=report).position == before < position(office.cast.book)


def test_typed_numbers_without_support_keep_a_report_from_being_signed(office: Office) -> None:
    report = typed(office, "上半年走访近300户，慰问12人。")
    actions.submit_report(report=report, by=office.cast.chen)
    actions.review_report(report=report, by=office.cast.he)
    with pytest.raises(InvalidInput, match="“近300”、“12”"):
        sign(report, office.cast.zhou)


def test_a_typed_number_is_bound_to_a_figure_or_given_a_source(office: Office) -> None:
    report = typed(office, "宣讲2场，走访近300户。")
    prose = queries.prose_of(queries.version_of(report))
    [first, _second] = prose.unsupported()
    report = actions.bind_number(
        report=report, spot=first, mark=FigureMark("lectures"), seen=report.version, by=office.cast.chen
    )
    [second] = queries.prose_of(queries.version_of(report)).unsupported()
    report = actions.give_source(
        report=report, spot=second, source="街道民政办6月走访登记", seen=report.version, by=office.cast.chen
    )
    prose = queries.prose_of(queries.version_of(report))
    assert prose.unsupported() == []
    assert prose.block(first.block).texts == ("宣讲{figure: lectures}场，走访{cited: 近300, source: s1}户。",)
    actions.submit_report(report=report, by=office.cast.chen)
    actions.review_report(report=report, by=office.cast.he)
    sign(report, office.cast.zhou)
    body = json.loads(Signature.objects.get(report=report).body)
    assert body["document"]["note"] == "近300，出自街道民政办6月走访登记"


def test_a_second_report_of_the_same_kind_is_refused_until_the_first_is_withdrawn(office: Office) -> None:
    first = draft(office)
    with pytest.raises(StateRefused, match="已经有一份"):
        draft(office, by=office.cast.he)
    actions.withdraw_report(report=first, reason="重写。", by=office.cast.chen)
    assert draft(office, by=office.cast.he).pk != first.pk


FROZEN = [
    "UPDATE reports_signature SET body = '{}'",
    "DELETE FROM reports_signature",
    "TRUNCATE reports_signature",
    "UPDATE reports_reportnumber SET text = '5'",
    "DELETE FROM reports_reportnumber",
    "UPDATE reports_reportversion SET prose = '{}'",
    "UPDATE reports_reportreview SET passed = false",
    "DELETE FROM reports_report",
    "UPDATE reports_report SET title = '别的'",
    "UPDATE reports_report SET version = 1",
    "UPDATE reports_report SET state = 'draft'",
    'UPDATE reports_report SET "end" = "end" + 1',
]


@pytest.mark.parametrize("statement", FROZEN)
def test_the_database_refuses_to_change_what_was_signed(office: Office, statement: str) -> None:
    report_at(office, "signed")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_the_same_to_a_role_that_was_granted_it(office: Office) -> None:
    report_at(office, "signed")
    with connection.cursor() as cursor:
        cursor.execute("GRANT ALL ON reports_signature, reports_reportnumber TO CURRENT_USER")
    for statement in ("UPDATE reports_signature SET body = '{}'", "DELETE FROM reports_reportnumber"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_database_refuses_a_state_without_what_it_takes(office: Office) -> None:
    report = report_at(office, "reviewed")
    with pytest.raises(DatabaseError, match="is not signed"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(state="signed")
    with pytest.raises(DatabaseError, match="does not go from"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(state="published")


def test_whoever_reviews_or_signs_reports_may_work_on_them() -> None:
    for role in {*roles_with(Permission.REPORT_REVIEW), *roles_with(Permission.REPORT_SIGN)}:
        assert queries.WORKING in ROLES[role]
