"""A number opened, as its page and the side panel show it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.core.digests import show
from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.core.periods import Period
from mingzhang.figures.cuts import MARK, whole_of
from mingzhang.figures.definitions import Counted, Definition, definitions
from mingzhang.figures.engine import Request
from mingzhang.figures.leading import Listed, list_of
from mingzhang.figures.saying import said
from mingzhang.figures.splits import Split, split
from mingzhang.figures.tables import kind_of, trace_address
from mingzhang.figures.traces import Trace, trace
from mingzhang.figures.wording import name_of, sentence
from mingzhang.ledger.models import Entry
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.schema import Field
from mingzhang.packs.wording import language, measure_word

IN_PANEL = 20
ON_PAGE = 50
FURTHEST = 10**15


@dataclass(frozen=True)
class ShownEntry:
    """A counted entry. `amount` is what it adds to a sum; `address` leads to the record it was posted from."""

    seq: int
    occurred_on: date
    unit: str
    title: str
    sign: int
    amount: str
    address: str


@dataclass(frozen=True)
class ShownPart:
    """One of the figures that a derived figure is made of."""

    name: str
    number: str
    measure: str
    period: Period
    address: str


@dataclass(frozen=True)
class ShownValue:
    """One of the different values that a figure counts, and how many entries hold it."""

    name: str
    entries: int


@dataclass(frozen=True)
class File:
    """A file of the entries."""

    name: str
    address: str


@dataclass(frozen=True)
class Opened:
    """Everything that is said of one number."""

    name: str
    group: str
    number: str
    measure: str
    sentence: str
    period: Period
    scope: str
    pack: str
    position: int
    latest: int
    total: int
    digest: str
    command: str
    formula: str
    address: str
    now_address: str
    first_address: str
    next_address: str
    reversals: int
    reversals_only: bool
    reversals_address: str
    listed: Listed | None
    files: list[File]
    entries: list[ShownEntry] = field(default_factory=list)
    values: list[ShownValue] = field(default_factory=list)
    parts: list[ShownPart] = field(default_factory=list)
    split: Split | None = None


def request_for(
    unit: Unit, period: Period, pack: str, figure: str, version: str = "", *, alone: bool = False
) -> Request:
    """The figure as the book's version of the pack defines it; `version` asks for an earlier one that it worked by,
    `alone` for the unit without those below it. Raises NotFound."""
    adopted = [
        adoption.pack_version
        for adoption in unit.book.adoptions.select_related("pack_version").defer("pack_version__content")
    ]
    known = [one for one in adopted if one.version == version] if version else packs_in_force(unit.book)
    for installed in known:
        if installed.pack == pack and whole_of(figure) in definitions(installed.pk):
            return Request(figure, installed.pk, unit.pk, period, alone)
    raise NotFound(_("没有数据项“%(figure)s”。") % {"figure": figure[:60]}, remedy=_("请从数据页里打开。"))


def asked_position(text: str) -> int | None:
    """A position as an address says it; None when it says nothing. Raises InvalidInput."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) < FURTHEST):
        raise InvalidInput(_("账位“%(text)s”不是数字。") % {"text": text[:20]})
    return int(text)


def opened(
    request: Request,
    *,
    as_of: int | None,
    after: int = 0,
    short: bool = False,
    reversals: bool = False,
    by: str = "",
) -> Opened:
    """The number that answers `request` at position `as_of` (None: now), with the entries beyond `after`: a few
    when `short`, else a page of them; only those that take an earlier one back with `reversals`. `by` is
    the choice by which it is taken apart."""
    found = trace(request, as_of=as_of)
    limit = IN_PANEL if short else ON_PAGE
    entries = found.entries(after=after, limit=limit + 1, reversals=reversals)
    address = trace_address(request, found.unit, found.position)
    only = f"{address}&reversals=1"
    listed = only if reversals else address
    following = f"{listed}&{urlencode({'after': entries[limit - 1].seq})}" if len(entries) > limit else ""
    definition, pack = found.definition, definitions(request.pack_version_id).pack
    return Opened(
        name=name_of(definition.figure),
        group=kind_of(request.pack_version_id, definition).name.text(language()),
        number=said(found.value.number, found.value.measure),
        measure=measure_word(found.value.measure),
        sentence=sentence(definition, pack),
        period=request.period.shifted(definition.figure.period),
        scope=_scope(found),
        pack=_("%(pack)s %(version)s版") % {"pack": pack.name.text(language()), "version": pack.version},
        position=found.position,
        latest=position(found.unit.book),
        total=found.count,
        digest=show(found.set_digest),
        command=command_of(found),
        formula=_formula(definition),
        address=address,
        now_address=trace_address(request, found.unit, None),
        first_address=listed if after else "",
        next_address=following,
        reversals=found.reversals,
        reversals_only=reversals,
        reversals_address=only,
        listed=list_of(found),
        files=_files(found, reversals),
        entries=list(_entries(found, entries[:limit])),
        values=_held(found),
        parts=[_part(part) for part in found.parts],
        split=None if MARK in request.figure_id else split(found, by),
    )


