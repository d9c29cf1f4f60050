"""What stands in the controls of a sheet, as text and name by name: posted, kept in a working copy, or taken from a
record. `data.people`, `rows.problems.2.owner`, `occurred_on`, `unit`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import QueryDict

from mingzhang.ledger.models import Record
from mingzhang.ledger.sheets import Names, values_of
from mingzhang.packs import participants
from mingzhang.packs.schema import Field, Kind

OWN = ("occurred_on", "unit")
MOST_CONTROLS = 60_000

_REFERENCE = re.compile(r"[（(]([^（）()]+)[）)]\s*$")
_DIGITS = re.compile(r"[0-9]{1,18}")


class Given:
    """The texts, in the order of the page."""

    def __init__(self, entries: Iterable[Sequence[str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        self._rows: dict[str, dict[str, bool]] = {}
        for name, value in entries:
            self.add(name, value)

    @classmethod
    def posted(cls, post: QueryDict) -> Given:
        """What a form sent; what does not belong to the sheet is left aside."""
        return cls((name, str(value)) for name, values in post.lists() for value in values)

    @classmethod
    def kept(cls, entries: object) -> Given:
        """What a browser asks to be kept; anything that is not pairs of texts is left aside."""
        pairs = entries if isinstance(entries, list) else []
        good = (pair for pair in pairs[:MOST_CONTROLS] if isinstance(pair, list) and len(pair) == 2)
        return cls(pair for pair in good if all(isinstance(text, str) for text in pair))

    def add(self, name: str, value: str) -> None:
        """One more value of a control."""
        table, _dot, row = name.removeprefix("rows.").partition(".")
        if name.startswith("rows."):
            rows, number = self._rows.setdefault(table, {}), row.partition(".")[0]
            rows[number] = rows.get(number, False) or bool(value.strip())
        elif not name.startswith("data.") and name not in OWN:
            return
        self._values.setdefault(name, []).append(value.replace("\x00", "\ufffd"))

    def entries(self) -> list[list[str]]:
        """Every control with its value."""
        return [[name, value] for name, values in self._values.items() for value in values]

    def one(self, name: str) -> str:
        """The value of a control, empty when it was not there."""
        return self._values.get(name, [""])[-1]

    def many(self, name: str) -> list[str]:
        """All values of a control of which several may be chosen."""
        return [value for value in self._values.get(name, []) if value]

    def rows_of(self, table: str) -> list[str]:
        """The names of the rows of a table in which anything stands, in their order."""
        return [row for row, filled in self._rows.get(table, {}).items() if filled]

    def data(self, kind: Kind) -> dict[str, Any]:
        """The sheet's fields as `packs.validation` takes them."""
        return {field.id: self._raw(field, f"data.{field.id}") for field in kind.fields}

    def rows(self, kind: Kind) -> dict[str, list[dict[str, Any]]]:
        """The tables' rows likewise: a problem's row number is its place in `rows_of`."""
        return {
            table.id: [
                {field.id: self._raw(field, f"rows.{table.id}.{row}.{field.id}") for field in table.fields}
                for row in self.rows_of(table.id)
            ]
            for table in kind.tables
            if self.rows_of(table.id)
        }

    def _raw(self, field: Field, name: str) -> Any:
        if field.type == "choices":
            return self.many(name)
        value = self.one(name)
        if field.type in ("person", "unit", "link", "file"):
            code = reference(value)
            number = field.type in ("link", "file") and _DIGITS.fullmatch(code) and int(code)
            return number or code
        return value


def reference(value: str) -> str:
    """`柳岸社区（QH-01）` names a unit by its code, `用气安全（12）` a record by its number; a code alone does."""
    found = _REFERENCE.search(value)
    return (found.group(1) if found else value).strip()


def of_content(kind: Kind, data: Mapping[str, Any], rows: Mapping[str, Any]) -> Given:
    """The controls' texts for cleaned content."""
    given, names = Given(), Names(values_of(data, rows, kind))
    for field in kind.fields:
        _put(given, f"data.{field.id}", field, data.get(field.id), names)
    for table in kind.tables:
        for number, row in enumerate(rows.get(table.id, ())):
            for field in table.fields:
                _put(given, f"rows.{table.id}.{number}.{field.id}", field, row.get(field.id), names)
    return given


def of_record(record: Record, kind: Kind) -> Given:
    """The controls' texts for a record as it stands."""
    given = of_content(kind, record.data, record.rows)
    given.add("occurred_on", record.occurred_on.isoformat())
    given.add("unit", f"{record.unit.name}（{record.unit.code}）")
    return given


def _put(given: Given, name: str, field: Field, value: Any, names: Names) -> None:
    for text in _texts(field, value, names):
        given.add(name, text)


def _texts(field: Field, value: Any, names: Names) -> list[str]:
    if value is None:
        return [""]
    if field.type == "people":
        named = [(names.of("person", one), names.code("person", one)) for one in value["persons"]]
        return [participants.write(named, value["others"])]
    if isinstance(value, list):
        return [str(one) for one in value]
    if field.type in ("person", "unit", "link"):
        return [f"{names.of(field.type, value)}（{names.code(field.type, value)}）"]
    return [str(value).lower() if isinstance(value, bool) else str(value)]
