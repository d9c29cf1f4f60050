"""Which late findings are put before whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from mingzhang.duties.reaching import HOLDERS
from mingzhang.findings.models import UNSOLVED
from mingzhang.organisation.models import Book
from mingzhang.organisation.roles import Permission, roles_with


@dataclass(frozen=True, slots=True)
class Late:
    """A finding that is put before `people` of `unit`, as its `level`th in this round."""

    finding: int
    round: int
    deadline: date
    level: int
    unit: int
    people: tuple[int, ...]


def to_put_up(book: Book, passed: date, today: date) -> list[Late]:
    """The unsolved findings whose day was by `passed`, or that were last put before somebody by then, and who comes
    next: first the leaders of the unit itself, then those above. Two queries, however many there are."""
    asked: dict[str, Any] = {
        "book": book.pk, "today": today, "passed": passed, "states": list(UNSOLVED),
        "any_of": roles_with(Permission.FINDING_DECIDE),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LATE, asked)
        rows = cursor.fetchall()
        leaders = _leaders(cursor.execute(HOLDERS, asked) or cursor.fetchall()) if rows else {}
    found = [_next(leaders, *row) for row in rows]
    return [one for one in found if one]


def _leaders(rows: Iterable[tuple[int, list[int]]]) -> dict[int, frozenset[int]]:
    return {unit: frozenset(people) for unit, people in rows}


def _next(
    leaders: dict[int, frozenset[int]],
    finding: int,
    round: int,
    deadline: date,
    owner: int | None,
    above: list[int],
    level: int,
) -> Late | None:
    """The nearest unit not asked yet in which somebody else decides."""
    for unit in reversed(above):
        if people := leaders.get(unit, frozenset()) - {owner}:
            return Late(finding, round, deadline, level + 1, unit, tuple(sorted(people)))
    return None


# The unit with what stands above it, as the tree is today; of that, what stands above the last level asked.
LATE = """
SELECT f.id, f.round, f.by_day, f.owner_id,
       CASE WHEN e.unit_id IS NULL THEN u.ancestors
            ELSE u.ancestors[: COALESCE(array_position(u.ancestors, e.unit_id), 1) - 1] END,
       COALESCE(e.level, 0)
  FROM findings_finding AS f
  JOIN organisation_unit AS u ON u.id = f.unit_id
  LEFT JOIN LATERAL (SELECT level, unit_id, "on" FROM findings_findingescalation
                      WHERE finding_id = f.id AND round = f.round ORDER BY level DESC LIMIT 1) AS e ON true
 WHERE f.book_id = %(book)s AND f.state = ANY(%(states)s) AND f.by_day <= %(passed)s
   AND (e."on" IS NULL OR e."on" <= %(passed)s)
   AND (e.unit_id IS NULL OR COALESCE(array_position(u.ancestors, e.unit_id), 1) > 1)
 ORDER BY f.by_day, f.id
"""
