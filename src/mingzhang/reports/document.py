"""An official document as data: what the writers print, whatever the format.

Nothing here knows where a number came from; a `Number` only carries the mark under which its trace is kept.
The elements and their names follow GB/T 9704-2012 section 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, cast

Language = Literal["zh-hans", "en"]
Level = Literal[1, 2, 3, 4]


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they are printed."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number that opens to its trace: `text` as printed (`超4000`), `mark` its ordinal in the document from 1."""

    text: str
    mark: int
    figure_id: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A number that somebody typed by hand: the `ordinal`th of the document, with its `source`; without one it is
    not supported yet."""

    text: str
    ordinal: int
    source: str = ""


Inline = Text | Number | Typed
Inlines = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading on its own line; the text carries its own numeral (一、 （一） 1. （1）)."""

    level: Level
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Paragraph:
    inlines: Inlines


@dataclass(frozen=True, slots=True)
class Table:
    """`header` holds one cell per column; each row holds as many. A last row that is a sum sets `total`."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    caption: str = ""
    total: bool = False

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError("every row of a table needs as many cells as its header")


Block = Heading | Paragraph | Table


@dataclass(frozen=True, slots=True)
class Annex:
    """附件: begins a new page. Documents with several number them in order."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Imprint:
    """版记: who gets a copy, which office printed it and when."""

    issuer: str
    issued_on: date
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One official document.

    `organ` is the issuing body's name: it signs, and with 文件 it is the red head. Empty: no head.
    `number` is 发文字号, complete: 青街办〔2026〕31号. `signer` is 签发人, printed in texts to a superior only.
    `title` may hold line breaks of its own. `sealed` says whether a seal goes over the signature (7.3.5).
    `note` is 附注 without its brackets. `verification` are the lines that say where a signed document can be
    checked: they come last, and are no part of what was signed.
    """

    organ: str
    title: str
    date: date
    blocks: tuple[Block, ...]
    number: str = ""
    signer: str = ""
    addressee: str = ""
    annexes: tuple[Annex, ...] = ()
    note: str = ""
    imprint: Imprint | None = None
    sealed: bool = True
    verification: tuple[str, ...] = ()
    language: Language = field(default="zh-hans")

    def numbers(self) -> Iterator[Number]:
        """Every number in the order in which it is read, annexes last."""
        yield from numbers_of(self.blocks)
        for annex in self.annexes:
            yield from numbers_of(annex.blocks)

    def typed(self) -> Iterator[Typed]:
        """Every number typed by hand, in the order in which it is read."""
        for block in self.blocks:
            for inlines in runs(block):
                yield from (inline for inline in inlines if isinstance(inline, Typed))


@dataclass(frozen=True, slots=True)
class TraceRow:
    """What a self-contained copy of a report says about one number, all of it as printed text.

    `position` is the ledger's as-of sequence number; `entries` how many entries were counted;
    `first_entries` a few of them, one line each.
    """

    mark: int
    name: str
    value: str
    definition: str
    unit: str
    period: str
    position: int
    entries: int
    set_digest: str
    first_entries: tuple[str, ...] = ()


def words(said: object) -> Inlines:
    """Words of which none opens to anything."""
    return (Text(str(said)),)


def table_of(header: Sequence[str], rows: Iterable[Sequence[object]], *, total: bool = False) -> Table:
    """A table of words."""
    cells = tuple(tuple(words(cell) for cell in row) for row in rows)
    return Table(tuple(words(cell) for cell in header), cells, total=total)


def paper(title: str, day: date, blocks: Iterable[Block], language: str) -> Document:
    """A paper that no office signs, in the language of a book."""
    known = cast(Language, language)
    return Document(organ="", title=title, date=day, blocks=tuple(blocks), sealed=False, language=known)


def plain(inlines: Sequence[Inline]) -> str:
    """The words alone."""
    return "".join(inline.text for inline in inlines)


def numbers_of(blocks: Sequence[Block]) -> Iterator[Number]:
    """Every number in `blocks`, in reading order."""
    for block in blocks:
        for inlines in runs(block):
            yield from (inline for inline in inlines if isinstance(inline, Number))


def runs(block: Block) -> Iterator[Inlines]:
    """The runs of words in a block: one, or a table's cells row by row."""
    if not isinstance(block, Table):
        yield block.inlines
        return
    yield from block.header
    for row in block.rows:
        yield from row


def printed_date(day: date, language: Language) -> str:
    """2026年7月6日: Arabic, no zero padding (7.3.5.5); 6 July 2026 in English."""
    if language == "en":
        return f"{day.day} {day:%B %Y}"
    return f"{day.year}年{day.month}月{day.day}日"
