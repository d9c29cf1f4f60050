"""How many findings there are of several sorts, and which of them come first: one statement for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from mingzhang.findings.models import UNSOLVED, Finding

MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """How many there are, at most MOST_COUNTED; how many of these are late; and the numbers of those asked for."""

    count: int
    late: int
    first: Sequence[int]


def tell(sorts: Sequence[QuerySet[Finding]], today: date, start: int, end: int) -> list[Told]:
    """Of each sort, which stands in an order: how many there are, and which come from `start` to before `end`.

    Each sort is read once, from an index that holds all that is asked here: its rows are read by `first` later."""
    said = [one.values("id", "by_day", "state")[:MOST_COUNTED].query.sql_with_params() for one in sorts]
    statement = " UNION ALL ".join(
        SORT.format(number=number, sort=sql) for number, (sql, _asked) in enumerate(said)
    )
    asked: list[Any] = [
        value for _sql, values in said for value in (list(UNSOLVED), today, start + 1, end, *values)
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return [Told(count, late, first or []) for _number, count, late, first in sorted(cursor.fetchall())]


SORT = """SELECT {number}, count(*), count(*) FILTER (WHERE state = ANY(%s) AND by_day < %s), (array_agg(id))[%s:%s]
  FROM ({sort}) AS sort"""  # noqa: S608 - composed of what Django compiled
