"""A dashboard's charts as files: SVG that stands alone, and PNG made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.figures.board_charts import BoardCharts
from mingzhang.figures.boards import Board
from mingzhang.packs.wording import language
from mingzhang.ui.rasters import png

FORMS = {"svg": "image/svg+xml", "png": "image/png"}
MARGIN, HEAD, LINE = 20.0, 70.0, 17.0
LEAST_WIDTH = 420.0


@dataclass(frozen=True)
class Picture:
    """What a chart's file shows, and the template that draws its marks."""

    title: str
    chart: Any
    marks: str


@dataclass(frozen=True)
class Note:
    """A line below the chart."""

    y: float
    text: str


def content_of(board: Board, chart: str, form: str) -> bytes:
    """The chart as a file. Raises NotFound for a chart that this dashboard does not have."""
    svg = svg_of(board, chart)
    return png(svg) if form == "png" else svg.encode()


def svg_of(board: Board, chart: str) -> str:
    """The chart with its title, what it speaks of, and where its numbers come from."""
    picture = _picture(board, BoardCharts(board), chart)
    notes = [_source(board), *_legend(board, chart)]
    width = max(picture.chart.width + 2 * MARGIN, LEAST_WIDTH)
    top = HEAD + picture.chart.height + 24
    return render_to_string(
        "ui/charts/file.svg",
        {
            "title": picture.title,
            "subtitle": _("%(unit)s，%(period)s") % {
                "unit": board.unit_name, "period": board.period.label_in(language()),
            },
            "desc": picture.chart.desc or notes[0],
            "chart": picture.chart,
            "marks": picture.marks,
            "width": width,
            "height": top + len(notes) * LINE,
            "notes": [Note(top + nth * LINE, text) for nth, text in enumerate(reversed(notes))],
        },
    )  # fmt: skip


def file_name(chart: str) -> str:
    """What a chart's file is called."""
    names = {"heat": _("各单位"), "trend": _("趋势"), "months": _("每月"), "intervals": _("区间")}
    return names.get(chart, chart)


def _picture(board: Board, charts: BoardCharts, chart: str) -> Picture:
    if chart == "heat":
        return Picture(_("各单位的数据项"), charts.heat(), "ui/charts/heat_marks.html")
    if chart == "trend":
        drawn = charts.trend(width=560, height=300, links=False)
        return Picture(drawn.title, drawn, "ui/charts/line_marks.html")
    if chart == "months":
        return Picture(
            _("各项每月的数，%(span)s") % {"span": charts.span}, charts.panels(), "ui/charts/panels_marks.html"
        )
    if chart == "intervals" and board.chosen.interval:
        title = _("%(figure)s和95%%区间") % {"figure": board.name(board.chosen.interval)}
        return Picture(title, charts.intervals(), "ui/charts/intervals_marks.html")
    raise NotFound(_("这一页没有这张图。"), remedy=_("请从统计页里导出。"))


def _source(board: Board) -> str:
    pack = board.chosen.pack
    return _("数到账上第%(position)s笔；依据%(pack)s %(version)s版；%(day)s制图") % {
        "position": f"{board.position:,}", "pack": pack.name.text(language()), "version": pack.version,
        "day": clock.today().isoformat(),
    }  # fmt: skip


def _legend(board: Board, chart: str) -> list[str]:
    if chart != "heat":
        return []
    told = []
    if board.has_few:
        told.append(_("3/4：不足5件，只写件数"))
    if board.has_hatched:
        told.append(_("斜线：这一级不用"))
    if board.has_open:
        told.append(_("角标：有没办完的"))
    return [_("；").join(told)] if told else []
