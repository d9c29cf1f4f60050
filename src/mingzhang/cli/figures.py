"""`mingzhang figures` and `mingzhang trace`: what the figures come to, and what they were counted from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table

from mingzhang.cli.migrate import check_migrated
from mingzhang.cli.options import only_book_option, unit_of
from mingzhang.core.digests import show
from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.figures import traces
from mingzhang.figures.cuts import whole_of
from mingzhang.figures.definitions import definitions
from mingzhang.figures.engine import Request, Tree, Value, definition_of, evaluate
from mingzhang.figures.opening import title_of
from mingzhang.figures.traces import Trace
from mingzhang.figures.wording import name_of, sentence
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Book, Unit
from mingzhang.organisation.queries import adopted_version, packs_in_force
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.wording import measure_word

ALWAYS = [
    click.option("--unit", "unit_code", metavar="CODE", required=True, help=_("单位代码")),
    click.option(
        "--period", "period_text", metavar="PERIOD", required=True, help=_("时段，如 2026H1、2026Q2、2026-06")
    ),
    only_book_option,
    click.option(
        "--as-of", type=click.IntRange(min=0), metavar="SEQ", help=_("算到账本的第几笔为止；默认到最后一笔")
    ),
    click.option(
        "--tree", type=click.Choice(["then", "now"]), default="then",
        help=_("按当时的隶属关系（then）还是现在的（now）；默认当时"),
    ),
    click.option(
        "--pack", "pack_text", metavar="PACK@VERSION",
        help=_("按账套用过的体系包的这一版算，如 street-office@1.0.0；默认按现在启用的"),
    ),
    click.option("--alone", is_flag=True, help=_("只算本单位自己的，不连下级")),
    click.option("--json", "as_json", is_flag=True, help=_("输出 JSON")),
]  # fmt: skip


def always(command: Any) -> Any:
    """The options that both commands take."""
    for option in reversed(ALWAYS):
        command = option(command)
    return command


@click.command(help=_("算出一个单位一个时段的数据项。"))
@always
@click.option("--figure", "wanted", metavar="ID", multiple=True, help=_("只算这些数据项；可以写多次"))
def figures(
    unit_code: str, period_text: str, book_code: str | None, as_of: int | None, tree: Tree,
    pack_text: str | None, alone: bool, as_json: bool, wanted: tuple[str, ...],
) -> None:  # fmt: skip
    check_migrated()
    unit, period = unit_of(book_code, unit_code), Period.parse(period_text)
    known = _known(unit.book, pack_text)
    requests = [Request(id, known[whole_of(id)], unit.id, period, alone) for id in _chosen(known, wanted)]
    values = evaluate(requests, as_of=as_of, tree=tree)
    if as_json:
        click.echo(
            json.dumps([_value_json(asked, values[asked]) for asked in requests], ensure_ascii=False, indent=1)
        )
    else:
        _print(_values_table(unit, period, values))


@click.command(help=_("打开一个数据项：怎么算的，数的是哪些账目。"))
@click.argument("figure")
@always
@click.option(
    "--entries", type=click.IntRange(0, 10_000), default=20, metavar="N", help=_("最多列出几笔账目；默认20")
)
def trace(
    figure: str, unit_code: str, period_text: str, book_code: str | None, as_of: int | None, tree: Tree,
    pack_text: str | None, alone: bool, as_json: bool, entries: int,
) -> None:  # fmt: skip
    check_migrated()
    unit, period = unit_of(book_code, unit_code), Period.parse(period_text)
    known = _known(unit.book, pack_text)
    (chosen,) = _chosen(known, (figure,))
    opened = traces.trace(Request(chosen, known[whole_of(chosen)], unit.id, period, alone), as_of=as_of, tree=tree)
    if as_json:
        click.echo(json.dumps(opened.as_json(entries=entries), ensure_ascii=False, indent=1))
    else:
        _print_trace(opened, entries)


def _known(book: Book, pack_text: str | None) -> dict[str, int]:
    """Figure id → the pack version in force that declares it; or the one asked for."""
    versions = [adopted_version(book, *pack_text.split("@", 1))] if pack_text else packs_in_force(book)
    return {id: version.pk for version in versions for id in definitions(version.pk)}


def _chosen(known: dict[str, int], wanted: tuple[str, ...]) -> Iterable[str]:
    for id in wanted:
        if whole_of(id) not in known:
            raise NotFound(_("没有数据项“%(figure)s”。") % {"figure": id[:60]}, remedy=suggestion(id[:60], known))
    return wanted or known


def _value_json(request: Request, value: Value) -> dict[str, Any]:
    figure = definition_of(request).figure
    return {
        "figure": request.figure_id,
        "name": name_of(figure),
        "period": request.period.code,
        "value": None if value.number is None else str(value.number),
        "measure": value.measure,
    }


def _period_name(period: Period) -> str:
    return period.label_in(get_language() or "")


def _values_table(unit: Unit, period: Period, values: dict[Request, Value]) -> Table:
    table = Table(_("编号"), _("数据项"), title=f"{unit.name} {_period_name(period)}")
    table.add_column(_("数"), justify="right")
    table.add_column(_("量词"))
    for request, value in values.items():
        figure = definition_of(request).figure
        table.add_row(request.figure_id, name_of(figure), value.text, measure_word(value.measure).strip())
    return table


def _print_trace(opened: Trace, entries: int) -> None:
    pack = definitions(opened.request.pack_version_id).pack
    for line in (
        _("%(figure)s：%(value)s")
        % {
            "figure": name_of(opened.definition.figure),
            "value": opened.value.text + measure_word(opened.value.measure),
        },
        _("怎么算：%(how)s") % {"how": sentence(opened.definition, pack)},
        _("体系包：%(pack)s %(version)s") % {"pack": pack.id, "version": pack.version},
        _("单位：%(unit)s，时段：%(period)s")
        % {"unit": opened.unit.name, "period": _period_name(opened.request.period)},
        _("算到第%(position)d笔，账目%(count)d笔") % {"position": opened.position, "count": opened.count},
        _("校验码：%(digest)s") % {"digest": show(opened.set_digest)},
    ):
        click.echo(line)
    for part in opened.parts:
        click.echo("")
        _print_trace(part, entries)
    if listed := opened.entries(limit=entries) if entries else []:
        _print(_entries_table(opened, listed))


def _entries_table(opened: Trace, entries: list[Entry]) -> Table:
    pack = definitions(opened.request.pack_version_id).pack
    fields = pack.line(opened.definition.figure.of or "").fields
    table = Table(_("序号"), _("日期"), _("单位"), _("记录单号"), _("标题"))
    table.add_column(_("笔数"), justify="right")
    for entry in entries:
        number = str(entry.record.pk) if entry.record else ""
        title = entry.record.title if entry.record else title_of(entry, fields)
        day = entry.occurred_on.isoformat()
        table.add_row(str(entry.seq), day, entry.unit.name, number, title, f"{entry.sign:+d}")
    return table


def _print(table: Table) -> None:
    """To standard output, every text as it was written; wide enough for all of it when that is no terminal."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)
