"""A template's Markdown read into the blocks of a document, with its marks left standing as `Slot`s.

Only what an official document has: headings of four levels, paragraphs, lists (their numerals kept as text) and
tables. Marks are taken out before the Markdown is parsed, so that nothing in them is read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mingzhang.packs import marks
from mingzhang.packs.marks import FigureMark, Plain, Substitution, TableMark
from mingzhang.reports.document import Level

# Private-use characters stand round the number of a mark while the Markdown is parsed.
OPEN, CLOSE = "\ue000", "\ue001"
LEVELS: dict[str, Level] = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}
STANDING = re.compile(f"{OPEN}([0-9]+){CLOSE}")

Mark = Substitution | FigureMark | TableMark
Piece = str | Mark
Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class HeadingPart:
    level: Level
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class ParagraphPart:
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class TablePart:
    header: tuple[Pieces, ...]
    rows: tuple[tuple[Pieces, ...], ...]


Part = HeadingPart | ParagraphPart | TablePart


@cache
def read(text: str) -> tuple[Part, ...]:
    """The parts of a template in order. The template was checked when its pack was installed, so its marks read."""
    found = [segment for segment in marks.parse(text)[0] if not isinstance(segment, Plain)]
    tokens = MarkdownIt("commonmark").enable("table").parse(_numbered(text))
    return tuple(_parts(tokens, found))


def _numbered(text: str) -> str:
    """`text` with every mark replaced by its number between the private-use characters."""
    written = []
    count = 0
    for segment in marks.parse(text)[0]:
        if isinstance(segment, Plain):
            written.append(segment.text)
        else:
            written.append(f"{OPEN}{count}{CLOSE}")
            count += 1
    return "".join(written)


def _parts(tokens: list[Token], found: list[Mark]) -> Iterator[Part]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type == "heading_open":
            yield HeadingPart(LEVELS[token.tag], _pieces(tokens[at + 1], found))
        elif token.type == "paragraph_open":
            yield ParagraphPart(_pieces(tokens[at + 1], found))
        elif token.type == "table_open":
            end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
            yield _table(tokens[at:end], found)
            at = end
        at += 1


def _table(tokens: list[Token], found: list[Mark]) -> TablePart:
    rows: list[list[Pieces]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_pieces(token, found))
    return TablePart(tuple(rows[0]), tuple(tuple(row) for row in rows[1:]))


def _pieces(inline: Token, found: list[Mark]) -> Pieces:
    """The words of an inline token, emphasis dropped, broken at its marks."""
    words = _joined("".join(_words(child) for child in inline.children or []))
    pieces: list[Piece] = []
    for place, part in enumerate(STANDING.split(words)):
        if place % 2:
            pieces.append(found[int(part)])
        elif part:
            pieces.append(part)
    return tuple(pieces)


def _words(token: Token) -> str:
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content


def _joined(words: str) -> str:
    """Lines broken in the source: Latin words join with a space, Chinese ones without."""
    return re.sub(r"(?<=[\x21-\x7e])\n(?=[\x21-\x7e])", " ", words).replace("\n", "")
