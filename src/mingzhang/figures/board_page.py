"""What the dashboard's template reads: the board, its charts, and where else the viewer can go."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.figures.board_charts import BoardCharts, measure_of
from mingzhang.figures.boards import Board, Line
from mingzhang.figures.choosing import MOST_COLUMNS
from mingzhang.figures.pictures import file_name
from mingzhang.figures.saying import PERCENT, said
from mingzhang.figures.wording import name_of
from mingzhang.packs.wording import language
from mingzhang.ui import charts


@dataclass(frozen=True)
class Link:
    """Somewhere to go, or a file to save."""

    name: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class Option:
    """A figure that may be chosen."""

    figure: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class HeatLine:
    """A line of the heat table with its two small charts."""

    line: Line
    mark: charts.Interval | None
    spark: charts.Bars


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    label: str
    measure: str
    name: str


class Page:
    """Read by the template only."""

    most = MOST_COLUMNS

    def __init__(self, board: Board) -> None:
        self.board = board
        self.charts = BoardCharts(board)
        self._chosen = board.chosen
        self._place = board.values.place

    @cached_property
    def heads(self) -> list[Head]:
        board = self.board
        return [
            Head(column.label, measure_of(board.measure(column.figure)), board.name(column.figure))
            for column in board.columns
        ]

    @property
    def lines(self) -> list[HeatLine]:
        """The lines of the heat table but the last."""
        return self._drawn[:-1]

    @property
    def total(self) -> HeatLine:
        return self._drawn[-1]

    @cached_property
    def _drawn(self) -> list[HeatLine]:
        drawn = zip(self.board.lines, self.charts.marks(), self.charts.sparks(), strict=True)
        return [HeatLine(line, mark, spark) for line, mark, spark in drawn]

    @property
    def total_share(self) -> str:
        """The share of the whole, which the line across the intervals stands for."""
        estimate = self.board.total.estimate
        return said(Decimal(estimate.taken.hits) / estimate.taken.cases, PERCENT) if estimate else ""

    @property
    def trend_name(self) -> str:
        return self.board.name(self._chosen.trend)

    @property
    def trend_measure(self) -> str:
        return measure_of(self.board.measure(self._chosen.trend))

    @property
    def interval_name(self) -> str:
        interval = self._chosen.interval
        return self.board.name(interval) if interval else ""

    @property
    def groups(self) -> list[Link]:
        """The groups of the dashboard; the viewer's own choice is none of them."""
        found = []
        for group in self._chosen.dashboard.groups:
            address = self._address(self._chosen.query(group=group.id, show=None))
            found.append(Link(group.name.text(language()), address, group.id == self._chosen.group))
        return found

    @property
    def boards(self) -> list[Link]:
        """The dashboards that the packs offer here, where there are several."""
        if len(self._chosen.others) < 2:
            return []
        found = []
        for version, board in self._chosen.others:
            here = (version.pk, board.id) == (self._chosen.version.pk, self._chosen.dashboard.id)
            address = self._address(f"board={version.pack}/{board.id}")
            found.append(Link(board.name.text(language()), address, here))
        return found

    @property
    def own(self) -> bool:
        """Whether the viewer chose the columns."""
        return not self._chosen.group

    @property
    def board_id(self) -> str:
        return f"{self._chosen.pack.id}/{self._chosen.dashboard.id}"

    @property
    def options(self) -> list[Option]:
        """Every figure of the pack, those shown ticked."""
        shown = {column.figure for column in self.board.columns}
        return [Option(figure.id, name_of(figure), figure.id in shown) for figure in self._chosen.pack.figures]

    @property
    def trends(self) -> list[Option]:
        """The figures that can be drawn by month: those of the dashboard, and those shown."""
        chosen = self._chosen
        known = [one.figure for group in chosen.dashboard.groups for one in group.figures]
        figures = dict.fromkeys([chosen.trend, *(column.figure for column in chosen.columns), *known])
        return [Option(figure, self.board.name(figure), figure == chosen.trend) for figure in figures]

    @cached_property
    def files(self) -> list[Link]:
        """The workbook, and each chart as SVG and PNG, all at the position that is being read."""
        query = f"{self._place.query}&{self._chosen.query()}&as_of={self.board.position}"
        found = [Link(_("全部数字（Excel）"), f"{reverse('figures:dashboard_xlsx')}?{query}")]
        names = ["heat", "trend", "months", *(["intervals"] if self._chosen.interval else [])]
        for chart in names:
            for form in ("png", "svg"):
                words = {"chart": file_name(chart), "form": form.upper()}
                address = f"{reverse('figures:chart', args=(chart, form))}?{query}"
                found.append(Link(_("“%(chart)s”图（%(form)s）") % words, address))
        return found

    def _address(self, query: str) -> str:
        return f"{reverse('figures:dashboard')}?{self._place.query}&{query}"


def page_of(board: Board) -> Page:
    """The page of a board."""
    return Page(board)
