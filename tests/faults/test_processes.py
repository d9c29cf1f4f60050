"""The whole installation with its own database, killed and interrupted: nothing that was posted is lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.core.servers import Folder, eventually, kill, kill_processes, up
from tests.faults.commands import COMMAND, program

POSTING = """
import sys
import django
from mingzhang.core import database
database.ensure()
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from mingzhang.ledger import actions
from tests.ledger import world as worlds
world = worlds.build()
while True:
    record = world.accepted("visit")
    print(actions.post_record(record=record, by=world.cast.zhou)[-1], flush=True)
"""
COUNTY = """
import django
from mingzhang.core import database
database.ensure()
django.setup()
from django.core.management import call_command
from django.db import transaction
call_command("migrate", verbosity=0)
from mingzhang.cli import demo
from mingzhang.demo.county import Plan, set_up
from mingzhang.packs.actions import install
from mingzhang.packs.queries import builtin_folder
with transaction.atomic():
    set_up(Plan.read(), install(folder=builtin_folder(demo.PACK), by="tests"), demo._password())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A data folder whose server, if one is left, is found and ended."""
    folder = Folder(tmp_path / "数据")
    yield folder
    folder.clean()


def of(folder: Folder) -> dict[str, str]:
    return {
        "MINGZHANG_DATA": str(folder.path),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "mingzhang.config.settings",
    }


def run(folder: Folder, *arguments: object) -> str:
    ended = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env={**os.environ, **of(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def value(folder: Folder, statement: str) -> object:
    """One value from the folder's database, with a server started for it."""
    client = folder.client()
    assert up(client)
    with folder.connect() as connection:
        row = connection.execute(statement.encode()).fetchone()
    kill(client)
    assert row
    return row[0]


@pytest.mark.slow
def test_killing_everything_at_once_loses_nothing_that_was_posted(folder: Folder) -> None:
    environment = {**os.environ, **of(folder), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", POSTING], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        for _ in range(40):
            last = process.stdout.readline()
        kill_processes(folder.keeper, *folder.processes, process.pid)
        said = (last + process.stdout.read()).splitlines(keepends=True)
    acknowledged = int([line for line in said if line.endswith("\n")][-1])
    assert acknowledged >= 40
    assert eventually(lambda: not folder.processes)
    there = value(folder, "SELECT array_agg(seq ORDER BY seq) FROM ledger_entry")
    assert isinstance(there, list)
    assert there == list(range(1, len(there) + 1))
    assert len(there) - acknowledged in (0, 1), "the last may have been posted and not yet acknowledged"
    half = "SELECT count(*) FROM ledger_record r WHERE (state = 'posted') <> EXISTS"
    assert value(folder, f"{half} (SELECT FROM ledger_entry e WHERE e.record_id = r.id)") == 0
    listed = run(folder, "record", "list", "--book", "YC", "--state", "posted", "--limit", 10_000)
    assert listed.count(" visit ") == len(there)


@pytest.mark.slow
def test_a_demonstration_broken_off_leaves_no_half_county_and_no_server(folder: Folder, tmp_path: Path) -> None:
    """Interrupted the first time, killed the second: the county is there whole or not at all."""
    for how, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        with program("demo", "--no-serve", "--out", tmp_path / "out", **of(folder)) as demo:
            assert demo.stdout
            while "装体系包" not in demo.stdout.readline():
                assert demo.poll() is None
            assert eventually(lambda: is_loading(folder), 60)
            demo.send_signal(how)
            _out, said = demo.communicate(timeout=60)
        assert demo.returncode == status
        assert said == ("已中断，没有办完的事没有记上。\n" if how == signal.SIGINT else "")
        assert eventually(lambda: not folder.processes)
    assert value(folder, "SELECT count(*) FROM organisation_book") == 0
    assert not (tmp_path / "out").exists()


def is_loading(folder: Folder) -> bool:
    """Whether the county is being written: what a transaction has not committed shows in the size of its table."""
    with folder.connect() as connection:
        row = connection.execute("SELECT pg_relation_size('ledger_record') > 0").fetchone()
    return row == (True,)


@pytest.mark.slow
def test_a_second_demonstration_starts_at_once_and_ctrl_c_ends_the_database_with_it(
    folder: Folder, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-c", COUNTY], env={**os.environ, **of(folder)}, check=True, timeout=120)
    before = value(folder, "SELECT count(*) FROM organisation_unit")
    with program("demo", "--port", a_free_port(), "--out", tmp_path / "out", **of(folder)) as demo:
        assert demo.stdout
        said = ""
        while "明账已打开" not in (line := demo.stdout.readline()):
            assert demo.poll() is None, said
            said += line
        assert "qinglan-" in said
        assert {path.name for path in (tmp_path / "out").iterdir()} == {
            "half-year.docx",
            "half-year.pdf",
            "half-year.html",
            "half-year.trace.json",
        }
        assert folder.answers()
        demo.send_signal(signal.SIGINT)
        _out, error = demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert "Traceback" not in error
    assert eventually(lambda: not folder.processes)
    assert value(folder, "SELECT count(*) FROM organisation_unit") == before


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_data_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("not a folder")
    with program("book", "list", MINGZHANG_DATA=str(tmp_path / "a file" / "data"), DATABASE_URL="") as command:
        _out, said = command.communicate(timeout=60)
    assert command.returncode == 1
    assert "不能写入" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    for language, told in (("zh-hans", "连不上"), ("en", "DATABASE_URL")):
        address = f"postgresql://nobody@127.0.0.1:{a_free_port()}/nothing"
        with program("--lang", language, "book", "list", DATABASE_URL=address) as command:
            _out, said = command.communicate(timeout=60)
        assert command.returncode == 1
        assert told in said
        assert "Traceback" not in said


@pytest.mark.slow
def test_three_that_make_the_tables_at_once_do_it_once(folder: Folder) -> None:
    with ExitStack() as stack:
        started = [stack.enter_context(program("migrate", **of(folder))) for _ in range(3)]
        said = [one.communicate(timeout=120) for one in started]
    assert [(one.returncode, error) for one, (_out, error) in zip(started, said, strict=True)] == [(0, "")] * 3
    assert sum("Applying ledger.0001_initial... OK" in out for out, _error in said) == 1
