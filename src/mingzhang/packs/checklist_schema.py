"""What a pack may say about checklists."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as Rule

from mingzhang.packs.base import HyphenId, Id, Model, Names, Word
from mingzhang.packs.duty_schema import Basis

AnswerKind = Literal["yes_no", "choice", "number", "text"]

# What rounds of inspections and self-checks are posted as: that an object was drawn, on the day of the draw; that a
# checklist was gone through, on the day on which that was finished. Items are those that can be right or wrong:
# items = right + wrong + not applicable.
DRAWN, CHECKED = "inspections.drawn", "inspections.checked"
DRAWN_OUTCOMES = {
    "visited": ("查完", "Visited"),
    "waiting": ("待查", "Waiting"),
    "called_off": ("不查了", "Called off"),
}
DRAWN_WHY = {
    "coverage": ("最低覆盖", "Minimum coverage"),
    "weight": ("权重够大", "By its weight"),
    "drawn": ("抽中", "Drawn"),
}
ROUND_KINDS = {"visit": ("现场检查", "Visit"), "self_check": ("自查", "Self-check")}


class Answer(Model):
    """One answer that a choice offers. `wrong` is one that shows a problem."""

    id: Id
    name: Names
    wrong: bool = False


class Suggestion(Model):
    """What a problem with an item would be put down as: a category and a severity of findings, by id. Where an item
    suggests none, whoever finds the problem says which, or it is what findings.yaml has for the rest."""

    category: Id
    severity: Id | None = None


class Item(Model):
    """One thing to look at. `yes_no` is answered with yes, no, or not applicable, and no shows a problem; a
    `number` outside `min` to `max` does. `weight` says how much it counts for, `guidance` how to look, `photo`
    that a picture may help: none is ever required."""

    id: Id
    name: Names
    basis: Annotated[tuple[Basis, ...], Rule(min_length=1)]
    answer: AnswerKind = "yes_no"
    options: tuple[Answer, ...] = ()
    unit: Word | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    weight: Annotated[int, Rule(ge=1, le=100)] = 1
    guidance: Names | None = None
    photo: bool = False
    finding: Suggestion | None = None

    @property
    def is_judged(self) -> bool:
        """Whether an answer to it can be right or wrong at all."""
        if self.answer == "number":
            return self.min is not None or self.max is not None
        return self.answer == "yes_no" or any(option.wrong for option in self.options)


class Part(Model):
    """Items that are looked at together."""

    name: Names
    items: Annotated[tuple[Item, ...], Rule(min_length=1)]


class Checklist(Model):
    """检查表: what is looked at in an inspection of units of `levels`, part by part."""

    id: HyphenId
    name: Names
    about: Names | None = None
    levels: tuple[Id, ...] = ()
    parts: Annotated[tuple[Part, ...], Rule(min_length=1)]

    def items(self) -> Iterator[Item]:
        """All items in order."""
        for part in self.parts:
            yield from part.items

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Item id → item."""
        return {item.id: item for item in self.items()}

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self.by_id)
