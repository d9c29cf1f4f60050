"""What a stranger gets: the documented commands exist, what is installed is pinned by hash, and no file tells of
the machine that it was written on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingzhang.cli.main import main

ROOT = Path(__file__).parent.parent.parent
PROMISED = {"demo", "serve", "test", "test-browser", "lint", "bench"}
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-tools.lock"]
WHERE = ["src", "tests", "docs", "bench", "tools", ".ci"]
FILES = ["README.md", "README.en.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml", *LOCKS]
TEXTS = {".py", ".md", ".yaml", ".toml", ".html", ".css", ".js", ".typ", ".po", ".lock", ".json", ".sh", ".txt", ""}
# Folders of one machine: the checkout's own place, the home of whoever runs this, and the superuser's.
HOMES = {home for home in (Path.home(), Path("/root")) if home.name not in ("", "tmp")}
OF_A_MACHINE = re.compile("|".join(re.escape(f"{place}/") for place in (ROOT, *HOMES)))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def called(text: str) -> set[str]:
    """The make targets that a text tells to run."""
    return set(re.findall(r"(?:^\s*|`|\$ |&& |; )make ([a-z][a-z-]*)", text, re.MULTILINE))


def readmes() -> list[Path]:
    return sorted(ROOT.glob("README*.md"))


def documents() -> list[Path]:
    return [*readmes(), ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_promised_target_is_there() -> None:
    assert targets() >= PROMISED


def test_ci_runs_targets_that_exist_and_checks_and_tests_everything() -> None:
    ran = called((ROOT / ".ci" / "run").read_text("utf-8"))
    assert ran <= targets()
    assert ran >= {"lint", "test", "test-browser"}


def test_the_readmes_tell_how_to_start_and_how_to_test() -> None:
    for readme in readmes():
        assert called(readme.read_text("utf-8")) >= {"demo", "test"}, readme.name


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_document_names_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    assert called(text) <= targets()
    written = re.findall(r"(?:^|`|\$ )(?:\.venv/bin/)?mingzhang (?:--lang \w+ )?([a-z][a-z-]*)", text, re.MULTILINE)
    assert set(written) <= set(main.list_commands(None))  # type: ignore[arg-type, attr-defined]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_pins_every_package_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    packages = re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,-]+\])?)==", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    assert len(packages) >= 3
    for block in blocks:
        assert not block.strip() or block.startswith("#") or "--hash=sha256:" in block, block[:80]


def tree() -> Iterator[Path]:
    """Every text file of the project."""
    for folder in WHERE:
        found = (ROOT / folder).rglob("*")
        yield from (
            path for path in found if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts
        )
    yield from (ROOT / name for name in FILES if (ROOT / name).exists())


def test_no_file_tells_of_the_machine_that_it_was_written_on() -> None:
    told = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tree()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if OF_A_MACHINE.search(line)
    ]
    assert told == []


def test_the_search_for_such_files_can_find_one() -> None:
    assert OF_A_MACHINE.search(f"sys.path.insert(0, '{ROOT}/src')")
    assert OF_A_MACHINE.search(f"see {Path.home()}/notes")
    assert not OF_A_MACHINE.search("/var/lib/mingzhang /usr/bin https://example.org/home/")
