"""Somebody's phone in the county that is played."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from random import Random
from uuid import UUID

from django.core.files.base import File

from mingzhang.core import clock
from mingzhang.inspections import actions
from mingzhang.inspections.models import Draw, Inspection, Round
from mingzhang.inspections.operations import Sent
from mingzhang.organisation.models import Person, Unit


class Hand:
    """What it sends has numbers that are the same each time the county is made."""

    def __init__(self, round: Round, by: Person) -> None:
        self.round, self.by = round, by
        self.numbers = Random(f"{round.number}/{by.username}/{round.operations.count()}")  # noqa: S311

    def do(self, do: str, **said: object) -> None:
        """Send one thing."""
        actions.take_operation(
            round=self.round, sent=self._sent(do, said), sending=self._number(), device=None, by=self.by
        )

    def photo(self, content: bytes, name: str, item: str = "") -> None:
        """Send a picture, of an item or of none."""
        actions.take_photo(
            round=self.round, sent=self._sent("photo", {"item": item}), sending=self._number(), device=None,
            file=File(BytesIO(content)), name=name, by=self.by,
        )  # fmt: skip

    def _sent(self, do: str, said: dict[str, object]) -> Sent:
        return Sent(self._number(), do, clock.now(), said)

    def _number(self) -> UUID:
        return UUID(int=self.numbers.getrandbits(128), version=4)


def inspection_of(unit: Unit, title: str) -> Inspection:
    """The one inspection of the unit under this title."""
    return Inspection.objects.select_related("unit__book", "book").get(unit=unit, title=title)


def draw_of(inspection: Inspection) -> Draw:
    """Its only draw."""
    return Draw.objects.select_related("inspection__unit__book").get(inspection=inspection)


def in_turn(inspection: Inspection, visitor: Person) -> Sequence[Round]:
    """The rounds of an inspection, those of `visitor` last."""
    rounds = Round.objects.filter(inspection=inspection).select_related("book", "unit", "pack_version")
    found = list(rounds.order_by("number").prefetch_related("inspectors__person"))
    return sorted(found, key=lambda one: any(each.person_id == visitor.pk for each in one.inspectors.all()))
