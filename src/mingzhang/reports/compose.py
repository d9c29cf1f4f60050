"""From a template to a document: every mark asks for a figure, all figures are evaluated in one statement at one
position of the ledger, and every number keeps the request that it answers."""

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
from mingzhang.packs.marks import FigureMark, Substitution, TableMark
from mingzhang.packs.marks import parse as parse_marks
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Figure, Pack, ReportTemplate, Shift
from mingzhang.reports.document import (
    Block,
    Document,
    Heading,
    Inlines,
    Language,
    Number,
    Paragraph,
    Table,
    Text,
    printed_date,
)
from mingzhang.reports.markdown import HeadingPart, Part, Pieces, TablePart, figure_marks, read
from mingzhang.reports.numerals import Form, present

UNIT_COLUMN: dict[Language, str] = {"zh-hans": "单位", "en": "Unit"}
OWN: dict[Language, str] = {"zh-hans": "本级", "en": "Itself"}
ALL_UNITS: dict[Language, str] = {"zh-hans": "合计", "en": "Total"}


@dataclass(frozen=True)
class Told:
    """One number of a report: what is printed under `mark`, the request it answers and the value it has."""

    mark: int
    text: str
    request: Request
    value: Value
    figure: Figure


@dataclass(frozen=True)
class Composition:
    """A report at one position of the ledger, with what each of its numbers came from, in reading order."""

    pack_version: PackVersion
    template: ReportTemplate
    unit: Unit
    period: Period
    position: int
    document: Document
    numbers: tuple[Told, ...]


def compose(
    *, pack_version: PackVersion, template: ReportTemplate, unit: Unit, period: Period, as_of: int | None = None
) -> Composition:
    """The report of `unit` for `period` as the ledger stood at position `as_of` (default: now). Units count what
    stood below them then. Equal arguments give an equal composition, except that `as_of=None` moves on."""
    at = position(unit.book) if as_of is None else as_of
    pack = pack_of(pack_version.pk)
    asker = _Asker(pack, pack_version, unit, period)
    values = evaluate(asker.requests(template.text), as_of=at)
    writer = _Writer(asker, values, _day(unit.book, at, period))
    document = writer.document(template)
    return Composition(pack_version, template, unit, period, at, document, tuple(writer.numbers))


def _day(book: Book, at: int, period: Period) -> date:
    """The day of the last entry that the report can have seen: a report made twice bears one date. With an empty
    ledger, the last day of the period."""
    moment = posted_at(book, at)
    return moment.astimezone(ZoneInfo(book.timezone)).date() if moment else period.end


class _Asker:
    """Which requests the marks of a template stand for."""

    def __init__(self, pack: Pack, pack_version: PackVersion, unit: Unit, period: Period) -> None:
        self.pack = pack
        self.unit = unit
        self.period = period
        self.pack_version_id = pack_version.pk
        self.below = list(children(unit, on=period.end))

    def requests(self, text: str) -> list[Request]:
        """Every request that `text` asks for, each once."""
        asked: dict[Request, None] = {}
        for mark in figure_marks(text):
            asked |= dict.fromkeys([self.request(mark)] if isinstance(mark, FigureMark) else self._cells(mark))
        return list(asked)

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

    def __init__(self, asker: _Asker, values: dict[Request, Value], day: date) -> None:
        self.asker = asker
        self.values = values
        self.day = day
        self.numbers: list[Told] = []
        self.language: Language = "en" if asker.unit.book.language == "en" else "zh-hans"

    def document(self, template: ReportTemplate) -> Document:
        return Document(
            organ=self._plain(template.organ_by_level.get(self.asker.unit.level, template.organ)),
            title=self._plain(template.title),
            date=self.day,
            blocks=tuple(self._blocks(read(template.text))),
            number=self._plain(template.number or ""),
            addressee=self._plain(template.addressee or ""),
            language=self.language,
        )

    def _blocks(self, parts: tuple[Part, ...]) -> Iterator[Block]:
        for part in parts:
            match part:
                case HeadingPart():
                    yield Heading(part.level, self._inlines(part.pieces))
                case TablePart():
                    yield Table(
                        tuple(self._inlines(cell) for cell in part.header),
                        tuple(tuple(self._inlines(cell) for cell in row) for row in part.rows),
                    )
                case _ if len(part.pieces) == 1 and isinstance(part.pieces[0], TableMark):
                    yield self._unit_table(part.pieces[0])
                case _:
                    yield Paragraph(self._inlines(part.pieces))

    def _inlines(self, pieces: Pieces) -> Inlines:
        return tuple(self._inline(piece) for piece in pieces)

    def _inline(self, piece: str | Substitution | FigureMark | TableMark) -> Text | Number:
        match piece:
            case str():
                return Text(piece)
            case Substitution():
                return Text(self._substituted(piece))
            case FigureMark():
                return self._number(self.asker.request(piece), Form(piece.form), piece.round)
            case TableMark():
                raise ValueError("a table mark stands alone; packs.marks has checked it")

    def _number(self, request: Request, form: Form = Form.PLAIN, step: int | None = None) -> Number:
        value = self.values[request]
        text = present(value.number, form, step=step, measure=value.measure, language=self.language)
        told = Told(len(self.numbers) + 1, text, request, value, self.asker.pack.figure(request.figure_id))
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

    def _plain(self, text: str) -> str:
        """A line of report.yaml with its substitutions."""
        return "".join(
            self._substituted(segment) if isinstance(segment, Substitution) else getattr(segment, "text", "")
            for segment in parse_marks(text)[0]
        )

    def _substituted(self, mark: Substitution) -> str:
        unit, period = self.asker.unit, self.asker.period
        name = unit_name_on(unit, period.end)
        match mark.name:
            case "unit":
                return name
            case "unit_short":
                return _short(name)
            case "period":
                return period.label_in(self.language)
            case "year":
                return str(period.start.year)
            case "date":
                return printed_date(self.day, self.language)


def _heading(figure: Figure, language: Language) -> str:
    """A column's heading; the measure word stands here once instead of in every cell."""
    name = figure.name.text(language)
    return name if language == "en" else f"{name}（{figure.measure}）"


def _short(name: str) -> str:
    """青禾 for 青禾街道: the name without the word for its level."""
    for level in ("街道", "社区", "镇", "乡", "村", "县", "区"):
        if name.endswith(level) and len(name) > len(level) + 1:
            return name.removesuffix(level)
    return name