def command_of(found: Trace) -> str:
    """The command that counts the same again, by the same version of the pack and up to the same position."""
    asked, pack = found.request, definitions(found.request.pack_version_id).pack
    words = [
        "mingzhang", "trace", asked.figure_id, "--book", found.unit.book.code, "--unit", found.unit.code,
        "--period", asked.period.code, "--as-of", str(found.position), "--pack", f"{pack.id}@{pack.version}",
    ]  # fmt: skip
    return shlex.join([*words, "--alone"] if asked.alone else words)


def _formula(definition: Definition) -> str:
    """The definition as the pack writes it."""
    figure = definition.figure
    if not isinstance(definition, Counted):
        return figure.derive or ""
    where = f" where {figure.where}" if figure.where else ""
    return f"{figure.of}: {figure.value}{where}"


def _files(found: Trace, reversals: bool) -> list[File]:
    pack = definitions(found.request.pack_version_id).pack.id
    query = trace_address(found.request, found.unit, found.position).partition("?")[2]
    query += "&reversals=1" if reversals else ""
    paths = {
        form: reverse("figures:entries", args=(pack, found.request.figure_id, form)) for form in ("xlsx", "csv")
    }
    return [File(name, f"{paths[form]}?{query}") for form, name in (("xlsx", "Excel"), ("csv", "CSV"))]


def _scope(found: Trace) -> str:
    name = found.unit.name
    if found.scope is None:
        return name
    if found.scope.everything:
        return _("%(unit)s，整个账套") % {"unit": name}
    units = {unit_id for part in found.scope.parts for unit_id in part.unit_ids}
    said_units = ngettext("%(unit)s，共%(count)d个单位", "%(unit)s，共%(count)d个单位", len(units))
    scope = said_units % {"unit": name, "count": len(units)}
    return scope + _("，其间有调整，按当时的隶属算") if len(found.scope.parts) > 1 else scope


def _part(part: Trace) -> ShownPart:
    return ShownPart(
        name=name_of(part.definition.figure),
        number=said(part.value.number, part.value.measure),
        measure=measure_word(part.value.measure),
        period=part.request.period,
        address=trace_address(part.request, part.unit, part.position),
    )


def _entries(found: Trace, entries: list[Entry]) -> Iterator[ShownEntry]:
    if not isinstance(found.definition, Counted):
        return
    line = definitions(found.request.pack_version_id).pack.line(found.definition.figure.of or "")
    summed = summed_field(found)
    for entry in entries:
        amount = said(entry.sign * number_in(entry.data, summed), "") if summed else ""
        yield ShownEntry(
            seq=entry.seq,
            occurred_on=entry.occurred_on,
            unit=entry.unit.name,
            title=title_of(entry, line.fields),
            sign=entry.sign,
            amount=amount,
            address=reverse("ledger:entry", args=(entry.seq,)),
        )


def title_of(entry: Entry, fields: tuple[Field, ...]) -> str:
    """What the record is called; for a row of a table, its first words; without a record, all it says."""
    if entry.record is None:
        told = (_words(one, entry.data[one.id]) for one in fields if one.id in entry.data)
        return _("，").join(filter(None, told))
    words = next((str(entry.data[one.id]) for one in fields if one.type == "text" and entry.data.get(one.id)), "")
    return words or entry.record.title if entry.line else entry.record.title


def _words(asked: Field, value: object) -> str:
    """An answer in words: a number or a yes says little without what it answers; a no is left out."""
    if asked.type == "boolean":
        return asked.name.text(language()) if value else ""
    if asked.type == "integer":
        between = " " if language() == "en" else ""
        return f"{asked.name.text(language())}{between}{value}{measure_word(asked.unit)}"
    option = asked.option_names.get(str(value))
    return option.text(language()) if option else str(value)


def summed_field(found: Trace) -> str:
    """The field that a sum adds up; nothing for other figures."""
    if not isinstance(found.definition, Counted):
        return ""
    taken = found.definition.component.value
    return taken.field.name if taken.aggregate == "sum" and taken.field else ""


def number_in(data: Mapping[str, Any], name: str) -> Any:
    """What an entry's data hold in a number field of the line or of its sheet."""
    source = data.get("sheet", {}) if name.startswith("sheet.") else data
    value = source.get(name.removeprefix("sheet."))
    return value if isinstance(value, int) else Decimal(value or 0)


def _held(found: Trace) -> list[ShownValue]:
    """For a figure that counts different values: what they are, by the names the pack gives."""
    held = found.values(limit=ON_PAGE)
    definition = found.definition
    if not held or not isinstance(definition, Counted) or definition.component.value.field is None:
        return []
    name = definition.component.value.field.name
    asked = definitions(found.request.pack_version_id).pack.fields_of(definition.figure.of or "")[name]
    numbers = [int(one.value) for one in held if asked.type == "unit"]
    units = dict(Unit.objects.filter(id__in=numbers).values_list("id", "name")) if numbers else {}
    return [ShownValue(_value_name(asked, one.value, units), len(one.seqs)) for one in held]


def _value_name(asked: Field, value: str, units: Mapping[int, str]) -> str:
    if asked.type == "unit":
        return units.get(int(value), value)
    return _words(asked, value)
