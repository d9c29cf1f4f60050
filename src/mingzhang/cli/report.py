"""`mingzhang report build`: an official report as files, every number with its trace."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import only_book_option, unit_of
from mingzhang.core.periods import Period
from mingzhang.reports.files import save
from mingzhang.reports.fonts import substitutions
from mingzhang.reports.reading import composed_by_name


@click.group(help=_("生成报告。"))
def report() -> None: ...


@report.command(help=_("按模板生成一个单位一个时段的报告：docx、PDF、网页和溯源数据。"))
@click.argument("template", metavar="TEMPLATE")
@click.option("--unit", "unit_code", metavar="CODE", required=True, help=_("单位代码"))
@click.option("--period", "period_text", metavar="PERIOD", required=True, help=_("时段，如 2026H1、2026"))
@only_book_option
@click.option("--as-of", type=click.IntRange(min=0), metavar="SEQ", help=_("算到账本的第几笔为止；默认到最后一笔"))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help=_("放到哪个文件夹"),
)
def build(
    template: str, unit_code: str, period_text: str, book_code: str | None, as_of: int | None, out: Path
) -> None:
    check_migrated()
    made = composed_by_name(unit_of(book_code, unit_code), Period.parse(period_text), template, as_of)
    for path in save(made, out):
        click.echo(path)
    told = _("%(count)d 个数，每个都能打开；算到第 %(position)d 笔。")
    click.echo(told % {"count": len(made.numbers), "position": made.position}, err=True)
    for one in substitutions():
        said = _("字体替代：没有%(wanted)s，PDF 里用了 %(used)s。")
        click.echo(said % {"wanted": one.wanted, "used": one.used}, err=True)
