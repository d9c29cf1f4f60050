"""From words with marks to a document: every mark asks for a figure, all figures are evaluated in one statement
at one position of the ledger, and every number keeps the request that it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from mingzhang.core.periods import Period
from mingzhang.figures.engine import Request, Value, evaluate
from mingzhang.ledger.queries import position, posted_at
from mingzhang.organisation.models import Book, Unit
from mingzhang.organisation.queries import children, unit_name_on
from mingzhang.packs.base import Shift
from mingzhang.packs.marks import FigureMark, Substitution, TableMark
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Figure, Pack, ReportTemplate
from mingzhang.reports import document as documents
from mingzhang.reports import prose as proses
from mingzhang.reports.claims import Claim, unsupported
from mingzhang.reports.document import (
    Document,
    Heading,
    Inline,
    Inlines,
    Language,
    Number,
    Paragraph,
    Table,
    Text,
    Typed,
    printed_date,
)
from mingzhang.reports.numerals import Form, present
from mingzhang.reports.prose import Block, Cited, Prose, hide_marks, instantiated, pieces

UNIT_COLUMN: dict[Language, str] = {"zh-hans": "单位", "en": "Unit"}
OWN: dict[Language, str] = {"zh-hans": "本级", "en": "Itself"}
ALL_UNITS: dict[Language, str] = {"zh-hans": "合计", "en": "Total"}


@dataclass(frozen=True)
class Told:
    """One number of a report: what is printed under `mark`, the request it answers, the value it has, and the block
    that it stands in."""

    mark: int
    text: str
    request: Request
    value: Value
    figure: Figure
    block: str


@dataclass(frozen=True)
class Composition:
    """A report at one position of the ledger, with what each of its numbers came from, in reading order."""

    pack_version: PackVersion
    template: ReportTemplate
    unit: Unit
    period: Period
    position: int
    prose: Prose
    document: Document
    numbers: tuple[Told, ...]


def compose(
    *,
    pack_version: PackVersion,
    template: ReportTemplate,
    unit: Unit,
    period: Period,
    as_of: int | None = None,
    prose: Prose | None = None,
    day: date | None = None,
    signer: str = "",
) -> Composition:
    """The report of `unit` for `period` as the ledger stood at position `as_of` (default: now), in the words of
    `prose` (default: the template's own). It is dated `day` (default: that of the last entry it can have seen).
    Units count what stood below them then. Equal arguments give an equal composition, except that `as_of=None`
    moves on."""
    at = position(unit.book) if as_of is None else as_of
    asker = _Asker(pack_of(pack_version.pk), pack_version, unit, period)
    words = instantiated(template, unit, period, asker.language) if prose is None else prose
    values = evaluate(asker.requests(words), as_of=at)
    writer = _Writer(asker, words, values, day or _day(unit.book, at, period))
    document = writer.document(signer)
    return Composition(pack_version, template, unit, period, at, words, document, tuple(writer.numbers))


def _day(book: Book, at: int, period: Period) -> date:
    """The day of the last entry that the report can have seen: a report made twice bears one date. With an empty
    ledger, the last day of the period."""
    moment = posted_at(book, at)
    return moment.astimezone(ZoneInfo(book.timezone)).date() if moment else period.end


class _Asker:
    """Which requests the marks of a report stand for."""

    def __init__(self, pack: Pack, pack_version: PackVersion, unit: Unit, period: Period) -> None:
        self.pack = pack
        self.unit = unit
        self.period = period
        self.pack_version_id = pack_version.pk
        self.below = list(children(unit, on=period.end))
        self.language: Language = "en" if unit.book.language == "en" else "zh-hans"

    def requests(self, words: Prose) -> list[Request]:
        """Every request that `words` ask for, each once."""
        return list(dict.fromkeys(one for block in words.blocks for one in self._of(block)))

    def _of(self, block: Block) -> Iterator[Request]:
        if block.kind == "by_unit":
            yield from self._cells(proses.table_mark(block))
            return
        for text in block.texts:
            yield from (self.request(piece) for piece in pieces(text) if isinstance(piece, FigureMark))

    def request(self, mark: FigureMark) -> Request:
        """What one mark in running text asks for."""
        return self._request(mark.figure, self.unit, mark.period)

    def row(self, mark: TableMark, unit: Unit, *, alone: bool = False) -> list[Request]:
        """What a row of a table asks for; `alone`, for the unit without those below it."""
        return [self._request(figure, unit, mark.period, alone) for figure in mark.figures]

    def _cells(self, mark: TableMark) -> Iterator[Request]:
        for unit in [*self.below, self.unit]:
            yield from self.row(mark, unit)
        yield from self.row(mark, self.unit, alone=True)

    def _request(self, figure: str, unit: Unit, shift: Shift, alone: bool = False) -> Request:
        return Request(figure, self.pack_version_id, unit.pk, self.period.shifted(shift), alone)


class _Writer:
    """Builds the document, giving each number its mark as it is written."""

    def __init__(self, asker: _Asker, words: Prose, values: dict[Request, Value], day: date) -> None:
        self.asker = asker
        self.words = words
        self.values = values
        self.day = day
        self.numbers: list[Told] = []
        self.typed = 0
        self.block = ""
        self.language = asker.language

    def document(self, signer: str) -> Document:
        words = self.words
        return Document(
            organ=self._dated(words.organ),
            title=self._dated(words.title),
            date=self.day,
            blocks=tuple(map(self._block, words.blocks)),
            number=self._dated(words.number),
            signer=signer,
            addressee=self._dated(words.addressee),
            note=self._note(),
            language=self.language,
        )

    def _dated(self, line: str) -> str:
        """A line of the head, whose only mark can be the date."""
        return line.replace("{date}", printed_date(self.day, self.language))

    def _note(self) -> str:
        """Where the typed numbers come from, printed after the date."""
        cited = [piece for block in self.words.blocks for text in block.texts for piece in pieces(text)
                 if isinstance(piece, Cited)]  # fmt: skip
        told = [_cited_note(one.text, self.words.sources[one.source], self.language) for one in cited]
        return _JOIN[self.language].join(dict.fromkeys(told))

    def _block(self, block: Block) -> documents.Block:
        self.block = block.id
        match block.kind:
            case "heading":
                return Heading(_level(block.level), self._inlines(block, 0))
            case "table":
                cells = [self._inlines(block, index) for index in range(len(block.texts))]
                rows = [tuple(cells[at : at + block.columns]) for at in range(0, len(cells), block.columns)]
                return Table(rows[0], tuple(rows[1:]))
            case "by_unit":
                return self._unit_table(proses.table_mark(block))
        return Paragraph(self._inlines(block, 0))

    def _inlines(self, block: Block, index: int) -> Inlines:
        text = block.texts[index]
        open_claims = list(unsupported(hide_marks(text), block.given)) if block.kind != "by_unit" else []
        at = 0
        inlines: list[Inline] = []
        for piece in pieces(text):
            if isinstance(piece, str):
                inlines += self._words(piece, at, open_claims)
                at += len(piece)
            else:
                inlines.append(self._inline(piece))
                at += len(proses.mark_text(piece))
        return tuple(inlines)

    def _words(self, words: str, offset: int, open_claims: list[Claim]) -> Iterator[Inline]:
        """Words with the numbers typed among them told apart."""
        at = 0
        for claim in open_claims:
            start, end = claim.start - offset, claim.end - offset
            if start < at or end > len(words):
                continue
            if start > at:
                yield Text(words[at:start])
            yield self._typed(claim.text, "")
            at = end
        if at < len(words):
            yield Text(words[at:])

    def _typed(self, text: str, source: str) -> Typed:
        self.typed += 1
        return Typed(text, self.typed, source)

    def _inline(self, piece: Substitution | FigureMark | Cited) -> Inline:
        match piece:
            case Cited():
                return self._typed(piece.text, self.words.sources[piece.source])
            case Substitution():
                return Text(printed_date(self.day, self.language))
        return self._number(self.asker.request(piece), Form(piece.form), piece.round)

    def _number(self, request: Request, form: Form = Form.PLAIN, step: int | None = None) -> Number:
        value = self.values[request]
        text = present(value.number, form, step=step, measure=value.measure, language=self.language)
        figure = self.asker.pack.figure(request.figure_id)
        told = Told(len(self.numbers) + 1, text, request, value, figure, self.block)
        self.numbers.append(told)
        return Number(text, told.mark, request.figure_id)

    def _unit_table(self, mark: TableMark) -> Table:
        figures = [self.asker.pack.figure(figure) for figure in mark.figures]
        header = [UNIT_COLUMN[self.language]] + [_heading(figure, self.language) for figure in figures]
        end, asker = self.asker.period.end, self.asker
        rows = [self._unit_row(unit_name_on(unit, end), asker.row(mark, unit)) for unit in asker.below]
        rows.append(self._unit_row(OWN[self.language], asker.row(mark, asker.unit, alone=True)))
        rows.append(self._unit_row(ALL_UNITS[self.language], asker.row(mark, asker.unit)))
        return Table(tuple((Text(cell),) for cell in header), tuple(rows), total=True)

    def _unit_row(self, name: str, requests: list[Request]) -> tuple[Inlines, ...]:
        return ((Text(name),), *((self._number(request),) for request in requests))


_JOIN: dict[Language, str] = {"zh-hans": "；", "en": "; "}


def _cited_note(text: str, source: str, language: Language) -> str:
    return f"{text}: {source}" if language == "en" else f"{text}，出自{source}"


def _level(level: int) -> documents.Level:
    return _LEVELS[level]


_LEVELS: dict[int, documents.Level] = {1: 1, 2: 2, 3: 3, 4: 4}


def _heading(figure: Figure, language: Language) -> str:
    """A column's heading; the measure word stands here once instead of in every cell."""
    name = figure.name.text(language)
    return name if language == "en" else f"{name}（{figure.measure}）"
