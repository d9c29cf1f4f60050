"""What has been left without an owner: duties that nobody answers for, delegations that ran out, tasks that should
have been made. Set by set, however many units there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from mingzhang.duties.actions.generating import AHEAD
from mingzhang.duties.lists import words_of
from mingzhang.duties.models import Adaptation, Horizon
from mingzhang.duties.reaching import HELD, HOLDERS
from mingzhang.organisation.models import Appointment, Book, Unit
from mingzhang.organisation.queries import expired_delegations, packs_in_force, root, subtree_now, today_in
from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.queries import pack_of

SLACK = timedelta(days=3)  # a server may be off over a weekend
SHOWN = 100


@dataclass(frozen=True)
class Orphan:
    """A duty of a unit that nobody answers for: the post that was named has nobody (`post`), or nobody in the unit
    holds the `role`."""

    unit: Unit
    duty: Duty
    post: str
    role: str


@dataclass(frozen=True)
class Alarms:
    """What is without an owner in a unit and below. `count` of the duties, of which the first are here; `behind` is
    the day to which a book's tasks were made, where that is too near."""

    duties: list[Orphan]
    count: int
    ended: list[Appointment]
    behind: date | None
    never: bool = False

    @property
    def any(self) -> bool:
        return bool(self.count or self.ended or self.behind or self.never)


@dataclass(frozen=True)
class Arranged:
    """What the people who arrange the duties of a unit are told of: how many duties there and in the units below
    that have nobody to arrange them, the delegations that ended yesterday, and whether tasks are missing."""

    unit: int
    unit_code: str
    people: tuple[int, ...]
    duties: int
    ended: tuple[tuple[int, str], ...]
    behind: bool


def alarms(unit: Unit) -> Alarms:
    """What is without an owner in the unit and below it today."""
    today, below = today_in(unit.book), _below(unit)
    words = _words(unit.book, today)
    asked = words.parameters | {"units": below}
    with connection.cursor() as cursor:
        cursor.execute(LISTED, asked | {"shown": SHOWN})
        rows = cursor.fetchall()
    units = Unit.objects.in_bulk({row[0] for row in rows})
    ended = expired_delegations(unit.book)
    if below is not None:
        ended = ended.filter(post__unit__in=below)
    behind, never = _behind(unit.book, today) if unit.parent_id is None else (None, False)
    return Alarms(
        duties=[Orphan(units[row[0]], words.duties[row[1]], row[2] or "", row[3]) for row in rows],
        count=rows[0][4] if rows else 0,
        ended=list(ended[:SHOWN]),
        behind=behind,
        never=never,
    )


def orphaned_by_unit(unit: Unit, most: int) -> list[tuple[Unit, int]]:
    """The first units in the unit's tree, by code, with how many of their duties nobody does. Four queries."""
    words = _words(unit.book, today_in(unit.book))
    with connection.cursor() as cursor:
        cursor.execute(FIRST_UNITS, words.parameters | {"units": _below(unit), "most": most})
        counts = dict(cursor.fetchall())
    units = Unit.objects.in_bulk(counts)
    return [(units[one], count) for one, count in counts.items()]


def _below(unit: Unit) -> list[int] | None:
    held = subtree_now(unit)
    return None if held.everything else list(held.parts[0].unit_ids)


def by_arranger(book: Book, today: date) -> list[Arranged]:
    """The alarms of a book, each with the people of the unit itself who arrange duties, or of the nearest above."""
    asked = _words(book, today).parameters | {"units": None, "any_of": roles_with(Permission.DUTY_MANAGE)}
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, asked)
        counts = dict(cursor.fetchall())
        cursor.execute(HOLDERS, asked)
        arrangers = dict(cursor.fetchall())
    ended = _ended(book, today)
    behind = root(book).pk if any(_behind(book, today)) else None
    units = Unit.objects.in_bulk({*counts, *ended, *arrangers, *([behind] if behind else [])})
    told: dict[int, list[int]] = defaultdict(list)
    for unit in sorted({*counts, *ended, *([behind] if behind else [])}):
        if nearest := next((above for above in reversed(units[unit].ancestors) if above in arrangers), None):
            told[nearest].append(unit)
    return [
        Arranged(
            unit=unit, unit_code=units[unit].code, people=tuple(sorted(arrangers[unit])),
            duties=sum(counts.get(one, 0) for one in below),
            ended=tuple(line for one in below for line in ended.get(one, ())), behind=behind in below,
        )
        for unit, below in told.items()
    ]  # fmt: skip


