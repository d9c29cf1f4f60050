"""The tests' own databases."""

from __future__ import annotations

import socket
import threading
import urllib.request

import psycopg
import pytest
from django.db import connection

from tests.conftest import FreshDatabase


@pytest.mark.parametrize("turn", [1, 2])
def test_what_is_committed_is_seen_by_others_and_gone_for_the_next_test(
    turn: int, fresh_database: FreshDatabase
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mark (turn int)")
        cursor.execute("INSERT INTO mark VALUES (%s)", [turn])
    with psycopg.connect(fresh_database.url) as other:
        assert other.execute("SELECT turn FROM mark").fetchall() == [(turn,)]


def test_threads_use_the_same_fresh_database(fresh_database: FreshDatabase) -> None:
    seen: list[str] = []

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            seen.append(cursor.fetchone()[0])
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert seen == [fresh_database.name]


def test_a_test_cannot_leave_this_machine() -> None:
    with pytest.raises(OSError, match="wanted to connect"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(OSError, match="wanted to connect"):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)
