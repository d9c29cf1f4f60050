"""The same 200 figures as somebody would write them by hand, to compare with.

`SCAN` is the fastest of the forms tried for the whole book: one pass, first by kind and unit, so that the units
covered need no sort, then by kind; with memory enough for all groups, which makes it three times as fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from bench.pack import FIGURES, KINDS, kind

SCAN = """
SELECT kind_id, sum(n), sum(people), sum(minutes), count(*) FILTER (WHERE n > 0), sum(before)
FROM (
  SELECT kind_id, unit_id,
    sum(sign) FILTER (WHERE occurred_on >= %(start)s) AS n,
    sum(sign * (data->>'people')::int) FILTER (WHERE occurred_on >= %(start)s) AS people,
    sum(sign * (data->>'minutes')::int)
      FILTER (WHERE occurred_on >= %(start)s AND (data->>'people')::int >= 20) AS minutes,
    sum(sign) FILTER (WHERE occurred_on < %(start)s) AS before
  FROM ledger_entry
  WHERE book_id = %(book)s AND occurred_on BETWEEN %(before)s AND %(end)s{units}
  GROUP BY kind_id, unit_id
) AS by_unit
GROUP BY kind_id
"""
UNITS = " AND unit_id = ANY(%(units)s)"

ONE_BY_ONE = {
    "count": "SELECT sum(sign) FROM {entries}",
    "people": "SELECT sum(sign * (data->>'people')::int) FROM {entries}",
    "minutes": "SELECT sum(sign * (data->>'minutes')::int) FROM {entries} AND (data->>'people')::int >= 20",
    "units": "SELECT count(*) FROM (SELECT FROM {entries} GROUP BY unit_id HAVING sum(sign) > 0) AS held",
    "before": "SELECT sum(sign) FROM {entries}",
}
ENTRIES = (
    "ledger_entry WHERE unit_id = ANY(%(units)s) AND occurred_on BETWEEN %(start)s AND %(end)s"
    " AND kind_id = %(kind)s"
)
HALF = {"start": "2026-01-01", "end": "2026-06-30"}
HALF_BEFORE = {"start": "2025-07-01", "end": "2025-12-31"}


def scanned(book_id: int, numbers: Mapping[str, int], units: Sequence[int] | None = None) -> dict[str, int]:
    """All figures of the book, or of some of its units, in one pass. `numbers` are those of the kinds."""
    constants: dict[str, Any] = {"book": book_id, "before": HALF_BEFORE["start"], "units": units, **HALF}
    names = {numbers[kind(rank)]: kind(rank) for rank in range(1, KINDS + 1)}
    found = _nothing()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '512MB'")
        cursor.execute(SCAN.format(units="" if units is None else UNITS), constants)
        for kind_id, *values in cursor.fetchall():
            for name, value in zip(FIGURES, values, strict=True):
                found[f"{names[kind_id]}_{name}"] = int(value or 0)
    return found


def one_by_one(numbers: Mapping[str, int], units: Sequence[int]) -> dict[str, int]:
    """All figures of some units, each by a statement of its own."""
    found = _nothing()
    with connection.cursor() as cursor:
        for rank in range(1, KINDS + 1):
            for name, statement in ONE_BY_ONE.items():
                days = HALF_BEFORE if name == "before" else HALF
                constants: dict[str, Any] = {"units": units, "kind": numbers[kind(rank)], **days}
                cursor.execute(statement.format(entries=ENTRIES), constants)
                found[f"{kind(rank)}_{name}"] = int(cursor.fetchone()[0] or 0)
    return found


def _nothing() -> dict[str, int]:
    return {f"{kind(rank)}_{name}": 0 for rank in range(1, KINDS + 1) for name in FIGURES}
