"""A dashboard as its page shows it: key figures, the heat table, and what to look at first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.core.periods import Period
from mingzhang.figures.board_values import BoardValues, Row
from mingzhang.figures.choosing import Column
from mingzhang.figures.rates import FEW, Sample, Span, mostly_overlap, wilson
from mingzhang.figures.saying import NONE, PERCENT, POINTS, change, said
from mingzhang.figures.sql import Number
from mingzhang.figures.tables import trace_address
from mingzhang.figures.wording import name_of
from mingzhang.packs.wording import language, measure_word

# From the worst to the best, for so many bands: quiet when good, weight on what is late.
SHADES: dict[int, tuple[str, ...]] = {
    1: ("w1", "h3"),
    2: ("w1", "h2", "h4"),
    3: ("w2", "w1", "h2", "h4"),
    4: ("w2", "w1", "h1", "h3", "h4"),
    5: ("w2", "w1", "h1", "h2", "h3", "h4"),
}
MOST_NAMED = 3


@dataclass(frozen=True)
class Cell:
    """A number of the heat table. `hatched` where the unit's level does not use the kind that is counted; `few`
    where there are too few cases for a share; `open` says what is not done yet."""

    text: str
    label: str
    address: str
    shade: str = ""
    hatched: bool = False
    few: bool = False
    open: str = ""
    number: Number | None = None

    @property
    def classes(self) -> str:
        """Its classes for the style sheet."""
        marks = {"has-open": bool(self.open), "h-few": self.few}
        return " ".join([self.shade or "h-plain", *(name for name, there in marks.items() if there)])


@dataclass(frozen=True)
class Estimate:
    """A share of a sample with its interval, all between 0 and 1."""

    taken: Sample
    span: Span
    text: str

    @property
    def share(self) -> float:
        return self.taken.hits / self.taken.cases


@dataclass(frozen=True)
class Line:
    """A line of the heat table. `address` leads to the unit's own dashboard."""

    row: Row
    name: str
    address: str
    cells: list[Cell]
    estimate: Estimate | None
    estimate_address: str
    months: list[Number | None]


@dataclass(frozen=True)
class Key:
    """A key figure on top of the page, with a word beside it."""

    id: str
    name: str
    number: str
    measure: str
    address: str
    beside: str


@dataclass(frozen=True)
class Band:
    """A line of the legend."""

    shade: str
    text: str


@dataclass(frozen=True)
class Hint:
    """Something to look at first, with a link to the number that says so."""

    before: str
    number: str
    after: str
    address: str


