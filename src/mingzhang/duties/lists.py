"""The duty list of a unit on a day: what its packs declare for its level, with what the unit adapted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mingzhang.core.recurrence import Cadence
from mingzhang.duties.models import Adaptation
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Duty


@dataclass(frozen=True)
class Held:
    """A duty that a unit has: of which pack, in which words, and what the unit adapted of it, if anything."""

    version: PackVersion
    duty: Duty
    adaptation: Adaptation | None = None

    @property
    def withdrawn(self) -> bool:
        return self.adaptation is not None and self.adaptation.what == "withdrawn"


def duty_list(unit: Unit, on: date) -> list[Held]:
    """The duties of the unit on a day, withdrawn ones too, pack by pack in the order of the pack, added ones last.
    Two queries."""
    adapted = {(one.pack, one.duty): one for one in Adaptation.objects.filter(unit=unit, valid__contains=on)}
    return [held for version in packs_in_force(unit.book) for held in _of_pack(version, unit, adapted)]


def _of_pack(version: PackVersion, unit: Unit, adapted: dict[tuple[str, str], Adaptation]) -> Iterator[Held]:
    declared = [duty for duty in pack_of(version.pk).duties if unit.level in duty.levels]
    for duty in declared:
        found = adapted.get((version.pack, duty.id))
        yield Held(version, words_of(found) or duty if found else duty, found)
    own = {duty.id for duty in declared}
    for (pack, code), found in sorted(adapted.items()):
        if pack == version.pack and code not in own and (words := words_of(found)):
            yield Held(version, words, found)


def words_of(adaptation: Adaptation) -> Duty | None:
    """The duty as the unit adapted it; None when it was withdrawn."""
    return Duty.model_validate(adaptation.content, strict=False) if adaptation.content else None


def cadence_of(duty: Duty) -> Cadence | None:
    """When the duty comes; None for one that comes after something, or not at all."""
    if duty.every is None:
        return None
    return Cadence(duty.days, duty.roll, duty.plus, kind=duty.every)
