"""Which late tasks are put before whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from mingzhang.duties.reaching import ASKED, HELD, parameters
from mingzhang.organisation.models import Book
from mingzhang.organisation.roles import Permission, roles_with

Seats = dict[tuple[int, str], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Late:
    """A task that is put before `people` of `unit`, as its `level`th."""

    task: int
    deadline: date
    level: int
    unit: int
    people: tuple[int, ...]


def to_put_up(book: Book, passed: date, today: date) -> list[Late]:
    """The open tasks that should have been done by `passed`, or were last put before somebody by then, and who
    comes next. Two queries, however many there are."""
    asked = parameters(book, today) | {"passed": passed}
    with connection.cursor() as cursor:
        cursor.execute(LATE, asked)
        rows = cursor.fetchall()
        seats = _seats(cursor.execute(SEATS, asked) or cursor.fetchall()) if rows else {}
    found = [_next(seats, *row) for row in rows]
    return [one for one in found if one]


def _seats(rows: Iterable[tuple[int, str, list[int]]]) -> Seats:
    return {(unit, role): frozenset(people) for unit, role, people in rows}


def _next(
    seats: Seats,
    task: int,
    deadline: date,
    sponsor: str,
    handed: int | None,
    above: Sequence[int],
    level: int,
) -> Late | None:
    """The nearest unit above where somebody else sponsors the duty, or else may arrange it."""
    for unit in reversed(above):
        if people := _asked_in(seats, unit, sponsor) - {handed}:
            return Late(task, deadline, level + 1, unit, tuple(sorted(people)))
    return None


def _asked_in(seats: Seats, unit: int, sponsor: str) -> frozenset[int]:
    sponsors = seats.get((unit, sponsor), frozenset())
    return sponsors or frozenset().union(*(seats.get((unit, role), frozenset()) for role in ARRANGE))


ARRANGE = roles_with(Permission.DUTY_MANAGE)
SEATS = f"WITH {HELD} SELECT unit_id, role, array_agg(person) FROM by_role GROUP BY unit_id, role"  # noqa: S608
# What stands above the unit of a task, as the tree is today; of that, what stands above the last level asked.
LATE = f"""
WITH {ASKED.format(which="t.due <= %(passed)s AND COALESCE(t.until, t.due) <= %(passed)s")}
SELECT a.id, a.deadline, a.sponsor_role, a.handler_id,
       u.ancestors[: COALESCE(array_position(u.ancestors, e.unit_id), array_length(u.ancestors, 1)) - 1],
       COALESCE(e.level, 0)
  FROM asked AS a
  JOIN organisation_unit AS u ON u.id = a.unit_id AND u.parent_id IS NOT NULL
  LEFT JOIN LATERAL (SELECT level, unit_id, "on" FROM duties_escalation WHERE task_id = a.id
                      ORDER BY level DESC LIMIT 1) AS e ON true
 WHERE (e."on" IS NULL OR e."on" <= %(passed)s)
   AND COALESCE(array_position(u.ancestors, e.unit_id), array_length(u.ancestors, 1)) > 1
 ORDER BY a.deadline, a.id
"""  # noqa: S608 - composed of constants
