"""A dashboard as a workbook: the heat table, the months, and where the numbers come from."""

from __future__ import annotations

import io
from collections.abc import Sequence

from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from mingzhang.core import clock
from mingzhang.core.workbooks import Styles, new_workbook, write_row
from mingzhang.figures.board_charts import BoardCharts, MonthLine, measure_of
from mingzhang.figures.boards import Board, Line
from mingzhang.figures.saying import PERCENT, POINTS
from mingzhang.figures.sql import Number
from mingzhang.figures.wording import sentence
from mingzhang.packs.wording import language


def workbook(board: Board) -> bytes:
    """The workbook. Numbers are numbers: a share is a fraction shown in percent."""
    out = io.BytesIO()
    book = new_workbook(out)
    styles, charts = Styles(book), BoardCharts(board)
    _heat(book.add_worksheet(_("各单位")), styles, board)
    months = book.add_worksheet(_("每月"))
    trend = _("%(figure)s，今年和去年") % {"figure": board.name(board.chosen.trend)}
    end = _months(months, styles, 0, _("各项每月"), charts.months, charts.by_month())
    end = _months(months, styles, end + 1, trend, charts.months, charts.trend_by_month())
    each = _("%(figure)s，各单位每月") % {"figure": board.name(board.chosen.trend)}
    _months(months, styles, end + 1, each, charts.months, charts.units_by_month())
    _sources(book.add_worksheet(_("说明")), styles, board)
    book.close()
    return out.getvalue()


def _heat(sheet: Worksheet, styles: Styles, board: Board) -> None:
    heads = [_("单位代码"), _("单位"), *(column.label for column in board.columns)]
    measures = [board.measure(column.figure) for column in board.columns]
    write_row(sheet, styles, 0, heads, styles.head)
    write_row(sheet, styles, 1, ["", "", *(measure_of(measure) for measure in measures)])
    sheet.freeze_panes(2, 2)
    sheet.set_column(0, 1 + len(measures), 12)
    for nth, line in enumerate(board.lines, start=2):
        _line(sheet, styles, nth, line, measures)


def _line(sheet: Worksheet, styles: Styles, nth: int, line: Line, measures: Sequence[str]) -> None:
    write_row(sheet, styles, nth, [line.row.unit.code, line.name])
    for column, (cell, measure) in enumerate(zip(line.cells, measures, strict=True), start=2):
        _number(sheet, nth, column, cell.number, _style(styles, measure))


def _months(
    sheet: Worksheet, styles: Styles, top: int, title: str, months: Sequence[str], lines: Sequence[MonthLine]
) -> int:
    """A table by month under its title; gives the row after it."""
    write_row(sheet, styles, top, [title, *months], styles.head)
    sheet.set_column(0, 0, 28)
    for nth, line in enumerate(lines, start=top + 1):
        write_row(sheet, styles, nth, [line.name])
        for column, cell in enumerate(line.cells, start=1):
            _number(sheet, nth, column, cell.number, _style(styles, line.measure))
    return top + 1 + len(lines)


def _number(sheet: Worksheet, row: int, column: int, number: Number | None, style: Format | None) -> None:
    if number is not None:
        sheet.write_number(row, column, number, style)


def _style(styles: Styles, measure: str) -> Format:
    return styles.share if measure in (PERCENT, POINTS) else styles.whole


def _sources(sheet: Worksheet, styles: Styles, board: Board) -> None:
    pack = board.chosen.pack
    told = [
        [_("单位"), board.unit_name],
        [_("期间"), board.period.label_in(language())],
        [_("数到"), _("账上第%(position)s笔") % {"position": f"{board.position:,}"}],
        [_("依据"), _("%(pack)s %(version)s版") % {"pack": pack.name.text(language()), "version": pack.version}],
        [_("导出日期"), clock.today().isoformat()],
    ]
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    for nth, row in enumerate(told):
        write_row(sheet, styles, nth, row)
    shown = dict.fromkeys(
        [*(column.figure for column in board.columns), *board.chosen.headline, board.chosen.trend]
    )
    write_row(sheet, styles, len(told) + 1, [_("数据项"), _("怎么算")], styles.head)
    for nth, figure in enumerate(shown, start=len(told) + 2):
        how = sentence(board.values.definition(figure), pack)
        write_row(sheet, styles, nth, [board.name(figure), how])
