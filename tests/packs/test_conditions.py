"""Sections, and what is asked for only under a condition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingzhang.core.errors import InvalidInput
from mingzhang.packs.faults import PackInvalid
from mingzhang.packs.loader import load
from mingzhang.packs.schema import Kind, Pack
from mingzhang.packs.validation import clean
from mingzhang.packs.values import NobodyThere
from tests.packs.packs import VISIT, write

KIND = Kind.model_validate_json(
    """{"id": "case", "name": "难题", "fields": [
      {"id": "solved", "name": "办成了", "type": "boolean", "required": true},
      {"id": "how", "name": "怎么办", "type": "choice", "required": true, "when": {"field": "solved", "is": true},
       "options": [{"id": "talk", "name": "谈"}, {"id": "pay", "name": "出钱"}]},
      {"id": "cost", "name": "花费", "type": "integer", "required": true, "when": {"field": "how", "is": ["pay"]}}],
     "tables": [{"id": "steps", "name": "步骤", "when": {"field": "solved", "is": true},
       "fields": [{"id": "what", "name": "内容", "type": "text", "required": true}]}]}"""
)


def cleaned(data: dict[str, Any], rows: dict[str, Any] | None = None) -> Any:
    return clean(KIND, data, rows or {}, resolve=NobodyThere())


def problems_of(data: dict[str, Any]) -> dict[str, list[str]]:
    try:
        cleaned(data)
    except InvalidInput as refused:
        return refused.problems
    return {}


def test_what_is_not_asked_for_is_not_required_and_is_dropped() -> None:
    kept = cleaned({"solved": "否", "how": "pay", "cost": "不是数"}, {"steps": [{"what": "谈了一次"}]})
    assert kept.data == {"solved": False}
    assert kept.rows == {}


def test_what_is_asked_for_is_required() -> None:
    with pytest.raises(InvalidInput) as refused:
        cleaned({"solved": "是", "how": "pay"})
    assert set(refused.value.problems) == {"data.cost"}


def test_what_stands_under_something_not_asked_for_is_not_asked_for_either() -> None:
    assert cleaned({"solved": "否", "how": "pay", "cost": "3"}).data == {"solved": False}


@given(
    st.fixed_dictionaries(
        {
            "solved": st.sampled_from(["是", "否", "", "也许", None, True]),
            "how": st.sampled_from(["talk", "出钱", "", "别的"]),
            "cost": st.sampled_from(["1", "", "一"]),
        }
    )
)
def test_whatever_is_given_either_is_kept_and_fits_again_or_is_refused_with_every_place(
    data: dict[str, Any],
) -> None:
    problems = problems_of(data)
    assert all(path.removeprefix("data.") in data for path in problems)
    if not problems:
        kept = cleaned(data)
        assert cleaned(dict(kept.data)).data == kept.data
        assert ("how" in kept.data) == (kept.data["solved"] is True)
        assert ("cost" in kept.data) == (kept.data.get("how") == "pay")


HIDDEN = VISIT.replace("name: 完成日期, type: date}", "name: 完成日期, type: date, when: {field: open, is: true}}")


def test_a_pack_with_sections_and_conditions_is_kept_and_read_back(tmp_path: Path) -> None:
    files = {"kinds/visit.yaml": HIDDEN + "sections: [{name: 收尾, fields: [done_on, note]}]\n"}
    pack = load(write(tmp_path, files))
    content = pack.content()
    assert Pack.from_content(content) == pack
    fields = {field["id"]: field for field in content["kinds"][0]["fields"]}
    assert fields["done_on"]["when"] == {"field": "open", "is": True}


def test_a_pack_without_them_says_nothing_of_them(tmp_path: Path) -> None:
    assert "when" not in str(load(write(tmp_path)).content())


@pytest.mark.parametrize(
    ("when", "wrong", "right"),
    [
        ("{field: opened, is: true}", "前面没有能作条件的字段“opened”", "open"),
        ("{field: people, is: 'x'}", "前面没有能作条件的字段“people”", ""),
        ("{field: note, is: 'x'}", "前面没有能作条件的字段“note”", ""),
        ("{field: open, is: 'walk'}", "“open”没有答案“walk”", "写 true 或 false"),
        ("{field: form, is: [walk, fly]}", "“form”没有答案“fly”", ""),
        ("{field: form, is: true}", "“form”没有答案“true”", ""),
        ("{field: form, is: 3.5}", "条件写得不对", "写成列表"),
        ("{field: form, was: walk}", "这里没有“was”这一项", "is"),
        ("{field: form}", "缺少“is”", "补上"),
    ],
)
def test_a_condition_that_cannot_be_is_pointed_at(tmp_path: Path, when: str, wrong: str, right: str) -> None:
    spoiled = VISIT.replace("name: 完成日期, type: date}", f"name: 完成日期, type: date, when: {when}}}")
    with pytest.raises(PackInvalid) as refused:
        load(write(tmp_path, {"kinds/visit.yaml": spoiled}))
    said = str(refused.value)
    assert wrong in said
    assert right in said
    assert "kinds/visit.yaml:" in said


@pytest.mark.parametrize(
    ("sections", "wrong"),
    [
        ("[{name: 甲, fields: [nothing]}]", "没有字段“nothing”"),
        ("[{name: 甲, fields: [note]}, {name: 乙, fields: [note]}]", "字段“note”已经在前面的分节里了"),
        ("[{name: 甲, fields: []}]", "至少要1项"),
    ],
)
def test_a_section_that_does_not_hold_together_is_pointed_at(tmp_path: Path, sections: str, wrong: str) -> None:
    with pytest.raises(PackInvalid) as refused:
        load(write(tmp_path, {"kinds/visit.yaml": f"{VISIT}sections: {sections}\n"}))
    assert wrong in str(refused.value)
