"""How a new sheet begins: with what is already known, so that nobody types it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.ledger import queries
from mingzhang.ledger.forms.given import Given, of_content, of_record
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.models import RecordKind
from mingzhang.packs.schema import Field, Kind
from mingzhang.packs.validation import initial_data

# What is likely to be the same as last time, and harmless if it is seen to be wrong. Counts, days, texts and people
# are never carried over: a wrong one would go unseen.
CARRIED = frozenset({"choice", "choices", "unit"})


@dataclass(frozen=True)
class Beginning:
    """The texts that the controls start with, and for those filled in for the person where they come from."""

    given: Given
    known: dict[str, str]


Begin: TypeAlias = Callable[[], Beginning]


def blank(kind: Kind, code: RecordKind, unit: Unit, by: Person, on: date | None = None) -> Beginning:
    """Today, or the day `on` that was asked for, the unit, the defaults, and what stayed the same since the last
    sheet of this kind."""
    last = queries.last_written(by, unit, code)
    held = {field.id: last.data[field.id] for field in kind.fields if last and _carried(field, last)}
    own = {field.id: unit.pk for field in kind.fields if field.type == "unit" and field.id not in held}
    known = dict.fromkeys((f"data.{name}" for name in held), _("和上次一样"))
    known |= dict.fromkeys([*(f"data.{name}" for name in own), "occurred_on"], _("自动带出"))
    given = of_content(kind, initial_data(kind.fields) | held | own, {})
    return Beginning(_here(given, unit, on), known)


def _carried(field: Field, last: Record) -> bool:
    kept = field.type in CARRIED and field.default is None and field.personal is None and not field.when
    return kept and field.id in last.data


def copied(kind: Kind, record: Record, unit: Unit) -> Beginning:
    """An earlier sheet once more: all but its day, its files and what it holds about people."""
    fields = [field for field in kind.fields if field.id in record.data and not _own(field)]
    data = {field.id: record.data[field.id] for field in fields}
    rows = {
        table.id: [_row(table.fields, row) for row in record.rows.get(table.id, ())]
        for table in kind.tables
        if not any(field.personal for field in table.fields)
    }
    given = _here(of_content(kind, data, rows), unit)
    return Beginning(given, {"occurred_on": _("自动带出")})


def _own(field: Field) -> bool:
    return field.personal is not None or field.type == "file"


def _row(fields: tuple[Field, ...], row: dict[str, object]) -> dict[str, object]:
    return {field.id: row[field.id] for field in fields if field.id in row and not _own(field)}


def correcting(kind: Kind, record: Record) -> Beginning:
    """A reversed sheet once more, to be put right: all of it, its day too."""
    return Beginning(of_record(record, kind), {"unit": _("自动带出")})


def _here(given: Given, unit: Unit, on: date | None = None) -> Given:
    given.add("occurred_on", (on or clock.today()).isoformat())
    given.add("unit", f"{unit.name}（{unit.code}）")
    return given
