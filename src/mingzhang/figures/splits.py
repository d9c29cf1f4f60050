"""A figure taken apart by a single choice of what it counts: one line for each answer, each with its own trace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from mingzhang.figures.cuts import choices_of, cut_id
from mingzhang.figures.definitions import Counted, definitions
from mingzhang.figures.engine import Value, evaluate
from mingzhang.figures.sql import Number
from mingzhang.figures.tables import trace_address
from mingzhang.figures.traces import Trace
from mingzhang.packs.wording import language


@dataclass(frozen=True)
class Way:
    """A choice by which a figure can be taken apart."""

    name: str
    address: str
    chosen: bool


@dataclass(frozen=True)
class Piece:
    """One answer, and what the figure comes to for it; what no answer is said for has no address."""

    name: str
    number: str
    address: str = ""


@dataclass(frozen=True)
class Split:
    """The ways there are, and the pieces of the one that was chosen, without those that come to nothing."""

    ways: list[Way]
    name: str
    pieces: list[Piece]


def split(found: Trace, by: str) -> Split:
    """The figure taken apart by the choice `by`; without pieces when it has none such."""
    choices = choices_of(found.definition, definitions(found.request.pack_version_id).pack)
    address = trace_address(found.request, found.unit, found.position)
    ways = [
        Way(field.name.text(language()), f"{address}&{urlencode({'by': name})}", name == by)
        for name, field in choices.items()
    ]
    if by not in choices:
        return Split(ways, "", [])
    return Split(ways, choices[by].name.text(language()), _pieces(found, by))


def _pieces(found: Trace, by: str) -> list[Piece]:
    asked, pack = found.request, definitions(found.request.pack_version_id).pack
    options = choices_of(found.definition, pack)[by].options
    requests = [replace(asked, figure_id=cut_id(asked.figure_id, by, option.id)) for option in options]
    values = evaluate(requests, as_of=found.position)
    pieces = [
        Piece(
            option.name.text(language()), values[request].text, trace_address(request, found.unit, found.position)
        )
        for option, request in zip(options, requests, strict=True)
        if values[request].number
    ]
    return pieces + _rest(found, [value.number for value in values.values()])


def _rest(found: Trace, numbers: list[Number | None]) -> list[Piece]:
    """What an additive figure counts beyond the answers that this version of the pack knows."""
    definition, whole = found.definition, found.value.number
    if not isinstance(definition, Counted) or definition.component.value.aggregate == "distinct" or whole is None:
        return []
    rest = whole - sum(number for number in numbers if number is not None)
    return [Piece(_("其他"), Value(rest, found.value.measure).text)] if rest else []
