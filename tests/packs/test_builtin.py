"""The packs that come with Mingzhang: they check clean, say everything in two languages, count every kind that they
declare, and keep to what Mingzhang will never do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import mingzhang
from mingzhang.packs import loader
from mingzhang.packs.base import Names
from mingzhang.packs.checklist_schema import CHECKED, DRAWN, ROUND_KINDS
from mingzhang.packs.marks import FigureMark, Plain, TableMark, parse
from mingzhang.packs.queries import BUILTIN, builtin_ids
from mingzhang.packs.schema import CLOSED, FOLLOWED_UP, FOUND, TASKS, Figure, Pack, ReportTemplate

PACKS: dict[str, Pack] = {name: loader.load(BUILTIN / name) for name in builtin_ids()}
STREET, SAFETY = PACKS["street-office"], PACKS["work-safety"]
REPORTS = [(pack, report) for pack in PACKS.values() for report in pack.reports]
FORMS_WITH_THEIR_OWN_MEASURE = ("percent", "points", "change")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

# Things that BOUNDARY.md rules out, and slogans that say nothing. Saying that something is *not* done is allowed.
NEVER = (
    "学时", "时长", "积分", "打卡", "签到", "舆情", "网评", "评论员", "引导", "监测", "倾向", "立场", "表态",
    "信仰", "宗教", "民族", "籍贯", "政治面貌", "身份证", "群主", "群成员", "分数", "得分", "星级",
    "赋能", "闭环", "抓手", "走深走实", "高度重视", "再上新台阶", "圆满", "亮点",
)  # fmt: skip
NEVER_ENGLISH = re.compile(r"\b(hours?|rank(s|ed|ing)?|scores?|points? (system|earned)|sentiment|attitude)\b", re.I)


def each_pack() -> Any:
    return pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.id)


def each_report() -> Any:
    return pytest.mark.parametrize(("pack", "report"), REPORTS, ids=lambda part: part.id)


def figure_marks(report: ReportTemplate) -> list[FigureMark]:
    return [segment for segment in parse(report.text)[0] if isinstance(segment, FigureMark)]


def table_figures(report: ReportTemplate) -> list[str]:
    tables = [segment for segment in parse(report.text)[0] if isinstance(segment, TableMark)]
    return [figure for table in tables for figure in table.figures]


def own_words(report: ReportTemplate) -> str:
    """A report's text without its marks."""
    return "".join(segment.text for segment in parse(report.text)[0] if isinstance(segment, Plain))


def names_in(part: object, path: str = "") -> Iterator[tuple[str, Names]]:
    """Every text by language in a pack, with where it stands."""
    if isinstance(part, Names):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from names_in(getattr(part, name), f"{path}/{name}")
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from names_in(value, f"{path}/{key}")
    elif isinstance(part, tuple):
        for value in part:
            yield from names_in(value, f"{path}/{getattr(value, 'id', '')}")


def words_of(pack: Pack) -> Iterator[tuple[str, str]]:
    """Everything that a pack says to its users but its notes, which tell what was left out."""
    for path, names in names_in(pack):
        if not path.startswith("/notes"):
            yield from ((path, text) for text in names.root.values())
    for report in pack.reports:
        yield report.id, own_words(report)


def used_by(figure: Figure) -> set[str]:
    """The figures that `figure` is made of."""
    return set(re.findall(r"(?<![@\w])\w+", figure.derive or ""))


def test_the_street_pack_has_the_kinds_figures_and_reports_that_its_users_were_promised() -> None:
    assert len(STREET.kinds) >= 25
    assert len(STREET.figures) >= 70
    assert [report.id for report in STREET.reports] == ["annual", "half-year"]


def test_the_safety_pack_is_smaller_and_shares_no_kind_of_record_with_the_street_pack() -> None:
    assert 7 <= len(SAFETY.kinds) <= 9
    assert len(SAFETY.figures) >= 25
    assert len(SAFETY.report("quarter").text.splitlines()) >= 40
    assert {kind.id for kind in SAFETY.kinds}.isdisjoint(kind.id for kind in STREET.kinds)
    shared = SAFETY.figures_by_id.keys() & STREET.figures_by_id.keys()
    assert [id for id in shared if SAFETY.figures_by_id[id] != STREET.figures_by_id[id]] == []
    both = {TASKS, FOUND, CLOSED, FOLLOWED_UP, DRAWN, CHECKED, None}
    own = "only tasks, findings and rounds are counted by both"
    assert {SAFETY.figures_by_id[id].of for id in shared} == both, own


