"""The half-year that is known exactly, `data/known_half.yaml`, entered sheet by sheet through ordinary actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from mingzhang.core.periods import Period
from mingzhang.demo.history import Closed
from mingzhang.demo.recipes import DATA, Days, Filling, recipes
from mingzhang.demo.sheets import Sheet
from mingzhang.packs.schema import Field, Pack


@dataclass(frozen=True)
class KnownSheet:
    """A sheet that was really handed in: with pictures, and taken back if it was a mistake."""

    sheet: Sheet
    pictures: tuple[str, ...]
    mistake: str


@dataclass(frozen=True)
class Known:
    """The file as it was read: the unit and period, what is closed to invention, and the sheets by date."""

    unit: str
    period: Period
    closed: Closed
    sheets: tuple[KnownSheet, ...]


def known_half(pack: Pack, unit_ids: dict[str, int]) -> Known:
    """Read the file; units named by their codes become the numbers that a record keeps."""
    told = yaml.safe_load((DATA / "known_half.yaml").read_text(encoding="utf-8"))
    period, unit, closed = Period.parse(told["period"]), told["unit"], told["closed"]
    sheets = sorted((_sheet(pack, unit_ids, one) for one in told["records"]), key=lambda one: one.sheet.ready_on)
    barred = Closed(period, unit, frozenset(closed["subtree"]), frozenset(closed["unit"]))
    return Known(unit, period, barred, tuple(sheets))


def _sheet(pack: Pack, unit_ids: dict[str, int], told: dict[str, Any]) -> KnownSheet:
    kind = pack.kind(told["kind"])
    on = date.fromisoformat(told["day"])
    data = _with_ids(kind.fields, told["data"], unit_ids)
    rows = {
        table: [_with_ids(kind.tables_by_id[table].fields, row, unit_ids) for row in written]
        for table, written in told.get("rows", {}).items()
    }
    recipe = recipes()[kind.id]
    done = _done_days(recipe.fields, data)
    for table, written in rows.items():
        done += [day for row in written for day in _done_days(recipe.tables[table].fields, row)]
    ready = max([on, *done])
    sheet = Sheet(kind.id, told["unit"], on, ready, data, rows)
    return KnownSheet(sheet, tuple(told.get("pictures", ())), told.get("mistake", ""))


def _with_ids(fields: tuple[Field, ...], data: dict[str, Any], unit_ids: dict[str, int]) -> dict[str, Any]:
    units = {field.id for field in fields if field.type == "unit"}
    return {name: unit_ids[value] if name in units else value for name, value in data.items()}


def _done_days(fillings: dict[str, Filling], data: dict[str, Any]) -> list[date]:
    """The days on which something was finished: a sheet that says so was handed in no earlier."""
    return [
        date.fromisoformat(data[name])
        for name, filling in fillings.items()
        if isinstance(filling, Days) and filling.done and name in data
    ]
