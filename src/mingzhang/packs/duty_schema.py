"""What a pack may say about duties."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Rule

from mingzhang.packs.base import Id, Model, Names, PeriodKind, Words

# The roles that somebody may answer for a duty by: those of `organisation.roles` that do or lead the work.
DUTY_ROLES = ("clerk", "reviewer", "leader", "inspector")
Part = Literal["head", "sponsor", "handler"]
DUTY_KINDS = {
    "basic": ("基本履职", "Basic"),
    "supporting": ("配合履职", "Supporting"),
    "recalled": ("上级收回", "Recalled by the level above"),
}


class Basis(Model):
    """What a duty rests on: a regulation, and where in it."""

    regulation: Words
    clause: Words | None = None


class After(Model):
    """That a duty falls due `within` so many working days after what a posted sheet of `kind` tells of."""

    kind: Id
    within: Annotated[int, Rule(ge=1, le=366)]


class Answers(Model):
    """Who answers for a duty, as roles: the head of the unit, the member of its leadership, the one who does it."""

    head: str = "leader"
    sponsor: str = "leader"
    handler: str = "clerk"


class Duty(Model):
    """责任事项: what a unit of one of `levels` has to do, how often, and how it is seen to be done.

    It comes `every` month, quarter, half or year, on the days that `rule` names (RFC 5545; without it, the last day
    of the period), moved by `roll` to a working day and on by `plus` of them; or `after` something. It is done by
    posting one sheet of `fulfilled_by`, or `count` of them in the period; without, by somebody's sign-off. `parent`
    is the duty of the level above that it carries out."""

    id: Id
    name: Names
    text: Names
    kind: Literal["basic", "supporting", "recalled"]
    levels: Annotated[tuple[Id, ...], Rule(min_length=1)]
    basis: Annotated[tuple[Basis, ...], Rule(min_length=1)]
    answers: Answers = Answers()
    helpers: tuple[Names, ...] = ()
    every: PeriodKind | None = None
    rule: Words | None = None
    roll: Literal["none", "forward", "back", "nearest"] = "nearest"
    plus: Annotated[int, Rule(ge=0, le=366)] = 0
    after: After | None = None
    evidence: Names | None = None
    fulfilled_by: Id | None = None
    count: Annotated[int, Rule(ge=1, le=1000)] = 1
    parent: Id | None = None

    @property
    def days(self) -> str:
        """The RFC 5545 rule of its nominal days; empty when it comes after something."""
        return self.rule or (LAST_DAYS[self.every] if self.every else "")

    @property
    def closing(self) -> Literal["record", "records", "sign_off"]:
        """What it takes to be done."""
        if self.fulfilled_by is None:
            return "sign_off"
        return "record" if self.count == 1 else "records"


LAST_DAYS: dict[PeriodKind, str] = {
    "month": "FREQ=MONTHLY;BYMONTHDAY=-1",
    "quarter": "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1",
    "half": "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1",
    "year": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1",
}
