"""What a record may hold, and how what it may not hold is refused."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.packs.loader import load
from mingzhang.packs.schema import Kind
from mingzhang.packs.validation import Cleaned, clean, initial_data, title_of
from mingzhang.packs.values import LARGEST
from tests.packs.packs import write

PEOPLE: dict[int | str, list[int]] = {1: [1], 2: [2], "chen": [1], "he": [2], "陈一禾": [1], "王芳": [1, 2]}


class Village:
    """Where two people, two places, one file and one visit exist."""

    def person(self, reference: int | str) -> int | None:
        return {1: 1, 2: 2, "chen": 1}.get(reference)

    def unit(self, reference: int | str) -> int | None:
        return {7: 7, "QH-01": 7}.get(reference)

    def record(self, reference: int | str, kind: str) -> int | None:
        return 40 if (reference, kind) == (40, "visit") else None

    def people(self, references: Sequence[int | str]) -> Mapping[int | str, Sequence[int]]:
        return {one: found for one in references if (found := PEOPLE.get(one))}

    def file(self, reference: int | str) -> int | None:
        return 5 if reference == 5 else None


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Kind:
    return load(write(tmp_path_factory.mktemp("pack"))).kind("visit")


GOOD: dict[str, Any] = {"form": "walk", "topic": "春灌"}


def cleaned(kind: Kind, data: object, rows: object = None, *, draft: bool = False) -> Cleaned:
    return clean(kind, data, {} if rows is None else rows, resolve=Village(), draft=draft)


def problems(kind: Kind, data: object, rows: object = None) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as refused:
        cleaned(kind, data, rows)
    return refused.value.problems


ACCEPTED = [
    ("people", "１２", 12),
    ("people", " 1２0 ", 120),
    ("people", 12.0, 12),
    ("people", Decimal("3.00"), 3),
    ("people", "+7", 7),
    ("area", "1,200.5", "1200.5"),
    ("area", 3, "3.0"),
    ("area", 0.7, "0.7"),
    ("cost", "12.5", "12.50"),
    ("cost", "-0", "0.00"),
    ("cost", Decimal("1E+3"), "1000.00"),
    ("due_on", "2026年3月7日", "2026-03-07"),
    ("due_on", "2026.3.7", "2026-03-07"),
    ("due_on", "２０２６／３／７", "2026-03-07"),
    ("due_on", "2026-03-07", "2026-03-07"),
    ("due_on", date(2026, 3, 7), "2026-03-07"),
    ("due_on", datetime(2026, 3, 7, 9, tzinfo=UTC), "2026-03-07"),
    ("form", "骑行", "ride"),
    ("plants", ["草", "tree", "tree"], ["tree", "grass"]),
    ("open", False, False),
    ("crew", "陈一禾（chen）、另3人", {"persons": [1], "others": 3}),
    ("crew", "he, chen and 2 others".replace(" and", ", and"), {"persons": [2, 1], "others": 2}),
    ("crew", {"persons": [2]}, {"persons": [2], "others": 0}),
    ("open", "是", True),
    ("topic", "  cafe\u0301 ", "café"),
    ("topic", "<b>=1+1</b>", "<b>=1+1</b>"),
    ("topic", "\u3000全角空格\u3000", "全角空格"),
    ("note", "一\r\n\t二\n", "一\n\t二"),
    ("helper", 2, 2),
    ("helper", "chen", 1),
    ("place", "QH-01", 7),
    ("earlier", 40, 40),
    ("plan", 5, 5),
]


@pytest.mark.parametrize(("field", "given_", "kept"), ACCEPTED)
def test_a_value_is_kept_in_its_one_form(visit: Kind, field: str, given_: object, kept: object) -> None:
    data = cleaned(visit, {**GOOD, field: given_}).data
    assert (data[field], type(data[field])) == (kept, type(kept))


@pytest.mark.parametrize("nothing", [None, "", "  ", "\u3000"])
@pytest.mark.parametrize("field", ["people", "cost", "due_on", "note", "helper", "plants"])
def test_what_is_empty_is_absent(visit: Kind, field: str, nothing: object) -> None:
    given_ = [] if field == "plants" else nothing
    assert field not in cleaned(visit, {**GOOD, field: given_}).data


REFUSED = [
    ("people", True, "要填数"),
    ("people", 2.5, "整数"),
    ("people", "2.5", "整数"),
    ("people", 501, "不能大于500"),
    ("people", -1, "不能小于0"),
    ("people", "十二", "不是数"),
    ("people", "12人", "不带单位"),
    ("people", "1,2", "不是数"),
    ("people", "9" * 5000, "太长"),
    ("people", 10**100_000, "太大"),
    ("people", -(2**53), "太大"),
    ("people", float("nan"), "要填数"),
    ("people", float("inf"), "要填数"),
    ("people", Decimal("sNaN"), "要填数"),
    ("people", Decimal("1E+999999"), "太大"),
    ("people", {}, "要填数"),
    ("cost", "1.234", "最多2位小数"),
    ("cost", 10**100_000, "太大"),
    ("cost", "NaN", "不是数"),
    ("cost", "1e5", "不是数"),
    ("area", "0.4", "不能小于0.5"),
    ("due_on", "2026-02-30", "没有“2026-02-30”这一天"),
    ("due_on", "2025年3月", "写到日"),
    ("due_on", "0001-01-01", "年份"),
    ("due_on", "2026-3-7" * 100_000, "不是日期"),
    ("due_on", 46000, "要填日期"),
    ("form", "wlak", "没有选项"),
    ("form", ["walk"], "要填文字"),
    ("plants", "tree", "一组选项"),
    ("plants", ["stone"], "没有选项"),
    ("plants", ["tree"] * 1000, "太多"),
    ("plants", [["tree"]], "要填文字"),
    ("open", 1, "“是”或“否”"),
    ("open", "yes", "“是”或“否”"),
    ("topic", 12, "要填文字"),
    ("topic", b"x", "要填文字"),
    ("topic", "字" * 21, "有21个字，最多20个"),
    ("topic", "a\x00b", "U+0000"),
    ("topic", "a\ud800b", "U+D800"),
    ("topic", "a\u202eb", "U+202E"),
    ("topic", "a\x1b[31mb", "U+001B"),
    ("topic", "一\n二", "只能写一行"),
    ("note", "a\x0bb", "U+000B"),
    ("note", "a\ufffeb", "U+FFFE"),
    ("helper", 9, "没有这个人员"),
    ("helper", True, "要填编号"),
    ("helper", -1, "要填编号"),
    ("helper", 1.0, "要填编号"),
    ("helper", "a\x00", "U+0000"),
    ("crew", "陈一禾、赵某", "没有这个人员：赵某"),
    ("crew", "王芳", "不止一个人"),
    ("crew", "chen、陈一禾", "写了两次"),
    ("crew", "a\x00", "U+0000"),
    ("crew", "甲" * 10_000_000, "太长"),
    ("crew", 12, "要填姓名"),
    ("place", "nowhere", "没有这个单位"),
    ("earlier", 41, "没有这份记录单"),
    ("plan", 6, "没有这个附件"),
]


@pytest.mark.parametrize(("field", "given_", "said"), REFUSED, ids=range(len(REFUSED)))
def test_a_value_that_does_not_fit_is_refused(visit: Kind, field: str, given_: object, said: str) -> None:
    [(path, [message])] = problems(visit, {**GOOD, field: given_}).items()
    assert path == f"data.{field}"
    assert said in message
    assert len(message) < 200


def test_everything_wrong_is_told_by_path(visit: Kind) -> None:
    rows = {"problems": [{"what": "漏水"}, {"owner": "某"}, {"what": "积水", "count": 0}, "x"], "problms": []}
    found = problems(visit, {"form": "walk", "people": "x", "peple": 3}, rows)
    assert sorted(found) == [
        "data.people", "data.peple", "data.topic", "rows.problems.1.what", "rows.problems.2.count",
        "rows.problems.3", "rows.problms",
    ]  # fmt: skip
    assert "“people”" in found["data.peple"][0]
    assert "“problems”" in found["rows.problms"][0]
    assert found["data.topic"] == ["不能空着"]


def test_a_draft_may_lack_what_is_required_but_hold_nothing_wrong(visit: Kind) -> None:
    assert cleaned(visit, {}, draft=True).data == {}
    assert cleaned(visit, {}, {"problems": [{"owner": "某"}]}, draft=True).rows == {"problems": [{"owner": "某"}]}
    with pytest.raises(InvalidInput) as refused:
        cleaned(visit, {"people": "x"}, draft=True)
    assert set(refused.value.problems) == {"data.people"}


def test_blank_rows_are_dropped_and_the_others_keep_their_order(visit: Kind) -> None:
    rows = {"problems": [{"what": " "}, {"what": "一"}, {}, {"what": "二", "owner": None}]}
    assert cleaned(visit, GOOD, rows).rows == {"problems": [{"what": "一"}, {"what": "二"}]}
    assert cleaned(visit, GOOD, {"problems": [{}]}).rows == {}


@pytest.mark.parametrize("shape", [None, [], "x", 3, [("form", "walk")]])
def test_data_of_another_shape_is_refused(visit: Kind, shape: object) -> None:
    assert "data" in problems(visit, shape)
    if shape is not None:
        assert "rows" in problems(visit, GOOD, shape)


@pytest.mark.parametrize("rows", ["x", 3, {"what": "x"}])
def test_a_table_of_another_shape_is_refused(visit: Kind, rows: object) -> None:
    assert set(problems(visit, GOOD, {"problems": rows})) == {"rows.problems"}


def test_too_many_rows_are_refused_before_any_is_read(visit: Kind) -> None:
    found = problems(visit, GOOD, {"problems": [{"nonsense": 1}] * 6})
    assert found == {"rows.problems": ["有6行，最多5行"]}


def test_ten_million_characters_and_a_million_unknown_fields_are_refused_at_once(visit: Kind) -> None:
    huge = "字" * 10_000_000
    crowd = {f"x{number}": 1 for number in range(1_000_000)}
    began = time.process_time()
    assert "data.topic" in problems(visit, {"form": "walk", "topic": huge})
    assert "data.note" in problems(visit, {**GOOD, "note": huge})
    assert "data.form" in problems(visit, {**GOOD, "form": huge})
    found = problems(visit, {**GOOD, huge: 1, "a\x00": 2, 3: 4})
    assert all(len(path) < 60 for path in found)
    assert len(problems(visit, {**GOOD, **crowd})) == 20
    assert time.process_time() - began < 2


def test_a_new_sheet_starts_from_the_defaults(visit: Kind) -> None:
    with clock.at(datetime(2026, 6, 30, 20, tzinfo=UTC)):
        assert initial_data(visit.fields) == {"people": 2, "due_on": "2026-07-01"}


def test_a_default_is_not_filled_in_behind_anybodys_back(visit: Kind) -> None:
    assert cleaned(visit, GOOD).data == GOOD


def test_a_title_is_made_from_the_template(visit: Kind) -> None:
    assert title_of(visit, {"form": "ride", "topic": "看水渠"}) == "骑行：看水渠"
    assert title_of(visit, {}) == "巡园"
    assert (
        title_of(visit.model_copy(update={"title": "{due_on} {people}"}), {"due_on": "2026-03-07"})
        == "2026年3月7日"
    )
    assert title_of(visit.model_copy(update={"title": None}), GOOD) == "巡园"
    assert title_of(visit.model_copy(update={"title": "{note}"}), {}) == "巡园"
    assert len(title_of(visit.model_copy(update={"title": "长" * 300}), {})) == 200


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp", "Cf"])
ROW = st.fixed_dictionaries(
    {"what": st.text(LETTERS, min_size=1, max_size=20).filter(str.strip)},
    optional={"owner": st.text(LETTERS, max_size=5), "count": st.integers(1, LARGEST)},
)
SHEET = st.fixed_dictionaries(
    {
        "form": st.sampled_from(["walk", "ride"]),
        "topic": st.text(LETTERS, min_size=1, max_size=10).filter(str.strip),
    },
    optional={
        "people": st.integers(0, 500),
        "area": st.decimals("0.5", "99999", places=1),
        "cost": st.decimals(-1_000_000, 1_000_000, places=2),
        "plants": st.lists(st.sampled_from(["tree", "grass"]), max_size=2),
        "open": st.booleans(),
        "due_on": st.dates(date(1900, 1, 1), date(2199, 12, 31)),
        "note": st.text(LETTERS, max_size=50),
        "helper": st.sampled_from([1, 2, "chen"]),
        "crew": st.fixed_dictionaries(
            {"persons": st.lists(st.sampled_from([1, 2]), unique=True)},
            optional={"others": st.integers(0, 100_000)},
        ),
    },
)


@settings(max_examples=60, deadline=None)
@given(sheet=SHEET, rows=st.lists(ROW, max_size=5))
def test_what_was_cleaned_cleans_to_itself(visit: Kind, sheet: dict[str, Any], rows: list[Any]) -> None:
    once = cleaned(visit, sheet, {"problems": rows})
    assert cleaned(visit, once.data, once.rows) == once
    assert len(once.rows.get("problems", [])) == len(rows)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals() | st.binary() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_anything_at_all_is_kept_or_refused(visit: Kind, data: st.DataObject) -> None:
    names = st.sampled_from([field.id for field in visit.fields]) | st.text(max_size=5)
    sheet = data.draw(st.dictionaries(names, ANYTHING, max_size=8))
    row = st.dictionaries(st.sampled_from(["what", "owner", "count", "x"]), ANYTHING, max_size=3)
    rows = data.draw(st.dictionaries(st.sampled_from(["problems", "x"]), ANYTHING | st.lists(row), max_size=2))
    try:
        once = cleaned(visit, sheet, rows, draft=True)
    except InvalidInput as refused:
        once = None
        elsewhere = [path for path in refused.problems if not path.startswith(("data", "rows"))]
    else:
        elsewhere = []
    assert elsewhere == []
    assert once is None or cleaned(visit, once.data, once.rows, draft=True) == once
