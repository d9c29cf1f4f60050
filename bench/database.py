"""A database of the benchmark's own on the server that Mingzhang would use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

from django.core.management import call_command
from django.db import connection
from psycopg import sql


@contextmanager
def own_database(name: str, *, keep: bool) -> Iterator[bool]:
    """Within the block Django works in the database `name`, migrated. Yields whether it was kept from an earlier
    run; without `keep` none is taken over and none stays."""
    if not keep:
        _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    was_there = keep and _exists(name)
    if not was_there:
        _execute("CREATE DATABASE {}", name)
    before = connection.settings_dict["NAME"]
    _work_in(name)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        yield was_there
    finally:
        _work_in(before)
        if not keep:
            _execute("DROP DATABASE {} WITH (FORCE)", name)


def _work_in(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _execute(statement: LiteralString, name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))
