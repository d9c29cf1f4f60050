"""A heat table as a picture; on a page it is a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mingzhang.ui.charts.scales import Word, folded, place, text_width

FILLS = {"h4": "#d3e4d7", "h3": "#e4eee3", "h2": "#f6f6ee", "h1": "#fbf0d3", "w1": "#f3d999", "w2": "#dfb055"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a heat table: `shade` is h1 to h4, w1, w2 or nothing; `hatched` where nothing is counted."""

    x: float
    y: float
    width: float
    height: float
    text: str
    shade: str = ""
    hatched: bool = False
    marked: bool = False
    strong: bool = False

    @property
    def fill(self) -> str:
        """Its colour where no style sheet is: in a file."""
        return "url(#hatch)" if self.hatched else FILLS.get(self.shade, "#fcfaf5")

    @property
    def middle(self) -> float:
        return place(self.x + self.width / 2)

    @property
    def base(self) -> float:
        return place(self.y + self.height / 2 + 4.5)

    @property
    def corner(self) -> str:
        right = place(self.x + self.width)
        return f"M{place(right - 9)} {self.y}H{right}V{place(self.y + 9)}Z"


@dataclass(frozen=True, slots=True)
class HeatChart:
    """A heat table as a picture. `rules` are the places of its ruled lines."""

    width: float
    height: float
    words: tuple[Word, ...]
    cells: tuple[Cell, ...]
    rules: tuple[float, ...]
    title: str = ""
    desc: str = ""


@dataclass(frozen=True, slots=True)
class HeatText:
    """What stands in a cell."""

    text: str
    shade: str = ""
    hatched: bool = False
    marked: bool = False


def heat_chart(
    heads: Sequence[str],
    rows: Sequence[tuple[str, Sequence[HeatText]]],
    *,
    first: str,
    title: str = "",
    desc: str = "",
) -> HeatChart:
    """A table of numbers. The last row, the total, is set bold."""
    name_width = place(max(72.0, *(text_width(name, 13) + 16 for name, _cells in rows)))
    column, head, row = 62.0, 46.0, 30.0
    words = [Word(8, place(head / 2 + 4), first)]
    for nth, text in enumerate(heads):
        lines = folded(text, column - 8)
        top = head / 2 + 4 - (len(lines) - 1) * 8
        middle = place(name_width + (nth + 0.5) * column)
        words += [Word(middle, place(top + at * 16), line, "middle") for at, line in enumerate(lines)]
    cells = []
    for at, (name, texts) in enumerate(rows):
        y = place(head + at * row)
        words.append(Word(8, place(y + row / 2 + 4.5), name))
        cells += [
            Cell(place(name_width + nth * column), y, column, row, one.text, one.shade, one.hatched, one.marked,
                 at == len(rows) - 1)
            for nth, one in enumerate(texts)
        ]  # fmt: skip
    height = head + len(rows) * row
    rules = (head, place(height - row)) if len(rows) > 1 else (head,)
    return HeatChart(
        place(name_width + len(heads) * column), place(height + 4), tuple(words), tuple(cells), rules, title, desc
    )
