"""`mingzhang draw` and `mingzhang draws`: random draws, listed and drawn again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import book_of, only_book_option
from mingzhang.inspections.flows import DRAW
from mingzhang.inspections.models import Draw
from mingzhang.inspections.queries import every_draw
from mingzhang.inspections.rosters import inspection_said
from mingzhang.inspections.verify_draw import checked
from mingzhang.packs.wording import language


@click.group(help=_("重算随机抽取。"))
def draw() -> None: ...


@draw.command(help=_("照抽取的文件重算一遍；对不上时说明哪里对不上，退出码是1。"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--roster", metavar="sha256:…", help=_("只认这份名单：事先公布的校验码"))
@click.pass_context
def verify(ctx: click.Context, file: Path, roster: str | None) -> None:
    mark = ""
    for mark, chinese, english in checked(str(file), roster):
        click.echo(f"{mark} {english if language() == 'en' else chinese}")
    ctx.exit(1 if mark == "✗" else 0)


@click.command(help=_("列出随机抽取，连作废的和重抽的。"))
@only_book_option
@click.option("--json", "as_json", is_flag=True, help=_("输出 JSON"))
def draws(book_code: str | None, as_json: bool) -> None:
    check_migrated()
    rows = [_told(one) for one in every_draw(book_of(book_code))]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table(_("检查"), _("第几次"), _("单位"), _("状态"), _("名单校验码"), _("名称"), box=None)
    for row in rows:
        state, digest = str(DRAW.states[row["state"]]), (row["roster"] or "").partition(":")[2][:16]
        table.add_row(row["inspection"], str(row["draw"]), row["unit"], state, digest, row["title"])
    Console(markup=False, emoji=False, highlight=False).print(table)


def _told(one: Draw) -> dict[str, Any]:
    return {
        "inspection": inspection_said(one),
        "draw": one.number,
        "unit": one.inspection.unit.code,
        "title": one.inspection.title,
        "state": one.state,
        "roster": one.roster_digest or None,
        "seed": one.seed or None,
        "published_at": one.published_at.isoformat() if one.published_at else None,
        "drawn_at": one.drawn_at.isoformat() if one.drawn_at else None,
        "reason": one.ended_because or None,
    }
