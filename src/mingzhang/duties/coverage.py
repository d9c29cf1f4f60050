"""Where the duty lists of a unit and those below it have gaps: duties that nobody does, and duties withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from mingzhang.duties.answering import Seating
from mingzhang.duties.list_page import Item
from mingzhang.duties.lists import Held, duty_list, duty_lists, versions_on
from mingzhang.duties.models import Adaptation, Assignment
from mingzhang.duties.saying import said
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import holding
from mingzhang.organisation.scopes import AnyOf
from mingzhang.packs.queries import pack_of

MOST_UNITS = 200


@dataclass(frozen=True)
class Gap:
    """A unit, and its duties that nobody does."""

    unit: Unit
    items: Sequence[Item]


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
    units = _units_with_gaps(place, on)
    withdrawn = list(_withdrawn(place, on)[: MOST_UNITS + 1])
    return Coverage(
        empty=[item for item in own if any(not answer.holders for answer in item.answers)],
        by_role=[item for item in own if not any(answer.post for answer in item.answers)],
        gaps=_gaps(place, units[:MOST_UNITS], on),
        more_gaps=len(units) > MOST_UNITS,
        withdrawn=[(one, _name_of(place, one, on)) for one in withdrawn[:MOST_UNITS]],
        more_withdrawn=len(withdrawn) > MOST_UNITS,
    )


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


def _gaps(place: Place, units: Sequence[Unit], on: date) -> list[Gap]:
    seating = Seating([unit.pk for unit in units], on)
    lists = duty_lists(units, on)
    found = []
    for unit in units:
        query = place.query_at(unit.code, place.period)
        answers = [(held, seating.answer(unit.pk, held, "handler")) for held in lists[unit.pk] if _to_be_done(held)]
        if items := [Item(held, [answer], query) for held, answer in answers if not answer.holders]:
            found.append(Gap(unit, items))
    return found


def _units_with_gaps(place: Place, on: date) -> list[Unit]:
    """The units, one more than are listed, in which nobody holds a role that a duty of their level asks for, or
    which keep to words of their own, or named a post that is vacant: what of that is a gap is seen afterwards."""
    vacant = Assignment.objects.filter(part="handler").exclude(Exists(holding(on).filter(post=OuterRef("post"))))
    own = Adaptation.objects.filter(content__isnull=False, valid__contains=on)
    near = [
        list(_within(place, rows).values_list("unit_id", flat=True).distinct()[: MOST_UNITS + 1])
        for rows in (vacant, own)
    ]
    ids = {*_without_role(place, on), *near[0], *near[1]}
    open_units = Unit.objects.filter(AnyOf(F("pk"), sorted(ids)), closed_on=None).select_related("book")
    return list(open_units.order_by("code")[: MOST_UNITS + 1])


def _within(place: Place, rows: QuerySet) -> QuerySet:  # type: ignore[type-arg]
    return place.scope.filter(rows, "unit_id", "unit__book").filter(unit__ancestors__contains=[place.unit.pk])


def _without_role(place: Place, on: date) -> list[int]:
    """The first units of the place in which nobody holds a role that some duty of their level asks for."""
    needed = sorted(set(_needed(place, on)))
    if not needed:
        return []
    levels, roles = zip(*needed, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _WITHOUT_ROLE,
            {
                "levels": list(levels), "roles": list(roles), "book": place.scope.book_id, "top": place.unit.pk,
                "day": on, "most": MOST_UNITS + 1,
            },
        )  # fmt: skip
        return [unit for (unit,) in cursor.fetchall()]


def _needed(place: Place, on: date) -> Iterable[tuple[str, str]]:
    for version in versions_on(place.unit.book, on):
        for duty in pack_of(version.pk).duties:
            if duty.kind != "recalled":
                yield from ((level, duty.answers.handler) for level in duty.levels)


_WITHOUT_ROLE = """
SELECT unit.id
  FROM organisation_unit AS unit
 WHERE unit.book_id = %(book)s AND unit.ancestors @> ARRAY[%(top)s] AND unit.closed_on IS NULL
   AND EXISTS (
     SELECT FROM unnest(%(levels)s::text[], %(roles)s::text[]) AS needed(level, role)
      WHERE needed.level = unit.level AND NOT EXISTS (
        SELECT FROM organisation_post AS post
          JOIN organisation_appointment AS held ON held.post_id = post.id AND held.valid @> %(day)s::date
          JOIN organisation_person AS person ON person.id = held.person_id AND person.is_active
         WHERE post.unit_id = unit.id AND post.roles @> ARRAY[needed.role]))
 ORDER BY unit.code LIMIT %(most)s
"""


def _withdrawn(place: Place, on: date) -> QuerySet[Adaptation]:
    rows = Adaptation.objects.filter(what="withdrawn", valid__contains=on).select_related("unit", "by")
    found: QuerySet[Adaptation] = _within(place, rows).order_by("unit__code", "duty")
    return found
