"""Starting the embedded server, or joining the one that runs."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from mingzhang.core.errors import Refusal
from mingzhang.core.language import gettext as _
from mingzhang.core.postgres import binaries, cluster, locks
from mingzhang.core.postgres.account import server_account
from mingzhang.core.postgres.places import Places

LONGEST_START = 300.0  # seconds; recovery after a crash replays up to max_wal_size
PAUSE = 0.02
REST = 5.0  # seconds before another attempt when a start failed

_client_locks: dict[Path, int] = {}


def join(folder: Path, *, durable: bool = True) -> None:
    """Have a server for the data folder, for as long as this process lives. Not `durable` is for tests: a power
    failure may then lose the data. Raises Refusal when no server can be had."""
    places = Places(folder)
    places.prepare()
    with locks.held(places.start_gate):
        if folder not in _client_locks:
            _client_locks[folder] = locks.hold(places.client_lock, shared=True)  # waits for one that is stopping
        try:
            _start_or_wait(places, durable=durable)
        except BaseException:
            locks.release(_client_locks.pop(folder))
            raise


def rejoin_when_it_falls(folder: Path) -> None:
    """In the background, start the server anew whenever its keeper ends though this process still wants it."""
    threading.Thread(target=_rejoin, args=(Places(folder),), daemon=True).start()


def _rejoin(places: Places) -> None:
    while True:
        locks.release(locks.hold(places.keeper_lock, shared=True))  # got it: the keeper is gone
        try:
            join(places.folder)
        except Refusal as refusal:
            print(refusal, file=sys.stderr)  # noqa: T201
            time.sleep(REST)


def _start_or_wait(places: Places, *, durable: bool) -> None:
    if locks.is_held(places.keeper_lock):
        _wait_until_ready(places)
    else:
        _start(places, durable=durable)


def _start(places: Places, *, durable: bool) -> None:
    account = server_account()
    programs = binaries.find(account)
    cluster.prepare(places, programs, account)
    places.make_socket_folder(account)
    _launch_keeper(places, programs, durable=durable)
    _wait_until_ready(places)
    try:
        cluster.furnish(places)
    except psycopg.OperationalError:  # it fell again at once
        raise _did_not_start(places) from None


def _launch_keeper(places: Places, programs: binaries.Programs, *, durable: bool) -> None:
    """In a session of its own, so that Ctrl-C at the terminal reaches the clients and not the server."""
    arguments = [str(places.folder), str(programs.folder), "durable" if durable else "for tests"]
    with places.new_log() as log:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "mingzhang.core.postgres.keeper", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd="/",
            start_new_session=True,
            check=False,
        )
    if done.returncode:
        raise _did_not_start(places)


def _wait_until_ready(places: Places) -> None:
    """Until it takes connections: while it recovers it refuses them."""
    deadline = time.monotonic() + LONGEST_START
    while not _takes_connections(places):
        if not locks.is_held(places.keeper_lock) or time.monotonic() > deadline:
            raise _did_not_start(places)
        time.sleep(PAUSE)


def _takes_connections(places: Places) -> bool:
    try:
        cluster.connect(places).close()
    except psycopg.OperationalError:
        return False
    return True


def _did_not_start(places: Places) -> Refusal:
    said = places.log.read_text(errors="replace").strip().splitlines()[-8:]
    return Refusal(
        _("内置数据库没有启动。它说：\n%(said)s\n") % {"said": "\n".join(said)},
        remedy=_("完整记录在 %(log)s。数据没有改动。") % {"log": places.log},
    )
