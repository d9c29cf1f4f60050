"""The words of a report while it is written: blocks of text in which every counted number stands as a mark.

A template is instantiated once, when a report is created: unit, period and year become words, figures stay
marks and the date too. From then on people edit the words around the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from mingzhang.core.periods import Period
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import unit_name_on
from mingzhang.packs import marks
from mingzhang.packs.marks import FigureMark, Plain, Substitution, TableMark
from mingzhang.packs.schema import ReportTemplate
from mingzhang.reports.claims import Claim, claims, unsupported
from mingzhang.reports.document import Language
from mingzhang.reports.markdown import HeadingPart, Part, Pieces, TablePart, read

Kind = Literal["heading", "paragraph", "table", "by_unit"]

_CITED = re.compile(r"\{cited: ([^{}]+), source: (s[0-9]+)\}")
_LEVEL_WORDS = ("街道", "社区", "镇", "乡", "村", "县", "区")


@dataclass(frozen=True, slots=True)
class Cited:
    """A number typed by hand, and the number of its source."""

    text: str
    source: str


Piece: TypeAlias = str | FigureMark | Substitution | Cited
# So many texts are read once: a report is opened far more often than its words change.
KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a number was typed by hand: in which of a block's texts."""

    block: str
    place: int
    claim: Claim


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a table. `texts` holds one text, or a table's cells row by row, the header first; a
    table by unit holds its mark. `given` are the numbers that the template itself has in its words: the pack's
    parameters, checked with the pack, and nobody's claim."""

    id: str
    kind: Kind
    texts: tuple[str, ...]
    level: int = 0
    columns: int = 0
    given: tuple[str, ...] = ()

    def unsupported(self) -> Iterator[Spot]:
        """The numbers typed by hand that have neither figure nor source."""
        if self.kind == "by_unit":
            return
        for place, text in enumerate(self.texts):
            yield from (Spot(self.id, place, claim) for claim in unsupported(hide_marks(text), self.given))


