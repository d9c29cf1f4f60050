"""`mingzhang calendar` as somebody at the command line meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mingzhang.cli.main import main
from mingzhang.core.errors import InvalidInput, NotAllowed
from mingzhang.organisation import queries
from mingzhang.organisation.models import CalendarNotice
from tests.cast import Cast


@pytest.fixture
def notice(tmp_path: Path) -> str:
    path = tmp_path / "2027.csv"
    path.write_bytes("日期,类别,名称\n2027-02-05至2027-02-11,放假,春节\n2027-02-20,调休上班,\n".encode("gb18030"))
    return str(path)


def test_a_year_is_listed_with_its_notice_and_its_working_days(cast: Cast) -> None:
    said = CliRunner().invoke(main, ["calendar", "show", "2026"]).output
    assert said.startswith("国办发明电〔2025〕7号\n")
    assert "2026-02-28\t星期六\t调休上班\t与2月23日对调\n" in said
    assert said.endswith("2026年有248个工作日。\n")


def test_a_year_without_a_notice_is_said_to_be_provisional(cast: Cast) -> None:
    assert "还没有录入，暂按" in CliRunner().invoke(main, ["calendar", "show", "2040"]).output


def test_a_notice_is_looked_at_then_entered_for_every_book(cast: Cast, notice: str) -> None:
    entering = ["calendar", "import", notice, "--by", cast.admin.username, "--number", "国办发明电〔2026〕9号"]
    dry = CliRunner().invoke(main, [*entering, "--dry-run"])
    assert "2027-02-20\t星期六\t周末 → 调休上班\n" in dry.output
    assert "什么也没有录入" in dry.output
    assert not CalendarNotice.objects.filter(year=2027).exists()
    done = CliRunner().invoke(main, [*entering, "--issued-on", "2026-11-03"])
    assert done.exit_code == 0, done.output
    assert "2027年的工作日历录好了" in done.output
    assert str(queries.calendar_notice(2027)) == "国办发明电〔2026〕9号"


def test_what_cannot_be_entered_is_refused_in_words(cast: Cast, notice: str, tmp_path: Path) -> None:
    refused = CliRunner().invoke(main, ["calendar", "import", notice, "--by", cast.zhou.username])
    assert refused.exit_code == NotAllowed.exit_code
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("2027-02-05,放假\n2027-02-08,上班\n", encoding="utf-8")
    refused = CliRunner().invoke(main, ["calendar", "import", str(wrong), "--by", cast.admin.username])
    assert refused.exit_code == InvalidInput.exit_code
    assert "2027-02-08是星期一" in refused.output