class Board:
    """Everything that the page says, read from the values once."""

    def __init__(self, values: BoardValues) -> None:
        self.values = values
        self.chosen = values.chosen
        self.period = values.place.period

    @property
    def unit_name(self) -> str:
        return self.values.place.unit.name

    @property
    def position(self) -> int:
        return self.values.position

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.chosen.columns

    @property
    def percent(self) -> list[bool]:
        """For each column whether it is in percent."""
        return [self.measure(column.figure) == PERCENT for column in self.columns]

    def measure(self, figure: str) -> str:
        return self.chosen.pack.figure(figure).measure

    def name(self, figure: str) -> str:
        """What a figure is called in full."""
        return name_of(self.chosen.pack.figure(figure))

    def address(self, figure: str, row: Row, period: Period | None = None) -> str:
        """Where a number opens to its entries."""
        request = self.values.request(figure, row, period)
        return trace_address(request, row.unit, self.position)

    @cached_property
    def keys(self) -> list[Key]:
        """The key figures of the unit with everything below it."""
        return [self._key(nth, figure) for nth, figure in enumerate(self.chosen.headline)]

    def _key(self, nth: int, figure: str) -> Key:
        whole, measure = self.values.whole, self.measure(figure)
        number = self.values.value(figure, whole).number
        before = self.values.value(figure, whole, self.period.same_last_year()).number
        beside = _("去年同期%(number)s") % {"number": said(before, measure)}
        address = self.address(figure, whole)
        return Key(f"k{nth}", self.name(figure), said(number, measure), measure_word(measure), address, beside)

    @cached_property
    def lines(self) -> list[Line]:
        """The units below by code, the unit itself, and last the whole."""
        return [self._line(row) for row in self.values.rows]

    @property
    def below(self) -> list[Line]:
        return self.lines[:-1]

    @property
    def total(self) -> Line:
        return self.lines[-1]

    def _line(self, row: Row) -> Line:
        interval = self.chosen.interval
        return Line(
            row=row,
            name=self._row_name(row),
            address="" if row.alone or row.whole else self._board_of(row),
            cells=[self._cell(column, row) for column in self.columns],
            estimate=self._estimate(interval, row) if interval else None,
            estimate_address=self.address(interval, row) if interval else "",
            months=[self.month_number(self.chosen.trend, row, month) for month in self.values.months],
        )

    def _row_name(self, row: Row) -> str:
        if row.alone:
            return _("本级")
        return row.unit.name

    def _board_of(self, row: Row) -> str:
        place = self.values.place.query_at(row.unit.code, self.period)
        return f"{reverse('figures:dashboard')}?{place}&{self.chosen.query()}"

    def month_number(self, figure: str, row: Row, month: Period) -> Number | None:
        """A month's number; none for a month to come."""
        return None if month in self._to_come else self.values.value(figure, row, month).number

    @cached_property
    def _to_come(self) -> set[Period]:
        return {month for month, past in zip(self.values.months, self.values.past, strict=True) if not past}

    def _cell(self, column: Column, row: Row) -> Cell:
        number = self.values.value(column.figure, row).number
        if not number and not self.values.counts_here(column.figure, row):
            words = {"unit": self._row_name(row), "figure": column.label}
            return Cell("", _("%(unit)s，%(figure)s：这一级不用") % words, "", hatched=True)
        taken = self.values.sample(column.figure, row)
        few = taken is not None and 0 < taken.cases < FEW
        text = f"{taken.hits}/{taken.cases}" if taken and few else short(number, self.measure(column.figure))
        left = self._open(column, row)
        return Cell(
            text=text,
            label=self._label(column, row, number, taken, left),
            address=self.address(column.figure, row),
            shade="" if few or row.whole else shade(number, column, percent=self.measure(column.figure) == PERCENT),
            few=few,
            open=left,
            number=number,
        )

    def _open(self, column: Column, row: Row) -> str:
        """What is not done yet, in words; nothing where all is done."""
        if column.open is None or row.whole:
            return ""
        number = self.values.value(column.open, row).number
        return self._counted(column.open, number) if number and number > 0 else ""

    def _counted(self, figure: str, number: Number) -> str:
        measure = self.measure(figure)
        return f"{self.name(figure)}{said(number, measure)}{measure_word(measure)}"

    def _label(self, column: Column, row: Row, number: Number | None, taken: Sample | None, left: str) -> str:
        measure = self.measure(column.figure)
        words = {
            "unit": self._row_name(row), "figure": column.label,
            "number": f"{said(number, measure)}{measure_word(measure)}",
        }  # fmt: skip
        label = _("%(unit)s，%(figure)s：%(number)s") % words
        if taken:
            label += _("（%(cases)d里有%(hits)d）") % {"cases": taken.cases, "hits": taken.hits}
        return label + (_("，%(left)s") % {"left": left} if left else "")

    def _estimate(self, figure: str, row: Row) -> Estimate | None:
        taken = self.values.sample(figure, row)
        if taken is None or not taken.cases:
            return None
        span = wilson(taken)
        words = {
            "share": said(Decimal(taken.hits) / taken.cases, PERCENT), "low": said(Decimal(span.low), PERCENT),
            "high": said(Decimal(span.high), PERCENT), "cases": taken.cases,
        }  # fmt: skip
        return Estimate(taken, span, _("%(share)s，区间%(low)s至%(high)s，共%(cases)d件") % words)

    # --- the legend, and what to look at first ------------------------------------------------------------------

    @cached_property
    def bands(self) -> list[Band]:
        """The legend, where all coloured columns change colour at the same numbers."""
        coloured = [column for column in self.columns if column.bands]
        if len({(column.bands, column.better) for column in coloured}) != 1:
            return []
        return _legend(coloured[0])

    @property
    def mixed(self) -> bool:
        """Whether columns are coloured at different numbers, so that there is no legend for all of them."""
        return any(column.bands for column in self.columns) and not self.bands

    @property
    def has_open(self) -> bool:
        return any(cell.open for line in self.lines for cell in line.cells)

    @property
    def has_few(self) -> bool:
        return any(cell.few for line in self.lines for cell in line.cells)

    @property
    def has_hatched(self) -> bool:
        return any(cell.hatched for line in self.lines for cell in line.cells)

    @cached_property
    def hints(self) -> list[Hint]:
        """What is not done yet, how the chosen figure moved, and whether the intervals can be told apart."""
        return [*self._open_hints(), *self._trend_hint(), *self._overlap_hint()]

    def _open_hints(self) -> Iterator[Hint]:
        for column in self.columns:
            number = self.values.value(column.open, self.values.whole).number if column.open else None
            if column.open is None or number is None or number <= 0:
                continue
            measure = self.measure(column.open)
            where = self._where_open(column.open)
            after = measure_word(measure) + (_("，在%(units)s") % {"units": where} if where else "")
            address = self.address(column.open, self.values.whole)
            before = _("%(figure)s：") % {"figure": self.name(column.open)}
            yield Hint(before, said(number, measure), after + _("。"), address)

    def _where_open(self, figure: str) -> str:
        """The units that have some, in the order of the table."""
        rows = [row for row in self.values.rows[:-1] if (self.values.value(figure, row).number or 0) > 0]
        names = [self._row_name(row) for row in rows[:MOST_NAMED]]
        joined = _("、").join(names)
        return (
            _("%(units)s等%(count)d个单位") % {"units": joined, "count": len(rows)}
            if len(rows) > MOST_NAMED
            else joined
        )

    def _trend_hint(self) -> Iterator[Hint]:
        begun = [month for month, past in zip(self.values.months, self.values.past, strict=True) if past]
        if not begun:
            return
        figure, whole, month = self.chosen.trend, self.values.whole, begun[-1]
        now = self.values.value(figure, whole, month).number
        before = self.values.value(figure, whole, month.same_last_year()).number
        moved = change(now, before, self.measure(figure))
        if moved != NONE:
            words = {"figure": self.name(figure), "month": month_name(month)}
            before_words = _("“%(figure)s”%(month)s比去年同月") % words
            yield Hint(before_words, moved, _("。"), self.address(figure, whole, month))

    def _overlap_hint(self) -> Iterator[Hint]:
        spans = [line.estimate.span for line in self.below if line.estimate]
        if self.chosen.interval and len(spans) > 1 and mostly_overlap(spans):
            words = {"figure": self.name(self.chosen.interval)}
            yield Hint(_("“%(figure)s”多数区间互相重叠，不宜排先后。") % words, "", "", "")


