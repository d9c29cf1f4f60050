"""`mingzhang findings`: what was found in a unit and below, and how it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import click
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import only_book_option, unit_of
from mingzhang.findings import flows, queries
from mingzhang.findings.models import Finding
from mingzhang.findings.wording import category_name, severity_name, source_name
from mingzhang.organisation.queries import today_in

WIDE = 200
MOST = 1000
STATES = (*queries.GROUPS, *flows.STATES)


@click.command(help=_("列出一个单位和它下级的问题，先到期的在前。"))
@click.option("--unit", "unit_code", metavar="CODE", required=True, help=_("单位代码"))
@click.option(
    "--state", type=click.Choice(STATES), default="open", show_default=True, help=_("办到哪一步，或者哪一类")
)
@only_book_option
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def findings(unit_code: str, state: str, book_code: str | None, as_json: bool) -> None:
    check_migrated()
    unit = unit_of(book_code, unit_code)
    today = today_in(unit.book)
    found, count = queries.page_of(queries.Wanted(unit, today, state), size=MOST)
    if as_json:
        click.echo(json.dumps([_told(one, today) for one in found], ensure_ascii=False, indent=2))
    else:
        _print(found, today)
    if count > len(found):
        click.echo(_("共%(count)d个，只列出前%(shown)d个。") % {"count": count, "shown": len(found)}, err=True)


def _told(finding: Finding, today: date) -> dict[str, Any]:
    return {
        "number": finding.number,
        "unit": finding.unit.code,
        "source": finding.source,
        "category": finding.category,
        "severity": finding.severity,
        "description": finding.description,
        "place": finding.place,
        "found_on": finding.found_on.isoformat(),
        "deadline": finding.deadline.isoformat(),
        "state": finding.state,
        "late": finding.late_on(today),
        "owner": finding.owner.username if finding.owner else None,
        "round": finding.round,
        "record": finding.record_id,
    }


def _print(found: Sequence[Finding], today: date) -> None:
    table = Table(_("编号"), _("期限"), _("单位"), _("类别"), _("程度"), _("来源"), _("状态"), _("具体情况"))
    for one in found:
        late = _("逾期") if one.late_on(today) else ""
        state = f"{flows.STATES[one.state]} {late}".strip()
        table.add_row(
            one.number, one.deadline.isoformat(), one.unit.name, category_name(one), severity_name(one),
            source_name(one.source), state, one.description[:60],
        )  # fmt: skip
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)
