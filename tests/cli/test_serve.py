"""The web site's process: it says where it is, survives its database, and leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.core.servers import Folder, eventually, kill_processes, parent_of

COMMAND = [sys.executable, "-m", "mingzhang.cli"]
STARTED_WITHIN = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """A data folder with a migrated database, and no server running."""
    folder = Folder(tmp_path_factory.mktemp("serve") / "数据")
    done = subprocess.run([*COMMAND, "migrate"], env=environment(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    yield folder
    folder.clean()


def environment(folder: Folder) -> dict[str, str]:
    return {**os.environ, "MINGZHANG_DATA": str(folder.path), "DATABASE_URL": "", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def free_port() -> int:
    return a_free_port()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Site:
    """A running `mingzhang serve`."""

    def __init__(self, folder: Folder, port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(folder),
        )

    def opening_line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def status(self) -> int:
        """The status of a page that asks the database for its session; 0 when nothing answers."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.request("GET", "/setup/", headers={"Cookie": "sessionid=nobody"})
                return connection.getresponse().status
            finally:
                connection.close()
        except OSError:
            return 0

    def is_up(self) -> bool:
        return eventually(lambda: self.status() == 200, seconds=STARTED_WITHIN)

    def workers(self) -> list[int]:
        return [
            int(process.name)
            for process in Path("/proc").glob("[0-9]*")
            if parent_of(int(process.name)) == self.process.pid
        ]

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C. Returns the exit status and what was said on standard error."""
        self.process.send_signal(signal.SIGINT)
        _out, said = self.process.communicate(timeout=30)
        return self.process.returncode, said

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def site(folder: Folder, free_port: int) -> Iterator[Site]:
    site = Site(folder, free_port)
    yield site
    with suppress(ProcessLookupError):
        site.kill()


@pytest.mark.slow
def test_it_says_its_address_and_ctrl_c_ends_it_and_its_database(folder: Folder, site: Site) -> None:
    assert f"http://127.0.0.1:{site.port}/" in site.opening_line()
    assert site.is_up()
    assert site.interrupt() == (0, "")
    assert site.status() == 0
    assert eventually(lambda: not folder.processes)


@pytest.mark.slow
def test_it_answers_again_after_its_database_was_killed_or_restarted(folder: Folder, site: Site) -> None:
    assert site.is_up()
    for how in (signal.SIGKILL, signal.SIGINT):
        before = folder.postmasters
        os.kill(before[0], how)
        assert eventually(lambda before=before: folder.answers() and folder.postmasters != before)  # type: ignore[misc]
        assert {site.status() for _ in range(20)} == {200}
    kill_processes(folder.keeper)
    assert eventually(lambda: not folder.answers())
    assert eventually(folder.answers)
    assert {site.status() for _ in range(20)} == {200}
    site.interrupt()


@pytest.mark.slow
def test_killed_outright_it_leaves_no_worker_no_database_and_no_port_taken(folder: Folder, site: Site) -> None:
    assert site.is_up()
    workers = site.workers()
    assert len(workers) >= 2
    site.kill()
    assert eventually(lambda: site.status() == 0)
    assert eventually(lambda: not any(parent_of(worker) for worker in workers))
    assert eventually(lambda: not folder.processes)


@pytest.mark.slow
def test_two_on_one_data_folder_share_the_database_but_not_a_port(folder: Folder, site: Site) -> None:
    assert site.is_up()
    refused = Site(folder, site.port)
    _out, said = refused.process.communicate(timeout=30)
    assert refused.process.returncode == 1
    assert f"端口 {site.port}" in said
    assert "--port" in said
    assert "Traceback" not in said
    other = Site(folder, a_free_port())
    assert other.is_up()
    assert len(folder.postmasters) == 1
    site.interrupt()
    assert other.status() == 200
    assert other.interrupt() == (0, "")


@pytest.mark.slow
def test_it_does_not_open_on_a_database_without_tables(tmp_path: Path, free_port: int) -> None:
    folder = Folder(tmp_path / "空")
    refused = Site(folder, free_port)
    _out, said = refused.process.communicate(timeout=60)
    assert refused.process.returncode == 5
    assert said == "数据库的表还没有建好，或不是这一版的。请先运行 mingzhang migrate。\n"
    folder.clean()
