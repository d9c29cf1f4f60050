"""Findings in the ledger: an entry that one was found, on the day on which it was, that says how it stands; one for
each time it was closed, on that day; and one for each time it was looked at again.

So what was found, closed and followed up in a period are counts of one kind each by its own day, and of what was
found in it: found = closed + open + overdue + suspended. When what an entry says changes, it is reversed and
another posted.

The last position of the book is locked before findings are, as posting does: else the two could wait for each
other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction

from mingzhang.findings.models import CLOSED, GONE, UNSOLVED, Finding
from mingzhang.ledger.actions.accruing import post_accrued
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.lines import Line
from mingzhang.organisation.models import Book, Person
from mingzhang.organisation.queries import today_in
from mingzhang.packs.models import RecordKind
from mingzhang.packs.schema import CLOSED as CLOSED_KIND
from mingzhang.packs.schema import FOLLOWED_UP, FOUND

BATCH = 5_000
SYSTEM = "system:findings"
KINDS = (FOUND, CLOSED_KIND, FOLLOWED_UP)


class Differing(NamedTuple):
    """A part of a finding whose entry does not say what it should: what stands (`entry`, `said_…`), and what is
    wanted; None where none should stand."""

    finding: int
    kind: str
    part: str
    pack: str
    entry: int | None
    said_unit: int | None
    said_code: str | None
    said_on: date | None
    said: str | None
    unit: int | None
    code: str | None
    on: date | None
    wanted: str | None


def accrue(*, book: Book) -> int:
    """Bring the entries of all findings of the book to what the findings say today, and answer how many entries
    that took. Doing it again adds none. In batches, so that nobody who posts waits for long."""
    added, last = 0, 0
    while True:
        with transaction.atomic():
            lock_position(book)
            ids = list(
                Finding.objects.filter(book=book, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
            )
            added += accrue_findings(ids, book, None)
        if len(ids) < BATCH:
            return added
        last = ids[-1]


def accrue_findings(findings: Iterable[int], book: Book, by: Person | None) -> int:
    """The same for these findings of the book, within the transaction that changed them."""
    found = _differing(list(findings), book)
    if not found:
        return 0
    pairs = list(_lines(found))
    _keep(found, post_accrued(pairs, book=book, by=by, actor=by.ref if by else SYSTEM))
    return len(pairs)


def _differing(findings: list[int], book: Book) -> list[Differing]:
    if not findings:
        return []
    asked: dict[str, Any] = {
        "book": book.pk, "today": today_in(book), "asked": findings, "gone": list(GONE),
        "unsolved": list(UNSOLVED), "closed": list(CLOSED),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, asked)
        return [Differing(*row) for row in cursor.fetchall()]


def _lines(found: Sequence[Differing]) -> Iterator[tuple[Differing, Line]]:
    """What takes back the entry that stands, and what posts the one that should."""
    numbers = {(pack, code): id for pack, code, id in _numbers()}
    for one in found:
        kind, name = numbers[one.pack, one.kind], f"{one.pack}/{one.kind}"
        if one.entry is not None and one.said_on and one.said_unit and one.said_code:
            data = _read(one.said)
            yield one, Line(None, 0, kind, name, one.said_unit, one.said_code, one.said_on, -1, data, one.entry)
        if one.on and one.unit and one.code:
            yield one, Line(None, 0, kind, name, one.unit, one.code, one.on, 1, _read(one.wanted))


def _numbers() -> Iterable[tuple[str, str, int]]:
    return RecordKind.objects.filter(code__in=KINDS).values_list("pack", "code", "id")


def _read(text: str | None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text or "{}")
    return found


def _keep(found: Sequence[Differing], stands: Sequence[tuple[Differing, int]]) -> None:
    """Tell which entry stands for what now."""
    gone = [(one.finding, one.kind, one.part) for one in found if one.on is None]
    kept = [(one.finding, one.kind, one.part, entry) for one, entry in stands]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(_DROP, [list(column) for column in zip(*gone, strict=True)])
        if kept:
            cursor.execute(_KEEP, [list(column) for column in zip(*kept, strict=True)])


_SAID = """'category', {of}.category, 'severity', {of}.severity, 'source', f.source, 'finding', f.number"""
# Whoever handed it in by its day is in time, however long verifying takes.
_OUTCOME = """
CASE WHEN f.state = ANY(%(closed)s) THEN 'closed'
     WHEN f.state = 'suspended' THEN 'suspended'
     WHEN coalesce(CASE WHEN f.state = ANY(%(unsolved)s) THEN NULL ELSE f.submitted_on END, %(today)s) > f.by_day
     THEN 'overdue' ELSE 'open' END
"""
_DIFFERING = f"""
WITH asked AS MATERIALIZED (SELECT * FROM findings_finding WHERE id = ANY(%(asked)s) ORDER BY id),
wanted AS (
  SELECT f.id AS finding, '{FOUND}' AS kind, '' AS part, f.unit_id, f.found_on AS day,
         jsonb_build_object({_SAID.format(of="f")}, 'outcome', {_OUTCOME}) AS data
    FROM asked AS f WHERE f.state <> ALL(%(gone)s)
   UNION ALL
  SELECT f.id, '{CLOSED_KIND}', c.round::text, c.unit_id, c."on",
         jsonb_build_object({_SAID.format(of="c")}, 'in_time', c.in_time, 'days', c.days, 'again', c.round > 1)
    FROM asked AS f JOIN findings_closing AS c ON c.finding_id = f.id
   UNION ALL
  SELECT f.id, '{FOLLOWED_UP}', c.round || '+' || u.result, c.unit_id, u."on",
         jsonb_build_object({_SAID.format(of="c")}, 'result', u.result)
    FROM asked AS f JOIN findings_closing AS c ON c.finding_id = f.id
    JOIN findings_followup AS u ON u.closing_id = c.id
),
standing AS (
  SELECT s.finding_id AS finding, s.kind, s.part, s.entry, e.unit_id, e.occurred_on AS day, e.data
    FROM asked AS f JOIN findings_standing AS s ON s.finding_id = f.id
    JOIN ledger_entry AS e ON e.book_id = %(book)s AND e.seq = s.entry
)
SELECT finding, kind, part, v.pack, s.entry, s.unit_id, held.code, s.day, s.data::text,
       w.unit_id, wanted_unit.code, w.day, w.data::text
  FROM wanted AS w FULL JOIN standing AS s USING (finding, kind, part)
  JOIN asked AS f ON f.id = finding
  JOIN packs_packversion AS v ON v.id = f.pack_version_id
  LEFT JOIN organisation_unit AS held ON held.id = s.unit_id
  LEFT JOIN organisation_unit AS wanted_unit ON wanted_unit.id = w.unit_id
 WHERE (s.unit_id, s.day, s.data) IS DISTINCT FROM (w.unit_id, w.day, w.data)
 ORDER BY finding, kind DESC, part
"""  # noqa: S608 - composed of constants
_DROP = """
DELETE FROM findings_standing AS s USING unnest(%s::bigint[], %s::text[], %s::text[]) AS gone(finding, kind, part)
 WHERE (s.finding_id, s.kind, s.part) = (gone.finding, gone.kind, gone.part)
"""
_KEEP = """
INSERT INTO findings_standing (finding_id, kind, part, entry)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])
ON CONFLICT (finding_id, kind, part) DO UPDATE SET entry = excluded.entry
"""
