"""Three years of made-up record sheets: how many, when, and at which desk. The same seed gives the same sheets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mingzhang.core.periods import Period
from mingzhang.demo.recipes import Recipe
from mingzhang.demo.sheets import Desk, Filler, Sheet
from mingzhang.packs.schema import Kind, Pack

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2026, 11, 20)
YEARLY_GROWTH = 0.06
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Closed:
    """Kinds of which nothing is made up in a period, because what happened then is known: at a street with all
    below it, and at the street alone."""

    period: Period
    street: str
    subtree: frozenset[str]
    unit: frozenset[str]

    def bars(self, kind: str, unit: str, day: date) -> bool:
        """Whether a sheet of `kind` at `unit` on `day` would spoil what is known."""
        if not (unit.startswith(self.street) and self.period.start <= day <= self.period.end):
            return False
        return kind in self.subtree or (unit == self.street and kind in self.unit)


def sheets(
    pack: Pack, recipes: dict[str, Recipe], desks: list[tuple[Desk, date]], closed: Closed
) -> Iterator[Sheet]:
    """Every made-up sheet, desk by desk. Each desk comes with the last day on which it works."""
    for desk, until in desks:
        chance = Random(f"{desk.code}/2026")  # noqa: S311 - a plausible past, not a secret
        filler = Filler(chance, desk, until)
        for kind, recipe in _written_at(pack, recipes, desk.level):
            for day in _days(chance, recipe, desk, until):
                if not closed.bars(kind.id, desk.code, day):
                    yield filler.sheet(kind, recipe, day)


def _written_at(pack: Pack, recipes: dict[str, Recipe], level: str) -> Iterator[tuple[Kind, Recipe]]:
    for kind in pack.kinds:
        recipe = recipes.get(kind.id)
        if recipe and level in recipe.monthly and (not kind.levels or level in kind.levels):
            yield kind, recipe


def _days(chance: Random, recipe: Recipe, desk: Desk, until: date) -> Iterator[date]:
    """The days on which a desk writes such a sheet, month by month. Weekends are quieter."""
    monthly = next(often for level, often in recipe.monthly.items() if level == desk.level)
    for start, end in Period(FIRST_DAY, until).months():
        growth = 1 + YEARLY_GROWTH * (start.year - FIRST_DAY.year)
        expected = monthly * recipe.busy[start.month - 1] * growth * desk.size * ((end - start).days + 1) / 30.4
        for _ in range(_poisson(chance, expected)):
            yield _workday(chance, start, end)


def _poisson(chance: Random, expected: float) -> int:
    """Knuth's method (The Art of Computer Programming, 3.4.1): fine for the small means of one desk and month."""
    floor, product, count = math.exp(-expected), chance.random(), 0
    while product > floor:
        product *= chance.random()
        count += 1
    return count


def _workday(chance: Random, start: date, end: date) -> date:
    day = start + DAY * chance.randint(0, (end - start).days)
    if day.weekday() >= 5 and chance.random() < 0.75:
        day = max(start, day - DAY * (day.weekday() - 4))
    return day
