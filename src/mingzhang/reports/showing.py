"""A composed report as its pages show it: on paper, as a list of numbers, and where each of them leads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from mingzhang.core.periods import Period
from mingzhang.figures.saying import said
from mingzhang.figures.wording import name_of
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.packs.wording import measure_word
from mingzhang.reports.compose import Composition, Told
from mingzhang.reports.files import FORMS
from mingzhang.reports.writers.html import write
from mingzhang.ui.addresses import path_of


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
        return f"{path_of(f'reports:{page}', self.pack, self.template, *more)}?{self._asked}"

    @cached_property
    def _asked(self) -> str:
        return f"{self.place.query}&{urlencode({'as_of': self.position})}"


@dataclass(frozen=True)
class NumberRow:
    """A number in the list of numbers: as printed, and exactly."""

    told: Told
    name: str
    exact: str
    unit: str
    period: Period
    address: str


def paper(made: Composition, addresses: Addresses) -> SafeString:
    """The report as an HTML fragment, every number a link to its trace."""
    return mark_safe(write(made.document, lambda number: addresses.number(number.mark)))  # noqa: S308 - write escapes


def number_rows(made: Composition, addresses: Addresses) -> list[NumberRow]:
    """Every number in reading order. One query for the names of all units."""
    units = Unit.objects.in_bulk({told.request.unit_id for told in made.numbers})
    return [
        NumberRow(
            told=told,
            name=name_of(told.figure),
            exact=said(told.value.number, told.value.measure) + measure_word(told.value.measure),
            unit=units[told.request.unit_id].name,
            period=told.request.period,
            address=addresses.number(told.mark),
        )
        for told in made.numbers
    ]
