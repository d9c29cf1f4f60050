"""A record's content in words: every field of its kind with its value as a page prints it.

Values that name a person, a unit or another record are looked up together, in one query for each sort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.ledger.models import Record
from mingzhang.ledger.remarks import Remark
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.participants import head_count
from mingzhang.packs.schema import Field, Kind, Table
from mingzhang.packs.wording import language, measure_word

NUMBERS = frozenset({"integer", "decimal", "money"})
REFERENCES = ("person", "unit", "link")
Said = Mapping[str, Sequence[Remark]]


@dataclass(frozen=True)
class Shown:
    """One field: its name, its value as text, and its measure word. `long` texts keep their line breaks; `link`
    is the id of the record that a link leads to. `path` names the place, and `remarks` are what reviewers say about
    it."""

    name: str
    text: str
    measure: str = ""
    number: bool = False
    long: bool = False
    link: int | None = None
    path: str = ""
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True)
class ShownTable:
    """A repeating table: the names of its columns, and its rows."""

    name: str
    columns: list[Shown]
    rows: list[ShownRow]
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True)
class ShownRow:
    """A cell for each column; `remarks` are about the row as a whole."""

    cells: list[Shown]
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True)
class Sheet:
    """What stands on a record sheet."""

    fields: list[Shown]
    tables: list[ShownTable]


def sheet_of(record: Record, kind: Kind, remarks: Said | None = None) -> Sheet:
    """The content of `record`, which is of `kind`, with what is said about each place. Fields and tables without a
    value are left out unless something is said about them."""
    return _sheet(record, kind, Names(values_of(record.data, record.rows, kind)), remarks or {})


def sheets_of(records: Sequence[Record], kinds: Sequence[Kind]) -> list[Sheet]:
    """The content of several records, each of its kind, with as many queries as for one."""
    pairs = list(zip(records, kinds, strict=True))
    names = Names(value for record, kind in pairs for value in values_of(record.data, record.rows, kind))
    return [_sheet(record, kind, names, {}) for record, kind in pairs]


def _sheet(record: Record, kind: Kind, names: Names, remarks: Said) -> Sheet:
    fields = [_shown(field, record.data.get(field.id), names, f"data.{field.id}", remarks) for field in kind.fields]
    shown = [one for one in fields if one.remarks or record.data.get(one.path[5:]) not in (None, "")]
    tables = [
        _table(table, record.rows.get(table.id, []), names, remarks)
        for table in kind.tables
        if record.rows.get(table.id) or f"rows.{table.id}" in remarks
    ]
    return Sheet(shown, tables)


def _table(table: Table, rows: list[dict[str, Any]], names: Names, remarks: Said) -> ShownTable:
    path = f"rows.{table.id}"
    columns = [
        Shown(
            field.name.text(language()),
            "",
            "" if field.type == "people" else measure_word(field.measure),
            field.type in NUMBERS,
        )
        for field in table.fields
    ]
    shown = []
    for number, row in enumerate(rows):
        at = f"{path}.{number}"
        cells = [_shown(field, row.get(field.id), names, f"{at}.{field.id}", remarks) for field in table.fields]
        shown.append(ShownRow(cells, remarks.get(at, ())))
    return ShownTable(table.name.text(language()), columns, shown, remarks.get(path, ()))


def _shown(field: Field, value: Any, names: Names, path: str, remarks: Said) -> Shown:
    return Shown(
        name=field.name.text(language()),
        text=_text(field, value, names),
        measure="" if field.type == "people" else measure_word(field.measure),
        number=field.type in NUMBERS,
        long=field.type == "long_text",
        link=value if field.type == "link" else None,
        path=path,
        remarks=remarks.get(path, ()),
    )


def _text(field: Field, value: Any, names: Names) -> str:
    if value is None or value == "":
        return "—"
    if field.type in REFERENCES:
        return names.of(field.type, value)
    if field.type == "people":
        return _people(value, names)
    say = SAYINGS.get(field.type)
    return say(field, value) if say else str(value)


def _people(value: Mapping[str, Any], names: Names) -> str:
    """Everybody by name, then how many others, and how many they are together."""
    named = _("、").join(_each(value["persons"], names))
    others, count = value["others"], head_count(value)
    if not named:
        return ngettext("%(count)s人", "%(count)s人", count) % {"count": f"{count:,}"}
    if not others:
        return _("%(names)s（共%(count)s人）") % {"names": named, "count": f"{count:,}"}
    said = _("%(names)s，另%(others)s人（共%(count)s人）")
    return said % {"names": named, "others": f"{others:,}", "count": f"{count:,}"}


def _each(persons: Sequence[int], names: Names) -> Iterator[str]:
    """Their names, with the user names of those who have the same."""
    called = [names.of("person", person) for person in persons]
    for person, name in zip(persons, called, strict=True):
        yield f"{name}（{names.code('person', person)}）" if called.count(name) > 1 else name


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
            elif field.type == "people" and isinstance(value, Mapping):
                wanted["person"].update(value["persons"])
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
