"""`mingzhang migrate`, and whether it is due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from mingzhang.core.errors import StateRefused
from mingzhang.organisation.actions import seed_calendar


@click.command(help=_("新建或更新数据库的表。已是最新时什么也不做。"))
def migrate() -> None:
    make_tables(verbosity=1)


def make_tables(*, verbosity: int = 0) -> None:
    """Bring the tables up to this version, and the calendar with it. Of several that come at once one does it, the
    others find it done."""
    with alone("migrate"):
        call_command("migrate", interactive=False, verbosity=verbosity)
        seed_calendar()


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Wait until no other command on this database does `what`. The lock is the connection's: a command that is
    killed lets go of it."""
    key = [f"mingzhang.cli/{what}"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", key)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)


def check_migrated() -> None:
    """Raises StateRefused when the database lacks tables or columns that this version needs."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise StateRefused(_("数据库的表还没有建好，或不是这一版的。"), remedy=_("请先运行 mingzhang migrate。"))
