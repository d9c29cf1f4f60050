"""Whom tasks fall to, for a whole book at once: the one to whom a task was handed; else whoever holds the post that
the unit named for the duty; and where it named none, whoever holds in that unit the role that the duty names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from mingzhang.duties.lists import words_of
from mingzhang.duties.models import OPEN_TASKS, Adaptation, Assignment
from mingzhang.duties.whose import versions_of
from mingzhang.organisation.models import Book, Post
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.queries import pack_of


@dataclass(frozen=True, slots=True)
class Reached:
    """An open task, the day by which it has to be done, what it is about, and whom it falls to today."""

    task: int
    deadline: date
    unit_id: int
    unit: str
    duty: Duty
    people: frozenset[int]


class Words(NamedTuple):
    """What the duties of a book say, as columns that SQL can join: those of the versions that it ever worked by,
    and those that units adapted."""

    versions: list[int]
    duties: list[str]
    handlers: list[str]
    sponsors: list[str]
    adapted: dict[int, Duty]


def words_of_book(book: Book) -> Words:
    """Two queries."""
    said = [line for version in versions_of(book) for line in _said(version)]
    columns = [list(column) for column in zip(*said, strict=True)] or [[], [], [], []]
    adapted = {one.pk: words for one in Adaptation.objects.filter(unit__book=book) if (words := words_of(one))}
    return Words(*columns, adapted=adapted)  # type: ignore[arg-type, misc]


def _said(version: int) -> Iterator[tuple[int, str, str, str]]:
    for duty in pack_of(version).duties:
        yield version, duty.id, duty.answers.handler, duty.answers.sponsor


def parameters(book: Book, words: Words, today: date) -> dict[str, Any]:
    """What WORDS, HELD and those who use them ask for."""
    return {
        "book": book.pk, "today": today, "open": list(OPEN_TASKS),
        "versions": words.versions, "duties": words.duties, "handlers": words.handlers, "sponsors": words.sponsors,
        "adapted": list(words.adapted), "adapted_handlers": [one.answers.handler for one in words.adapted.values()],
        "adapted_sponsors": [one.answers.sponsor for one in words.adapted.values()],
    }  # fmt: skip


def falling_due(
    book: Book,
    first: date,
    last: date,
    *,
    today: date,
    units: Sequence[int] | None = None,
    person: int | None = None,
) -> list[Reached]:
    """The open tasks to be done from `first` to `last`, and whom they fall to: one query and two before it, however
    many units there are. With `units`, of these alone, and what was handed to `person`."""
    words = words_of_book(book)
    asked = parameters(book, words, today) | {"first": first, "last": last, "person": person}
    asked["units"] = None if units is None else list(units)
    with connection.cursor() as cursor:
        cursor.execute(FALLING, asked)
        return [_reached(words, *row) for row in cursor.fetchall()]


def _reached(
    words: Words, task: int, deadline: date, unit_id: int, unit: str, version: int, duty: str, adapted: int | None,
    people: list[int] | None,
) -> Reached:  # fmt: skip
    found = words.adapted[adapted] if adapted else pack_of(version).duties_by_id[duty]
    return Reached(task, deadline, unit_id, unit, found, frozenset(people or ()))


def units_answered_from(posts: Sequence[int]) -> list[int]:
    """The units whose tasks can fall to who holds the posts: their own, and those that named one of them."""
    own = Post.objects.filter(pk__in=posts).values_list("unit_id", flat=True)
    named = Assignment.objects.filter(post__in=posts).values_list("unit_id", flat=True)
    return sorted({*own, *named})


# The open tasks of a book with the words they go by; `which` of them is a condition.
WORDS = """
words AS (SELECT * FROM unnest(%(versions)s::int[], %(duties)s::text[], %(handlers)s::text[], %(sponsors)s::text[])
           AS w(version, duty, handler, sponsor)),
adapted AS (SELECT * FROM unnest(%(adapted)s::int[], %(adapted_handlers)s::text[], %(adapted_sponsors)s::text[])
           AS w(id, handler, sponsor)),
asked AS MATERIALIZED (
  SELECT t.id, t.unit_id, t.pack, t.duty, t.pack_version_id AS version, t.handler_id AS handed,
         COALESCE(t.until, t.due) AS deadline, a.id AS adaptation, n.post_id AS post,
         COALESCE(own.handler, w.handler) AS handler, COALESCE(own.sponsor, w.sponsor) AS sponsor
    FROM duties_task AS t
    LEFT JOIN duties_adaptation AS a ON a.unit_id = t.unit_id AND a.pack = t.pack AND a.duty = t.duty
         AND a.valid @> t.nominal AND a.content IS NOT NULL
    LEFT JOIN adapted AS own ON own.id = a.id
    LEFT JOIN words AS w ON w.version = t.pack_version_id AND w.duty = t.duty
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
WHICH = """t.due <= %(last)s AND COALESCE(t.until, t.due) BETWEEN %(first)s AND %(last)s
     AND (%(units)s::int[] IS NULL OR t.unit_id = ANY(%(units)s::int[]) OR t.handler_id = %(person)s::int)"""
FALLING = f"""
WITH {WORDS.format(which=WHICH)}, {HELD},
reached AS (
  SELECT a.id, who.id AS person FROM asked AS a
    JOIN organisation_person AS who ON who.id = a.handed AND who.is_active
   UNION
  SELECT a.id, h.person FROM asked AS a JOIN held AS h ON h.post = a.post WHERE a.handed IS NULL
   UNION
  SELECT a.id, h.person FROM asked AS a JOIN by_role AS h ON h.unit_id = a.unit_id AND h.role = a.handler
   WHERE a.handed IS NULL AND a.post IS NULL
)
SELECT a.id, a.deadline, a.unit_id, u.name, a.version, a.duty, a.adaptation,
       array_agg(r.person) FILTER (WHERE r.person IS NOT NULL)
  FROM asked AS a
  JOIN organisation_unit AS u ON u.id = a.unit_id
  LEFT JOIN reached AS r ON r.id = a.id
 GROUP BY a.id, a.deadline, a.unit_id, u.name, a.version, a.duty, a.adaptation
 ORDER BY a.deadline, a.id
"""  # noqa: S608 - composed of constants
