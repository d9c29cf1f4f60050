"""`mingzhang reports`: the reports that are kept."""

from __future__ import annotations

import json
from typing import Any

import click
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import book_of, only_book_option
from mingzhang.core.digests import show
from mingzhang.organisation.queries import subtree_now, unit_by_code
from mingzhang.reports.flows import STATES
from mingzhang.reports.models import Report


@click.command(help=_("列出起草和签发的报告，期间最近的在前。"))
@only_book_option
@click.option("--unit", "unit_code", metavar="CODE", help=_("单位代码；连同它下面的单位"))
@click.option("--signed", is_flag=True, help=_("只列签发过的，包括已发布和已撤回的"))
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help=_("最多列多少份"))
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def reports(book_code: str | None, unit_code: str | None, signed: bool, limit: int, as_json: bool) -> None:
    check_migrated()
    book = book_of(book_code)
    found = Report.objects.filter(book=book).select_related("unit", "signature__checkpoint")
    found = found.defer("signature__body")
    if unit_code:
        scope = subtree_now(unit_by_code(book, unit_code))
        found = found if scope.everything else found.filter(unit__in=scope.parts[0].unit_ids)
    if signed:
        found = found.filter(signature__isnull=False)
    rows = [_told(one) for one in found.order_by("-end", "-pk")[:limit]]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table(_("号"), _("单位"), _("时段"), _("状态"), _("数到第几笔"), _("日志校验码"), _("标题"), box=None)
    for row in rows:
        position = "" if row["position"] is None else str(row["position"])
        root = (row["root"] or "").partition(":")[2][:16]
        state = str(STATES[row["state"]])
        table.add_row(str(row["id"]), row["unit"], row["period"], state, position, root, row["title"])
    Console(markup=False, emoji=False, highlight=False).print(table)


def _told(report: Report) -> dict[str, Any]:
    signature = getattr(report, "signature", None)
    return {
        "id": report.pk,
        "unit": report.unit.code,
        "period": report.period.code,
        "template": f"{report.pack}/{report.template}",
        "title": report.title,
        "state": report.state,
        "position": signature.position if signature else None,
        "digest": show(bytes(signature.digest)) if signature else None,
        "root": show(bytes(signature.checkpoint.root)) if signature else None,
        "log_size": signature.checkpoint.size if signature else None,
        "signed_at": signature.signed_at.isoformat() if signature else None,
    }
