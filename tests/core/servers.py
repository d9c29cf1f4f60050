"""Programs that use an embedded server, for tests that kill them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from mingzhang.core.postgres.cluster import DATABASE, ROLE
from mingzhang.core.postgres.places import PORT, Places

STAYS = "sys.stdin.read()"
STAYS_AND_KEEPS_UP = "database.keep_up(); sys.stdin.read()"
INSERTS = """
import psycopg
parts = database.django_settings()
connection = psycopg.connect(host=parts["HOST"], user=parts["USER"], dbname=parts["NAME"], autocommit=True)
connection.execute("CREATE TABLE IF NOT EXISTS number (value int)")
value = 0
while True:
    connection.execute("INSERT INTO number VALUES (%s)", [value])
    print(value, flush=True)
    value += 1
"""
CLIENT = """
import sys
from mingzhang.core import database
database.ensure()
print("up", flush=True)
"""


@dataclass(frozen=True)
class Folder:
    """A data folder and what its server is made of."""

    path: Path
    clients: list[subprocess.Popen[str]] = field(default_factory=list, compare=False)

    @property
    def places(self) -> Places:
        return Places(self.path)

    def client(self, does: str = STAYS) -> subprocess.Popen[str]:
        """A program that has the database and then `does` something."""
        client = subprocess.Popen(
            [sys.executable, "-c", CLIENT + does],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "MINGZHANG_DATA": str(self.path), "DATABASE_URL": ""},
        )
        self.clients.append(client)
        return client

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=str(self.places.socket_folder), port=PORT, user=ROLE, dbname=DATABASE, autocommit=True
        )

    def clean(self) -> None:
        """End what still runs, see that the server ends with it, and remove the cluster."""
        for client in self.clients:
            if client.poll() is None:
                kill(client)
        assert eventually(lambda: not self.processes), "a server outlived its clients"
        shutil.rmtree(self.places.cluster.resolve(), ignore_errors=True)
        shutil.rmtree(self.places.socket_folder, ignore_errors=True)

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError), self.connect() as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
        return False

    @property
    def postmasters(self) -> list[int]:
        """The one process that is no child of another; a child that has just ended has no parent either."""
        processes = {process: parent_of(process) for process in self.processes}
        return [process for process, parent in processes.items() if parent and parent not in processes]

    @property
    def keeper(self) -> int:
        return parent_of(self.postmasters[0])

    @property
    def processes(self) -> list[int]:
        """The server's processes: those that work in the cluster's folder. A zombie has none."""
        cluster = self.places.cluster.resolve()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink() == cluster:
                    found.append(int(process.name))
        return found


def parent_of(process: int) -> int:
    """0 when it is gone."""
    with suppress(OSError):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def up(client: subprocess.Popen[str]) -> bool:
    """Wait until the client has its database."""
    assert client.stdout
    return client.stdout.readline() == "up\n"


def kill(client: subprocess.Popen[str]) -> str:
    """End it as a power failure would, and return what it had still said."""
    client.kill()
    said, _ = client.communicate()
    return said


def kill_processes(*processes: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def eventually(happens: Callable[[], object], seconds: float = 30) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
