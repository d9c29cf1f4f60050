"""The working calendar of the installation: seeded with what is published, then kept by notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import StateRefused
from mingzhang.organisation import calendars, queries, rules
from mingzhang.organisation.calendars import PUBLISHED, Row
from mingzhang.organisation.models import CalendarDay, CalendarNotice, Person

# How many years after this one are filled in by law, so that what is due then is at least not on a holiday.
AHEAD = 4


@transaction.atomic
def seed_calendar() -> list[int]:
    """Fill in the years that nobody has entered: by their notices as far as this version knows them, and the next
    few by law. Answers the years filled in; the second time none. Years that have a notice are left as they are."""
    _one_at_a_time()
    notified = set(CalendarNotice.objects.values_list("year", flat=True))
    filled = notified | set(CalendarDay.objects.values_list("day__year", flat=True))
    this_year = clock.today().year
    by_law = [year for year in range(this_year, this_year + AHEAD + 1) if year not in filled | PUBLISHED.keys()]
    by_notice = [year for year in PUBLISHED if year not in notified]
    for year in by_notice:
        number, issued_on = PUBLISHED[year]
        notice = CalendarNotice.objects.create(year=year, number=number, issued_on=issued_on, at=clock.now())
        _replace(year, calendars.known_rows(year), notice)
    for year in by_law:
        _replace(year, [row for row in calendars.known_rows(year) if row.kind == "holiday"], None)
    return sorted(by_notice + by_law)


@transaction.atomic
def import_notice(
    *,
    year: int,
    rows: Sequence[Row],
    number: str,
    issued_on: date | None = None,
    by: Person,
    for_all: bool = False,
) -> CalendarNotice:
    """The days off and make-up days of `year` are these from now on, as the notice with this number says; what was
    entered before stays in the log. `for_all`: whoever runs the installation does it, for every book there is.
    Raises NotAllowed, InvalidInput, StateRefused."""
    rules.check_user_can_import_notice(by, for_all=for_all)
    calendars.check(year, rows)
    _one_at_a_time()
    changed = calendars.changes(queries.work_calendar(), year, rows)
    if not changed and CalendarNotice.objects.filter(year=year).exists():
        raise StateRefused(_("%(year)d年的日历和这份名单一样，没有要改的。") % {"year": year})
    notice = CalendarNotice.objects.create(
        year=year, number=number.strip(), issued_on=issued_on, added_by=by, at=clock.now()
    )
    _replace(year, rows, notice)
    append.event(
        book=by.book.code,
        actor=by.ref,
        verb="calendar.import",
        subject=f"calendar:{year}",
        data={
            "number": notice.number,
            "issued_on": issued_on.isoformat() if issued_on else None,
            "days": {row.day.isoformat(): row.kind for row in rows},
            "before": {one.before.date.isoformat(): one.before.kind for one in changed},
        },
    )
    return notice


def _replace(year: int, rows: Iterable[Row], notice: CalendarNotice | None) -> None:
    CalendarDay.objects.filter(day__year=year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=row.day, kind=row.kind, name=row.name, notice=notice) for row in rows
    )


def _one_at_a_time() -> None:
    """Wait until no other transaction writes the calendar."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('mingzhang.organisation/calendar', 0))")
