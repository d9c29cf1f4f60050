"""Tasks in the ledger: an obligation is accrued like a liability.

From the day on which its period begins a task has one standing entry, on the day by which it has to be done, that
says how it stands: not yet due, done on time, done late, excused, overdue. When that changes, the entry is reversed
and another posted. So whatever is counted of them closes: due = on time + late + excused + overdue.

The last position of the book is locked before tasks are, as posting does: else the two could wait for each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction

from mingzhang.duties.lists import words_of
from mingzhang.duties.models import Adaptation, Task
from mingzhang.ledger.actions.accruing import post_accrued
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.lines import Line
from mingzhang.organisation.models import Book, Person
from mingzhang.organisation.queries import today_in
from mingzhang.packs.models import RecordKind
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import TASKS

BATCH = 5_000
SYSTEM = "system:tasks"


class Accrued(NamedTuple):
    """A task whose entry does not say what it should: the entry that stands (`entry`, `data` on `said_on`), and the
    outcome that is wanted on the day `day`; None where none should stand."""

    id: int
    unit_id: int
    unit: str
    pack: str
    version: int
    duty: str
    period: str
    entry: int | None
    said_on: date | None
    data: str | None
    outcome: str | None
    day: date


def accrue(*, book: Book) -> int:
    """Bring the entries of all tasks of the book to what the tasks say today, and answer how many entries that
    took. Doing it again adds none. In batches, so that nobody who posts waits for long."""
    added, last = 0, 0
    while True:
        with transaction.atomic():
            lock_position(book)
            found = _differing(book, "t.id > %(asked)s", last)
            added += _settle(book, found, None)
        if len(found) < BATCH:
            return added
        last = found[-1].id


def accrue_tasks(tasks: Sequence[Task], by: Person) -> None:
    """The same for these tasks of one book, within the transaction that changed them."""
    book = by.book
    _settle(book, _differing(book, "t.id = ANY(%(asked)s)", [task.pk for task in tasks]), by)


def _differing(book: Book, which: str, asked: int | list[int]) -> list[Accrued]:
    today = today_in(book)
    with connection.cursor() as cursor:
        cursor.execute(
            _DIFFERING.format(which=which), {"book": book.pk, "today": today, "asked": asked, "limit": BATCH}
        )
        return [Accrued(*row) for row in cursor.fetchall()]


def _settle(book: Book, found: Sequence[Accrued], by: Person | None) -> int:
    if not found:
        return 0
    numbers = dict(RecordKind.objects.filter(code=TASKS).values_list("pack", "id"))
    kinds = _kinds_of(found)
    pairs = [pair for task in found for pair in _lines(task, numbers[task.pack], kinds[task.id])]
    _keep(found, dict(post_accrued(pairs, book=book, by=by, actor=by.ref if by else SYSTEM)))
    return len(pairs)


def _lines(task: Accrued, kind_id: int, kind: str) -> Iterator[tuple[int, Line]]:
    """What takes back the entry that stands, and what posts the one that should."""
    blank = Line(None, 0, kind_id, f"{task.pack}/{TASKS}", task.unit_id, task.unit, task.day, 1, {})
    if task.said_on is not None:
        held = json.loads(task.data or "{}")
        yield task.id, blank._replace(occurred_on=task.said_on, sign=-1, data=held, reverses=task.entry)
    if task.outcome is not None:
        said = {"duty": task.duty, "kind": kind, "outcome": task.outcome, "period": task.period}
        yield task.id, blank._replace(data=said)


def _kinds_of(found: Sequence[Accrued]) -> dict[int, str]:
    """The kind of each task's duty, which the pack says, or else the unit that added it."""
    said = {task.id: pack_of(task.version).duties_by_id.get(task.duty) for task in found}
    own = [task for task in found if said[task.id] is None]
    added = Adaptation.objects.filter(unit__in={task.unit_id for task in own}, what="added").order_by("id")
    words = {(one.unit_id, one.pack, one.duty): words_of(one) for one in added} if own else {}
    kinds = {id: duty.kind for id, duty in said.items() if duty}
    for task in own:
        duty = words.get((task.unit_id, task.pack, task.duty))
        kinds[task.id] = duty.kind if duty else "basic"
    return {id: str(kind) for id, kind in kinds.items()}


def _keep(found: Sequence[Accrued], stands: dict[int, int]) -> None:
    """Tell the tasks what stands for them now."""
    rows = [
        (task.id, stands.get(task.id), task.outcome, task.day if task.outcome else None) for task in found
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])


# Nothing stands for what does not begin before tomorrow, or was withdrawn.
_WANTED = """
CASE WHEN t.state = 'withdrawn' THEN NULL
     WHEN t.state = 'excused' THEN 'excused'
     WHEN t.state = 'done' AND t.done_on <= coalesce(t.until, t.due) THEN 'on_time'
     WHEN t.state = 'done' THEN 'late'
     WHEN coalesce(t.until, t.due) < %(today)s THEN 'overdue'
     WHEN t.first <= %(today)s THEN 'pending' END
"""
_DIFFERING = f"""
SELECT t.id, t.unit_id, u.code, t.pack, t.pack_version_id, t.duty, t.period, t.entry, t.accrued_on, e.data::text,
       {_WANTED}, coalesce(t.until, t.due)
  FROM duties_task AS t
  JOIN organisation_unit AS u ON u.id = t.unit_id
  LEFT JOIN ledger_entry AS e ON e.book_id = t.book_id AND e.seq = t.entry
 WHERE t.book_id = %(book)s AND {{which}}
   AND (t.outcome, t.accrued_on) IS DISTINCT FROM
       ({_WANTED}, CASE WHEN {_WANTED} IS NOT NULL THEN coalesce(t.until, t.due) END)
 ORDER BY t.id LIMIT %(limit)s FOR UPDATE OF t
"""  # noqa: S608 - composed of constants
_KEEP = """
UPDATE duties_task AS t SET entry = said.entry, outcome = said.outcome, accrued_on = said.day
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[]) AS said(id, entry, outcome, day)
 WHERE t.id = said.id
"""
