"""The bundle of a signed report: what is in it, and where it is to be had."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from mingzhang.audit import keys
from mingzhang.audit.commitments import opened
from mingzhang.audit.models import Event
from mingzhang.core.errors import Corrupt, StateRefused
from mingzhang.ledger import actions as ledger
from mingzhang.reports.bundles import VERIFIER, bundle
from mingzhang.reports.models import Report
from tests.faults.commands import done, refused
from tests.reports.test_verify_bundle import holds, told
from tests.reports.world import report_at
from tests.web.office import Office


@pytest.fixture
def report(office: Office) -> Report:
    """The half-year report of the office, signed, with talks in the ledger that were counted."""
    office.post_talks(5)
    return report_at(office, "signed")


def test_a_whole_half_year_is_verified(report: Report) -> None:
    found = told(bundle(report))
    assert [mark for mark, *_words in found] == ["✓"] * 8


def test_the_same_report_gives_the_same_bytes_whatever_is_posted_or_reversed_later(
    report: Report, office: Office
) -> None:
    before = bundle(report)
    office.post_talks(3)
    ledger.reverse_record(record=office.talk, reason="人数记错了", by=office.cast.he)
    keys.rotate(by="tests")
    assert bundle(report) == before
    assert holds(before)


def test_a_report_that_is_not_signed_has_no_bundle(office: Office) -> None:
    with pytest.raises(StateRefused, match="还没有签发"):
        bundle(report_at(office, "reviewed"))


def test_no_bundle_is_made_of_entries_that_were_tampered_with(report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("GRANT ALL ON ledger_entry TO CURRENT_USER; ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET data = data || '{\"people\": 41}' WHERE seq = 1")
    with pytest.raises(Corrupt, match="第1笔"):
        bundle(report)


def test_a_signed_report_is_taken_away_from_its_page_with_the_program_that_checks_it(
    report: Report, office: Office, client: Client, tmp_path: Path
) -> None:
    client.force_login(office.cast.zhou)
    page = client.get(reverse("reports:report", args=(report.pk,))).content.decode()
    address = reverse("reports:bundle", args=(report.pk,))
    assert address in page
    assert reverse("reports:verifier") in page
    response = client.get(address)
    assert response.content == bundle(report)
    assert "attachment" in response["Content-Disposition"]
    assert client.get(reverse("reports:verifier")).content == VERIFIER.read_bytes()


def test_the_command_writes_the_bundle_and_the_program_beside_it(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    said = done("bundle", report.pk, "--out", path, "--with-verifier")
    assert said.split() == [str(path), str(tmp_path / "verify_bundle.py")]
    assert path.read_bytes() == bundle(report)
    assert "没有第 999 号报告" in refused("bundle", 999, status=4)


def test_the_log_holds_why_a_report_was_withdrawn_without_the_words(office: Office) -> None:
    report = report_at(office, "withdrawn")
    said = Event.objects.get(subject=report.ref, verb="report.withdraw").data["reason"]
    assert "附表" not in said
    assert opened([said]) == {said: "附表漏了一页。"}
