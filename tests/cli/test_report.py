"""`mingzhang report` and `mingzhang reports`: a report from draft to withdrawn on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mingzhang.cli.main import main
from mingzhang.reports.models import Report
from tests.reports.conftest import built_office as built_office
from tests.reports.conftest import office as office
from tests.web.office import Office


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def told(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def signed(office: Office) -> Report:
    told("report", "create", "half-year", "--unit", "QH", "--period", "2026H1", "--by", "chen")
    report = Report.objects.get(start__year=2026)
    told("report", "submit", str(report.pk), "--by", "chen")
    told("report", "review", str(report.pk), "--pass", "--by", "he")
    assert "已签发" in told("report", "sign", str(report.pk), "--by", "zhou")
    report.refresh_from_db()
    return report


def test_a_report_is_signed_published_and_withdrawn(signed: Report) -> None:
    assert "已发布" in told("report", "publish", str(signed.pk), "--by", "zhou")
    assert "已撤回" in told("report", "withdraw", str(signed.pk), "--reason", "附表漏了一页", "--by", "zhou")


def test_signed_reports_are_listed_with_position_and_root(signed: Report) -> None:
    told("report", "create", "half-year", "--unit", "QH", "--period", "2025H2", "--by", "chen")
    everything = json.loads(told("reports", "--book", "YC", "--json"))
    [listed] = json.loads(told("reports", "--book", "YC", "--signed", "--unit", "QH", "--json"))
    assert len(everything) == 3
    assert (listed["id"], listed["unit"], listed["period"], listed["state"]) == (
        signed.pk,
        "QH",
        "2026H1",
        "signed",
    )
    assert listed["root"].startswith("sha256:")
    assert "已签发" in told("reports", "--book", "YC")


def test_a_signed_report_is_saved_with_its_root_in_every_form(signed: Report, tmp_path: Path) -> None:
    told("report", "files", str(signed.pk), "--out", str(tmp_path), "--by", "zhou")
    root = json.loads(told("reports", "--book", "YC", "--json"))[0]["root"].partition(":")[2]
    assert root[:16] in (tmp_path / "half-year.html").read_text()
    assert root in (tmp_path / "half-year.trace.json").read_text()


def test_who_may_not_sign_is_told_why(signed: Report) -> None:
    told("report", "create", "half-year", "--unit", "QH", "--period", "2025H2", "--by", "chen")
    draft = Report.objects.get(start__year=2025)
    refused = run("report", "sign", str(draft.pk), "--by", "zhou")
    assert refused.exit_code == 5
    assert "现在是“草稿”，不能签发" in refused.output
