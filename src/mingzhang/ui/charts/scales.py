"""Scales, round numbers on them, and how wide a text is."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

Values = Sequence[float | None]

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TEXT = 12.0
HALF, FULL = 0.56, 1.0


@dataclass(frozen=True, slots=True)
class Scale:
    """From values between `low` and `high` to places between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value; of one outside, the nearest edge; the middle where all values are the same."""
        if self.high == self.low:
            return place((self.start + self.end) / 2)
        share = min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))
        return place(self.start + share * (self.end - self.start))


def place(number: float) -> float:
    """A place on a tenth of a unit: finer is not seen, and makes files longer."""
    return round(number, 1)


FINEST = 1e-9  # what lies closer together is one value to the eye


def ticks(low: float, high: float, *, most: int = 5, whole: bool = False) -> tuple[float, ...]:
    """Round numbers at equal steps, at most `most` where possible, the first not above `low` and the last not below
    `high`. With `whole` no fractions."""
    low, high = min(low, high), max(low, high)
    if high - low < FINEST:
        high = low + 1
    rough = (high - low) / max(1, most - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    for step in (factor * unit for factor in STEPS):
        wide = max(1.0, float(math.ceil(step))) if whole else step
        first, last = math.floor(low / wide), math.ceil(high / wide)
        if last - first < most:
            return tuple(round(nth * wide, 10) for nth in range(first, last + 1))
    wide = 20 * unit
    return tuple(round(nth * wide, 10) for nth in range(math.floor(low / wide), math.ceil(high / wide) + 1))


def text_width(text: str, size: float = TEXT) -> float:
    """About how wide a text is set: a Chinese character is a square, others are half of one."""
    wide = sum(FULL if unicodedata.east_asian_width(sign) in "WF" else HALF for sign in text)
    return wide * size


def folded(text: str, width: float, size: float = TEXT, most: int = 2) -> tuple[str, ...]:
    """A text in at most `most` lines no wider than `width`; the last is cut where it does not fit. English breaks
    between words."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and text_width(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    lines.append(line.rstrip())
    if len(lines) > most:
        lines = [*lines[: most - 1], "".join(lines[most - 1 :])]
    return tuple(cut(one, width, size) for one in lines)


def _pieces(text: str) -> list[str]:
    """What must not be broken: words with the space after them, and single Chinese characters."""
    pieces: list[str] = []
    for sign in text:
        wide = unicodedata.east_asian_width(sign) in "WF"
        if pieces and not wide and not pieces[-1].endswith(" ") and text_width(pieces[-1][-1], 1) < FULL:
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def cut(line: str, width: float, size: float = TEXT) -> str:
    """A line that is too wide, cut."""
    if text_width(line, size) <= width:
        return line
    while line and text_width(line + "…", size) > width:
        line = line[:-1]
    return line + "…"


@dataclass(frozen=True, slots=True)
class Word:
    """A text and where it stands. `anchor` is SVG's: start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    address: str = ""
    label: str = ""