def _ended(book: Book, today: date) -> dict[int, list[tuple[int, str]]]:
    """The delegations that ran out in the last days, by unit: they are told once."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for one in expired_delegations(book, since=today - SLACK):
        found[one.post.unit_id].append((one.pk, f"{one.post.unit.name} {one.post.name}"))
    return found


def _behind(book: Book, today: date) -> tuple[date | None, bool]:
    """To which day tasks were made, when that is nearer than it should be; whether none ever were. Without duties
    nothing is missing."""
    if not any(pack_of(version.pk).duties for version in packs_in_force(book)):
        return None, False
    until = Horizon.objects.filter(book=book).values_list("until", flat=True).first()
    return (until, False) if until and until < today + AHEAD - SLACK else (None, until is None)


# --- the questions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Words:
    """The duties of today, numbered, and what SQL asks about them."""

    duties: Sequence[Duty]
    parameters: dict[str, Any]


def _words(book: Book, today: date) -> _Words:
    lines = list(_lines(book, today))
    names = ("numbers", "packs", "duties", "levels", "own", "roles")
    rows = [(number, *line[:-1], line[-1].answers.handler) for number, line in enumerate(lines)]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _name in names]
    asked = dict(zip(names, columns, strict=True)) | {"book": book.pk, "today": today}
    return _Words([line[-1] for line in lines], asked)


def _lines(book: Book, today: date) -> Iterator[tuple[str, str, str | None, int | None, Duty]]:
    """Each duty for each of its levels, and those that a unit has adapted for that unit. What the level above took
    back needs nobody."""
    versions = packs_in_force(book)
    for version in versions:
        for duty in pack_of(version.pk).duties:
            if duty.kind != "recalled":
                yield from ((version.pack, duty.id, level, None, duty) for level in duty.levels)
    packs = [version.pack for version in versions]
    for one in Adaptation.objects.filter(unit__book=book, pack__in=packs, valid__contains=today).order_by("id"):
        if (words := words_of(one)) and words.kind != "recalled":
            yield one.pack, one.duty, None, one.unit_id, words


# What each unit has to do today, and of it what nobody answers for. Two joins: one on `or` could not be hashed.
ORPHANED = f"""
WITH {HELD},
wanted AS (SELECT * FROM unnest(%(numbers)s::int[], %(packs)s::text[], %(duties)s::text[], %(levels)s::text[],
                                %(own)s::int[], %(roles)s::text[]) AS w(number, pack, duty, level, own, role)),
listed AS (
  SELECT u.id AS unit, w.number, w.pack, w.duty, w.role FROM wanted AS w
    JOIN organisation_unit AS u ON u.level = w.level
   WHERE w.own IS NULL AND u.book_id = %(book)s AND u.closed_on IS NULL AND u.created_on <= %(today)s
     AND (%(units)s::int[] IS NULL OR u.id = ANY(%(units)s::int[]))
     AND NOT EXISTS (SELECT FROM duties_adaptation AS a
                      WHERE a.unit_id = u.id AND a.pack = w.pack AND a.duty = w.duty AND a.valid @> %(today)s::date)
   UNION ALL
  SELECT u.id AS unit, w.number, w.pack, w.duty, w.role FROM wanted AS w
    JOIN organisation_unit AS u ON u.id = w.own
   WHERE u.closed_on IS NULL AND (%(units)s::int[] IS NULL OR u.id = ANY(%(units)s::int[]))
),
orphaned AS (
  SELECT l.unit, l.number, n.post_id AS post, l.role FROM listed AS l
    LEFT JOIN duties_assignment AS n ON n.unit_id = l.unit AND n.pack = l.pack AND n.duty = l.duty
         AND n.part = 'handler'
    LEFT JOIN (SELECT DISTINCT unit_id, role FROM by_role) AS r ON r.unit_id = l.unit AND r.role = l.role
    LEFT JOIN (SELECT DISTINCT post FROM held) AS p ON p.post = n.post_id
   WHERE CASE WHEN n.post_id IS NULL THEN r.role ELSE p.post::text END IS NULL
)"""  # noqa: S608 - composed of constants
COUNTED = f"{ORPHANED} SELECT unit, count(*) FROM orphaned GROUP BY unit"  # noqa: S608
FIRST_UNITS = f"""
{ORPHANED}
SELECT o.unit, count(*) FROM orphaned AS o JOIN organisation_unit AS u ON u.id = o.unit
 GROUP BY o.unit, u.code ORDER BY u.code LIMIT %(most)s
"""  # noqa: S608
LISTED = f"""
{ORPHANED}
SELECT o.unit, o.number, post.name, o.role, count(*) OVER ()
  FROM orphaned AS o
  JOIN organisation_unit AS u ON u.id = o.unit
  LEFT JOIN organisation_post AS post ON post.id = o.post
 ORDER BY u.code, o.number LIMIT %(shown)s
"""  # noqa: S608
