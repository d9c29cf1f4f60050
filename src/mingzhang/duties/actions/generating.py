"""Filling the calendar with tasks: what every duty asks of every unit, a year and a month ahead.

All of it in a few statements, however many units there are. A task is known by its duty, unit and period: run
twice, broken off, or by two at once, nothing is lost and nothing doubled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from mingzhang.audit import append
from mingzhang.core.recurrence import due, occurrences
from mingzhang.core.workdays import WorkCalendar
from mingzhang.duties.actions.accruing import SYSTEM
from mingzhang.duties.actions.following import move_followers
from mingzhang.duties.lists import cadence_of, words_of
from mingzhang.duties.models import Adaptation, Horizon
from mingzhang.organisation.models import Book
from mingzhang.organisation.queries import packs_in_force, today_in, work_calendar
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import kind_ids, pack_of

AHEAD = timedelta(days=400)
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Generated:
    """How many tasks were made, given another due date or other terms, withdrawn and restored."""

    made: int
    changed: int
    withdrawn: int
    restored: int

    @property
    def any(self) -> bool:
        return bool(self.made or self.changed or self.withdrawn or self.restored)


class Wanted(NamedTuple):
    """One occurrence of one duty, for every unit of a level, or (with `unit`) for one that adapted it."""

    version: int
    pack: str
    duty: str
    level: str | None
    unit: int | None
    period: str
    first: date
    last: date
    nominal: date
    due: date
    kind: int | None
    needed: int
    handler: str
    sponsor: str


@transaction.atomic
def generate_tasks(*, book: Book) -> Generated:
    """Make what is missing up to 400 days from today and bring what has not fallen due to what the duties and the
    calendar now say. What fell due stays as it was; who extended or excused a task is not overruled. From the day
    to which the last run came, so that a pause of any length leaves no gap."""
    today = today_in(book)
    end = today + AHEAD
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('mingzhang.duties/' || %s, 0))", [book.code])
        _want(cursor, list(_wanted(book, _begin(book, today), end)))
        _run(cursor, UNLIKE, book, today)
        changed, withdrawn, restored, made = (
            _run(cursor, statement, book, today) for statement in (CHANGE, WITHDRAW, RESTORE, MAKE)
        )
        _run(cursor, SETTLE, book, today)
        moved = move_followers(book)
        cursor.execute("DROP TABLE duties_wanted, duties_unlike")
        if made > MANY:
            cursor.execute("ANALYZE duties_task, organisation_unit")  # or the next run is planned for small ones
    found = Generated(made, changed + moved, withdrawn, restored)
    Horizon.objects.update_or_create(book=book, defaults={"until": end})
    if found.any:
        said = {**asdict(found), "until": end.isoformat()}
        append.event(book=book.code, actor=SYSTEM, verb="tasks.generate", subject=f"book:{book.code}", data=said)
    return found


def _begin(book: Book, today: date) -> date:
    until = Horizon.objects.filter(book=book).values_list("until", flat=True).first()
    return min(until, today) if until else today


def _wanted(book: Book, start: date, end: date) -> Iterator[Wanted]:
    calendar = work_calendar()
    for version in packs_in_force(book):
        pack = pack_of(version.pk)
        kinds = kind_ids(pack)
        for duty in pack.duties:
            for level in duty.levels:
                yield from _comes(version, duty, kinds, calendar, start, end, level=level)
        for adapted in Adaptation.objects.filter(unit__book=book, pack=version.pack).order_by("id"):
            if duty_ := words_of(adapted):
                first, last = _overlap(adapted, start, end)
                yield from _comes(version, duty_, kinds, calendar, first, last, unit=adapted.unit_id)


def _overlap(adapted: Adaptation, start: date, end: date) -> tuple[date, date]:
    ends = adapted.valid.upper
    return max(start, adapted.valid.lower), min(end, ends - timedelta(days=1)) if ends else end


def _comes(
    version: PackVersion,
    duty: Duty,
    kinds: dict[str, int],
    calendar: WorkCalendar,
    start: date,
    end: date,
    level: str | None = None,
    unit: int | None = None,
) -> Iterator[Wanted]:
    cadence = cadence_of(duty)
    if cadence is None:
        return
    kind = kinds[duty.fulfilled_by] if duty.fulfilled_by else None
    for one in occurrences(cadence, start, end):
        days = one.period
        yield Wanted(
            version.pk, version.pack, duty.id, level, unit, days.code, days.start, days.end, one.nominal,
            due(cadence, one, calendar).date, kind, duty.count, duty.answers.handler, duty.answers.sponsor,
        )  # fmt: skip


def _want(cursor: CursorWrapper, wanted: list[Wanted]) -> None:
    """Tell the database what is wanted, for the statements below."""
    cursor.execute(TABLE)
    columns = list(zip(*wanted, strict=True)) or [()] * len(Wanted._fields)
    cursor.execute(FILL, [list(column) for column in columns])
    cursor.execute("ANALYZE duties_wanted")


def _run(cursor: CursorWrapper, statement: str, book: Book, today: date) -> int:
    cursor.execute(statement, {"book": book.pk, "today": today})
    return max(0, int(cursor.rowcount))


TABLE = """
CREATE TEMPORARY TABLE duties_wanted (
  version int, pack text, duty text, level text, unit int, period text, first date, last date, nominal date,
  due date, kind int, needed int, handler text, sponsor text) ON COMMIT DROP
