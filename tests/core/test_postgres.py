"""The embedded server is there while someone uses it, gone when nobody does, and loses nothing."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingzhang.core import database
from mingzhang.core.errors import Refusal
from mingzhang.core.postgres import binaries, cluster
from mingzhang.core.postgres.account import server_account
from mingzhang.core.postgres.places import LONGEST_SOCKET_FOLDER, Places
from tests.core.servers import (
    INSERTS,
    STAYS_AND_KEEPS_UP,
    Folder,
    eventually,
    kill,
    kill_processes,
    up,
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A data folder with a space and Chinese in its path; below one that is closed to others."""
    folder = Folder(tmp_path / "数据 一")
    yield folder
    folder.clean()


@pytest.mark.slow
def test_three_that_start_at_once_share_one_server_and_the_last_to_be_killed_ends_it(folder: Folder) -> None:
    clients = [folder.client() for _ in range(3)]
    assert all(up(client) for client in clients)
    assert len(folder.postmasters) == 1
    kill(clients[0])
    clients[1].communicate()  # ends by itself
    assert folder.answers()
    kill(clients[2])
    assert eventually(lambda: not folder.processes)


def test_the_server_takes_no_network_connections_and_its_folders_are_closed(folder: Folder) -> None:
    client = folder.client()
    assert up(client)
    with folder.connect() as connection:
        shown = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('fsync')"
        ).fetchone()
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        connection.execute("CREATE EXTENSION btree_gist")
    kill(client)
    assert shown == ("", "on")
    assert role == (False, True)
    assert stat.S_IMODE(folder.places.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.places.log.stat().st_mode) == 0o600


@pytest.mark.slow
def test_what_was_acknowledged_is_there_after_everything_is_killed(folder: Folder) -> None:
    client = folder.client(INSERTS)
    assert up(client)
    assert client.stdout
    for _ in range(500):
        last = client.stdout.readline()
    kill_processes(folder.keeper, *folder.processes)
    said = (last + kill(client)).splitlines(keepends=True)
    acknowledged = int([line for line in said if line.endswith("\n")][-1])
    again = folder.client()
    assert up(again)
    with folder.connect() as connection:
        found = connection.execute("SELECT count(*) FROM number WHERE value <= %s", [acknowledged]).fetchone()
    kill(again)
    assert found == (acknowledged + 1,)


@pytest.mark.slow
def test_a_killed_server_is_back_without_anyone_starting_it(folder: Folder) -> None:
    client = folder.client()
    assert up(client)
    before = folder.postmasters
    kill_processes(*before)
    assert eventually(folder.answers)
    assert folder.postmasters != before
    kill(client)


@pytest.mark.slow
def test_when_the_keeper_is_killed_its_server_ends_and_the_next_to_come_starts_another(folder: Folder) -> None:
    client = folder.client()
    assert up(client)
    kill_processes(folder.keeper)
    assert eventually(lambda: not folder.processes)
    another = folder.client()
    assert up(another)
    assert folder.answers()
    kill(client)
    kill(another)


@pytest.mark.slow
def test_a_web_process_brings_the_server_back_when_the_keeper_is_killed(folder: Folder) -> None:
    client = folder.client(STAYS_AND_KEEPS_UP)
    assert up(client)
    for _ in range(2):
        kill_processes(folder.keeper)
        assert eventually(lambda: not folder.answers())
        assert eventually(folder.answers)
    kill(client)


@pytest.mark.slow
def test_a_program_killed_with_its_keeper_leaves_no_server(folder: Folder) -> None:
    client = folder.client()
    assert up(client)
    kill_processes(folder.keeper)
    kill(client)
    assert eventually(lambda: not folder.processes)


@pytest.mark.slow
def test_a_lock_of_a_server_that_is_no_more_does_not_keep_the_next_from_starting(folder: Folder) -> None:
    client = folder.client()
    assert up(client)
    left_by_killed = (folder.places.cluster / "postmaster.pid").read_text()
    kill(client)
    assert eventually(lambda: not folder.processes)
    reused_number = left_by_killed.replace(left_by_killed.split()[0], str(os.getpid()), 1)
    (folder.places.cluster / "postmaster.pid").write_text(reused_number)
    again = folder.client()
    assert up(again)
    kill(again)


def test_a_cluster_of_another_major_version_is_refused(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.cluster.mkdir()
    (places.cluster / "PG_VERSION").write_text("17\n")
    account = server_account()
    with pytest.raises(Refusal, match="PostgreSQL 17.*MINGZHANG_PG_BIN"):
        cluster.prepare(places, binaries.Programs(tmp_path, 18), account)


def test_a_server_that_cannot_start_says_why(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    client = folder.client()
    assert up(client)
    kill(client)
    assert eventually(lambda: not folder.processes)
    with (folder.places.cluster / "postgresql.conf").open("a") as configuration:
        configuration.write("max_connections = many\n")
    monkeypatch.setenv("MINGZHANG_DATA", str(folder.path))
    monkeypatch.setenv("DATABASE_URL", "")
    with pytest.raises(Refusal, match="max_connections"):
        database.ensure()


@pytest.mark.slow
def test_a_data_folder_open_to_the_server_holds_the_cluster_itself() -> None:
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    folder = Folder(path / "data")
    client = folder.client()
    assert up(client)
    assert folder.places.cluster.is_dir()
    assert not folder.places.cluster.is_symlink()
    kill(client)
    folder.clean()
    shutil.rmtree(path)


def test_a_long_path_gets_a_short_folder_for_its_socket(tmp_path: Path) -> None:
    places = Places(tmp_path / ("很长" * 30))
    assert len(os.fsencode(places.socket_folder)) <= LONGEST_SOCKET_FOLDER
    assert places.socket_folder != Places(tmp_path / ("更长" * 30)).socket_folder


def test_a_socket_folder_of_someone_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(tmp_path / ("很长" * 30))
    places.socket_folder.symlink_to(tmp_path, target_is_directory=True)
    try:
        with pytest.raises(Refusal, match="属于别的用户"):
            places.make_socket_folder(server_account())
    finally:
        places.socket_folder.unlink()


def test_a_folder_of_programs_without_postgres_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGZHANG_PG_BIN", str(tmp_path))
    with pytest.raises(Refusal, match="MINGZHANG_PG_BIN"):
        binaries.find(server_account())


def test_programs_older_than_the_oldest_supported_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "postgres"
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
    program.chmod(0o755)
    monkeypatch.setenv("MINGZHANG_PG_BIN", str(tmp_path))
    with pytest.raises(Refusal, match="14 太旧"):
        binaries.find(server_account())
