"""Whom tasks fall to, for a whole book at once: the one to whom a task was handed; else whoever holds the post that
the unit named for the duty; and where it named none, whoever holds in that unit the role that the duty names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from mingzhang.duties.models import OPEN_TASKS, Assignment
from mingzhang.duties.queries import words_for
from mingzhang.duties.saying import said
from mingzhang.organisation.models import Book, Post
from mingzhang.packs.duty_schema import Duty


@dataclass(frozen=True, slots=True)
class Reached:
    """An open task, the day by which it has to be done, what it is about, and whom it falls to today."""

    task: int
    deadline: date
    unit_id: int
    unit: str
    name: str
    text: str
    people: frozenset[int]


class _Row(NamedTuple):
    """A line of the answer of FALLING."""

    pk: int
    deadline: date
    unit_id: int
    unit: str
    pack: str
    pack_version_id: int
    duty: str
    nominal: date
    people: list[int] | None


def parameters(book: Book, today: date) -> dict[str, Any]:
    """What ASKED, HELD and those who use them ask for."""
    return {"book": book.pk, "today": today, "open": list(OPEN_TASKS)}


def falling_due(
    book: Book,
    first: date,
    last: date,
    *,
    today: date,
    units: Sequence[int] | None = None,
    person: int | None = None,
) -> list[Reached]:
    """The open tasks to be done from `first` to `last`, and whom they fall to: one query, and one for their words,
    however many units there are. With `units`, of these alone, and what was handed to `person`."""
    asked = parameters(book, today) | {"first": first, "last": last, "person": person}
    asked["units"] = None if units is None else list(units)
    with connection.cursor() as cursor:
        cursor.execute(FALLING, asked)
        rows = [_Row(*row) for row in cursor.fetchall()]
    words = words_for(rows)
    return [_reached(row, words) for row in rows]


def _reached(row: _Row, words: Mapping[int, Duty | None]) -> Reached:
    duty, people = words[row.pk], frozenset(row.people or ())
    name, text = (said(duty.name), said(duty.text)) if duty else (row.duty, "")
    return Reached(row.pk, row.deadline, row.unit_id, row.unit, name, text, people)


def units_answered_from(posts: Sequence[int]) -> list[int]:
    """The units whose tasks can fall to who holds the posts: their own, and those that named one of them."""
    own = Post.objects.filter(pk__in=posts).values_list("unit_id", flat=True)
    named = Assignment.objects.filter(post__in=posts).values_list("unit_id", flat=True)
    return sorted({*own, *named})


# The open tasks of a book, with the post that was named for each; `which` of them is a condition.
ASKED = """
asked AS MATERIALIZED (
  SELECT t.*, COALESCE(t.until, t.due) AS deadline, n.post_id AS post
    FROM duties_task AS t
    LEFT JOIN duties_assignment AS n ON n.unit_id = t.unit_id AND n.pack = t.pack AND n.duty = t.duty
         AND n.part = 'handler'
   WHERE t.book_id = %(book)s AND t.state = ANY(%(open)s) AND {which}
)"""
# Who holds which post today.
HELD = """
held AS (
  SELECT h.person_id AS person, h.post_id AS post, p.unit_id, p.roles
    FROM organisation_appointment AS h
    JOIN organisation_person AS who ON who.id = h.person_id AND who.is_active
    JOIN organisation_post AS p ON p.id = h.post_id
    JOIN organisation_unit AS u ON u.id = p.unit_id AND u.book_id = %(book)s
   WHERE h.valid @> %(today)s::date
),
by_role AS (SELECT DISTINCT person, unit_id, unnest(roles) AS role FROM held)"""
# Those of them who hold one of some roles, by unit.
HOLDERS = f"""
WITH {HELD} SELECT unit_id, array_agg(DISTINCT person) FROM by_role WHERE role = ANY(%(any_of)s::text[])
 GROUP BY unit_id
"""  # noqa: S608 - composed of constants
WHICH = """t.due <= %(last)s AND COALESCE(t.until, t.due) BETWEEN %(first)s AND %(last)s
     AND (%(units)s::int[] IS NULL OR t.unit_id = ANY(%(units)s::int[]) OR t.handler_id = %(person)s::int)"""
FALLING = f"""
WITH {ASKED.format(which=WHICH)}, {HELD},
reached AS (
  SELECT a.id, who.id AS person FROM asked AS a
    JOIN organisation_person AS who ON who.id = a.handler_id AND who.is_active
   UNION
  SELECT a.id, h.person FROM asked AS a JOIN held AS h ON h.post = a.post WHERE a.handler_id IS NULL
   UNION
  SELECT a.id, h.person FROM asked AS a JOIN by_role AS h ON h.unit_id = a.unit_id AND h.role = a.handler_role
   WHERE a.handler_id IS NULL AND a.post IS NULL
)
SELECT a.id, a.deadline, a.unit_id, u.name, a.pack, a.pack_version_id, a.duty, a.nominal, r.people
  FROM asked AS a
  JOIN organisation_unit AS u ON u.id = a.unit_id
  LEFT JOIN (SELECT id, array_agg(person) AS people FROM reached GROUP BY id) AS r ON r.id = a.id
 ORDER BY a.deadline, a.id
"""  # noqa: S608 - composed of constants
