"""A small pack for tests, and ways to spoil it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PACK = """\
id: garden
version: "1.0.0"
name: {zh-hans: 花园管护, en: Garden care}
notes: [只为测试]
levels: {county: 县, village: {zh-hans: 村, en: Village}}
"""
VISIT = """\
id: visit
name: {zh-hans: 巡园, en: Garden visit}
levels: [county, village]
title: "{form}：{topic}"
review: [{role: reviewer}, {role: leader}]
evidence: {min: 0, max: 3}
fields:
  - {id: form, name: 形式, type: choice, required: true, options: [{id: walk, name: 步行}, {id: ride, name: 骑行}]}
  - {id: topic, name: 主题, type: text, max_length: 20, required: true}
  - {id: people, name: 人数, type: integer, unit: 人次, min: 0, max: 500, default: 2}
  - {id: area, name: 面积, type: decimal, places: 1, unit: 亩, min: 0.5}
  - {id: cost, name: 花费, type: money}
  - {id: plants, name: 植物, type: choices, options: [{id: tree, name: 树}, {id: grass, name: 草}]}
  - {id: open, name: 对外开放, type: boolean}
  - {id: due_on, name: 期限, type: date, default: today}
  - {id: done_on, name: 完成日期, type: date}
  - {id: note, name: 说明, type: long_text}
  - {id: helper, name: 帮手, type: person, personal: {purpose: 便于联系, retention_days: 365}}
  - {id: crew, name: 同去的人, type: people, personal: {purpose: 记录谁去了, retention_days: 730}}
  - {id: place, name: 所在村, type: unit}
  - {id: earlier, name: 上一次, type: link, kind: visit}
  - {id: plan, name: 图纸, type: file}
tables:
  - id: problems
    name: 问题
    max_rows: 5
    spawns: finding
    fields:
      - {id: what, name: 内容, type: text, required: true}
      - {id: owner, name: 负责人, type: text, max_length: 10}
      - {id: count, name: 处数, type: integer, unit: 处, min: 1}
"""
FIGURES = """\
- id: visits
  name: {zh-hans: 巡园次数, en: Visits}
  measure: 次
  of: visit
  value: count
  where: form = 'walk' and people >= 2
- {id: visitors, name: 巡园人次, measure: 人次, of: visit, value: sum(people)}
- {id: places, name: 问题处数, measure: 处, of: visit.problems, value: sum(count), where: sheet.form = 'ride'}
- {id: crews, name: 同去人数, measure: 人, of: visit, value: sum(crew), where: crew >= 2}
- {id: growth, name: 同比, measure: "%", derive: "growth(visits, visits@same_last_year)"}
- {id: per_visit, name: 每次人数, measure: 人次, derive: "ratio(visitors, visits)"}
"""
REPORT = """\
name: 花园年报
levels: [village]
periods: [year]
title: "{unit}{year}年花园管护情况"
organ: "{unit}"
"""
BODY = """\
# 一、巡园

{unit_short}{period}巡园{figure: visits}次，{figure: visitors, form: over, round: 100}人次。
次数{figure: growth, form: change}。

{table: by_unit, figures: visits visitors}
"""
GOOD = {
    "pack.yaml": PACK,
    "kinds/visit.yaml": VISIT,
    "figures/visit.yaml": FIGURES,
    "reports/annual/report.yaml": REPORT,
    "reports/annual/report.md": BODY,
}


def write(folder: Path, files: Mapping[str, str | bytes | None] | None = None) -> Path:
    """The good pack in `folder`, with `files` instead of or beside its own; None leaves a file out."""
    for name, content in {**GOOD, **(files or {})}.items():
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def spoilt(name: str, old: str, new: str) -> dict[str, str]:
    """The good pack's file `name` with `old` written `new`."""
    if GOOD[name].count(old) != 1:
        raise ValueError(f"{old!r} is not exactly once in {name}")
    return {name: GOOD[name].replace(old, new)}
