"""Fills in record sheets as a recipe says, from a seeded source of chance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from mingzhang.demo.recipes import Around, Days, Filling, Likely, PartOf, Pool, Recipe, TableRecipe, Weights
from mingzhang.packs.schema import Field as Asked
from mingzhang.packs.schema import Kind


@dataclass(frozen=True)
class Sheet:
    """A record sheet as somebody would fill it in: plain JSON values."""

    kind: str
    unit: str
    occurred_on: date
    data: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    title: str = ""


class Filler:
    """Fills in the sheets of one day. `last_day` is the last day that anything can have happened on."""

    def __init__(self, chance: Random, last_day: date) -> None:
        self.chance = chance
        self.last_day = last_day

    def sheet(self, kind: Kind, recipe: Recipe, unit: str, day: date, size: float) -> Sheet:
        """A sheet of `kind`; `size` scales its numbers to the unit (1.0 is usual)."""
        data = self._fields(kind.fields, recipe.fields, day, size)
        rows = {
            table.id: self._rows(table.fields, recipe.tables[table.id], day, size)
            for table in kind.tables
            if table.id in recipe.tables
        }
        return Sheet(kind.id, unit, day, data, {name: made for name, made in rows.items() if made})

    def _rows(self, asked: Iterable[Asked], recipe: TableRecipe, day: date, size: float) -> list[dict[str, Any]]:
        count = self.chance.randint(*recipe.rows)
        return [self._fields(asked, recipe.fields, day, size) for _ in range(count)]

    def _fields(
        self, asked: Iterable[Asked], fillings: dict[str, Filling], day: date, size: float
    ) -> dict[str, Any]:
        filled: dict[str, Any] = {}
        for one in asked:
            filling = fillings.get(one.id)
            if filling is None and not one.required:
                continue
            value = self._value(one, filling or self._usual(one), filled, day, size)
            if value is not None:
                filled[one.id] = value
        return filled

    def _usual(self, asked: Asked) -> Filling:
        """What a required field gets when the recipe says nothing of it."""
        match asked.type:
            case "choice" | "choices":
                return Weights(weights=dict.fromkeys(asked.option_names, 1.0))
            case "boolean":
                return Likely(likely=0.8)
            case "date":
                return Days(days=(0, 0))
            case "integer" | "decimal" | "money":
                return Around(around=max(float(asked.min or 0), 1.0) * 2)
            case _:
                return Pool(pool=(asked.name.text("zh-hans"),))

    def _value(self, asked: Asked, filling: Filling, filled: dict[str, Any], day: date, size: float) -> Any:
        if not isinstance(filling, Likely) and not asked.required and self.chance.random() < filling.missing:
            return None
        match filling:
            case Pool():
                return self._text(filling, asked, day)
            case Weights():
                return self._choice(filling, several=asked.type == "choices")
            case Around():
                return self._number(filling.around * size, filling.spread, asked)
            case PartOf():
                return self._part(filling, filled)
            case Likely():
                return self.chance.random() < filling.likely
            case Days():
                return self._date(filling, filled, day)

    def _text(self, filling: Pool, asked: Asked, day: date) -> str:
        text = self.chance.choice(filling.pool)
        said = text.replace("{n}", str(self.chance.randint(2, 28))).replace("{month}", str(day.month))
        return said[: asked.length_limit]

    def _choice(self, filling: Weights, *, several: bool) -> str | list[str]:
        options, weights = list(filling.weights), list(filling.weights.values())
        if not several:
            return self.chance.choices(options, weights)[0]
        count = self.chance.randint(1, min(3, len(options)))
        return sorted(set(self.chance.choices(options, weights, k=count)))

    def _number(self, around: float, spread: float, asked: Asked) -> int | str:
        value = around * math.exp(self.chance.gauss(0, spread))
        value = max(float(asked.min or 0), value)
        if asked.max is not None:
            value = min(float(asked.max), value)
        return round(value) if asked.type == "integer" else f"{value:.{asked.decimal_places}f}"

    def _part(self, filling: PartOf, filled: dict[str, Any]) -> int | None:
        whole = filled.get(filling.part_of)
        if whole is None:
            return None
        share = min(1.0, max(0.0, self.chance.gauss(filling.share, filling.spread)))
        return round(int(whole) * share)

    def _date(self, filling: Days, filled: dict[str, Any], day: date) -> str | None:
        start = date.fromisoformat(filled[filling.after]) if filling.after in filled else day
        on = start + timedelta(days=self.chance.randint(*filling.days))
        return on.isoformat() if on <= self.last_day else None
