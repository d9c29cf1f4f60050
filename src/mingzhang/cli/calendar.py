"""`mingzhang calendar`: shows the working days of a year and enters a notice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click
from django.utils.translation import gettext as _

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import DAY, by_option
from mingzhang.core.workdays import Day, kind_said, weekday_said
from mingzhang.organisation import calendars, rules
from mingzhang.organisation.actions import import_notice
from mingzhang.organisation.calendars import Change
from mingzhang.organisation.queries import calendar_notice, person_by_username, work_calendar


@click.group(help=_("看工作日历，录入放假通知。"))
def calendar() -> None: ...


@calendar.command(help=_("列出一年里放假和调休上班的日子。"))
@click.argument("year", type=click.IntRange(calendars.FIRST_YEAR, calendars.LAST_YEAR))
def show(year: int) -> None:
    check_migrated()
    notice, days = calendar_notice(year), work_calendar()
    click.echo(str(notice) if notice else calendars.provisional_said(year))
    for day in days.special(year):
        click.echo(f"{_said(day)}\t{kind_said(day.kind)}\t{day.name}")
    count = days.count(date(year, 1, 1), date(year, 12, 31))
    click.echo(_("%(year)d年有%(count)d个工作日。") % {"year": year, "count": count})


@calendar.command(name="import", help=_("按名单录入一年的放假和调休：xlsx或CSV文件，三列是日期、类别、名称。"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_option
@click.option("--number", default="", metavar="NUMBER", help=_("通知的文号，例如 国办发明电〔2025〕7号"))
@click.option("--issued-on", type=DAY, help=_("通知的日期"))
@click.option("--dry-run", is_flag=True, help=_("只看会改什么，不录入"))
def import_(file: Path, username: str, number: str, issued_on: date | None, dry_run: bool) -> None:
    check_migrated()
    by = person_by_username(username)
    rows = calendars.read(calendars.text_of(file.read_bytes()))
    year = rows[0].day.year
    calendars.check(year, rows)
    rules.check_user_can_import_notice(by, for_all=True)
    _tell(calendars.changes(work_calendar(), year, rows))
    if dry_run:
        click.echo(_("什么也没有录入。"))
        return
    import_notice(year=year, rows=rows, number=number, issued_on=issued_on, by=by, for_all=True)
    click.echo(_("%(year)d年的工作日历录好了。") % {"year": year})


def _tell(changes: Iterable[Change]) -> None:
    for one in changes:
        click.echo(f"{_said(one.before)}\t{_what(one.before)} → {_what(one.after)}")


def _said(day: Day) -> str:
    return f"{day.date}\t{weekday_said(day.date)}"


def _what(day: Day) -> str:
    return f"{kind_said(day.kind)} {day.name}".strip()
