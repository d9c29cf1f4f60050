"""A composed report as its pages show it: where each number leads, and its blocks for the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from mingzhang.core.periods import Period
from mingzhang.figures.saying import said, unit_word
from mingzhang.figures.wording import name_of
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.reports.compose import Composition, Told
from mingzhang.reports.document import Block, Document, Heading, Inlines, Number, Table
from mingzhang.reports.files import FORMS


@dataclass(frozen=True)
class Link:
    """A file to download."""

    name: str
    address: str


@dataclass(frozen=True)
class Addresses:
    """The pages and files of one report at one position of the book, so that what is opened or saved is what was
    being read."""

    place: Place
    pack: str
    template: str
    position: int

    def number(self, mark: int) -> str:
        return self._address("number", mark)

    def files(self) -> list[Link]:
        return [Link(str(form.name), self._address("download", key)) for key, form in FORMS.items()]

    def context(self) -> dict[str, object]:
        """What the bar above a report needs."""
        return {
            "list_address": f"{reverse('reports:list')}?{self.place.query}",
            "text_address": self._address("read"),
            "numbers_address": self._address("numbers"),
            "files": self.files(),
        }

    def _address(self, page: str, *more: object) -> str:
        path = reverse(f"reports:{page}", args=(self.pack, self.template, *more))
        return f"{path}?{self.place.query}&{urlencode({'as_of': self.position})}"


@dataclass(frozen=True)
class ShownInline:
    """Words, or a number with the address of its trace."""

    text: str
    mark: int = 0
    address: str = ""


@dataclass(frozen=True)
class ShownBlock:
    """A heading, paragraph or table; `kind` says which, as templates cannot ask for a class."""

    kind: str
    level: int = 0
    inlines: tuple[ShownInline, ...] = ()
    caption: str = ""
    header: tuple[tuple[ShownInline, ...], ...] = ()
    rows: tuple[tuple[tuple[ShownInline, ...], ...], ...] = ()
    total: bool = False


@dataclass(frozen=True)
class NumberRow:
    """A number in the list of numbers: as printed, and exactly."""

    told: Told
    name: str
    exact: str
    unit: str
    period: Period
    address: str


def blocks_of(document: Document, addresses: Addresses) -> Iterator[ShownBlock]:
    """The document's blocks, its numbers turned into links."""
    return (_block(block, addresses) for block in document.blocks)


def number_rows(made: Composition, addresses: Addresses) -> list[NumberRow]:
    """Every number in reading order. One query for the names of all units."""
    units = Unit.objects.in_bulk({told.request.unit_id for told in made.numbers})
    return [
        NumberRow(
            told=told,
            name=name_of(told.figure),
            exact=said(told.value.number, told.value.measure) + unit_word(told.value.measure),
            unit=units[told.request.unit_id].name,
            period=told.request.period,
            address=addresses.number(told.mark),
        )
        for told in made.numbers
    ]


def _block(block: Block, addresses: Addresses) -> ShownBlock:
    if isinstance(block, Table):
        return ShownBlock(
            "table",
            caption=block.caption,
            header=tuple(_inlines(cell, addresses) for cell in block.header),
            rows=tuple(tuple(_inlines(cell, addresses) for cell in row) for row in block.rows),
            total=block.total,
        )
    if isinstance(block, Heading):
        return ShownBlock("heading", block.level, _inlines(block.inlines, addresses))
    return ShownBlock("paragraph", inlines=_inlines(block.inlines, addresses))


def _inlines(inlines: Inlines, addresses: Addresses) -> tuple[ShownInline, ...]:
    return tuple(
        ShownInline(inline.text, inline.mark, addresses.number(inline.mark))
        if isinstance(inline, Number)
        else ShownInline(inline.text)
        for inline in inlines
    )
