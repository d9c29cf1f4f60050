"""`mingzhang worker`: runs the jobs."""

from __future__ import annotations

import click
from django.db import connections
from django.utils.translation import gettext as _

from mingzhang.cli.migrate import check_migrated
from mingzhang.core import database
from mingzhang.jobs import working

CONCURRENCY = 2


@click.command(
    help=_(
        "运行后台任务，给日志排位，直到按 Ctrl-C 或收到 SIGTERM；已经开始的会做完。mingzhang serve 会自己带一个；"
        "可以同时运行几个，也可以在几台机器上。"
    )
)
@click.option(
    "--at-once",
    "concurrency",
    type=click.IntRange(1, 32),
    default=CONCURRENCY,
    show_default=True,
    envvar="MINGZHANG_JOBS_AT_ONCE",
    help=_("同时做几件"),
)
def worker(concurrency: int) -> None:
    check_migrated()
    connections.close_all()
    database.keep_up()
    working.work(concurrency)
