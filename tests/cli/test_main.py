"""The command line: found quickly, clear when it refuses, in the language asked for."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from mingzhang import __version__
from mingzhang.cli.base import Entry, Registry, without_database
from mingzhang.cli.main import Commands, main
from mingzhang.core import database
from mingzhang.core.errors import InvalidInput, StateRefused


@click.group()
def things() -> None:
    """Commands of this test."""


@things.command()
def stored() -> None:
    click.echo("stored")


@things.command()
@without_database
def plain() -> None:
    click.echo("plain")


@things.command()
@without_database
def taken() -> None:
    raise StateRefused("已有人在改。", remedy="请稍后再试。")


@things.command()
@without_database
def wrong() -> None:
    raise InvalidInput("有一处填得不对。", problems={"data.people": ["请写整数。"]})


class OfThisTest(Registry):
    entries = {"things": Entry(f"{__name__}:things", "本测试的命令")}


@pytest.fixture
def ensured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each time a database is asked for."""
    times: list[str] = []
    monkeypatch.setattr(database, "ensure", lambda: times.append("ensured"))
    return times


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(OfThisTest("test"), arguments, catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_a_command_has_a_database_before_it_begins(ensured: list[str]) -> None:
    assert run("things", "stored") == (0, "stored\n", "")
    assert ensured == ["ensured"]


def test_no_database_is_started_for_help_or_for_a_command_that_needs_none(ensured: list[str]) -> None:
    assert run("things", "plain") == (0, "plain\n", "")
    assert run("things", "stored", "--help")[0] == 0
    assert run("--help")[0] == 0
    assert ensured == []


def test_a_refusal_is_said_on_standard_error_and_becomes_the_exit_status() -> None:
    assert run("things", "taken") == (5, "", "已有人在改。请稍后再试。\n")
    assert run("things", "wrong") == (2, "", "有一处填得不对。\n  data.people: 请写整数。\n")


def test_an_unknown_command_is_refused_with_usage() -> None:
    code, _out, said = run("nothing")
    assert code == 2
    assert "nothing" in said


def test_listing_the_commands_imports_none_of_them() -> None:
    script = "import sys; from mingzhang.cli.main import main\nmain(['--help'], standalone_mode=False)\n"
    script += "print([name for name in sys.modules if name.startswith('mingzhang.cli.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("['mingzhang.cli.base', 'mingzhang.cli.main']\n")
    assert "打开网站" in done.stdout


@pytest.mark.parametrize("name", sorted(Commands.entries))
def test_every_command_in_the_table_is_there(name: str) -> None:
    assert isinstance(Commands.entries[name].load(), click.Command)


def test_the_version_is_alone_on_its_line() -> None:
    done = CliRunner().invoke(main, ["version"])
    assert (done.exit_code, done.stdout) == (0, f"{__version__}\n")


def test_a_language_that_is_not_there_is_refused() -> None:
    assert CliRunner().invoke(main, ["--lang", "fr", "version"]).exit_code == 2


def test_the_module_runs_as_the_command_does() -> None:
    done = subprocess.run([sys.executable, "-m", "mingzhang.cli", "version"], capture_output=True, text=True)
    assert done.stdout == f"{__version__}\n"
