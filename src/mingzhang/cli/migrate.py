"""`mingzhang migrate`, and whether it is due."""

from __future__ import annotations

import click
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from mingzhang.core.errors import StateRefused


@click.command(help=_("新建或更新数据库的表。已是最新时什么也不做。"))
def migrate() -> None:
    call_command("migrate", interactive=False, verbosity=1)


def check_migrated() -> None:
    """Raises StateRefused when the database lacks tables or columns that this version needs."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise StateRefused(_("数据库的表还没有建好，或不是这一版的。"), remedy=_("请先运行 mingzhang migrate。"))
