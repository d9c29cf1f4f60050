"""The process that has the server as its child: `python -m mingzhang.core.postgres.keeper`.

It returns once the server's process exists and no earlier one can be mistaken for it; a fork of it stays.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from mingzhang.core.postgres import locks
from mingzhang.core.postgres.account import Account, server_account
from mingzhang.core.postgres.binaries import clean_environment
from mingzhang.core.postgres.places import PORT, Places
from mingzhang.core.processes import dying_with_parent

PATIENCE = 60.0  # seconds for an earlier server to finish
IMPATIENCE = 10.0  # seconds after which what is left of it is told to quit
FALLS_ALLOWED, FALLS_WITHIN = 5, 60.0
NOT_DURABLE = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


def main(folder: str, programs: str, durability: str) -> int:
    """Go into the background, where nobody has to wait for us, and keep the server of data folder `folder` until
    no client is left. Returns 0 in the foreground once the server's process exists."""
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        return 0 if os.read(reading, 1) else 1
    os.close(reading)
    places = Places(Path(folder))
    lock = locks.hold(places.keeper_lock)
    server = Server(places, server_account(), _command(places, Path(programs), durable=durability == "durable"))
    os.write(writing, b"!")
    os.close(writing)
    try:
        return server.keep()
    finally:
        locks.release(lock)


class Server:
    """One PostgreSQL, started again when it falls while it is wanted."""

    def __init__(self, places: Places, account: Account, command: list[str]) -> None:
        self.places = places
        self.account = account
        self.command = command
        self.wanted = True
        self.falls: deque[float] = deque(maxlen=FALLS_ALLOWED)
        self.process = self._start()

    def keep(self) -> int:
        """Wait for the end of the last client, or of a server that does not stay up."""
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        threading.Thread(target=self._stop_after_last_client, daemon=True).start()
        while True:
            status = self.process.wait()
            if not self.wanted or not self._may_restart(status):
                return status
            self.process = self._start()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, what was committed is on disk."""
        self.wanted = False
        self.process.send_signal(signal.SIGINT)

    def _stop_after_last_client(self) -> None:
        locks.hold(self.places.client_lock)
        self.stop()

    def _may_restart(self, status: int) -> bool:
        """Killed or asked to stop: yes, unless it keeps falling. Status 1 is its own refusal to start."""
        now = time.monotonic()
        restless = len(self.falls) == FALLS_ALLOWED and now - self.falls[0] < FALLS_WITHIN
        self.falls.append(now)
        return status <= 0 and not restless

    def _start(self) -> subprocess.Popen[bytes]:
        clear_remains(self.places)
        with self.places.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=clean_environment(),
                preexec_fn=dying_with_parent(signal.SIGINT),  # noqa: PLW1509 - the other thread only waits for a lock
                **self.account.identity,
            )


def clear_remains(places: Places) -> None:
    """A killed server leaves `postmaster.pid` and the socket's lock. PostgreSQL believes them when the number
    belongs to a zombie or by now to another program, and would not start. They may go only when none of the old
    server's processes is left: one that still writes beside a new server would destroy the data."""
    if not Path("/proc/self").exists():
        return
    begun = time.monotonic()
    told_to_quit = False
    while remains := _server_processes(places.cluster):
        waited = time.monotonic() - begun
        if waited > PATIENCE:
            return  # PostgreSQL itself refuses then, and says why
        if waited > IMPATIENCE and not told_to_quit:
            told_to_quit = True
            for process in remains:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGQUIT)
        time.sleep(0.02)
    (places.cluster / "postmaster.pid").unlink(missing_ok=True)
    (places.socket_folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _server_processes(cluster: Path) -> list[int]:
    """PostgreSQL's processes work in the cluster's folder. A zombie has none any more."""
    home = cluster.resolve()
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):
                if (process / "cwd").readlink() == home and (process / "comm").read_text() == "postgres\n":
                    found.append(int(process.name))
    return found


def _command(places: Places, programs: Path, *, durable: bool) -> list[str]:
    command = [str(programs / "postgres"), "-D", str(places.cluster.resolve())]
    command += ["-k", str(places.socket_folder), "-p", str(PORT), "-c", "listen_addresses="]
    return command if durable else command + NOT_DURABLE


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
