"""The pack that is measured with: 40 kinds, 200 figures, and a report of twenty pages that prints each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

PACK = "bench"
KINDS = 40
LEVELS = ("root", "city", "county", "street", "community")
FIGURES = ("count", "people", "minutes", "units", "before")
REPORT = "half-year"

SENTENCES = (
    "每一件事由经办人记一次，附上当时的材料，交给不同的人审核以后入账。",
    "记的时候只写什么时候、在哪里、做了什么、有多少人参加，不要求拍照，也不要求写心得。",
    "发现记错的，先冲销原来的那一笔，再照实重新记一笔，两笔都留在账上，谁都能查到前后的来由。",
    "补记的事按发生的日子计入本期，在账上的位置排在后面，所以同一份报告什么时候做的，就只看得到那时为止的账。",
    "各单位报上来的数不再另外汇总，街道和县里看到的是同一本账，点开一个数就能看到它是从哪几笔数出来的。",
    "没有记录的单位不一定没有做事，下个月由街道逐个问清楚，是没有做、没有记还是不需要做。",
)


def write(folder: Path) -> Path:
    """Write the pack as YAML into `folder`, to be installed like any other."""
    for name in ("kinds", "figures", f"reports/{REPORT}"):
        (folder / name).mkdir(parents=True)
    _yaml(folder / "pack.yaml", _pack())
    for number in range(1, KINDS + 1):
        _yaml(folder / "kinds" / f"{kind(number)}.yaml", _kind(number))
        _yaml(folder / "figures" / f"{kind(number)}.yaml", _figures(number))
    _yaml(folder / "reports" / REPORT / "report.yaml", _report())
    (folder / "reports" / REPORT / "report.md").write_text(_text())
    return folder


def kind(number: int) -> str:
    """The id of the kind with this rank, from 1, the commonest."""
    return f"kind{number}"


def figure_ids() -> list[str]:
    """The 200 figures."""
    return [f"{kind(number)}_{name}" for number in range(1, KINDS + 1) for name in FIGURES]


def _yaml(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))


def _names(chinese: str, english: str) -> dict[str, str]:
    return {"zh-hans": chinese, "en": english}


def _pack() -> dict[str, Any]:
    return {
        "id": PACK,
        "version": "1.0.0",
        "language": "zh-hans",
        "name": _names("测量用", "For measuring"),
        "levels": {level: _names(name, level) for level, name in zip(LEVELS, "省市县街社", strict=True)},
    }


def _kind(number: int) -> dict[str, Any]:
    options = [{"id": f"f{n}", "name": _names(f"形式{n}", f"Form {n}")} for n in range(8)]
    return {
        "id": kind(number),
        "name": _names(f"第{number}类工作", f"Work {number}"),
        "title": "{topic}",
        "review": [{"role": "reviewer"}],
        "fields": [
            {"id": "form", "name": _names("形式", "Form"), "type": "choice", "options": options},
            {"id": "topic", "name": _names("主题", "Topic"), "type": "text"},
            {"id": "people", "name": _names("人数", "People"), "type": "integer", "min": 0},
            {"id": "minutes", "name": _names("分钟", "Minutes"), "type": "integer", "min": 0},
        ],
    }


def _figures(number: int) -> list[dict[str, Any]]:
    told = {
        "count": {"measure": "次", "value": "count"},
        "people": {"measure": "人次", "value": "sum(people)"},
        "minutes": {"measure": "分钟", "value": "sum(minutes)", "where": "people >= 20"},
        "units": {"measure": "个", "value": "distinct(unit)"},
        "before": {"measure": "次", "value": "count", "period": "previous"},
    }
    return [
        {"id": f"{kind(number)}_{name}", "name": _names(f"{number}{name}", f"{number} {name}"), "of": kind(number)}
        | told[name]
        for name in FIGURES
    ]


def _report() -> dict[str, Any]:
    return {
        "name": _names("半年总结", "Half-year report"),
        "periods": ["half"],
        "title": "{unit}{period}工作总结",
        "organ": "{unit}",
        "addressee": "县人民政府办公室",
    }


def _text() -> str:
    """About 300 characters and five numbers for every kind of work."""
    return "\n\n".join(_section(number) for number in range(1, KINDS + 1))


def _section(number: int) -> str:
    one = kind(number)
    said = "".join(SENTENCES[(number + place) % len(SENTENCES)] for place in range(4))
    return (
        f"# {number}．第{number}类工作\n\n"
        f"{{period}}，{{unit}}和所属单位开展这一类工作{{figure: {one}_count}}次，上一个半年"
        f"{{figure: {one}_before}}次，参加{{figure: {one}_people}}人次，有{{figure: {one}_units}}个单位做过。"
        f"二十人以上的场次合计用时{{figure: {one}_minutes}}分钟。{said}\n\n"
        f"{SENTENCES[number % len(SENTENCES)]}{SENTENCES[(number + 3) % len(SENTENCES)]}"
    )
