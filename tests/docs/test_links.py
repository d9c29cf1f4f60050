"""What the documentation points at is there: links, headings, and files of this project named in the text."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src" / "mingzhang"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

FENCE = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
QUOTED = re.compile(r"`([\w./-]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.M)


@cache
def kept() -> frozenset[str]:
    """The folders and files at the top of the project that are kept in git."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return frozenset(name.partition("/")[0] for name in listed.splitlines())


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return FENCE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page are linked to."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose(page)))
    return {heading.strip().replace(" ", "-") for heading in plain}


def dead_links(page: Path) -> list[str]:
    """The links of a page to files or headings that are not there. Links out of the project are not followed."""
    dead = []
    for found in LINK.finditer(prose(page)):
        address = found[1] or found[2]
        path, _, anchor = address.partition("#")
        target = (page.parent / path) if path else page
        if "://" in address or address.startswith("mailto:"):
            continue
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            dead.append(address)
    return dead


def missing_files(page: Path) -> list[str]:
    """Paths in backticks that begin like one of the project's, or like a Python file of one of its areas, and are
    not there. Written without an area's folder, they are looked for below src/mingzhang."""
    missing = []
    for name in QUOTED.findall(prose(page)):
        first = name.partition("/")[0]
        ours = "/" in name and first in kept()
        of_an_area = "/" in name and name.endswith(".py") and (CODE / first).is_dir()
        if (ours or of_an_area) and not (ROOT / name).exists() and not (CODE / name).exists():
            missing.append(name)
    return missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert dead_links(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_are_there(page: Path) -> None:
    assert missing_files(page) == []


def test_every_page_of_the_documentation_is_listed_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text() + (ROOT / "docs" / "adr" / "index.md").read_text()
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page.name != "index.md"]
    assert [page.name for page in pages if f"{page.name})" not in index] == []


def test_a_dead_link_and_a_missing_file_are_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# 一\n[好](#一) [坏](#二) [没有](gone.md) `src/mingzhang/gone.py` `ledger/gone.py` `gone/it.py`\n"
    )
    assert dead_links(page) == ["#二", "gone.md"]
    assert missing_files(page) == ["src/mingzhang/gone.py", "ledger/gone.py"]
