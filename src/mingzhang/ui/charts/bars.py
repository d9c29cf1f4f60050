"""Rows of bars, alone or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mingzhang.ui.charts.scales import TEXT, Scale, Values, cut, place, text_width


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A row of bars on one base line. A missing value leaves its place empty."""

    width: float
    height: float
    base: float
    bars: tuple[Bar, ...]
    title: str = ""
    desc: str = ""

    @property
    def path(self) -> str:
        """All bars as one path: a page of small charts has hundreds."""
        return "".join(f"M{bar.x} {bar.y}h{bar.width}v{bar.height}h-{bar.width}z" for bar in self.bars)


def bars(values: Values, *, width: float, height: float, most: float | None = None) -> Bars:
    """Bars of equal width. The tallest reaches the top, or `most` does."""
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known]) if most is None else max([most, *known])
    scale = Scale(low, high or 1.0, height, 2.0)
    pitch = (width - 4) / max(1, len(values))
    base = scale(0.0)
    drawn = []
    for nth, value in enumerate(values):
        if value:
            top, bottom = sorted((scale(value), base))
            drawn.append(Bar(place(2 + nth * pitch), top, place(pitch * 0.75), place(bottom - top)))
    return Bars(width, height, base, tuple(drawn))


@dataclass(frozen=True, slots=True)
class Panel:
    """One of several small charts: its name, its number, and where it stands."""

    x: float
    y: float
    name: str
    number: str
    chart: Bars

    @property
    def end(self) -> float:
        """Where its number ends."""
        return self.chart.width + 8


@dataclass(frozen=True, slots=True)
class Panels:
    """Small charts side by side, each on its own scale."""

    width: float
    height: float
    each: float
    panels: tuple[Panel, ...]
    title: str = ""
    desc: str = ""


def panels(
    parts: Sequence[tuple[str, str, Values, float | None]], *, across: int = 5, title: str = "", desc: str = ""
) -> Panels:
    """Rows of small bar charts, `across` in each: name, number, values, and what reaches the top."""
    each, tall = 156.0, 76.0
    drawn = [
        Panel(
            place(nth % across * each), place(nth // across * tall),
            cut(name, each - 30 - text_width(number, 13), TEXT), number,
            bars(values, width=each - 16, height=40, most=most),
        )
        for nth, (name, number, values, most) in enumerate(parts)
    ]  # fmt: skip
    rows = -(-len(parts) // across)
    return Panels(min(across, max(1, len(parts))) * each, max(1, rows) * tall, each, tuple(drawn), title, desc)