@dataclass(frozen=True, slots=True)
class Prose:
    """All words of a report. `sources` says where typed numbers come from, by the number that their marks name;
    `last` is the number of the block that was added last."""

    title: str
    organ: str
    number: str
    addressee: str
    blocks: tuple[Block, ...]
    sources: Mapping[str, str] = field(default_factory=dict)
    last: int = 0

    def block(self, id: str) -> Block | None:
        """The block with this id."""
        return next((block for block in self.blocks if block.id == id), None)

    def unsupported(self) -> list[Spot]:
        """Every number typed by hand that has neither figure nor source, in reading order."""
        return [spot for block in self.blocks for spot in block.unsupported()]

    def with_block(self, changed: Block) -> Prose:
        """The same words with one block changed."""
        return replace(self, blocks=tuple(changed if one.id == changed.id else one for one in self.blocks))

    def with_source(self, source: str) -> tuple[Prose, str]:
        """The same words with one more source, and the number it got."""
        key = f"s{max((int(known[1:]) for known in self.sources), default=0) + 1}"
        return replace(self, sources={**self.sources, key: source}), key

    def after(self, id: str, kind: Kind, text: str) -> Prose:
        """The same words with a new block after the block `id` (before all others, where there is no such
        block)."""
        new = Block(f"b{self.last + 1}", kind, (text,), level=2 if kind == "heading" else 0)
        place = next((at for at, block in enumerate(self.blocks, start=1) if block.id == id), 0)
        return replace(self, blocks=(*self.blocks[:place], new, *self.blocks[place:]), last=self.last + 1)

    def without(self, id: str) -> Prose:
        """The same words without one block."""
        return replace(self, blocks=tuple(block for block in self.blocks if block.id != id))

    def as_json(self) -> dict[str, Any]:
        """What is stored."""
        return {
            "title": self.title, "organ": self.organ, "number": self.number, "addressee": self.addressee,
            "blocks": [_block_json(block) for block in self.blocks],
            "sources": dict(self.sources), "last": self.last,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Prose:
        """The inverse of `as_json`."""
        blocks = tuple(
            Block(**{**one, "texts": tuple(one["texts"]), "given": tuple(one.get("given", ()))})
            for one in data["blocks"]
        )
        return cls(**{**data, "blocks": blocks})


def _block_json(block: Block) -> dict[str, Any]:
    said = {"id": block.id, "kind": block.kind, "texts": list(block.texts)}
    more = {"level": block.level, "columns": block.columns, "given": list(block.given)}
    return said | {name: value for name, value in more.items() if value}


# --- marks in a text ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=KNOWN)
def pieces(text: str) -> tuple[Piece, ...]:
    """A block's text as words and marks, in order."""
    found: list[Piece] = []
    at = 0
    for cited in _CITED.finditer(text):
        found += _read(text[at : cited.start()])
        found.append(Cited(cited[1], cited[2]))
        at = cited.end()
    return (*found, *_read(text[at:]))


def _read(text: str) -> Iterator[Piece]:
    for segment in marks.parse(text)[0]:
        if isinstance(segment, Plain):
            yield segment.text
        elif not isinstance(segment, TableMark):
            yield segment


def table_mark(block: Block) -> TableMark:
    """What a table by unit asks for."""
    [mark] = [segment for segment in marks.parse(block.texts[0])[0] if isinstance(segment, TableMark)]
    return mark


def written(parts: Sequence[Piece]) -> str:
    """The inverse of `pieces`."""
    return "".join(part if isinstance(part, str) else mark_text(part) for part in parts)


def mark_text(mark: FigureMark | Substitution | Cited) -> str:
    """A mark as it stands in a text."""
    if isinstance(mark, Cited):
        return f"{{cited: {mark.text}, source: {mark.source}}}"
    if isinstance(mark, Substitution):
        return f"{{{mark.name}}}"
    form = f", form: {mark.form}" if mark.form != "plain" else ""
    step = f", round: {mark.round}" if mark.round is not None else ""
    shift = f", period: {mark.period}" if mark.period != "same" else ""
    return f"{{figure: {mark.figure}{form}{step}{shift}}}"


def hide_marks(text: str) -> str:
    """The text with every mark blanked out, of the same length: what is left was typed."""
    return re.sub(r"\{[^{}]*\}", lambda found: "\0" * len(found.group()), text)


def plain_words(text: str) -> str:
    """What a person typed, fit to stand in a block: on one line, and without braces, which are for marks."""
    return re.sub(r"\s*\n\s*", "", text.strip()).translate(str.maketrans("{}\0", "｛｝ "))


# --- from a template ----------------------------------------------------------------------------------------------


def instantiated(template: ReportTemplate, unit: Unit, period: Period, language: Language) -> Prose:
    """The words of a new report of `unit` for `period`."""
    maker = _Maker(unit, period, language)
    blocks = tuple(maker.block(number, part) for number, part in enumerate(read(template.text), start=1))
    return Prose(
        title=maker.line(template.title),
        organ=maker.line(template.organ_by_level.get(unit.level, template.organ)),
        number=maker.line(template.number or ""),
        addressee=maker.line(template.addressee or ""),
        blocks=blocks,
        last=len(blocks),
    )


class _Maker:
    def __init__(self, unit: Unit, period: Period, language: Language) -> None:
        name = unit_name_on(unit, period.end)
        self.words = {
            "unit": name,
            "unit_short": _short(name),
            "period": period.label_in(language),
            "year": str(period.start.year),
        }

    def line(self, text: str) -> str:
        return self._text(tuple(one.text if isinstance(one, Plain) else one for one in marks.parse(text)[0]))

    def block(self, number: int, part: Part) -> Block:
        id = f"b{number}"
        if isinstance(part, HeadingPart):
            return self._counted(Block(id, "heading", (self._text(part.pieces),), level=part.level))
        if isinstance(part, TablePart):
            cells = [cell for row in (part.header, *part.rows) for cell in row]
            return self._counted(Block(id, "table", tuple(map(self._text, cells)), columns=len(part.header)))
        if len(part.pieces) == 1 and isinstance(part.pieces[0], TableMark):
            return Block(id, "by_unit", (self._table(part.pieces[0]),))
        return self._counted(Block(id, "paragraph", (self._text(part.pieces),)))

    def _counted(self, block: Block) -> Block:
        return replace(block, given=tuple(one.text for text in block.texts for one in claims(hide_marks(text))))

    def _text(self, parts: Pieces) -> str:
        return "".join(self._piece(part) for part in parts)

    def _piece(self, part: str | Substitution | FigureMark | TableMark) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, TableMark):
            return self._table(part)
        return self.words.get(part.name, mark_text(part)) if isinstance(part, Substitution) else mark_text(part)

    def _table(self, mark: TableMark) -> str:
        shift = f", period: {mark.period}" if mark.period != "same" else ""
        return f"{{table: {mark.layout}, figures: {' '.join(mark.figures)}{shift}}}"


def _short(name: str) -> str:
    """青禾 for 青禾街道: the name without the word for its level."""
    for level in _LEVEL_WORDS:
        if name.endswith(level) and len(name) > len(level) + 1:
            return name.removesuffix(level)
    return name