@pytest.mark.parametrize("id", ["half-year", "annual"])
def test_a_street_report_is_long_enough_to_say_something_and_short_enough_to_be_read(id: str) -> None:
    assert 2500 <= len(CHINESE.findall(own_words(STREET.report(id)))) <= 5000


@pytest.mark.parametrize("id", ["half-year", "annual"])
def test_a_street_report_is_made_of_numbers_that_can_be_opened(id: str) -> None:
    assert len(figure_marks(STREET.report(id))) >= 60


@each_report()
def test_no_number_is_typed_into_a_report_by_hand(pack: Pack, report: ReportTemplate) -> None:
    without_item_numbers = re.sub(r"^### \d\.", "", own_words(report), flags=re.M)
    assert re.findall(r"\d+", without_item_numbers) == []


@each_report()
def test_each_number_is_followed_by_its_own_measure_word(pack: Pack, report: ReportTemplate) -> None:
    segments = parse(report.text)[0]
    wrong = []
    for mark, after in zip(segments, segments[1:], strict=False):
        if not isinstance(mark, FigureMark) or mark.form in FORMS_WITH_THEIR_OWN_MEASURE:
            continue
        if not (isinstance(after, Plain) and after.text.startswith(pack.figure(mark.figure).measure)):
            wrong.append(mark.figure)
    assert wrong == []


@each_report()
def test_ratios_and_changes_are_written_in_a_form_that_says_so(pack: Pack, report: ReportTemplate) -> None:
    plain = [mark.figure for mark in figure_marks(report) if mark.form not in FORMS_WITH_THEIR_OWN_MEASURE]
    assert [figure for figure in plain if pack.figure(figure).measure in ("%", "个百分点")] == []


@each_report()
def test_a_report_is_ordered_by_chinese_numerals_and_compares_units_in_a_table(
    pack: Pack, report: ReportTemplate
) -> None:
    first = re.findall(r"^# (.)、", report.text, flags=re.M)
    assert first == list("一二三四五六七八九")[: len(first)]
    assert len(first) >= 6
    for section in re.split(r"^# ", report.text, flags=re.M):
        second = re.findall(r"^## （(.)）", section, flags=re.M)
        third = re.findall(r"^### (\d)\.", section, flags=re.M)
        assert second == list("一二三四五六")[: len(second)]
        assert third == list("123456789")[: len(third)]
    assert len(table_figures(report)) >= 5


@each_report()
def test_a_report_tells_what_was_late_and_what_was_not_reached(pack: Pack, report: ReportTemplate) -> None:
    told = {mark.figure for mark in figure_marks(report)}
    left_over = {figure.id for figure in pack.figures if (figure.derive or "").startswith("difference")}
    assert len(told & left_over) >= 3
    assert "超期" in own_words(report)


def test_the_half_year_report_rounds_as_its_readers_expect() -> None:
    rounded = {
        mark.figure: (mark.form, mark.round) for mark in figure_marks(STREET.report("half-year")) if mark.round
    }
    assert rounded == {
        "study_below": ("over", 100),
        "study_below_people": ("over", 1000),
        "reading_people": ("more", 100),
        "new_books": ("more", 100),
    }


@each_pack()
def test_every_figure_is_used_by_a_report_or_by_another_figure(pack: Pack) -> None:
    used = {mark.figure for report in pack.reports for mark in figure_marks(report)}
    used |= {figure for report in pack.reports for figure in table_figures(report)}
    used |= {part for figure in pack.figures for part in used_by(figure)}
    assert {figure.id for figure in pack.figures} - used == set()


@each_pack()
def test_every_kind_of_entry_is_counted_by_a_figure(pack: Pack) -> None:
    counted = {figure.of for figure in pack.figures}
    assert {line.code for line in pack.lines()} - counted == set()


@each_pack()
def test_every_word_is_there_in_chinese_and_in_english(pack: Pack) -> None:
    incomplete = [path for path, names in names_in(pack) if set(names.root) != {"zh-hans", "en"}]
    mixed = [path for path, names in names_in(pack) if CHINESE.search(names.text("en"))]
    assert incomplete == []
    assert mixed == []


