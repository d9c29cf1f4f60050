"""Fills in record sheets as a recipe says, from a seeded source of chance."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from mingzhang.demo.recipes import (
    Around,
    Days,
    Filling,
    Likely,
    PartOf,
    Place,
    Pool,
    Recipe,
    Somebody,
    TableRecipe,
    Weights,
)
from mingzhang.packs.schema import Field as Asked
from mingzhang.packs.schema import Kind


@dataclass(frozen=True)
class Sheet:
    """A record sheet as somebody would fill it in: plain JSON values. It is complete on `ready_on`."""

    kind: str
    unit: str
    occurred_on: date
    ready_on: date
    data: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class Desk:
    """A unit as a clerk sees it: ids of itself, of the units below, and of its people; `size` is 1.0 when usual."""

    code: str
    level: str
    unit_id: int
    below: tuple[int, ...]
    people: tuple[int, ...]
    size: float


class Filler:
    """Fills in sheets at one desk. `last_day` is the last day that anything can have happened on."""

    def __init__(self, chance: Random, desk: Desk, last_day: date) -> None:
        self.chance = chance
        self.desk = desk
        self.last_day = last_day
        self.ready_on = last_day

    def sheet(self, kind: Kind, recipe: Recipe, day: date) -> Sheet:
        """A sheet of `kind` as of `day`."""
        self.ready_on = day
        data = self._fields(kind.fields, recipe.fields, day)
        rows = {
            table.id: self._rows(table.fields, recipe.tables[table.id], day)
            for table in kind.tables
            if table.id in recipe.tables
        }
        return Sheet(
            kind.id, self.desk.code, day, self.ready_on, data, {name: made for name, made in rows.items() if made}
        )

    def _rows(self, asked: Iterable[Asked], recipe: TableRecipe, day: date) -> list[dict[str, Any]]:
        count = self.chance.randint(*recipe.rows)
        return [self._fields(asked, recipe.fields, day) for _ in range(count)]

    def _fields(self, asked: Iterable[Asked], fillings: dict[str, Filling], day: date) -> dict[str, Any]:
        filled: dict[str, Any] = {}
        for one in asked:
            filling = fillings.get(one.id)
            if filling is None and not one.required:
                continue
            value = self._value(one, filling or self._usual(one), filled, day)
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
            case "unit":
                return Place(unit="own")
            case "person":
                return Somebody(somebody="own")
            case "integer" | "decimal" | "money":
                return Around(around=max(float(asked.min or 0), 1.0) * 2)
            case _:
                return Pool(pool=(asked.name.text("zh-hans"),))

    def _value(self, asked: Asked, filling: Filling, filled: dict[str, Any], day: date) -> Any:
        if not asked.required and self.chance.random() < getattr(filling, "missing", 0.0):
            return None
        match filling:
            case Pool():
                return self._text(filling, asked, day)
            case Weights():
                return self._choice(filling, several=asked.type == "choices")
            case Around():
                return self._number(filling.around * self.desk.size, filling.spread, asked)
            case PartOf():
                return self._part(filling, filled)
            case Likely():
                return self.chance.random() < filling.likely
            case Days():
                return self._date(filling, filled, day)
            case Place():
                return (
                    self.chance.choice(self.desk.below or (self.desk.unit_id,))
                    if filling.unit == "below"
                    else self.desk.unit_id
                )
            case Somebody():
                return self.chance.choice(self.desk.people)

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
        if filling.done and on > self.last_day:
            return None
        if filling.done:
            self.ready_on = max(self.ready_on, on)
        return on.isoformat()
