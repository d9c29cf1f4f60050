"""The figures of a unit and period as a page's table: this period, the one before, the same last year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from mingzhang.core.periods import Period
from mingzhang.figures.definitions import Counted, Definition, definitions
from mingzhang.figures.engine import Request, Value, evaluate
from mingzhang.figures.saying import change, said
from mingzhang.figures.wording import name_of
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.schema import Kind
from mingzhang.packs.wording import language, measure_word
from mingzhang.ui.addresses import path_of


@dataclass(frozen=True)
class Row:
    """A figure with its values as text. `address` opens the trace of the value of this period."""

    figure: str
    name: str
    measure: str
    now: str
    previous: str
    last_year: str
    change: str
    address: str
    empty: bool


@dataclass(frozen=True)
class Group:
    """The figures that are counted from one kind of record sheet."""

    name: str
    rows: list[Row]


@dataclass(frozen=True)
class UnitRow:
    """One unit's value of a figure beside those of its neighbours."""

    unit: Unit
    now: str
    previous: str
    last_year: str
    change: str
    address: str


def groups_of(unit: Unit, period: Period, *, position: int, everything: bool) -> list[Group]:
    """The figures of every pack in force, grouped by kind of record sheet, all from one statement. Figures that are
    nothing in all three periods are left out unless `everything` is asked for."""
    versions = packs_in_force(unit.book)
    asked = [(version.pk, figure) for version in versions for figure in definitions(version.pk)]
    values = evaluate(_requests(asked, [unit], period), as_of=position)
    groups: dict[str, list[Row]] = {}
    for version_id, figure in asked:
        known = definitions(version_id)
        row = _row(version_id, known[figure], unit, period, values, position)
        if everything or not row.empty:
            kind = kind_of(version_id, known[figure])
            groups.setdefault(kind.name.text(language()), []).append(row)
    return [Group(name, rows) for name, rows in groups.items()]


def unit_rows(version_id: int, figure: str, units: Sequence[Unit], period: Period, position: int) -> list[UnitRow]:
    """A figure's values for each of `units`, from one statement."""
    values = evaluate(_requests([(version_id, figure)], units, period), as_of=position)
    return [_unit_row(version_id, figure, unit, period, values, position) for unit in units]


def trace_address(request: Request, unit: Unit, position: int | None) -> str:
    """The page that opens a figure's value to its entries, at a fixed position of the book (None: now) and by a
    fixed version of the pack."""
    pack = definitions(request.pack_version_id).pack
    path = path_of("figures:figure", pack.id, request.figure_id)
    query: dict[str, object] = {"unit": unit.code, "period": request.period.code, "version": pack.version}
    if position is not None:
        query["as_of"] = position
    if request.alone:
        query["alone"] = 1
    return f"{path}?{urlencode(query)}"


def kind_of(version_id: int, definition: Definition) -> Kind:
    """The kind of record sheet that a figure is counted from, or, for a derived one, its first part."""
    while not isinstance(definition, Counted):
        definition = definition.parts[0][0]
    return definitions(version_id).pack.line(definition.figure.of or "").kind


def _spans(period: Period) -> tuple[Period, Period, Period]:
    return period, period.previous(), period.same_last_year()


def _requests(asked: Sequence[tuple[int, str]], units: Sequence[Unit], period: Period) -> list[Request]:
    every = (
        Request(figure, version_id, unit.pk, span)
        for unit in units
        for version_id, figure in asked
        for span in _spans(period)
    )
    return list(dict.fromkeys(every))


def _numbers(
    version_id: int, figure: str, unit: Unit, period: Period, values: Mapping[Request, Value]
) -> Iterator[Value]:
    return (values[Request(figure, version_id, unit.pk, span)] for span in _spans(period))


def _row(
    version_id: int,
    definition: Definition,
    unit: Unit,
    period: Period,
    values: Mapping[Request, Value],
    position: int,
) -> Row:
    figure = definition.figure
    now, previous, last_year = _numbers(version_id, figure.id, unit, period, values)
    return Row(
        figure=figure.id,
        name=name_of(figure),
        measure=measure_word(now.measure),
        now=said(now.number, now.measure),
        previous=said(previous.number, now.measure),
        last_year=said(last_year.number, now.measure),
        change=change(now.number, last_year.number, now.measure),
        address=trace_address(Request(figure.id, version_id, unit.pk, period), unit, position),
        empty=not (now.number or previous.number or last_year.number),
    )


def _unit_row(
    version_id: int, figure: str, unit: Unit, period: Period, values: Mapping[Request, Value], position: int
) -> UnitRow:
    now, previous, last_year = _numbers(version_id, figure, unit, period, values)
    return UnitRow(
        unit=unit,
        now=said(now.number, now.measure),
        previous=said(previous.number, now.measure),
        last_year=said(last_year.number, now.measure),
        change=change(now.number, last_year.number, now.measure),
        address=trace_address(Request(figure, version_id, unit.pk, period), unit, position),
    )
