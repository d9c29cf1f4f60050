"""A record's content in words: every field of its kind with its value as a page prints it.

Values that name a person, a unit or another record are looked up together, in one query for each sort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.schema import Field, Kind, Table
from mingzhang.packs.wording import language, measure_word

NUMBERS = frozenset({"integer", "decimal", "money"})
REFERENCES = ("person", "unit", "link")


@dataclass(frozen=True)
class Shown:
    """One field: its name, its value as text, and its measure word. `long` texts keep their line breaks; `link`
    is the id of the record that a link leads to."""

    name: str
    text: str
    measure: str = ""
    number: bool = False
    long: bool = False
    link: int | None = None


@dataclass(frozen=True)
class ShownTable:
    """A repeating table: the names of its columns, and a cell for each column of each row."""

    name: str
    columns: list[Shown]
    rows: list[list[Shown]]


@dataclass(frozen=True)
class Sheet:
    """What stands on a record sheet."""

    fields: list[Shown]
    tables: list[ShownTable]


def sheet_of(record: Record, kind: Kind) -> Sheet:
    """The content of `record`, which is of `kind`. Fields and tables without a value are left out."""
    names = Names(values_of(record.data, record.rows, kind))
    filled = [
        (field, record.data[field.id]) for field in kind.fields if record.data.get(field.id) not in (None, "")
    ]
    tables = [_table(table, rows, names) for table in kind.tables if (rows := record.rows.get(table.id))]
    return Sheet([_shown(field, value, names) for field, value in filled], tables)


def _table(table: Table, rows: list[dict[str, Any]], names: Names) -> ShownTable:
    columns = [
        Shown(field.name.text(language()), "", measure_word(field.measure), field.type in NUMBERS)
        for field in table.fields
    ]
    cells = [[_shown(field, row.get(field.id), names) for field in table.fields] for row in rows]
    return ShownTable(table.name.text(language()), columns, cells)


def _shown(field: Field, value: Any, names: Names) -> Shown:
    return Shown(
        name=field.name.text(language()),
        text=_text(field, value, names),
        measure=measure_word(field.measure),
        number=field.type in NUMBERS,
        long=field.type == "long_text",
        link=value if field.type == "link" else None,
    )


def _text(field: Field, value: Any, names: Names) -> str:
    if value is None or value == "":
        return "—"
    if field.type in REFERENCES:
        return names.of(field.type, value)
    say = SAYINGS.get(field.type)
    return say(field, value) if say else str(value)


def _option(field: Field, value: Any) -> str:
    name = field.option_names.get(value)
    return name.text(language()) if name else str(value)


def _options(field: Field, value: Any) -> str:
    return _("、").join(_option(field, one) for one in value)


def _number(field: Field, value: Any) -> str:
    return f"{Decimal(str(value)):,}".replace("-", "\u2212")


def _day(field: Field, value: Any) -> str:
    day = date.fromisoformat(value)
    return f"{day.day} {day:%b %Y}" if language() == "en" else f"{day.year}年{day.month}月{day.day}日"


def _truth(field: Field, value: Any) -> str:
    return _("是") if value else _("否")


SAYINGS: dict[str, Callable[[Field, Any], str]] = {
    "choice": _option,
    "choices": _options,
    "integer": _number,
    "decimal": _number,
    "money": _number,
    "date": _day,
    "boolean": _truth,
}


class Names:
    """What the people, units and records that a sheet refers to are called, and by which code people write them."""

    def __init__(self, values: Iterable[tuple[Field, Any]]) -> None:
        wanted: dict[str, set[int]] = {sort: set() for sort in REFERENCES}
        for field, value in values:
            if field.type in wanted and isinstance(value, int):
                wanted[field.type].add(value)
        people, units, records = wanted["person"], wanted["unit"], wanted["link"]
        self._names = {
            "person": _named(Person.objects.filter(id__in=people).values_list("id", "name", "username"), people),
            "unit": _named(Unit.objects.filter(id__in=units).values_list("id", "name", "code"), units),
            "link": _named(Record.objects.filter(id__in=records).values_list("id", "title", "id"), records),
        }

    def of(self, sort: str, value: int) -> str:
        """Its name, or a dash for what is not there."""
        return self._names[sort].get(value, ("—", ""))[0]

    def code(self, sort: str, value: int) -> str:
        """A unit's code, a person's user name, a record's number."""
        return self._names[sort].get(value, ("—", ""))[1]


def _named(rows: Iterable[tuple[int, str, object]], wanted: set[int]) -> Mapping[int, tuple[str, str]]:
    return {key: (name, str(code)) for key, name, code in rows} if wanted else {}


def values_of(data: Mapping[str, Any], rows: Mapping[str, Any], kind: Kind) -> Iterator[tuple[Field, Any]]:
    """Every value on a sheet with its field."""
    yield from ((field, data.get(field.id)) for field in kind.fields)
    for table in kind.tables:
        for row in rows.get(table.id, ()):
            yield from ((field, row.get(field.id)) for field in table.fields)
