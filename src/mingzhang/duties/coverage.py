"""Where the duty lists of a unit and those below it have gaps: duties that nobody does, and duties withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from mingzhang.duties.answering import Seating
from mingzhang.duties.list_page import Item
from mingzhang.duties.lists import Held, duty_list, versions_on
from mingzhang.duties.models import Adaptation
from mingzhang.duties.orphans import orphaned_by_unit
from mingzhang.duties.saying import said
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.packs.queries import pack_of

MOST_UNITS = 200


@dataclass(frozen=True)
class Gap:
    """A unit, how many of its duties nobody does, and where they are listed."""

    unit: Unit
    count: int
    address: str


@dataclass(frozen=True)
class Coverage:
    """The gaps: of the unit itself, duties without anybody in some part and duties left to a role; in it and below,
    units with duties that nobody does, and duties withdrawn. `more…` when there are more than is listed."""

    empty: Sequence[Item]
    by_role: Sequence[Item]
    gaps: Sequence[Gap]
    more_gaps: bool
    withdrawn: Sequence[tuple[Adaptation, str]]
    more_withdrawn: bool


def coverage_of(place: Place, on: date) -> Coverage:
    """A fixed number of queries, however many units and duties."""
    own = _own(place, on)
    gaps = orphaned_by_unit(place.unit, MOST_UNITS + 1)
    withdrawn = list(_withdrawn(place, on)[: MOST_UNITS + 1])
    return Coverage(
        empty=[item for item in own if any(not answer.holders for answer in item.answers)],
        by_role=[item for item in own if not any(answer.post for answer in item.answers)],
        gaps=[Gap(unit, count, _at(place, unit)) for unit, count in gaps[:MOST_UNITS]],
        more_gaps=len(gaps) > MOST_UNITS,
        withdrawn=[(one, _name_of(place, one, on)) for one in withdrawn[:MOST_UNITS]],
        more_withdrawn=len(withdrawn) > MOST_UNITS,
    )


def _at(place: Place, unit: Unit) -> str:
    return f"{reverse('duties:coverage')}?{place.query_at(unit.code, place.period)}"


def _name_of(place: Place, adapted: Adaptation, on: date) -> str:
    packs = {version.pack: pack_of(version.pk) for version in versions_on(place.unit.book, on)}
    duty = packs[adapted.pack].duties_by_id.get(adapted.duty) if adapted.pack in packs else None
    return said(duty.name) if duty else adapted.duty


def _own(place: Place, on: date) -> list[Item]:
    unit = place.unit
    seating = Seating([unit.pk], on)
    asked = [held for held in duty_list(unit, on) if _to_be_done(held)]
    return [Item(held, seating.answers(unit.pk, held), place.query) for held in asked]


def _to_be_done(held: Held) -> bool:
    """What is withdrawn, or was taken back by the level above, needs nobody."""
    return not held.withdrawn and held.duty.kind != "recalled"


def _withdrawn(place: Place, on: date) -> QuerySet[Adaptation]:
    rows = Adaptation.objects.filter(what="withdrawn", valid__contains=on).select_related("unit", "by")
    seen = place.scope.filter(rows, "unit_id", "unit__book").filter(unit__ancestors__contains=[place.unit.pk])
    return seen.order_by("unit__code", "duty")
