"""`mingzhang job`: what the workers did, and having it done again."""

from __future__ import annotations

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import by_option
from mingzhang.jobs.actions import run_now
from mingzhang.jobs.showing import STATES, standings
from mingzhang.jobs.table import job_named
from mingzhang.organisation.queries import person_by_username


@click.group(help=_("后台任务：由 mingzhang worker 按时运行。"))
def job() -> None: ...


@job.command("list", help=_("列出后台任务，和最近一次的结果。"))
def list_() -> None:
    check_migrated()
    for one in standings():
        run = one.last
        at = f"{timezone.localtime(run.began_at):%Y-%m-%d %H:%M}" if run else ""
        parts = (one.job.name, one.job.title, one.job.often, STATES[one.state], at, run.said if run else "")
        click.echo("　".join(str(part) for part in parts if part))


@job.command(help=_("让一个后台任务现在就做一次。"))
@click.argument("name")
@by_option
def run(name: str, username: str) -> None:
    check_migrated()
    number = run_now(name=job_named(name).name, by=person_by_username(username))
    click.echo(_("已排队，第%(number)d号。") % {"number": number})
