"""The tutorial is true: what it says to type works in an empty database, and says what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mingzhang.cli.main import main
from tests.conftest import FreshDatabase

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-half-year.md"
FILES = re.compile(r"把下面存成 `([^`]+)`：\n\n```\w+\n(.*?)^```$", re.M | re.S)
CONSOLES = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
COMMANDS = re.compile(r"^\$ mingzhang ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.M)

# What differs each time, or from machine to machine.
VOLATILE = [
    (re.compile(r"密码 \S+（"), "密码 …（"),
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:…"),
    (re.compile(r"^字体替代：.*\n", re.M), ""),
]


def commands() -> list[tuple[str, str]]:
    """Each command of the page and the output printed below it."""
    return [found for console in CONSOLES.findall(PAGE.read_text()) for found in COMMANDS.findall(console)]


def steady(output: str) -> str:
    """`output` without what is different each time."""
    output = "".join(f"{line.rstrip()}\n" for line in output.splitlines())
    for pattern, instead in VOLATILE:
        output = pattern.sub(instead, output)
    return output


def test_the_tutorials_commands_do_what_the_page_shows(
    fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in FILES.findall(PAGE.read_text()):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    for command, shown in commands():
        done = CliRunner().invoke(main, shlex.split(command.replace("\\\n", " ")))
        assert done.exit_code == 0, f"{command}\n{done.output}"
        assert steady(done.output) == steady(shown), command
    assert (tmp_path / "reports" / "half-year.docx").exists()


def test_every_command_of_the_tutorial_is_found() -> None:
    text = PAGE.read_text()
    assert len(commands()) == text.count("\n$ ") > 30
    assert len(FILES.findall(text)) == 5
