"""`mingzhang duties`, `tasks` and `explain-deadline`: what units have to do, by when, and why by then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import click
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import DAY, book_of, only_book_option, unit_of
from mingzhang.core.errors import NotFound
from mingzhang.core.recurrence import explain
from mingzhang.duties import actions, flows, queries
from mingzhang.duties.models import Task
from mingzhang.duties.wording import name_of
from mingzhang.organisation.queries import today_in
from mingzhang.packs.duty_schema import Duty

WIDE = 200


@click.group(name="duties", help=_("责任清单：把责任事项排成任务。"))
def duties() -> None: ...


@duties.command(
    help=_(
        "排出今后400天的任务，并按现在的清单和日历改还没到期的，再把到了时候的记进台账。可以随时运行，断了再来。"
    )
)
@only_book_option
def generate(book_code: str | None) -> None:
    check_migrated()
    book = book_of(book_code)
    done = actions.generate_tasks(book=book)
    click.echo(_("新排%(made)d项，改期%(changed)d项，撤下%(withdrawn)d项，恢复%(restored)d项。") % asdict(done))
    click.echo(_("记账%(count)d笔。") % {"count": actions.accrue(book=book)})


@click.command(help=_("列出一个单位和它下级从哪天到哪天要办的任务。"))
@click.option("--unit", "unit_code", metavar="CODE", required=True, help=_("单位代码"))
@click.option("--from", "first", type=DAY, required=True, help=_("从哪天"))
@click.option("--to", "last", type=DAY, required=True, help=_("到哪天，含这一天"))
@only_book_option
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def tasks(unit_code: str, first: date, last: date, book_code: str | None, as_json: bool) -> None:
    check_migrated()
    unit = unit_of(book_code, unit_code)
    today = today_in(unit.book)
    found = list(queries.tasks_in(unit, first, last))
    words = queries.words_for(found)
    if as_json:
        told = [_told(task, words[task.pk], today) for task in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print(found, words, today)


def _told(task: Task, duty: Duty | None, today: date) -> dict[str, Any]:
    return {
        "task": task.pk,
        "unit": task.unit.code,
        "duty": f"{task.pack}/{task.duty}",
        "name": name_of(task, duty),
        "period": task.period,
        "due": task.due.isoformat(),
        "until": task.until.isoformat() if task.until else None,
        "state": task.state,
        "done_on": task.done_on.isoformat() if task.done_on else None,
        "late": task.late_on(today),
        "record": task.record_id,
    }


def _print(found: list[Task], words: Mapping[int, Duty | None], today: date) -> None:
    table = Table(_("编号"), _("期限"), _("单位"), _("责任事项"), _("期间"), _("状态"))
    for task in found:
        state = str(flows.STATES[task.state])
        late = _("逾期") if task.late_on(today) else ""
        day = task.deadline.isoformat()
        name = name_of(task, words[task.pk])
        table.add_row(str(task.pk), day, task.unit.name, name, task.period, f"{state} {late}".strip())
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)


@click.command(name="explain-deadline", help=_("一天一天说明一项任务的期限怎样算出来。"))
@click.argument("number", metavar="TASK", type=click.IntRange(min=1))
def explain_deadline(number: int) -> None:
    check_migrated()
    task = Task.objects.select_related("unit__book", "pack_version").filter(pk=number).first()
    if task is None:
        raise NotFound(_("没有找到第%(number)s号任务。") % {"number": number})
    name = name_of(task, queries.duty_of(task))
    said = {"unit": task.unit.name, "name": name, "period": task.period, "day": task.deadline.isoformat()}
    click.echo(_("%(unit)s“%(name)s”%(period)s，期限%(day)s") % said)
    for line in lines_of(task):
        click.echo(line)


def lines_of(task: Task) -> list[str]:
    """How the deadline came about: the days, then what was granted."""
    due = queries.reckoned(task)
    lines = explain(due) if due else []
    for step in queries.steps_of(task):
        if step.until:
            said = {"by": step.by.name, "day": step.until.isoformat(), "reason": step.reason}
            lines.append(_("%(by)s准予延到%(day)s：%(reason)s") % said)
    return lines
