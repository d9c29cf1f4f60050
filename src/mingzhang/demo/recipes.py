"""How a plausible record of each kind is made up: read from `data/recipes.yaml`, so that no kind is named in code.

A recipe says how often units of each level write such a record, which months are busy, and how each field is
filled. What it leaves unsaid follows from the field's own declaration.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

DATA = Path(__file__).parent / "data"


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pool(Model):
    """One of these texts; `{n}` stands for a small number, `{month}` for the month it happened in."""

    pool: tuple[str, ...]
    missing: float = 0.0


class Weights(Model):
    """One of the options, each as likely as its weight; for a multiple choice, a few of them."""

    weights: dict[str, float]
    missing: float = 0.0


class Around(Model):
    """A number near `around` (the median), log-normal with `spread` as its sigma."""

    around: float
    spread: float = 0.35
    missing: float = 0.0


class PartOf(Model):
    """A number that is a share of another field's, at most all of it."""

    part_of: str
    share: float = 0.9
    spread: float = 0.08
    missing: float = 0.0


class Likely(Model):
    """True with this probability."""

    likely: float


class Days(Model):
    """A date this many days (from, to) after another date field, or after the day of the record. A day on which
    something was `done` is left out while it is still to come, and the sheet is handed in no earlier."""

    days: tuple[int, int]
    after: str = "occurred_on"
    done: bool = False
    missing: float = 0.0


class Place(Model):
    """The unit that writes the record, or one of those below it."""

    unit: Literal["own", "below"]


class Somebody(Model):
    """A person of the unit."""

    somebody: Literal["own"]


SHAPES = ("pool", "weights", "around", "part_of", "likely", "days", "unit", "somebody")


def _shape(value: Any) -> str | None:
    return next((key for key in SHAPES if isinstance(value, dict) and key in value), None)


Filling = Annotated[
    Annotated[Pool, Tag("pool")]
    | Annotated[Weights, Tag("weights")]
    | Annotated[Around, Tag("around")]
    | Annotated[PartOf, Tag("part_of")]
    | Annotated[Likely, Tag("likely")]
    | Annotated[Days, Tag("days")]
    | Annotated[Place, Tag("unit")]
    | Annotated[Somebody, Tag("somebody")],
    Discriminator(_shape),
]


class TableRecipe(Model):
    """How many rows (from, to), and how their fields are filled."""

    rows: tuple[int, int]
    fields: dict[str, Filling] = Field(default_factory=dict)


class Recipe(Model):
    """One kind: `monthly` is records per unit and month by level; `busy` weighs the twelve months."""

    monthly: dict[Literal["county", "street", "town", "community", "village"], float]
    busy: tuple[float, ...] = (1.0,) * 12
    fields: dict[str, Filling] = Field(default_factory=dict)
    tables: dict[str, TableRecipe] = Field(default_factory=dict)


@cache
def recipes() -> dict[str, Recipe]:
    """Kind code → its recipe."""
    told = yaml.safe_load((DATA / "recipes.yaml").read_text(encoding="utf-8"))
    return {kind: Recipe.model_validate(recipe) for kind, recipe in told.items()}
