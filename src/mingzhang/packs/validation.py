"""A record's data against its kind: cleaned, or refused with everything that is wrong by path.

Pure: what exists is asked through a `Resolver`, and nothing is filled in behind anybody's back; a new sheet starts
from `initial_data`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.schema import Field, Kind, Table
from mingzhang.packs.values import Json, Resolver, Unfit, clean_value, initial, shown

Data: TypeAlias = "dict[str, Json]"
Problems: TypeAlias = "dict[str, list[str]]"

TITLE_LENGTH = 200
# A hostile record may be wrong in a million places: it is enough to be told of a few.
MOST_UNKNOWN = 20

_TITLE_FIELD = re.compile(r"\{([a-z0-9_]+)\}")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A record's data as it is kept: what was not given is absent, tables without rows too."""

    data: Data
    rows: dict[str, list[Data]]


def clean(kind: Kind, data: object, rows: object, *, resolve: Resolver, draft: bool = False) -> Cleaned:
    """`data` (field id → value) and `rows` (table id → list of rows) as they are kept. A row in which nothing was
    given is dropped, and so is what stands under a condition that does not hold. With `draft` what is required may
    still be missing, but nothing may be wrong.

    Raises InvalidInput whose `problems` name every value that does not fit: `data.people`, `rows.problems.2.owner`
    (rows by number from 0).
    """
    problems: Problems = {}
    fields = _clean_fields(kind.by_id, data, "data", problems, resolve, draft)
    cleaned = Cleaned(fields, _clean_tables(kind, fields, rows, problems, resolve, draft))
    if problems:
        raise InvalidInput(
            _("有%(count)d处填得不对。") % {"count": sum(map(len, problems.values()))}, problems=problems
        )
    return cleaned


def _clean_fields(
    fields: Mapping[str, Field], given: object, path: str, problems: Problems, resolve: Resolver, draft: bool
) -> Data:
    if not isinstance(given, Mapping):
        problems[path] = [_("要一组“字段: 值”")]
        return {}
    if not fields.keys() >= given.keys():
        _report_unknown(given, fields, path, _("没有字段“%(name)s”"), problems)
    cleaned: Data = {}
    for name, field in fields.items():
        if field.when and not field.when.holds(cleaned):
            continue
        try:
            value = clean_value(field, given.get(name), resolve)
        except Unfit as unfit:
            problems[f"{path}.{name}"] = [unfit.message]
            continue
        if value is not None:
            cleaned[name] = value
        elif field.required and not draft:
            problems[f"{path}.{name}"] = [_("不能空着")]
    return cleaned


def _report_unknown(
    given: Mapping[object, object], known: Mapping[str, object], path: str, wrong: str, problems: Problems
) -> None:
    for name in [name for name in given if name not in known][:MOST_UNKNOWN]:
        said = shown(name if isinstance(name, str) else type(name).__name__)
        problems[f"{path}.{said}"] = [wrong % {"name": said} + "。" + suggestion(said, known.keys())]


def _clean_tables(
    kind: Kind, sheet: Data, given: object, problems: Problems, resolve: Resolver, draft: bool
) -> dict[str, list[Data]]:
    if not isinstance(given, Mapping):
        problems["rows"] = [_("要一组“表: 各行”")]
        return {}
    if not kind.tables_by_id.keys() >= given.keys():
        _report_unknown(given, kind.tables_by_id, "rows", _("没有表“%(name)s”"), problems)
    tables = {
        table.id: _clean_rows(table, given[table.id], problems, resolve, draft)
        for table in kind.tables
        if given.get(table.id) is not None and (table.when is None or table.when.holds(sheet))
    }
    return {name: rows for name, rows in tables.items() if rows}


def _clean_rows(table: Table, given: object, problems: Problems, resolve: Resolver, draft: bool) -> list[Data]:
    path = f"rows.{table.id}"
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        problems[path] = [_("要一个列表，每行一项")]
        return []
    if len(given) > table.max_rows:
        problems[path] = [_("有%(count)d行，最多%(limit)d行") % {"count": len(given), "limit": table.max_rows}]
        return []
    rows = (
        _clean_fields(table.by_id, row, f"{path}.{number}", problems, resolve, draft)
        for number, row in enumerate(given)
        if not _blank(row)
    )
    return [row for row in rows if row]


def _blank(row: object) -> bool:
    """Whether nothing was given in any field of the row."""
    return isinstance(row, Mapping) and all(
        value is None or value == [] or (isinstance(value, str) and not value.strip()) for value in row.values()
    )


def initial_data(fields: Sequence[Field]) -> Data:
    """What a new sheet or row starts with: the defaults."""
    values = {field.id: initial(field) for field in fields}
    return {name: value for name, value in values.items() if value is not None}


def title_of(kind: Kind, data: Mapping[str, object], language: str = "zh-hans") -> str:
    """The title that the kind's template makes of cleaned `data`; the kind's name when none of its
    fields is filled."""

    template = kind.title or ""
    words = {name: _in_words(kind.by_id[name], data.get(name), language) for name in _TITLE_FIELD.findall(template)}
    if not any(words.values()) and (words or not template):
        return kind.name.text(language)
    title = " ".join(_TITLE_FIELD.sub(lambda found: words[found.group(1)], template).split())
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…"


def _in_words(field: Field, value: object, language: str) -> str:
    if value is None:
        return ""
    if field.type == "choice":
        return field.option_names[str(value)].text(language)
    if field.type == "date" and language.startswith("zh"):
        day = date.fromisoformat(str(value))
        return f"{day.year}年{day.month}月{day.day}日"
    return str(value)