@each_pack()
def test_no_two_figures_have_the_same_name(pack: Pack) -> None:
    names = [figure.name.text() for figure in pack.figures]
    assert sorted(names) == sorted(set(names))


@each_pack()
def test_nothing_asks_for_what_mingzhang_will_never_hold(pack: Pack) -> None:
    found = [(path, word) for path, text in words_of(pack) for word in NEVER if word in text]
    found += [(path, text) for path, text in words_of(pack) if NEVER_ENGLISH.search(text)]
    assert found == []


@each_pack()
def test_the_notes_tell_what_was_left_out(pack: Pack) -> None:
    assert len(pack.notes) >= 3
    assert all(re.search(r"不|没有", note.text()) for note in pack.notes)


@each_pack()
def test_every_name_of_a_person_has_a_purpose_and_an_end(pack: Pack) -> None:
    people = [field for line in pack.lines() for field in line.fields if field.type == "person"]
    assert people
    assert all(field.personal and field.personal.retention_days <= 3 * 365 for field in people)


@each_pack()
def test_photographs_are_never_required_where_the_work_leaves_no_paper(pack: Pack) -> None:
    required = {kind.id for kind in pack.kinds if kind.evidence.min}
    assert all(kind.evidence.max <= 9 for kind in pack.kinds)
    assert required <= {
        "regulation", "emergency_plan", "clarification", "impact_assessment",
        "hazard_fix", "workplace_check", "equipment_test",
    }  # fmt: skip


def test_kinds_ask_for_no_review_or_up_to_three_by_different_people() -> None:
    steps = {kind.id: len(kind.review) for kind in STREET.kinds}
    assert steps["home_visit"] == steps["channel_care"] == 0
    assert (steps["study"], steps["regulation"], steps["impact_assessment"]) == (1, 2, 3)


def test_only_where_the_law_wants_names_is_it_asked_who_took_part() -> None:
    asking = {
        (pack.id, line.code, field.id, field.required)
        for pack in PACKS.values()
        for line in pack.lines()
        for field in line.fields
        if field.type == "people"
    }
    assert asking == {("work-safety", "accident", "investigators", False)}


def test_some_kinds_are_for_the_county_only() -> None:
    county = {kind.id for kind in STREET.kinds if kind.levels and not {"street", "community"} & set(kind.levels)}
    assert county == {"supervision", "skills_contest", "secondment"}


def test_no_python_of_the_product_knows_a_kind_of_record() -> None:
    own = {TASKS, FOUND, CLOSED, FOLLOWED_UP, DRAWN, CHECKED}
    rounds = ("inspections", "packs/checklist_schema.py")  # where a visit and a self-check are kinds of rounds
    codes = {line.code for pack in PACKS.values() for line in pack.lines() if line.code not in own}
    source = Path(mingzhang.__file__).parent
    known = [
        f"{path.relative_to(source)}:{line} {text}"
        for path in source.rglob("*.py")
        for line, text in spoken_strings(ast.parse(path.read_text("utf-8")))
        if text in codes and not (text in ROUND_KINDS and any(path.is_relative_to(source / one) for one in rounds))
    ]
    assert known == []


def spoken_strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The string constants of a module. A docstring is one too, but none consists of a kind's code alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@pytest.mark.parametrize(("pack", "least"), [(STREET, 60), (SAFETY, 30)], ids=["street", "safety"])
def test_a_pack_lists_what_each_level_has_to_do(pack: Pack, least: int) -> None:
    assert len(pack.duties) >= least
    for level in pack.levels:
        names = [duty.name.text() for duty in pack.duties if level in duty.levels]
        assert len(names) == len(set(names))


@each_pack()
def test_one_sheet_never_closes_two_duties_of_a_unit(pack: Pack) -> None:
    for level in pack.levels:
        closing = [duty.fulfilled_by for duty in pack.duties if level in duty.levels and duty.every]
        kinds = [kind for kind in closing if kind]
        assert len(kinds) == len(set(kinds))


@each_pack()
def test_a_duty_carries_out_one_of_a_level_above(pack: Pack) -> None:
    levels = list(pack.levels)
    for duty in pack.duties:
        if duty.parent:
            above = pack.duties_by_id[duty.parent]
            assert min(map(levels.index, above.levels)) < max(map(levels.index, duty.levels))
