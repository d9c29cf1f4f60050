"""Values with the interval that they may as well lie in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mingzhang.ui.charts.scales import Scale, Word, place, text_width


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the interval that it may as well lie in, and beside it a value to compare with."""

    width: float
    height: float
    middle: float
    low: float
    high: float
    at: float
    reference: float | None
    title: str = ""
    desc: str = ""

    @property
    def path(self) -> str:
        """The line from end to end, with its two feet."""
        foot = place(self.middle - 3)
        return f"M{self.low} {self.middle}H{self.high}M{self.low} {foot}v6M{self.high} {foot}v6"


def interval(
    low: float, at: float, high: float, *, bounds: tuple[float, float], width: float, height: float,
    reference: float | None = None, title: str = "", desc: str = "",
) -> Interval:  # fmt: skip
    """A mark on a scale between `bounds`."""
    scale = Scale(bounds[0], bounds[1], 6, width - 6)
    return Interval(
        width, height, place(height / 2), scale(low), scale(high), scale(at),
        None if reference is None else scale(reference), title, desc,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class IntervalRow:
    y: float
    name: Word
    mark: Interval | None
    number: Word


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals one below the other on one scale, in the order of their rows."""

    width: float
    height: float
    left: float
    rows: tuple[IntervalRow, ...]
    marks: tuple[Word, ...]
    title: str = ""
    desc: str = ""


def intervals(
    rows: Sequence[tuple[str, tuple[float, float, float] | None, str]],
    *,
    bounds: tuple[float, float],
    reference: float | None,
    say: Callable[[float], str],
    title: str = "",
    desc: str = "",
) -> Intervals:
    """A name, an interval (low, value, high) and its number in words for each row; a row without cases has none."""
    left = place(max([72.0, *(text_width(name, 13) + 16 for name, _three, _text in rows)]))
    wide, row = 300.0, 26.0
    drawn = []
    for nth, (name, three, text) in enumerate(rows):
        y = nth * row
        mark = None
        if three:
            low, at, high = three
            mark = interval(low, at, high, bounds=bounds, width=wide, height=row, reference=reference)
        base = place(y + row / 2 + 4.5)
        drawn.append(IntervalRow(place(y), Word(8, base, name), mark, Word(place(left + wide + 10), base, text)))
    scale = Scale(bounds[0], bounds[1], left + 6, left + wide - 6)
    foot = place(len(rows) * row + 16)
    anchors = {bounds[0]: "start", bounds[1]: "end"}
    marks = tuple(Word(scale(bound), foot, say(bound), anchors[bound]) for bound in bounds)
    widest = max([60.0, *(text_width(text) for _name, _three, text in rows)])
    return Intervals(place(left + wide + 20 + widest), foot + 8, left, tuple(drawn), marks, title, desc)
