"""A dashboard's charts: its numbers laid out by `ui.charts`, with the words that say what is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from mingzhang.core.periods import Period
from mingzhang.figures.board_values import Row
from mingzhang.figures.boards import Board, Line, month_name, short
from mingzhang.figures.choosing import Column
from mingzhang.figures.rates import parts_of_share
from mingzhang.figures.saying import MINUS, PERCENT, POINTS, said
from mingzhang.figures.sql import Number
from mingzhang.packs.wording import measure_word
from mingzhang.ui import charts

SPARK = 96.0, 24.0
MARK = 168.0, 26.0


@dataclass(frozen=True)
class Small:
    """One of the small charts: a figure of the unit by month."""

    name: str
    number: str
    address: str
    key: str
    values: list[float | None]
    most: float | None
    chart: charts.Bars


@dataclass(frozen=True)
class MonthCell:
    """A number of a table by month."""

    text: str
    address: str
    number: Number | None


@dataclass(frozen=True)
class MonthLine:
    """A line of a table by month."""

    name: str
    cells: list[MonthCell]
    measure: str


class BoardCharts:
    """The charts of one dashboard."""

    def __init__(self, board: Board) -> None:
        self.board = board

    @cached_property
    def months(self) -> list[str]:
        """The months, by name."""
        return [month_name(month) for month in self.board.values.months]

    @property
    def span(self) -> str:
        """From which month to which: 1至6月."""
        first, last = self.months[0], self.months[-1]
        if first == last:
            return first
        return _("%(first)s至%(last)s") % {"first": first.removesuffix("月"), "last": last}

    def trend(self, *, width: float = 252.0, height: float = 160.0, links: bool = True) -> charts.LineChart:
        """The chosen figure by month, this year and last."""
        figure = self.board.chosen.trend
        this, last = self._series(figure, _("今年"), shift=False), self._series(figure, _("去年"), shift=True)
        chart = charts.line_chart(
            [last, this] if links else [replace(last, addresses=()), replace(this, addresses=())],
            self._axis(),
            width=width,
            height=height,
            say=_say,
            whole=self._whole(figure),
            bounds=(0.0, 100.0) if self._of_cases(figure) else None,
        )
        title = _("“%(figure)s”每月，今年和去年") % {"figure": self.board.name(figure)}
        return replace(chart, title=title, desc=_in_words([this, last], self.months))

    def _series(self, figure: str, name: str, *, shift: bool) -> charts.Series:
        whole = self.board.values.whole
        periods = [month.same_last_year() if shift else month for month in self.board.values.months]
        numbers = [self.board.month_number(figure, whole, period) for period in periods]
        measure = self.board.measure(figure)
        return charts.Series(
            name,
            [_plain(number, measure) for number in numbers],
            [short(number, measure) for number in numbers],
            [self.board.address(figure, whole, period) for period in periods],
            strong=not shift,
        )

    def _axis(self) -> list[str]:
        """1月, 2, 3 … 6月: the word only where it is needed."""
        names = self.months
        if names[0] != "1月":
            return names
        ends = {0, len(names) - 1}
        return [name if nth in ends else name.removesuffix("月") for nth, name in enumerate(names)]

    def smalls(self) -> list[Small]:
        """Each column of the unit by month, on a scale of its own."""
        return [self._small(nth, column.figure, column.label) for nth, column in enumerate(self._used)]

    @cached_property
    def _used(self) -> list[Column]:
        """The columns that are counted at this unit at all."""
        hatched = [cell.hatched for cell in self.board.total.cells]
        return [column for column, none in zip(self.board.columns, hatched, strict=True) if not none]

    def _small(self, nth: int, figure: str, label: str) -> Small:
        board, whole = self.board, self.board.values.whole
        measure = board.measure(figure)
        numbers = [board.month_number(figure, whole, month) for month in board.values.months]
        values = [_plain(one, measure) for one in numbers]
        chart = charts.bars(values, width=118, height=44, most=self._most(figure))
        total = board.values.value(figure, whole).number
        title = _("%(figure)s，%(span)s：%(numbers)s") % {
            "figure": label, "span": self.span, "numbers": _("、").join(short(one, measure) for one in numbers),
        }  # fmt: skip
        text = f"{short(total, measure)}%" if measure == PERCENT and total is not None else short(total, measure)
        return Small(
            label,
            text,
            board.address(figure, whole),
            f"m{nth}",
            values,
            self._most(figure),
            replace(chart, title=title),
        )

    def sparks(self) -> list[charts.Bars]:
        """The chosen figure by month for every line of the heat table, all on one scale but that of the whole."""
        figure = self.board.chosen.trend
        measure = self.board.measure(figure)
        drawn = [self._plain(line, measure) for line in self.board.lines]
        tops = [max((abs(one) for one in values if one is not None), default=0.0) for values in drawn]
        shared = max(tops[:-1], default=tops[-1])
        found = []
        for nth, (line, values) in enumerate(zip(self.board.lines, drawn, strict=True)):
            most = self._most(figure) or (shared if nth < len(drawn) - 1 else tops[-1]) or None
            chart = charts.bars(values, width=SPARK[0], height=SPARK[1], most=most)
            words = _("、").join(short(one, measure) for one in line.months)
            title = _("%(unit)s，%(span)s：%(numbers)s") % {
                "unit": line.name, "span": self.span, "numbers": words,
            }  # fmt: skip
            found.append(replace(chart, title=title))
        return found

    def _plain(self, line: Line, measure: str) -> list[float | None]:
        return [_plain(number, measure) for number in line.months]

    def marks(self) -> list[charts.Interval | None]:
        """The interval of every line of the heat table, on one scale, beside the share of the whole."""
        total = self.board.total.estimate
        reference = total.share if total else None
        return [
            charts.interval(
                one.span.low, one.share, one.span.high, bounds=self.bounds, width=MARK[0], height=MARK[1],
                reference=reference, title=f"{line.name}，{one.text}",
            ) if (one := line.estimate) else None
            for line in self.board.lines
        ]  # fmt: skip

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Tenths around all intervals."""
        spans = [line.estimate.span for line in self.board.lines if line.estimate]
        low = min((int(span.low * 10) for span in spans), default=0) / 10
        high = -min((int(-span.high * 10 - 0.999999) for span in spans), default=-10) / 10
        return low, min(1.0, max(high, low + 0.1))

    @property
    def bound_texts(self) -> tuple[str, str]:
        low, high = self.bounds
        return _percent(low), _percent(high)

    # --- as tables ------------------------------------------------------------------------------------------------

    def by_month(self) -> list[MonthLine]:
        """Each column of the unit by month."""
        whole = self.board.values.whole
        return [self._month_line(column.label, column.figure, whole) for column in self._used]

    def trend_by_month(self) -> list[MonthLine]:
        """The chosen figure this year and last."""
        figure, whole = self.board.chosen.trend, self.board.values.whole
        before = [month.same_last_year() for month in self.board.values.months]
        return [self._month_line(_("今年"), figure, whole), self._month_line(_("去年"), figure, whole, before)]

    def units_by_month(self) -> list[MonthLine]:
        """The chosen figure of every line of the heat table."""
        figure = self.board.chosen.trend
        return [self._month_line(line.name, figure, line.row) for line in self.board.lines]

    def _month_line(self, name: str, figure: str, row: Row, months: Sequence[Period] = ()) -> MonthLine:
        board, measure = self.board, self.board.measure(figure)
        cells = []
        for month in months or board.values.months:
            number = board.month_number(figure, row, month)
            cells.append(MonthCell(said(number, measure), board.address(figure, row, month), number))
        return MonthLine(name, cells, measure)

    # --- as pictures ----------------------------------------------------------------------------------------------

    def heat(self) -> charts.HeatChart:
        """The heat table as a picture."""
        rows = [
            (
                line.name,
                [charts.HeatText(cell.text, cell.shade, cell.hatched, bool(cell.open)) for cell in line.cells],
            )
            for line in self.board.lines
        ]
        return charts.heat_chart(self._heads(), rows, first=_("单位"))

    def _heads(self) -> list[str]:
        return [
            f"{column.label} %" if percent else column.label
            for column, percent in zip(self.board.columns, self.board.percent, strict=True)
        ]

    def panels(self) -> charts.Panels:
        """The small charts as one picture."""
        parts = [(small.name, small.number, small.values, small.most) for small in self.smalls()]
        return charts.panels(parts)

    def intervals(self) -> charts.Intervals:
        """The intervals of all lines as one picture."""
        rows = []
        for line in self.board.lines:
            one = line.estimate
            three = (one.span.low, one.share, one.span.high) if one else None
            rows.append((line.name, three, one.text if one else _("没有发生")))
        total = self.board.total.estimate
        return charts.intervals(rows, bounds=self.bounds, reference=total.share if total else None, say=_percent)

    # --- what kind of number it is --------------------------------------------------------------------------------

    def _whole(self, figure: str) -> bool:
        return self.board.measure(figure) not in (PERCENT, POINTS)

    def _of_cases(self, figure: str) -> bool:
        return parts_of_share(self.board.values.definition(figure)) is not None

    def _most(self, figure: str) -> float | None:
        """The top of a chart: all of them for a share of cases, else the largest number."""
        return 100.0 if self._of_cases(figure) else None


def _plain(number: Number | None, measure: str) -> float | None:
    """A number as a chart places it: a share in percent."""
    if number is None:
        return None
    return float(Decimal(number) * 100) if measure in (PERCENT, POINTS) else float(number)


def _say(level: float) -> str:
    return f"{level:,.10g}".replace("-", MINUS)


def _percent(share: float) -> str:
    return f"{round(share * 100)}%"


def _in_words(series: Sequence[charts.Series], months: Sequence[str]) -> str:
    """What a line chart shows, for those who cannot see it."""
    told = [
        f"{one.name}{_('：')}"
        + _("，").join(f"{month} {text}" for month, text in zip(months, one.texts, strict=True))
        for one in series
    ]
    return _("。").join(told)


def measure_of(measure: str) -> str:
    """What stands in the head of a column after its name."""
    return "%" if measure == PERCENT else measure_word(measure).strip()
