"""What a pack may say about findings, and how it is told what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mingzhang.packs import loader
from mingzhang.packs.faults import PackInvalid
from tests.findings.world import PACK

GOOD = (PACK / "findings.yaml").read_text("utf-8")


def faults_with(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the pack with one thing written otherwise, as `line: wrong`."""
    assert old in GOOD
    shutil.copytree(PACK, folder, dirs_exist_ok=True)
    (folder / "findings.yaml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(PackInvalid) as refused:
        loader.load(folder)
    return [f"{fault.line}: {fault.wrong}" for fault in refused.value.faults]


def test_findings_are_read_with_their_words_and_posted_as_three_kinds() -> None:
    pack = loader.load(PACK)
    assert pack.findings is not None
    assert pack.findings.severities_by_id["grave"].correct_within == 5
    assert [line.code for line in pack.lines()][-3:] == [
        "findings.found",
        "findings.closed",
        "findings.followed_up",
    ]
    again = type(pack).from_content(pack.content())
    assert again.findings == pack.findings


LINES = GOOD.splitlines()


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(LINES, start=1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("id: facility, ", "id: safety, ", "id: facility, ", "编号“safety”重复"),
        ("follow_up: {months: 3}", "follow_up: {}", "follow_up: {months: 3}", "回头看要写明几个工作日或几个月以后"),
        ("correct_within: 20", "correct_within: 0", "correct_within: 20", "不能小于1"),
        ("table: study.problems", "table: study.problem", "table: study.problems", "没有写了 spawns: finding 的表"),
        ("words: detail", "words: details", "words: detail", "表里没有字段“details”"),
        ("post: owner", "post: category", "post: owner", "字段“category”的类型不对"),
        ("severity: {otherwise: minor}", "severity: {otherwise: tiny}", "severity: {otherwise", "没有“tiny”"),
        ("service_process: service", "nothing: service", "service_process", "没有选项“nothing”"),
        ("severities:", "otherwise: tiny\nseverities:", "severities:", "没有“tiny”"),
        ("source: drills", "source: rumour", "source: drills", "不能写“rumour”"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, at: str, said: str) -> None:
    faults = faults_with(tmp_path, old, new)
    assert any(fault.startswith(f"{line_of(at)}: ") and said in fault for fault in faults), faults


def test_a_table_that_spawns_must_say_how(tmp_path: Path) -> None:
    faults = faults_with(
        tmp_path, "matters:\n  - {table: study.measures, words: measure, post: owner, due: due_on}\n", ""
    )
    assert any("表“study.measures”写了 spawns: task" in fault for fault in faults), faults


def test_a_sheet_cannot_take_the_name_of_findings(tmp_path: Path) -> None:
    shutil.copytree(PACK, tmp_path, dirs_exist_ok=True)
    drill = tmp_path / "kinds" / "drill.yaml"
    drill.write_text(drill.read_text("utf-8").replace("id: drill", "id: findings", 1), "utf-8")
    with pytest.raises(PackInvalid, match="保留的名称"):
        loader.load(tmp_path)
