"""A pack with anything wrong in it: the command says where and what, and installs nothing."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from mingzhang.audit.models import Event
from mingzhang.packs.models import PackVersion, RecordKind
from tests.faults.commands import CHINESE, refused
from tests.packs.packs import FIGURES, write

ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
)
CYCLE = """\
- {id: first, name: 甲, measure: 次, derive: "total(second, visits)"}
- {id: second, name: 乙, measure: 次, derive: "total(third, visits)"}
- {id: third, name: 丙, measure: 次, derive: "total(first, visits)"}
"""

# what is written where, at which line it is told, and a word of what is told
BROKEN = {
    "a field that does not exist": ("kinds/other.yaml", "id: other\nname: 别的\nfeilds: []\n", 3, "fields"),
    "a cycle of figures": ("figures/more.yaml", CYCLE, 1, "first → second → third → first"),
    "a figure that is counted from an unknown one": (
        "figures/more.yaml",
        '- {id: more, name: 更多, measure: 次, derive: "total(visits, vists)"}\n',
        1,
        "visits",
    ),
    "an unknown figure in a report": (
        "reports/annual/report.md",
        "# 一、巡园\n\n巡园{figure: vists}次。\n",
        3,
        "visits",
    ),
    "a figure over an unknown field": (
        "figures/more.yaml",
        "- {id: more, name: 更多, measure: 次, of: visit, value: count, where: peopel > 1}\n",
        1,
        "people",
    ),
    "a bomb of references": ("kinds/other.yaml", ALIASES, 1, "锚点"),
    "a bomb of brackets": ("kinds/other.yaml", "[" * 900_000, 1, "太深"),
    "a bomb of items": ("kinds/other.yaml", "a: [" + "1," * 400_000 + "]", 1, "太多"),
    "a file beyond all measure": ("figures/more.yaml", FIGURES * 20_000, 1, "太大"),
    "an object to be made by the reader": (
        "kinds/other.yaml",
        "id: !!python/object/apply:os.system [x]\n",
        1,
        "标签",
    ),
    "a name that draws from right to left": ("kinds/other.yaml", "id: other\nname: 甲\u202e乙\n", 2, "U+202E"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("command", ["check", "install"])
@pytest.mark.django_db
def test_the_fault_is_told_by_file_and_line_and_nothing_is_installed(
    tmp_path: Path, command: str, name: str
) -> None:
    file, content, line, told = BROKEN[name]
    began = time.monotonic()
    said = refused("pack", command, write(tmp_path, {file: content}))
    assert time.monotonic() - began < 20
    assert re.search(rf"^\s*{re.escape(file)}:{line}:\d+: .*{re.escape(told)}", said, re.MULTILINE), said
    for table in (PackVersion, RecordKind, Event):
        assert not table.objects.exists()


@pytest.mark.django_db
def test_the_same_is_told_in_english(tmp_path: Path) -> None:
    folder = write(tmp_path, {"kinds/other.yaml": "id: other\nname: Other\nfeilds: []\n"})
    said = refused("--lang", "en", "pack", "install", folder)
    assert "kinds/other.yaml:3:1" in said
    assert not CHINESE.search(said)
    assert not PackVersion.objects.exists()