"""
FILL = """
INSERT INTO duties_wanted SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[],
  %s::date[], %s::date[], %s::date[], %s::date[], %s::int[], %s::int[], %s::text[], %s::text[])
"""

# The lines for each unit: those of its level that it adapted nothing of, and those of what it did adapt; as long as
# it exists on the nominal day. Two joins, since one on `or` cannot be hashed.
_FOR = """(
  SELECT u.id AS unit_id, u.book_id, w.* FROM duties_wanted AS w
    JOIN organisation_unit AS u ON u.level = w.level
   WHERE w.unit IS NULL AND u.book_id = %(book)s
     AND u.created_on <= w.nominal AND (u.closed_on IS NULL OR u.closed_on > w.nominal)
     AND NOT EXISTS (SELECT FROM duties_adaptation AS a
                      WHERE a.unit_id = u.id AND a.pack = w.pack AND a.duty = w.duty AND a.valid @> w.nominal)
   UNION ALL
  SELECT u.id AS unit_id, u.book_id, w.* FROM duties_wanted AS w
    JOIN organisation_unit AS u ON u.id = w.unit
   WHERE u.book_id = %(book)s AND u.created_on <= w.nominal AND (u.closed_on IS NULL OR u.closed_on > w.nominal)
) AS w"""
_SAME = "t.unit_id = w.unit_id AND t.pack = w.pack AND t.duty = w.duty AND t.period = w.period"

MAKE = f"""
INSERT INTO duties_task (book_id, unit_id, pack, duty, period, first, last, nominal, due, pack_version_id, kind_id,
                         needed, handler_role, sponsor_role, state)
SELECT w.book_id, w.unit_id, w.pack, w.duty, w.period, w.first, w.last, w.nominal, w.due, w.version, w.kind,
       w.needed, w.handler, w.sponsor, 'open'
  FROM {_FOR}
  LEFT JOIN duties_task AS t ON {_SAME}
 WHERE t.id IS NULL
ON CONFLICT (unit_id, pack, duty, period) DO NOTHING
"""  # noqa: S608 - composed of constants

# The tasks that are not as they should be, and what should be; nothing where no task should. One pass over them all
# serves the three statements below.
UNLIKE = f"""
CREATE TEMPORARY TABLE duties_unlike ON COMMIT DROP AS
SELECT t.id AS task, t.state = 'open' AS open, w.nominal, w.due, w.kind, w.needed, w.version, w.handler, w.sponsor
  FROM duties_task AS t LEFT JOIN {_FOR} ON {_SAME}
 WHERE t.book_id = %(book)s
   AND CASE WHEN t.state = 'withdrawn' THEN w.nominal > %(today)s
            WHEN t.state <> 'open' THEN false
            WHEN w.due IS NULL THEN t.nominal > %(today)s
            ELSE t.due >= %(today)s AND (t.nominal, t.due, t.kind_id, t.needed, t.handler_role, t.sponsor_role)
                 IS DISTINCT FROM (w.nominal, w.due, w.kind, w.needed, w.handler, w.sponsor) END
"""  # noqa: S608 - composed of constants
_TERMS = """nominal = w.nominal, due = w.due, kind_id = w.kind, needed = w.needed, pack_version_id = w.version,
       handler_role = w.handler, sponsor_role = w.sponsor"""

CHANGE = f"""
UPDATE duties_task AS t SET {_TERMS}, until = CASE WHEN t.until > w.due THEN t.until END
  FROM duties_unlike AS w WHERE t.id = w.task AND w.open AND w.due IS NOT NULL
"""  # noqa: S608

WITHDRAW = """
UPDATE duties_task AS t SET state = 'withdrawn' FROM duties_unlike AS w WHERE t.id = w.task AND w.due IS NULL
"""

RESTORE = f"""
UPDATE duties_task AS t SET {_TERMS}, state = 'open'
  FROM duties_unlike AS w WHERE t.id = w.task AND NOT w.open
"""  # noqa: S608

# What is made or restored after sheets for its period were posted begins where these have brought it.
SETTLE = """
UPDATE duties_task AS t
   SET state = CASE WHEN told.sheets >= t.needed THEN 'done' ELSE 'recorded' END,
       done_on = CASE WHEN told.sheets >= t.needed THEN %(today)s::date END,
       record_id = CASE WHEN told.sheets >= t.needed THEN told.newest END
  FROM (SELECT id, count(*) AS sheets, max(record_id) AS newest
          FROM (SELECT t.id, e.record_id FROM duties_task AS t
                  JOIN ledger_entry AS e ON e.unit_id = t.unit_id AND e.kind_id = t.kind_id AND e.line = 0
                   AND e.occurred_on BETWEEN t.first AND t.last
                 WHERE t.book_id = %(book)s AND t.state = 'open' AND t.nominal >= %(today)s AND t.first <= %(today)s
                 GROUP BY t.id, e.record_id HAVING sum(e.sign) > 0) AS standing
         GROUP BY id) AS told
 WHERE t.id = told.id
"""
