"""Lines over the months of a year, this year and last."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from mingzhang.ui.charts.scales import Scale, Values, Word, place, text_width, ticks


@dataclass(frozen=True, slots=True)
class Series:
    """What one line says: a value for each label, the same in words, and where each leads."""

    name: str
    values: Values
    texts: Sequence[str]
    addresses: Sequence[str] = ()
    strong: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a line. `label` says it in words."""

    x: float
    y: float
    label: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    path: str
    points: tuple[Point, ...]
    strong: bool
    key: Word
    key_path: str
    end: Word | None


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over a row of labels. `levels` are the places of the ruled lines, `marks` what stands beside them."""

    width: float
    height: float
    left: float
    right: float
    levels: tuple[float, ...]
    marks: tuple[Word, ...]
    labels: tuple[Word, ...]
    lines: tuple[Line, ...]
    title: str = ""
    desc: str = ""


def line_chart(
    series: Sequence[Series],
    labels: Sequence[str],
    *,
    width: float,
    height: float,
    say: Callable[[float], str],
    whole: bool = False,
    bounds: tuple[float, float] | None = None,
    title: str = "",
    desc: str = "",
) -> LineChart:
    """Lines in a frame with ruled levels at round numbers, which `say` writes. `bounds` are values that the scale
    does not go beyond, such as 0 and 100 for shares."""
    known = [value for one in series for value in one.values if value is not None]
    levels = _levels(known, whole, bounds)
    marks = [say(level) for level in levels]
    left = place(max(text_width(mark) for mark in marks) + 8)
    right = place(width - max([26.0, *(text_width(text) + 10 for text in _last_texts(series))]))
    across = Scale(0, max(1, len(labels) - 1), left + 4, right - 4)
    up = Scale(levels[0], levels[-1], height - 22, 24)
    drawn = _apart([_line(one, x, labels, across, up) for one, x in _with_keys(series, left)], height)
    return LineChart(
        width, height, left, right,
        tuple(up(level) for level in levels),
        tuple(Word(left - 6, place(up(level) + 4), mark, "end") for level, mark in zip(levels, marks, strict=True)),
        _labels(labels, across, height - 6),
        tuple(drawn), title, desc,
    )  # fmt: skip


def _labels(labels: Sequence[str], across: Scale, y: float) -> tuple[Word, ...]:
    """The labels below the chart; where they would touch, only every second, the last always."""
    pitch = (across.end - across.start) / max(1, len(labels) - 1)
    step = 1 if max(map(text_width, labels), default=0.0) + 2 <= pitch else 2
    kept = range((len(labels) - 1) % step, len(labels), step)
    return tuple(Word(across(nth), y, labels[nth], "middle") for nth in kept)


def _levels(known: Sequence[float], whole: bool, bounds: tuple[float, float] | None) -> tuple[float, ...]:
    """Round numbers around all values; from zero, or with bounds from where the values are, but not beyond them."""
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if bounds is None:
        return ticks(min(0.0, low), high, whole=whole)
    levels = ticks(low, high, whole=whole)
    first, last = max(levels[0], min(bounds[0], low)), min(levels[-1], max(bounds[1], high))
    return tuple(sorted({first, *(level for level in levels if first < level < last), last}))


def _last_texts(series: Sequence[Series]) -> list[str]:
    return [one.texts[nth] for one in series if (nth := _last(one.values)) is not None]


def _last(values: Values) -> int | None:
    return next((nth for nth in reversed(range(len(values))) if values[nth] is not None), None)


def _with_keys(series: Sequence[Series], left: float) -> list[tuple[Series, float]]:
    """Each series with where its name begins, in a row above the chart."""
    found, x = [], left
    for one in series:
        found.append((one, x))
        x = place(x + 26 + text_width(one.name) + 14)
    return found


def _line(one: Series, x: float, labels: Sequence[str], across: Scale, up: Scale) -> Line:
    places = [None if value is None else (across(nth), up(value)) for nth, value in enumerate(one.values)]
    points = tuple(
        Point(spot[0], spot[1], f"{one.name}{labels[nth]} {one.texts[nth]}", _nth_of(one.addresses, nth))
        for nth, spot in enumerate(places)
        if spot is not None
    )
    last = _last(one.values)
    spot = places[last] if last is not None else None
    end = None
    if last is not None and spot is not None:
        label = f"{one.name}{labels[last]} {one.texts[last]}"
        address = _nth_of(one.addresses, last)
        end = Word(place(across.end + 8), place(spot[1] + 4), one.texts[last], "start", address, label)
    return Line(one.name, path(places), points, one.strong, Word(x + 26, 12, one.name), f"M{x} 8H{x + 20}", end)


def _nth_of(addresses: Sequence[str], nth: int) -> str:
    return addresses[nth] if nth < len(addresses) else ""


def _apart(lines: Sequence[Line], height: float, least: float = 14.0) -> list[Line]:
    """The same lines with the words at their ends far enough apart to be read."""
    ends = sorted((line.end.y, nth) for nth, line in enumerate(lines) if line.end)
    moved = list(lines)
    at = -math.inf
    for y, nth in ends:
        at = min(max(y, at + least), height - 22 + 4)
        end = lines[nth].end
        if end:
            moved[nth] = _with_end(lines[nth], Word(end.x, place(at), end.text, end.anchor, end.address, end.label))
    return moved


def _with_end(line: Line, end: Word) -> Line:
    return Line(line.name, line.path, line.points, line.strong, line.key, line.key_path, end)


def path(places: Iterable[tuple[float, float] | None]) -> str:
    """An SVG path through the places, with a gap where one is missing."""
    runs = (list(run) for known, run in groupby(places, key=lambda spot: spot is not None) if known)
    return "".join("M" + "L".join(f"{spot[0]} {spot[1]}" for spot in run if spot) for run in runs)
