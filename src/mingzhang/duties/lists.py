"""The duty list of a unit on a day: what its packs declare for its level, with what the unit adapted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mingzhang.core import clock
from mingzhang.core.recurrence import Cadence
from mingzhang.duties.models import Adaptation
from mingzhang.organisation.models import Adoption, Book, Unit
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of

Adapted = Mapping[tuple[str, str], Adaptation]


@dataclass(frozen=True)
class Held:
    """A duty that a unit has: of which pack, in which words, and what the unit adapted of it, if anything."""

    version: PackVersion
    duty: Duty
    adaptation: Adaptation | None = None

    @property
    def withdrawn(self) -> bool:
        return self.adaptation is not None and self.adaptation.what == "withdrawn"

    @property
    def key(self) -> tuple[str, str]:
        """What it is told by: the pack and the duty."""
        return self.version.pack, self.duty.id


def duty_list(unit: Unit, on: date) -> list[Held]:
    """The duties of the unit on a day, withdrawn ones too, pack by pack in the order of the pack, added ones last.
    Two queries."""
    return duty_lists([unit], on)[unit.pk]


def duty_lists(units: Sequence[Unit], on: date) -> dict[int, list[Held]]:
    """The duty list of each of some units of one book: two queries, however many they are."""
    adapted: dict[int, dict[tuple[str, str], Adaptation]] = {unit.pk: {} for unit in units}
    for one in Adaptation.objects.filter(unit__in=list(adapted), valid__contains=on).select_related("by"):
        adapted[one.unit_id][one.pack, one.duty] = one
    versions = versions_on(units[0].book, on) if units else []
    return {
        unit.pk: [held for version in versions for held in _of_pack(version, unit, adapted[unit.pk])]
        for unit in units
    }


def versions_on(book: Book, on: date) -> list[PackVersion]:
    """The version of each pack by which the book worked at the end of a day, by pack; on a day to come the ones by
    which it works now. One query."""
    zone = ZoneInfo(book.timezone)
    if on >= clock.today(zone):
        return packs_in_force(book)
    end = datetime.combine(on + timedelta(days=1), time(), zone)
    newest = Adoption.objects.filter(book=book, adopted_at__lt=end)
    last = newest.order_by("pack_version__pack", "-id").distinct("pack_version__pack")
    return list(PackVersion.objects.filter(id__in=last.values("pack_version_id")).defer("content").order_by("pack"))


def _of_pack(version: PackVersion, unit: Unit, adapted: Adapted) -> Iterator[Held]:
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
