"""What a dashboard in a pack may say, and how a fault in it is pointed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingzhang.packs.faults import PackInvalid
from mingzhang.packs.loader import load
from mingzhang.packs.queries import builtin_folder, builtin_ids
from mingzhang.packs.schema import Pack
from tests.packs.packs import write

NAME = "dashboards/overview.yaml"
GOOD = """\
id: overview
name: {zh-hans: 巡园情况, en: Visits}
levels: [county]
headline: [visits, growth]
trend: visits
groups:
  - id: first
    name: 第一组
    interval: share
    figures:
      - {figure: share, name: 占比, better: higher, bands: [50, 80.5], open: places}
      - {figure: visits}
"""
SHARE = """\
- {id: share, name: 步行占比, measure: "%", derive: "ratio(visits, visits)"}
"""
FAULTS = [
    ("levels: [county]", "levels: [city]", 3, "levels.0", "没有层级“city”"),
    (
        "headline: [visits, growth]",
        "headline: [visit]",
        4,
        "headline.0",
        "没有数据项“visit”。您要写的是不是“visits”",
    ),
    ("headline: [visits, growth]", "headline: []", 4, "headline", "至少要1项"),
    ("trend: visits", "trend: visitor", 5, "trend", "没有数据项“visitor”"),
    ("interval: share", "interval: shar", 9, "groups.first.interval", "没有数据项“shar”"),
    ("interval: share", "interval: growth", 9, "groups.first.interval", "算不出区间"),
    ("{figure: visits}", "{figure: visit}", 12, "groups.first.figures.1.figure", "没有数据项“visit”"),
    ("{figure: visits}", "{figure: share}", 12, "groups.first.figures.1.figure", "写了两次"),
    ("open: places", "open: place", 11, "groups.first.figures.0.open", "没有数据项“place”"),
    ("[50, 80.5]", "[80, 50]", 11, "groups.first.figures.0.bands", "从小到大"),
    ("[50, 80.5]", "[1, 2, 3, 4, 5, 6]", 11, "groups.first.figures.0.bands", "最多5项"),
    (", better: higher", "", 11, "groups.first.figures.0.bands", "分不出颜色"),
    ("better: higher", "better: more", 11, "groups.first.figures.0.better", "不能写“more”"),
    ("id: first", "id: First", 7, "groups.First.id", "写法不对"),
]


def folder(tmp_path: Path, dashboard: str) -> Path:
    return write(tmp_path, {NAME: dashboard, "figures/share.yaml": SHARE})


def test_a_dashboard_is_read_and_kept_with_its_pack(tmp_path: Path) -> None:
    pack = load(folder(tmp_path, GOOD))
    [dashboard] = pack.dashboards
    assert [column.figure for column in dashboard.groups[0].figures] == ["share", "visits"]
    assert [str(band) for band in dashboard.groups[0].figures[0].bands] == ["50", "80.5"]
    assert Pack.from_content(pack.content()) == pack


@pytest.mark.parametrize(("old", "new", "line", "where", "said"), FAULTS)
def test_a_fault_says_where_and_what(tmp_path: Path, old: str, new: str, line: int, where: str, said: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(PackInvalid) as refused:
        load(folder(tmp_path, GOOD.replace(old, new)))
    [fault] = refused.value.faults
    assert (fault.file, fault.line, fault.where) == (NAME, line, where)
    assert said in str(fault)


def test_two_groups_or_dashboards_do_not_share_an_id(tmp_path: Path) -> None:
    second = "  - {id: first, name: 又一组, figures: [{figure: visits}]}\n"
    files = {NAME: GOOD + second, "dashboards/other.yaml": GOOD, "figures/share.yaml": SHARE}
    with pytest.raises(PackInvalid) as refused:
        load(write(tmp_path, files))
    assert sorted(fault.where for fault in refused.value.faults) == ["groups.first.id", "id"]


@pytest.mark.parametrize("id", builtin_ids())
def test_every_builtin_pack_has_a_dashboard_that_shows_shares_and_amounts_and_ranks_nobody(id: str) -> None:
    pack = load(builtin_folder(id))
    [dashboard] = pack.dashboards
    assert [group.id for group in dashboard.groups] == ["done", "duties", "findings", "inspections", "amount"]
    for group in dashboard.groups:
        for column in group.figures:
            assert column.name, column.figure
            assert set(column.name.root) == {"zh-hans", "en"}
    amounts = dashboard.groups[-1].figures
    assert all(not column.bands for column in amounts), "how much was done is not judged by colour"
