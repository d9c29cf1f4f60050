"""The migrated, empty database that each test process copies. It stays with the server from one run to the next,
until a migration, or what migrations read, is another."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from mingzhang.organisation.calendars import PUBLISHED, known_rows

PREFIX = "mingzhang_migrated_"
LOCK = "mingzhang.tests.migrated"


@cache
def template() -> str:
    """Its name, by everything that migrating it comes from. Nobody connects to it, so that it can be copied."""
    known = hashlib.sha256()
    migrations = MigrationLoader(None).disk_migrations.values()
    for module in sorted({type(migration).__module__ for migration in migrations}):
        known.update(Path(str(sys.modules[module].__file__)).read_bytes())
    known.update(repr([known_rows(year) for year in PUBLISHED]).encode())
    known.update(repr(sorted(model._meta.label for model in apps.get_models())).encode())
    return PREFIX + known.hexdigest()[:16]


@contextmanager
def one_at_a_time() -> Iterator[CursorWrapper]:
    """A connection to no database of the tests, while no other test process is within this block."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [LOCK])
        yield cursor


def is_made(cursor: CursorWrapper) -> bool:
    """Whether it is there."""
    cursor.execute("SELECT FROM pg_database WHERE datname = %s", [template()])
    return cursor.fetchone() is not None


def keep(cursor: CursorWrapper, name: str) -> None:
    """Make it from a database that was just migrated, and drop what earlier migrations made."""
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
    for (old,) in cursor.fetchall():
        cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
    cursor.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(template()), sql.Identifier(name))
    )
