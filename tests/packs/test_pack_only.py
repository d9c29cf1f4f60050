"""A pack alone, a folder of text files, brings a new kind of record, new figures and a new report: no Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from docx import Document
from pypdf import PdfReader

from mingzhang.cli.main import main
from mingzhang.packs.queries import pack_of
from tests.cast import Cast
from tests.packs import test_builtin

PACK = """\
id: orchard
version: "1.0.0"
name: {zh-hans: 果园管护责任制, en: Orchard care}
levels: {county: 县, street: 街道, community: 社区}
"""
GRAFTING = """\
id: grafting
name: {zh-hans: 嫁接, en: Grafting}
title: "{place}嫁接"
review: [{role: reviewer}]
fields:
  - {id: place, name: 地块, type: text, required: true}
  - {id: hands, name: 人手, type: integer, unit: 人次, min: 0, required: true}
tables:
  - id: trees
    name: 嫁接的树
    fields:
      - id: sort
        name: 品种
        type: choice
        required: true
        options: [{id: pear, name: 梨}, {id: plum, name: 李}, {id: peach, name: 桃}]
      - {id: grafted, name: 嫁接, type: integer, unit: 株, min: 0, required: true}
      - {id: alive, name: 成活, type: integer, unit: 株, min: 0, required: true}
"""
FIGURES = """\
- {id: graftings, name: 嫁接次数, measure: 次, of: grafting, value: count}
- {id: hands, name: 出工人次, measure: 人次, of: grafting, value: sum(hands)}
- {id: grafted, name: 嫁接株数, measure: 株, of: grafting.trees, value: sum(grafted)}
- {id: alive, name: 成活株数, measure: 株, of: grafting.trees, value: sum(alive)}
- {id: sorts, name: 品种数, measure: 种, of: grafting.trees, value: distinct(sort), where: alive > 0}
- {id: places, name: 开展的单位, measure: 个, of: grafting, value: distinct(unit)}
- {id: survival, name: 成活率, measure: "%", derive: "ratio(alive, grafted)"}
- {id: growth, name: 次数同比, measure: "%", derive: "growth(graftings, graftings@same_last_year)"}
"""
REPORT = """\
name: 果园月报
levels: [street]
periods: [month]
title: "{unit}{period}果园管护情况"
organ: "{unit}"
"""
BODY = """\
# 一、嫁接

{unit_short}{period}嫁接{figure: graftings}次，出工{figure: hands}人次，{figure: places}个单位开展，
涉及{figure: sorts}个品种。

嫁接{figure: grafted}株，成活{figure: alive}株，
成活率{figure: survival, form: percent}；次数同比{figure: growth, form: change}。

{table: by_unit, figures: graftings grafted alive}
"""
FILES = {
    "pack.yaml": PACK,
    "kinds/grafting.yaml": GRAFTING,
    "figures/grafting.yaml": FIGURES,
    "reports/monthly/report.yaml": REPORT,
    "reports/monthly/report.md": BODY,
}
SHEETS: list[tuple[str, str, dict[str, object], list[dict[str, object]]]] = [
    (
        "QH",
        "chen",
        {"place": "东坡", "hands": 12},
        [{"sort": "pear", "grafted": 40, "alive": 36}, {"sort": "plum", "grafted": 10, "alive": 0}],
    ),
    ("QH-01", "lu", {"place": "河湾", "hands": 5}, [{"sort": "pear", "grafted": 30, "alive": 28}]),
    ("QH-01", "lu", {"place": "屋后", "hands": 3}, [{"sort": "peach", "grafted": 20, "alive": 16}]),
]
# What the three sheets come to: 80 of 100 trees are alive, and no plum is.
KNOWN = {
    "graftings": "3",
    "hands": "20",
    "grafted": "100",
    "alive": "80",
    "sorts": "2",
    "places": "2",
    "survival": "0.8",
    "growth": None,
}
# The same in the report; last year nothing was grafted, so that there is no growth to tell.
SENTENCES = ["嫁接3次，出工20人次，2个单位开展，涉及2个品种", "嫁接100株，成活80株，成活率80.0%", "次数同比—"]


@pytest.fixture(autouse=True)
def forget_packs() -> Iterator[None]:
    """Packs are remembered by number, which another test's database may give to another pack."""
    pack_of.cache_clear()
    yield
    pack_of.cache_clear()


