"""What docx and PDF must agree on: the page of GB/T 9704-2012, how tables divide the line.

Lengths are points unless a name says otherwise. 版心 is 156 × 225 mm (5.2.1), 22 lines of 28 characters (5.2.3).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from mingzhang.reports.document import Language, Table, plain

POINTS_PER_MM = 72 / 25.4
TOP_MM, LEFT_MM, RIGHT_MM, BOTTOM_MM = 37.0, 28.0, 26.0, 35.0
TEXT_WIDTH_MM, TEXT_HEIGHT_MM = 156.0, 225.0
TEXT_WIDTH = TEXT_WIDTH_MM * POINTS_PER_MM
HEAD_DROP_MM = 35.0
RULE_GAP_MM = 4.0
RULE_MM = 0.7
PAGE_NUMBER_DROP_MM = 7.0
IMPRINT_RULES_MM = (0.35, 0.25, 0.35)
HEAD_RED = "c8160c"
IMPRINT_SIZE = 14.0
SMALL_PRINT, SMALL_PRINT_PITCH = 9.0, 14.0
TITLE_SIZE = 22.0
TITLE_PITCH = 36.0
TABLE_SIZES = (12.0, 10.5, 9.0)
NARROWEST, WIDEST, CELL_PADDING = 3.0, 16.0, 1.0
LONG_CELL = 9.0
HEAD_SIZE_LIMIT = 58.0
HEAD_TRACKING = 0.12


@dataclass(frozen=True, slots=True)
class Grid:
    """`size` of the text, `pitch` from line to line, `tracking` added after each character."""

    size: float
    pitch: float
    tracking: float

    @property
    def character(self) -> float:
        return self.size + self.tracking


CHINESE_GRID = Grid(16.0, TEXT_HEIGHT_MM * POINTS_PER_MM / 22, -0.21)
ENGLISH_GRID = Grid(12.0, 20.0, 0.0)


def grid(language: Language) -> Grid:
    """3号 on 22 lines for Chinese; English letters need less, so 12 point on 20."""
    return ENGLISH_GRID if language == "en" else CHINESE_GRID


def em_width(text: str) -> float:
    """Width in ems: 1 for a full-width character, a half for the rest."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)


def printable(text: str) -> str:
    """`text` without what no page can show and XML forbids: controls, surrogates, non-characters. Line ends and
    tabs become spaces."""
    if text.isprintable():
        return text
    spaced = text.translate({ord(sign): " " for sign in "\r\n\t\u2028\u2029"})
    return "".join(sign for sign in spaced if unicodedata.category(sign) not in {"Cc", "Cs"} and not _void(sign))


def _void(sign: str) -> bool:
    return ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF


def head_size(text: str) -> float:
    """The largest size, to a limit, at which 发文机关标志 stays on one line."""
    return min(HEAD_SIZE_LIMIT, TEXT_WIDTH / (max(em_width(text), 1) * (1 + HEAD_TRACKING)))


@dataclass(frozen=True, slots=True)
class TableLayout:
    """`size` of the letters; each column's `shares` of the line (their sum is 1); which columns are set `left`."""

    size: float
    shares: tuple[float, ...]
    left: tuple[bool, ...]


def table_layout(table: Table) -> TableLayout:
    """Columns as wide as what they hold asks, letters as large as then fit; long words to the left, the rest
    centred."""
    columns = [[plain(cell) for cell in column] for column in zip(table.header, *table.rows, strict=True)]
    asked = [_asked(column) for column in columns]
    kept = [min(width, WIDEST) for width in asked]
    fitting = [size for size in TABLE_SIZES if sum(kept) * size <= TEXT_WIDTH]
    size = fitting[0] if fitting else TABLE_SIZES[-1]
    widths = _widened(kept, asked, TEXT_WIDTH / size)
    return TableLayout(
        size=size,
        shares=tuple(width / sum(widths) for width in widths),
        left=tuple(_widest(column[1:]) > LONG_CELL for column in columns),
    )


def _asked(column: Sequence[str]) -> float:
    """A heading may take two lines; what stands below it should not."""
    heading = ceil(em_width(column[0]) / 2)
    return max(heading, _widest(column[1:]), NARROWEST) + CELL_PADDING


def _widened(kept: Sequence[float], asked: Sequence[float], room: float) -> list[float]:
    """Columns held back at WIDEST share what room is left, in the measure of what they lack."""
    lacking = [wish - width for wish, width in zip(asked, kept, strict=True)]
    spare = min(max(room - sum(kept), 0.0), sum(lacking))
    return [width + spare * lack / (sum(lacking) or 1.0) for width, lack in zip(kept, lacking, strict=True)]


def _widest(cells: Sequence[str]) -> float:
    return max((em_width(cell) for cell in cells), default=0.0)