def _legend(column: Column) -> list[Band]:
    """The best first."""
    lowest, *others = shades_of(column)
    steps = [Band(lowest, _("不到%(band)s") % {"band": f"{column.bands[0]:f}"})]
    steps += [
        Band(tint, _("%(band)s以上") % {"band": f"{band:f}"})
        for band, tint in zip(column.bands, others, strict=True)
    ]
    return steps if column.better == "lower" else steps[::-1]


def shades_of(column: Column) -> tuple[str, ...]:
    """The shades between the bands, from low numbers to high ones."""
    shades = SHADES[len(column.bands)]
    return shades if column.better == "higher" else shades[::-1]


def shade(number: Number | None, column: Column, *, percent: bool) -> str:
    """How a number is coloured; not at all without bands."""
    if number is None or not column.bands:
        return ""
    value = Decimal(number) * 100 if percent else Decimal(number)
    return shades_of(column)[sum(value >= band for band in column.bands)]


def short(number: Number | None, measure: str) -> str:
    """A number for a narrow column: a share without its sign, whole ones without a zero after the point."""
    text = said(number, measure)
    if measure not in (PERCENT, POINTS) or text == NONE:
        return text
    return text.removesuffix("%").removesuffix(".0")


def month_name(month: Period) -> str:
    """A month without its year."""
    return month.start.strftime("%b") if language() == "en" else f"{month.start.month}月"
