"""Checklists in packs: those that come with Mingzhang, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingzhang.packs.checklist_schema import Checklist
from mingzhang.packs.faults import PackInvalid
from mingzhang.packs.loader import load
from mingzhang.packs.queries import builtin_pack
from mingzhang.packs.schema import Pack

HEAD = 'id: small\nversion: "1.0.0"\nname: {zh-hans: 小}\nlevels: {street: {zh-hans: 街道}}\n'
GOOD = """\
id: short
name: {zh-hans: 短}
levels: [street]
parts:
  - name: {zh-hans: 一}
    items:
      - {id: open, name: {zh-hans: 开门}, basis: [{regulation: 《条例》}], finding: {category: service}}
      - id: state
        name: {zh-hans: 房屋}
        basis: [{regulation: 《条例》, clause: 第一条}]
        answer: choice
        options: [{id: good, name: {zh-hans: 好}}, {id: bad, name: {zh-hans: 坏}, wrong: true}]
        finding: {category: facility, severity: serious}
      - {id: people, name: {zh-hans: 几}, basis: [{regulation: 《例》}], answer: number, unit: 人, min: 1, max: 9}
      - {id: said, name: {zh-hans: 怎么说}, basis: [{regulation: 《条例》}], answer: text, weight: 2}
"""
BUILTIN = [(pack, one) for pack in ("street-office", "work-safety") for one in builtin_pack(pack).checklists]


WORDS = """\
categories: [{id: service, name: {zh-hans: 办事}}, {id: facility, name: {zh-hans: 设施}}]
severities:
  - {id: minor, name: {zh-hans: 一般}, correct_within: 20}
  - {id: serious, name: {zh-hans: 较重}, correct_within: 10}
"""


def pack_with(folder: Path, checklist: str, words: str = WORDS) -> Pack:
    (folder / "checklists").mkdir()
    (folder / "pack.yaml").write_text(HEAD)
    if words:
        (folder / "findings.yaml").write_text(words)
    (folder / "checklists" / "short.yaml").write_text(checklist)
    return load(folder)


def faults(folder: Path, checklist: str, words: str = WORDS) -> str:
    with pytest.raises(PackInvalid) as caught:
        pack_with(folder, checklist, words)
    return str(caught.value)


def test_a_checklist_is_read_and_comes_back_from_its_content(tmp_path: Path) -> None:
    pack = pack_with(tmp_path, GOOD)
    [checklist] = pack.checklists
    assert list(checklist.by_id) == ["open", "state", "people", "said"]
    assert Pack.from_content(pack.content()).checklists == pack.checklists


def test_a_pack_without_checklists_has_the_content_that_it_had(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text(HEAD)
    assert "checklists" not in load(tmp_path).content()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("id: state", "id: open", "short.yaml:8:13: parts.0.items.open.id：编号“open”重复"),
        ("levels: [street]", "levels: [moon]", "short.yaml:3:10: levels.0：pack.yaml 里没有层级“moon”"),
        ("answer: choice", "answer: yes_no", "只有 choice 才有选项"),
        (", {id: bad, name: {zh-hans: 坏}, wrong: true}", "", "选择要有两个以上的选项"),
        (
            "{id: bad, name: {zh-hans: 坏}, wrong: true}",
            "{id: good, name: {zh-hans: 坏}, wrong: true}",
            "选项的编号重复",
        ),
        (", wrong: true", "", "没有哪个选项算有问题"),
        ("answer: number, unit", "answer: text, unit", "只有 number 才写 unit、min、max"),
        ("min: 1, max: 9", "min: 9, max: 1", "最小的比最大的还大"),
        ("answer: text, weight: 2", "answer: text, finding: {category: x}", "文字看不出有没有问题"),
        (
            "category: service",
            "category: weather",
            "short.yaml:7:90: parts.0.items.open.finding.category：没有“weather”",
        ),
        ("severity: serious", "severity: tiny", "没有“tiny”"),
        ("weight: 2", "weight: 0", "不能小于1"),
        ("basis: [{regulation: 《条例》}], finding", "basis: [], finding", "至少要1项"),
        ("answer: choice", "answer: guess", "不能写“guess”"),
        ("weight: 2", "wieght: 2", "这里没有“wieght”这一项"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in GOOD
    told = faults(tmp_path, GOOD.replace(right, wrong))
    assert said in told
    assert "checklists/short.yaml:" in told


def test_a_checklist_that_finds_problems_wants_words_for_them(tmp_path: Path) -> None:
    assert "查出的问题没有类别可归" in faults(tmp_path, GOOD, words="")


def test_a_checklist_that_judges_nothing_wants_none(tmp_path: Path) -> None:
    asked = "- {id: said, name: {zh-hans: 怎么说}, basis: [{regulation: 《条例》}], answer: text}\n"
    text = f"id: short\nname: {{zh-hans: 短}}\nparts:\n  - name: {{zh-hans: 一}}\n    items:\n      {asked}"
    assert pack_with(tmp_path, text, words="").findings is None


def test_words_that_cannot_be_read_are_not_blamed_on_the_checklist(tmp_path: Path) -> None:
    assert "checklists/short.yaml" not in faults(tmp_path, GOOD, words="categories: []\n")


def test_two_checklists_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "checklists").mkdir()
    (tmp_path / "checklists" / "a.yaml").write_text(GOOD)
    (tmp_path / "checklists" / "b.yaml").write_text(GOOD)
    (tmp_path / "pack.yaml").write_text(HEAD)
    with pytest.raises(PackInvalid, match="编号“short”重复"):
        load(tmp_path)


def test_each_builtin_pack_has_two_checklists() -> None:
    assert [pack for pack, _one in BUILTIN] == ["street-office"] * 2 + ["work-safety"] * 2


@pytest.mark.parametrize(("pack", "checklist"), BUILTIN, ids=lambda one: getattr(one, "id", one))
def test_a_builtin_checklist_is_worth_going_through(pack: str, checklist: Checklist) -> None:
    items = list(checklist.items())
    assert len(items) >= 12
    assert {one.answer for one in items} == {"yes_no", "choice", "number", "text"}
    assert any(one.photo for one in items) or checklist.id == "duties-done"
    assert all(one.finding for one in items if one.is_judged)
