"""A pack that is wrong is refused with every fault: file, line, column, what is wrong, what would be right."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.packs.faults import Fault, PackInvalid
from mingzhang.packs.loader import load
from mingzhang.packs.queries import builtin_folder, builtin_ids
from mingzhang.packs.schema import REVIEW_ROLES, Pack
from tests.packs.packs import FIGURES, GOOD, PACK, VISIT, spoilt, write

KIND = "kinds/visit.yaml"
FIGURE = "figures/visit.yaml"
REPORT = "reports/annual/report.yaml"
BODY = "reports/annual/report.md"


def faults_of(folder: Path, files: Mapping[str, str | bytes | None]) -> list[Fault]:
    with pytest.raises(PackInvalid) as refused:
        load(write(folder, files))
    assert refused.value.exit_code == 2
    return refused.value.faults


def read_or_refused(folder: Path) -> bool:
    """Whether the pack is either whole or refused with a line for every fault; any other exception passes on."""
    try:
        return isinstance(load(folder), Pack)
    except PackInvalid as refused:
        return len(str(refused).splitlines()) > len(refused.faults) > 0


def test_a_good_pack_is_read_whole(tmp_path: Path) -> None:
    pack = load(write(tmp_path))
    assert [line.code for line in pack.lines()] == ["visit", "visit.problems"]
    assert pack.line("visit.problems").name.text("en") == "问题"
    assert pack.name.text("en") == "Garden care"
    assert pack.levels["village"].text("en") == "Village"
    assert pack.figure("visits").where == "form = 'walk' and people >= 2"
    assert pack.report("annual").text == GOOD[BODY]


def test_figures_over_a_table_see_the_sheet_and_the_builtin_fields(tmp_path: Path) -> None:
    fields = load(write(tmp_path)).fields_of("visit.problems")
    assert fields["count"].type == "integer"
    assert fields["sheet.form"].type == "choice"
    assert (fields["unit"].type, fields["occurred_on"].type, fields["posted_on"].type) == ("unit", "date", "date")


def test_a_pack_comes_back_from_its_plain_data_as_it_was(tmp_path: Path) -> None:
    pack = load(write(tmp_path))
    assert Pack.from_content(pack.content()) == pack


@pytest.mark.parametrize("id", builtin_ids())
def test_every_builtin_pack_is_right(id: str) -> None:
    pack = load(builtin_folder(id))
    assert pack.id == id
    assert Pack.from_content(pack.content()) == pack


def test_review_steps_may_ask_for_just_those_roles_that_may_review() -> None:
    assert sorted(REVIEW_ROLES) == sorted(roles_with(Permission.RECORD_REVIEW))


HEAD_FAULTS = [
    ('version: "1.0.0"', "version: 1.0", "1.0", "version", "要一段文字", "加引号"),
    ('version: "1.0.0"', 'version: "1"', '"1"', "version", "“1”写法不对", "1.0.0"),
    ("id: garden", "id: Garden", "Garden", "id", "“Garden”写法不对", "连字符"),
    ("notes:", "note:", "note:", "note", "没有“note”", "“notes”"),
    ("name: {zh-hans: 花园管护, en: Garden care}\n", "", "id: garden", "name", "缺少“name”", "补上"),
    ("county: 县", "County: 县", "County", "levels.County", "写法不对", "小写字母"),
    ("{zh-hans: 村", "{ZH: 村", "ZH", "levels.village.ZH", "写法不对", "zh-hans"),
    ("zh-hans: 花园管护", "zh-hans: ''", "''", "name.zh-hans", "不能空着", ""),
]
SHEET_FAULTS = [
    ("levels: [county, village]", "levels: [county, vilage]", "vilage", "levels.1", "“vilage”", "“village”"),
    ("{role: leader}", "{role: clerk}", "clerk", "review.1.role", "没有角色“clerk”", "reviewer"),
    ("{min: 0, max: 3}", "{min: 4, max: 3}", "{min: 4", "evidence", "下限比上限大", "min"),
    ("max: 3}", "max: 900}", "900", "evidence.max", "不能大于50", ""),
    ("{form}：{topic}", "{form}：{topik}", "{topik}", "title", "“{topik}”", "“topic”"),
    ("{form}：{topic}", "{form}：{plants}", "{plants}", "title", "“{plants}”", "topic"),
    ("{form}：{topic}", "{form}：topic}", '}"', "title", "“}”", "form"),
    ("id: problems", "id: Problems", "Problems", "tables.Problems.id", "写法不对", "下划线"),
    ("spawns: finding", "spawns: findings", "findings", "tables.problems.spawns", "“findings”", "“finding”"),
    ("max_rows: 5", "max_rows: yes", "yes", "tables.problems.max_rows", "整数", "不加引号"),
    ("max_rows: 5", "max_rows: 5000", "5000", "tables.problems.max_rows", "不能大于2000", ""),
]
FIELD_FAULTS = [
    ("id: note,", "id: cost,", "cost, name: 说明", "cost.id", "“cost”重复", "换一个"),
    ("id: note,", "id: unit,", "unit, name: 说明", "unit.id", "保留", "换一个"),
    ("id: note,", "id: sheet,", "sheet", "sheet.id", "保留", "换一个"),
    ("id: note,", "id: between,", "between", "between.id", "保留", "换一个"),
    ("type: text, max_length: 20", "type: txt", "txt", "topic.type", "“txt”", "“text”"),
    ("max_length: 20", "max_lenght: 20", "max_lenght", "topic.max_lenght", "没有", "“max_length”"),
    ("max_length: 20", "places: 2", "places", "topic.places", "没有 places", "decimal"),
    ("max_length: 20, required: true", "required: yes", "yes", "topic.required", "true 或 false", ""),
    ("max: 500, default: 2", "max: -1", "0, max: -1", "people.min", "下限比上限大", "max"),
    ("min: 0, max: 500", "min: 0.5, max: 500", "0.5", "people.min", "整数", "decimal"),
    ("min: 0, max: 500", "min: few, max: 500", "few", "people.min", "一个数", "0.5"),
    ("max: 500", "max: 99999999999999999", "99999999999999999", "people.max", "太大", "9007"),
    ("default: 2", "default: 501", "501", "people.default", "不能大于500", ""),
    ("default: 2", "default: [a]", "[a]", "people.default", "要填数", ""),
    ("default: 2", "default: {a: 1}", "{a: 1}", "people.default", "写得不对", "列表"),
    ("default: today", "default: tomorrow", "tomorrow", "due_on.default", "不是日期", "today"),
    ("type: unit}", "type: unit, default: x}", "default", "place.default", "默认值", "删去"),
    ("kind: visit}", "kind: visitt}", "visitt", "earlier.kind", "“visitt”", "“visit”"),
    (", kind: visit}", "}", "link", "earlier.type", "缺少 kind", "kind:"),
    ("[{id: tree, name: 树}, {id: grass, name: 草}]", "[]", "choices", "plants.type", "缺少 options", "options:"),
    ("id: grass", "id: tree", "tree, name: 草", "plants.options.tree.id", "“tree”重复", "换一个"),
    (", personal: {purpose: 便于联系, retention_days: 365}", "", "person", "helper.type", "缺少 personal", "用途"),
    ("retention_days: 365", "retention_days: 0", "0}}", "helper.personal.retention_days", "不能小于1", ""),
]
FIGURE_FAULTS = [
    ("of: visit\n", "of: vist\n", "vist", "visits.of", "“vist”", "“visit”"),
    ("of: visit.problems", "of: visit.problem", "visit.problem,", "places.of", "“visit.problem”", "problems"),
    ("form = 'walk'", "forn = 'walk'", "forn", "visits.where", "“forn”", "“form”"),
    ("people >= 2", "people >= 'x'", "'x'", "visits.where", "people", "数"),
    ("value: count\n", "value: sum(topic)\n", "topic)", "visits.value", "“topic”", "integer"),
    ("人次, of: visit", "次, of: visit", "次, of", "visitors.measure", "“人次”", "“人次”"),
    ("  value: count\n", "", "id: visits", "visits", "缺少 value", "count"),
    ("  of: visit\n", "", "id: visits", "visits", "of 和 derive", "derive"),
    ("growth(visits,", "growth(visit,", "visit, visits@", "growth.derive", "“visit”", "“visits”"),
    ("ratio(visitors", "total(visitors", "total(", "per_visit.derive", "量词不同", "ratio"),
    ("ratio(visitors, visits)", "total(visits, visits)", "人次, derive", "per_visit.measure", "“人次”", "“次”"),
    ("ratio(visitors, visits)", "growth(visits, visits)", "人次, derive", "per_visit.measure", "“人次”", "“%”"),
    ("ratio(visitors", "ratio(per_visit", '"ratio', "per_visit.derive", "per_visit → per_visit", "value"),
    ('derive: "ratio', 'period: previous, derive: "ratio', "period", "per_visit.period", "不能写", "@previous"),
    ("id: places", "id: visits", "visits, name: 问", "visits.id", "重复，figures/visit.yaml第1行", "换一个"),
]
REPORT_FAULTS = [
    ("levels: [village]", "levels: [town]", "town", "levels.0", "“town”", "village"),
    ("periods: [year]", "periods: [week]", "week", "periods.0", "“week”", "month"),
    ("periods: [year]", "periods: []", "[]", "periods", "至少要1项", ""),
    ("{unit}{year}年", "{unit}{yeer}年", "{yeer}", "title", "“yeer”", "“year”"),
    ('organ: "{unit}"', 'organ: "{figure: visits}"', "{figure", "organ", "不能放数据项", "{unit}"),
    ("name: 花园年报", "name: 花园年报\ntext: 正文", "text", "text", "“text”", ""),
]
BODY_FAULTS = [
    ("{figure: visits}", "{figure: visit}", "{figure: visit}", "", "“visit”", "“visits”"),
    ("form: over, round: 100", "form: ovr", "{figure: visitors", "", "“ovr”", "“over”"),
    ("form: over, round: 100", "form: over, round: 0", "{figure: visitors", "", "“0”", "round: 100"),
    ("form: over, round: 100", "form: plain, round: 9", "{figure: visitors", "", "不取整", "over"),
    ("form: over, round: 100", "form: percent", "{figure: visitors", "", "“%”", "换一种写法"),
    ("form: over, round: 100", "fom: over", "{figure: visitors", "", "“fom”", "“form”"),
    ("form: change", "period: last", "{figure: growth", "", "“last”", "same_last_year"),
    ("{unit_short}", "{unit_long}", "{unit_long}", "", "“unit_long”", "unit"),
    ("{unit_short}", "{unit_short", "{unit_short", "", "没有配对", "{figure: id}"),
    ("figures: visits visitors", "figures: visits visitor", "{table", "", "“visitor”", "“visitors”"),
    ("figures: visits visitors", "period: previous", "{table", "", "哪些数据项", "figures:"),
    ("{table: by_unit,", "见{table: by_unit,", "{table", "", "单独占一行", "空一行"),
]
SPOILT = [
    *(("pack.yaml", *row) for row in HEAD_FAULTS),
    *((KIND, *row) for row in SHEET_FAULTS),
    *((KIND, *row[:3], f"fields.{row[3]}", *row[4:]) for row in FIELD_FAULTS),
    *((FIGURE, *row) for row in FIGURE_FAULTS),
    *((REPORT, *row) for row in REPORT_FAULTS),
    *((BODY, *row) for row in BODY_FAULTS),
]


@pytest.mark.parametrize(("file", "old", "new", "pointed_at", "where", "wrong", "right"), SPOILT)
def test_a_fault_is_told_with_its_place_and_its_remedy(
    tmp_path: Path, file: str, old: str, new: str, pointed_at: str, where: str, wrong: str, right: str
) -> None:
    spoilt_file = spoilt(file, old, new)
    [fault] = faults_of(tmp_path, spoilt_file)
    assert (fault.file, fault.where) == (file, where)
    assert spoilt_file[file].splitlines()[fault.line - 1][fault.column - 1 :].startswith(pointed_at)
    assert wrong in fault.wrong
    assert right in fault.right
    assert str(fault).startswith(f"{file}:{fault.line}:{fault.column}: ")


NOT_YAML = [
    ("a: &x 1\nb: *x\n", (1, 4), "锚点"),
    ("a: *x\n", (1, 4), "引用"),
    ("id: !!python/object:os.system x\n", (1, 5), "标签"),
    ("id: a\nname: b\nid: c\n", (3, 1), "“id”写了两次，前一次在第1行"),
    ("<<: {id: a}\n", (1, 1), "<<"),
    ("id: a\n---\nid: b\n", (2, 1), "几个文档"),
    ("[" * 500_000, (1, 22), "太深"),
    ("a: [" + "1," * 60_000 + "]", (1, 99_999), "太多"),
    ("- x\n" * 260_000, (1, 1), "太大"),
    (b"id: \xff\xfe", (1, 5), "UTF-8"),
    ("id: a\nname: b\x07\n", (2, 8), "U+0007"),
    ("id: a\u202eb\n", (1, 6), "U+202E"),
    ('id: "a\\0"\n', (1, 5), "控制字符"),
    ("id: a: b\n", (1, 6), "不是正确的YAML"),
    ("{{id}}\n", (1, 2), "名称不能是"),
    ("? [a]\n: b\n", (1, 3), "名称不能是"),
]


@pytest.mark.parametrize(("content", "at", "wrong"), NOT_YAML)
def test_what_is_not_plain_yaml_is_refused_at_its_line(
    tmp_path: Path, content: str | bytes, at: tuple[int, int], wrong: str
) -> None:
    [fault] = [fault for fault in faults_of(tmp_path, {KIND: content}) if fault.file == KIND]
    assert (fault.line, fault.column) == at
    assert wrong in fault.wrong


def test_a_yaml_bomb_is_refused_at_once(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
    )
    began = time.monotonic()
    faults = faults_of(tmp_path, {"pack.yaml": bomb})
    assert time.monotonic() - began < 1
    assert [(fault.line, fault.column) for fault in faults] == [(1, 5)]


def test_words_that_other_yaml_readers_take_for_booleans_or_times_are_text(tmp_path: Path) -> None:
    files = spoilt(KIND, "name: 主题", "name: {en: no, zh-hans: 1:30}")
    assert load(write(tmp_path, files)).kind("visit").by_id["topic"].name.root == {"en": "no", "zh-hans": "1:30"}


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        {
            "pack.yaml": PACK.replace("notes", "nots"),
            KIND: VISIT.replace("type: money", "type: mony").replace("{role: leader}", "{roll: leader}"),
            FIGURE: FIGURES.replace("growth(visits,", "growht(visits,"),
            "kinds/other.yaml": "- a\n",
            "extras/daily.yaml": "a: 1\n",
            BODY: None,
        },
    )
    assert {fault.file for fault in faults} >= {"pack.yaml", KIND, "kinds/other.yaml", "extras", BODY}
    assert len([fault for fault in faults if fault.file == KIND]) == 3


def test_what_refers_to_a_broken_part_is_not_blamed_for_it(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, spoilt(KIND, "type: money", "type: mony"))
    assert {fault.file for fault in faults} == {KIND}
    faults = faults_of(tmp_path, {KIND: "id: visit\n  x: [", FIGURE: "- id: visits\n  id: visitors\n# id: growth"})
    assert {fault.file for fault in faults} == {KIND, FIGURE}


def test_a_cycle_through_several_figures_is_told_once(tmp_path: Path) -> None:
    more = "".join(
        f'- {{id: {one}, name: 圈, measure: 次, derive: "total({other}, visits)"}}\n'
        for one, other in [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]
    )
    [fault] = faults_of(tmp_path, {"figures/ring.yaml": more})
    assert fault.where.endswith(".derive")
    assert fault.wrong.count("→") == 3


def test_two_kinds_with_one_id_are_told_with_both_files(tmp_path: Path) -> None:
    [fault] = faults_of(tmp_path, {"kinds/again.yaml": "id: visit\nname: 又一个\n"})
    assert (fault.file, fault.line) == ("kinds/visit.yaml", 1)
    assert "kinds/again.yaml第1行" in fault.wrong


def test_an_empty_folder_and_a_missing_one_are_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere", Path("/dev/null")):
        with pytest.raises(PackInvalid) as refused:
            load(folder)
        assert len(refused.value.faults) == 1


def test_links_pipes_and_strange_files_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "kinds" / "link.yaml").symlink_to("/etc/passwd")
    (tmp_path / "reports" / "loop").symlink_to(tmp_path)
    (tmp_path / "kinds" / "notes.txt").write_text("x")
    os.mkfifo(tmp_path / "kinds" / "pipe.yaml")
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / "README.md").write_text("about")
    with pytest.raises(PackInvalid) as refused:
        load(tmp_path)
    assert {fault.file for fault in refused.value.faults} == {
        "kinds/link.yaml", "reports/loop", "kinds/notes.txt", "kinds/pipe.yaml"
    }  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    name=st.sampled_from(sorted(GOOD)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=4),
)
def test_a_pack_with_random_bytes_in_it_is_read_or_refused(
    tmp_path: Path, name: str, edits: list[tuple[float, int, bytes]]
) -> None:
    content = GOOD[name].encode()
    for where, removed, added in edits:
        at = int(where * len(content))
        content = content[:at] + added + content[at + removed :]
    assert read_or_refused(write(tmp_path, {name: content}))


WORDS = st.sampled_from(
    ["null", "1", "-1", "0.5", "true", "text", "[]", "{}", "[1]", "{id: a}", "''", "[[]]", "today", "visit", "a b"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.sampled_from([name for name in sorted(GOOD) if name.endswith("yaml")]), data=st.data())
def test_a_pack_with_any_value_exchanged_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    lines = GOOD[name].splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    key, colon, rest = lines[number].rpartition(": ")
    lines[number] = key + colon + data.draw(WORDS) + rest[len(rest.rstrip("]}")) :]
    assert read_or_refused(write(tmp_path, {name: "\n".join(lines)}))
