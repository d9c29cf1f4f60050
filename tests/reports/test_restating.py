"""What changed since a report was signed."""

from __future__ import annotations

import random

import pytest

from mingzhang.figures.oracle import recount
from mingzhang.ledger import actions as ledger
from mingzhang.reports import queries
from mingzhang.reports.files import FORMS, content_of
from mingzhang.reports.models import Report, ReportNumber
from mingzhang.reports.restating import exact, request_of, restated
from mingzhang.reports.signed import Signed
from tests.reports.world import report_at
from tests.web.office import Office


def numbers_of(report: Report) -> list[ReportNumber]:
    return list(ReportNumber.objects.filter(report=report).order_by("mark"))


def named(report: Report, id: str) -> ReportNumber:
    return ReportNumber.objects.filter(report=report, figure=id, unit=report.unit).order_by("mark")[0]


def signed(report: Report) -> Signed:
    signature = queries.signature_of(report)
    assert signature is not None
    return Signed(signature)


def test_nothing_is_restated_right_after_signing(office: Office) -> None:
    report = report_at(office, "signed")
    assert restated(report, numbers_of(report)).changes == ()


def test_a_reversal_restates_the_numbers_it_counts_in_with_its_reason(office: Office) -> None:
    report = report_at(office, "signed")
    ledger.reverse_record(record=office.talk, reason="人数记重了", by=office.cast.he)
    found = restated(report, numbers_of(report))
    lectures = found.of(named(report, "lectures").mark)
    assert lectures is not None
    assert (lectures.signed, lectures.now.number) == (1, 0)
    [cause] = lectures.causes
    assert (cause.what, cause.reason, cause.effect) == ("reversed", "人数记重了", -1)
    assert [entry.record for entry in cause.entries] == [office.talk]


def test_what_was_posted_late_and_what_replaces_a_mistake_are_told_apart(office: Office) -> None:
    report = report_at(office, "signed")
    office.post_talks(2)
    ledger.reverse_record(record=office.talk, reason="写错了单位", by=office.cast.he)
    office.talk.refresh_from_db()
    again = ledger.add_record(
        kind=office.talk.kind, unit=office.cast.street, occurred_on=office.talk.occurred_on,
        data=office.talk.data, replaces=office.talk, by=office.cast.chen,
    )  # fmt: skip
    ledger.submit_record(record=again, by=office.cast.chen)
    ledger.review_record(record=again, passed=True, by=office.cast.he)
    ledger.post_record(record=again, by=office.cast.he)
    lectures = restated(report, numbers_of(report)).of(named(report, "lectures").mark)
    assert lectures is not None
    assert (lectures.signed, lectures.now.number) == (1, 3)
    told = {cause.what: cause.effect for cause in lectures.causes}
    assert told == {"late": 2, "reversed": -1, "corrected": 1}


def test_a_derived_number_is_explained_by_the_entries_of_its_parts(office: Office) -> None:
    report = report_at(office, "signed")
    ledger.reverse_record(record=office.talk, reason="没有办成", by=office.cast.he)
    found = restated(report, numbers_of(report)).of(named(report, "lectures_by_neighbours_share").mark)
    assert found is not None
    assert found.now.number is None
    assert [(cause.reason, cause.effect) for cause in found.causes] == [("没有办成", None)]


def test_a_sum_is_explained_by_the_amounts_of_the_entries(office: Office) -> None:
    report = report_at(office, "signed")
    ledger.reverse_record(record=office.talk, reason="没有办成", by=office.cast.he)
    found = restated(report, numbers_of(report)).of(named(report, "lecture_people").mark)
    assert found is not None
    assert (found.signed, found.now.number, [cause.effect for cause in found.causes]) == (40, 0, [-40])


def test_restated_values_are_those_of_a_recount_entry_by_entry(office: Office) -> None:
    report = report_at(office, "signed")
    chance = random.Random(7)
    posted = office.post_talks(6)
    for record in chance.sample(posted, 3):
        ledger.reverse_record(record=record, reason="记错了", by=office.cast.he)
    ledger.reverse_record(record=office.study, reason="记错了", by=office.cast.he)
    numbers = numbers_of(report)
    found = restated(report, numbers)
    recounted = recount([request_of(report, number) for number in numbers])
    for number in numbers:
        change = found.of(number.mark)
        assert recounted[request_of(report, number)] == (change.now.number if change else exact(number)), number


@pytest.mark.parametrize("form", FORMS)
def test_the_files_of_a_signed_report_stay_the_same_byte_for_byte(office: Office, form: str) -> None:
    report = report_at(office, "signed")
    before = content_of(signed(report), form)
    office.post_talks(2)
    ledger.reverse_record(record=office.talk, reason="记重了", by=office.cast.he)
    assert restated(report, numbers_of(report)).changes
    assert content_of(signed(report), form) == before


def test_restating_takes_as_many_queries_for_many_numbers_as_for_few(
    office: Office, django_assert_max_num_queries: object
) -> None:
    report = report_at(office, "signed")
    office.post_talks(2)
    numbers = numbers_of(report)
    restated(report, numbers)
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        assert len(restated(report, numbers).changes) > 3