def said(*arguments: object) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def enter(unit: str, author: str, data: dict[str, object], trees: list[dict[str, object]]) -> None:
    """Write a sheet, hand it in, let it be reviewed and post it, each by who does it in the office."""
    given = ["--data", json.dumps(data), "--rows", json.dumps({"trees": trees})]
    said("record", "add", "--kind", "grafting", "--unit", unit, "--date", "2026-03-12", *given, "--by", author)
    listed = said("record", "list", "--book", "YC", "--state", "draft")
    number = listed.splitlines()[-1].split()[0]
    said("record", "submit", number, "--by", author)
    said("record", "review", number, "--pass", "--by", "he")
    said("record", "post", number, "--by", "zhou")


@pytest.fixture
def office(tmp_path: Path, cast: Cast) -> Path:
    """The pack written, checked, installed and in force, and the three sheets posted: all at the command line."""
    folder = tmp_path / "果园"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    assert "记录类型1种，数据项8个，报告1种" in said("pack", "check", folder)
    said("pack", "install", folder, "--book", "YC", "--by", "tang")
    for sheet in SHEETS:
        enter(*sheet)
    return tmp_path


def told(*arguments: object) -> Any:
    return json.loads(said(*arguments, "--unit", "QH", "--period", "2026-03", "--book", "YC", "--json"))


def test_the_figures_of_a_new_kind_are_counted(office: Path) -> None:
    counted = {one["figure"]: one["value"] for one in told("figures")}
    assert counted.keys() == KNOWN.keys()
    for figure, value in KNOWN.items():
        assert counted[figure] is None if value is None else float(counted[figure]) == float(value), figure


def test_a_number_of_a_new_kind_opens_to_its_entries(office: Path) -> None:
    opened = told("trace", "sorts")
    assert opened["value"] == "2"
    assert len(opened["entries"]) == 3, "the two pears and the peach; the plum that died does not count"
    parts = told("trace", "survival")["parts"]
    assert [part["value"] for part in parts] == ["80", "100"]
    assert "河湾嫁接" in said("trace", "hands", "--unit", "QH", "--period", "2026-03", "--book", "YC")


def test_a_record_of_a_new_kind_taken_back_no_longer_counts(office: Path) -> None:
    number = said("record", "list", "--book", "YC", "--unit", "QH-01").splitlines()[-1].split()[0]
    said("record", "reverse", number, "--reason", "株数点错了", "--by", "zhou")
    counted = {one["figure"]: one["value"] for one in told("figures")}
    assert counted["graftings"] == "2"
    assert len(told("trace", "graftings")["entries"]) == 4, "the three sheets and the line that takes one back"


def test_a_new_report_is_written_in_all_four_forms(office: Path) -> None:
    out = office / "out"
    said("report", "build", "monthly", "--book", "YC", "--unit", "QH", "--period", "2026-03", "--out", out)
    read = {
        "docx": "".join(one.text for one in Document(str(out / "monthly.docx")).paragraphs),
        "pdf": "".join(page.extract_text() for page in PdfReader(out / "monthly.pdf").pages),
    }
    for form, text in read.items():
        for sentence in SENTENCES:
            assert sentence in "".join(text.split()), (form, sentence)
    page = (out / "monthly.html").read_text("utf-8")
    assert page.count('class="tn"') == 8 + 3 * 4, (
        "eight in the text; three of each community, of the street itself and of the whole"
    )
    traced = json.loads((out / "monthly.trace.json").read_text("utf-8"))
    assert len(traced["numbers"]) == 20
    assert all(number["set_digest"] for number in traced["numbers"])


def test_a_new_figure_needs_a_new_version_and_nothing_else(office: Path) -> None:
    folder = office / "果园"
    more = '- {id: per_time, name: 每次株数, measure: 株, derive: "ratio(grafted, graftings)"}\n'
    (folder / "figures/more.yaml").write_text(more, "utf-8")
    (folder / "pack.yaml").write_text(PACK.replace("1.0.0", "1.1.0"), "utf-8")
    said("pack", "install", folder, "--book", "YC", "--by", "tang")
    counted = {one["figure"]: one["value"] for one in told("figures")}
    assert counted["graftings"] == "3", "what was posted under the version before still counts"
    assert float(counted["per_time"]) == pytest.approx(100 / 3)


def test_the_search_for_kinds_in_python_can_find_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test that no Python knows a kind is worth something only if it fails when some does."""
    package = tmp_path / "mingzhang"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "special.py").write_text('"""A case."""\n\nSPECIAL = {"study.problems": 1}\n', "utf-8")
    monkeypatch.setattr(test_builtin.mingzhang, "__file__", str(package / "__init__.py"))
    with pytest.raises(AssertionError, match=r"special\.py:3 study\.problems"):
        test_builtin.test_no_python_of_the_product_knows_a_kind_of_record()


def test_the_new_pack_is_no_builtin_one() -> None:
    assert not any("orchard" in path.read_text("utf-8") for path in Path(settings.PACKAGE).rglob("*.py"))
