"""What a dashboard asks of the ledger, all of it in one statement, and what it is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.figures.choosing import Chosen
from mingzhang.figures.definitions import Counted, Definition, definitions
from mingzhang.figures.engine import Request, Value
from mingzhang.figures.grids import evaluate_grid
from mingzhang.figures.rates import Sample, parts_of_share, sample
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import children, levels_below

MOST_ROWS = 200


@dataclass(frozen=True)
class Row:
    """A line of the heat table: a unit below, the unit itself without those below it (`alone`), or the whole."""

    unit: Unit
    alone: bool = False
    whole: bool = False


@dataclass(frozen=True)
class BoardValues:
    """What was asked, and every value of it as the ledger stood at `position`."""

    place: Place
    chosen: Chosen
    position: int
    rows: tuple[Row, ...]
    months: tuple[Period, ...]
    values: Mapping[Request, Value]

    @property
    def whole(self) -> Row:
        """The line of the unit with everything below it."""
        return self.rows[-1]

    @property
    def past(self) -> list[bool]:
        """For each month whether it has begun."""
        today = clock.today()
        return [month.start <= today for month in self.months]

    def request(self, figure: str, row: Row, period: Period | None = None) -> Request:
        """The question whose answer stands in a cell."""
        return Request(figure, self.chosen.version.pk, row.unit.pk, period or self.place.period, row.alone)

    def value(self, figure: str, row: Row, period: Period | None = None) -> Value:
        return self.values[self.request(figure, row, period)]

    def sample(self, figure: str, row: Row) -> Sample | None:
        """What a share was made of, where it is a share of cases."""
        parts = parts_of_share(self.definition(figure))
        if parts is None:
            return None
        hits, cases = (self.value(part, row).number for part in parts)
        return sample(hits, cases)

    def definition(self, figure: str) -> Definition:
        return definitions(self.chosen.version.pk)[figure]

    def counts_here(self, figure: str, row: Row) -> bool:
        """Whether units of this row's levels use a kind that the figure is counted from."""
        lines = [(leaf, self.chosen.pack.line(leaf.figure.of or "")) for leaf in leaves(self.definition(figure))]
        return any(
            not line.kind.levels or self._levels_of(row, leaf).intersection(line.kind.levels)
            for leaf, line in lines
        )

    def _levels_of(self, row: Row, leaf: Counted) -> set[str]:
        own = {row.unit.level}
        if row.alone or leaf.figure.scope == "unit":
            return own
        return own.union(*self._below.values()) if row.whole else own | self._below.get(row.unit.pk, set())

    @cached_property
    def _below(self) -> dict[int, set[str]]:
        """Looked up only where a kind is for some levels."""
        return levels_below(self.place.unit)


def leaves(definition: Definition) -> Iterator[Counted]:
    """The counted figures that a figure is made of."""
    if isinstance(definition, Counted):
        yield definition
        return
    for part, _shift in definition.parts:
        yield from leaves(part)


def board_values(place: Place, chosen: Chosen, position: int) -> BoardValues:
    """Everything that the page, its pictures and its workbook show."""
    rows = _rows(place)
    months = calendar_months(place.period)
    asked = BoardValues(place, chosen, position, rows, months, {})
    values = evaluate_grid(list(dict.fromkeys(_requests(asked))), as_of=position)
    return BoardValues(place, chosen, position, rows, months, values)


def calendar_months(period: Period) -> tuple[Period, ...]:
    """The months of the year that the period ends in, from January to its last, whole ones: a month is compared
    with months."""
    return tuple(Period.of_months(period.end.year, month, 1) for month in range(1, period.end.month + 1))


def _rows(place: Place) -> tuple[Row, ...]:
    """The units directly below at the end of the period that the viewer may see, by code; then the unit itself."""
    day = min(place.period.end, clock.today())
    below = list(place.units().filter(id__in=children(place.unit, day).values("id")).order_by("code")[:MOST_ROWS])
    if not below:
        return (Row(place.unit, whole=True),)
    return (*(Row(unit) for unit in below), Row(place.unit, alone=True), Row(place.unit, whole=True))


def _requests(asked: BoardValues) -> Iterator[Request]:
    chosen, period = asked.chosen, asked.place.period
    for figure in chosen.headline:
        yield from (asked.request(one, asked.whole) for one in _with_parts(asked, figure))
        yield asked.request(figure, asked.whole, period.same_last_year())
    for row in asked.rows:
        for figure in _of_each_row(asked):
            yield asked.request(figure, row)
        yield from (asked.request(chosen.trend, row, month) for month in asked.months)
    for month in asked.months:
        yield asked.request(chosen.trend, asked.whole, month.same_last_year())
        yield from (asked.request(column.figure, asked.whole, month) for column in chosen.columns)


def _of_each_row(asked: BoardValues) -> Iterable[str]:
    chosen = asked.chosen
    for column in chosen.columns:
        yield from _with_parts(asked, column.figure)
        if column.open:
            yield column.open
    if chosen.interval:
        yield from _with_parts(asked, chosen.interval)
    yield chosen.trend


def _with_parts(asked: BoardValues, figure: str) -> tuple[str, ...]:
    return (figure, *(parts_of_share(asked.definition(figure)) or ()))
