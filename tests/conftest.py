"""What every test shares.

Without DATABASE_URL the tests start an embedded PostgreSQL of their own in build/test-data (or MINGZHANG_DATA),
with fsync off, when the first of them needs a database; it ends with the last test process. Each worker of
pytest-xdist has its own database, a copy of one that was migrated: see `tests/migrated.py`.

Most tests want `db` (pytest-django): a transaction that is rolled back. A test that needs committed data, several
connections, threads or other processes wants `fresh_database`, see there. Django's `transactional_db` is of no use:
it empties tables with TRUNCATE, which the ledger refuses.

Tests reach nothing outside this machine: see `no_foreign_sockets`.
"""

from __future__ import annotations

import gc
import ipaddress
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, connections
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from hypothesis import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker

from mingzhang.core import database, language
from mingzhang.figures.definitions import definitions
from mingzhang.packs.queries import pack_of
from tests import migrated
from tests.cast import cast as cast
from tests.migrated import template

# A slow machine is no failure: speed is measured in bench/.
settings.register_profile("mingzhang", deadline=None)
settings.load_profile("mingzhang")


def pytest_configure() -> None:
    """A shell that starts the tests in the background has them ignore Ctrl-C, and the programs that they start and
    interrupt would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


LONGEST = "tests/web/test_who_sees_what.py"
LONG = ("tests/web/test_every_address.py", "tests/faults/", "tests/reports/", "tests/inspections/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of two processes, the one makes the database for what takes longest, meanwhile the other does what needs
    none; what takes long comes before the rest, so that neither is left alone at the end. The rest keeps the random
    order that it has."""
    stored = {item.path for item in items if _needs_database(item)}

    def rank(item: pytest.Item) -> int:
        if item.nodeid.startswith(LONGEST):
            return 0
        return 1 if item.path not in stored else 2 if item.nodeid.startswith(LONG) else 3

    items.sort(key=rank)


def _needs_database(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") is not None
    return marked or "django_db_setup" in getattr(item, "fixturenames", ())


def pytest_collection_finish() -> None:
    """What was imported stays: from here on the garbage collector looks at what the tests leave behind, and less
    often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Have a server before pytest-django makes its database."""
    database.ensure(durable=False)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test database, a copy of the migrated one, which the first process makes. pytest-django's own fixture
    makes none when all selected tests take `fresh_database`."""
    with django_db_blocker.unblock(), migrated.one_at_a_time() as cursor:
        there = migrated.is_made(cursor)
        connection.settings_dict["TEST"]["TEMPLATE"] = template() if there else None
        made = setup_databases(verbosity=0, interactive=False)
        connections.close_all()
        if not there:
            migrated.keep(cursor, str(connection.settings_dict["NAME"]))
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@dataclass(frozen=True)
class FreshDatabase:
    """A migrated, empty database of one test. `url` is a DATABASE_URL for programs that the test starts."""

    name: str
    url: str


@pytest.fixture
def fresh_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[FreshDatabase]:
    """A database for this test alone, copied from the migrated one, with Django's connections pointed at it: what
    is committed stays until the test ends, other threads and processes see it. It takes about 0.1 s; do not mix it
    with `db`. Processes inherit DATABASE_URL, so they find the same database."""
    with django_db_blocker.unblock(), copy_of(template()) as database, inside(database):
        yield database


@contextmanager
def copy_of(original: str) -> Iterator[FreshDatabase]:
    """A copy of a database to which nobody is connected, dropped at the end."""
    name = f"{connection.settings_dict['NAME']}_{uuid4().hex[:8]}"
    _copy_database(original, name)
    yield FreshDatabase(name, _url(name))
    _drop_database(name)


@contextmanager
def inside(database: FreshDatabase) -> Iterator[None]:
    """Points Django's connections at `database`, and those of the programs that are started meanwhile. Nobody is
    connected to it afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        connections.close_all()
        _forget_packs()
        patch.setitem(connection.settings_dict, "NAME", database.name)
        patch.setenv("DATABASE_URL", database.url)
        yield
        connections.close_all()
        _forget_packs()


def _forget_packs() -> None:
    """What is kept in memory by the number of a pack version, which is another pack's in another database."""
    pack_of.cache_clear()
    definitions.cache_clear()


def _copy_database(template: str, name: str) -> None:
    _execute("CREATE DATABASE {} TEMPLATE {}", name, template)


def _drop_database(name: str) -> None:
    """With whoever a test left connected. That is refused while PostgreSQL 15 itself is cleaning up there; a
    plain DROP sends that away."""
    try:
        _execute("DROP DATABASE {} WITH (FORCE)", name)
    except ProgrammingError:
        _execute("DROP DATABASE {}", name)


def _execute(statement: str, *names: str) -> None:
    """A statement about whole databases, sent from outside them."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _url(name: str) -> str:
    settings = connection.settings_dict
    parts = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(dbname=name, **{part: settings[key] for part, key in parts.items() if settings[key]})


@pytest.fixture(autouse=True)
def language_of_this_test_only() -> Iterator[None]:
    """The command line sets the language of the whole process, in both of the ways there are."""
    with translation.override("zh-hans"):
        yield
    language.use(translation.gettext)


@pytest.fixture(scope="session", autouse=True)
def no_foreign_sockets() -> Iterator[None]:
    """Python's own sockets connect to this machine only."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex"):
            patch.setattr(socket.socket, method, _only_here(getattr(socket.socket, method)))
        yield


def _only_here(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise OSError(f"a test wanted to connect to {address[0]}")
        return connect(self, address)

    return guarded


def _is_here(host: str) -> bool:
    return host == "localhost" or ipaddress.ip_address(host).is_loopback
