"""`mingzhang record`, as a person at a terminal meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mingzhang.cli.main import main
from mingzhang.ledger.models import Entry, Record
from tests.ledger import world as worlds
from tests.ledger.conftest import evidence_folder as evidence_folder
from tests.ledger.world import PROBLEMS, STUDY, World


@pytest.fixture
def world(db: None, evidence_folder: Path) -> World:
    return worlds.kept()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["record", *map(str, arguments)])


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def add(*more: object, kind: str = "study", data: object = STUDY) -> Result:
    given = json.dumps(data, ensure_ascii=False)
    return run(
        "add", "--kind", kind, "--unit", "QH", "--date", "2026-05-20", "--data", given, "--by", "chen", *more
    )


def test_a_record_goes_from_draft_to_posted_and_back(world: World) -> None:
    assert add("--rows", json.dumps(PROBLEMS)).exit_code == 0
    number = Record.objects.get().pk
    assert "待审核" in done("submit", number, "--by", "chen")
    assert "待审核" in done("review", number, "--pass", "--by", "he")
    assert "待入账" in done("review", number, "--pass", "--by", "zhou")
    assert "第 1 笔到第 3 笔" in done("post", number, "--by", "zhou")
    assert "第 4 笔到第 6 笔" in done("reverse", number, "--reason", "人数记错了", "--by", "zhou")
    told = json.loads(done("show", number, "--json"))
    assert told["state"] == "reversed"
    assert [entry["sign"] for entry in told["entries"]] == [1, 1, 1, -1, -1, -1]
    assert [moment["what"] for moment in told["history"]][0] == "added"


def test_data_is_read_from_a_file_and_decimals_stay_exact(world: World, tmp_path: Path) -> None:
    written = tmp_path / "data.json"
    written.write_text(json.dumps({**STUDY, "cost": 0.1}), "utf-8")
    done("add", "--kind", "study", "--unit", "QH", "--date", "2026-05-20", "--data", f"@{written}", "--by", "chen")
    assert Record.objects.get().data["cost"] == "0.10"


def test_evidence_is_attached_on_the_way(world: World, tmp_path: Path) -> None:
    photo = tmp_path / "公示.png"
    photo.write_bytes(worlds.picture().read())
    assert add("--evidence", photo, kind="photo", data={"place": "东门"}).exit_code == 0
    assert json.loads(done("show", Record.objects.get().pk, "--json"))["evidence"][0]["name"] == "公示.png"


def test_refused_evidence_leaves_no_record_behind(world: World, tmp_path: Path) -> None:
    lying = tmp_path / "photo.jpg"
    lying.write_bytes(b"%PDF-1.4 ...")
    result = add("--evidence", lying, kind="photo", data={"place": "东门"})
    assert result.exit_code == 2
    assert "文件名说是 .jpg，内容是 .pdf" in result.output
    assert not Record.objects.exists()


def test_what_does_not_fit_is_said_by_path_and_nothing_is_kept(world: World) -> None:
    result = add(data={"people": "很多", "nobody": 1})
    assert result.exit_code == 2
    assert "data.people" in result.output
    assert "data.nobody" in result.output
    assert not Record.objects.exists()


@pytest.mark.parametrize("data", ["{", "[1]", '{"people": NaN}', "[" * 100_000, "@/nowhere/data.json"])
def test_what_is_not_json_is_refused_in_words(world: World, data: str) -> None:
    result = run("add", "--kind", "study", "--unit", "QH", "--date", "2026-05-20", "--data", data, "--by", "chen")
    assert result.exit_code == 2
    assert "--data" in result.output
    assert "Traceback" not in result.output


def test_a_review_must_say_pass_or_return(world: World) -> None:
    number = world.submitted().pk
    assert run("review", number, "--by", "he").exit_code == 2
    assert run("review", number, "--return", "--by", "he").exit_code == 2
    assert "已退回" in done("review", number, "--return", "--note", "人数对不上", "--by", "he")


def test_exit_codes_tell_refusals_apart(world: World) -> None:
    number = world.posted("visit").pk
    assert run("post", number, "--by", "zhou").exit_code == 5
    assert run("post", number, "--by", "chen").exit_code == 3
    assert run("post", 999999, "--by", "zhou").exit_code == 4
    assert run("post", number, "--by", "nobody").exit_code == 4
    assert run("post", number, "--by", "mo").exit_code == 4, "another book's record is not there"
    assert Entry.objects.count() == 1


def test_records_are_listed_by_unit_and_state(world: World) -> None:
    world.draft("visit", data={"topic": "[bold]漏水", "homes": 1})
    world.posted("visit", data={"topic": "电梯", "homes": 1})
    listed = done("list", "--book", "YC", "--unit", "QH", "--state", "draft")
    assert "[bold]漏水" in listed
    assert "电梯" not in listed
    assert "漏水" not in done("list", "--book", "YC", "--unit", "SL")
