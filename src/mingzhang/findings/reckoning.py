"""By when a finding has to be solved: so many working days after it was reported, without the days on which
correcting was suspended; or the day that somebody set."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from mingzhang.core.recurrence import Due, deadline, explain
from mingzhang.core.workdays import MOST_DAYS, WorkCalendar
from mingzhang.findings.models import Finding, Pause
from mingzhang.organisation.queries import work_calendar
from mingzhang.packs.finding_schema import Severity

DAY = timedelta(days=1)
Pauses = Sequence[tuple[date, date]]


def term_of(counted_from: date, severity: Severity, asked_for: date | None, calendar: WorkCalendar) -> int:
    """How many working days there are: those of the severity, or until the day that somebody set."""
    if asked_for is None:
        return severity.correct_within
    return min(calendar.count(counted_from + DAY, asked_for), MOST_DAYS) if asked_for > counted_from else 0


def day_of(
    counted_from: date, term: int, asked_for: date | None, calendar: WorkCalendar, pauses: Pauses = ()
) -> date:
    """The day that comes of it."""
    if asked_for is not None and (not pauses or not term):
        return asked_for
    return deadline(counted_from, term, calendar, pauses).date


def pauses_of(finding: Finding, today: date) -> list[tuple[date, date]]:
    """The days of this round on which correcting was suspended; one that goes on lasts until today."""
    held = Pause.objects.filter(finding=finding, round=finding.round).order_by("first")
    return [(first, last or max(first, today)) for first, last in held.values_list("first", "last")]


def reckoned(finding: Finding, today: date) -> Due | None:
    """How the due date comes about, day by day; None where somebody set it and nothing moved it."""
    pauses = pauses_of(finding, today)
    if finding.asked_for is not None and (not pauses or not finding.term):
        return None
    return deadline(finding.counted_from, finding.term, work_calendar(), pauses)


def explained(finding: Finding, today: date) -> list[str]:
    """The due date in sentences: the days, then what was granted."""
    due = reckoned(finding, today)
    lines = explain(due) if due else [_("期限是定好的：%(day)s。") % {"day": finding.due_on.isoformat()}]
    granted = finding.steps.filter(round=finding.round, verb="extend").select_related("by").order_by("id")
    for step in granted:
        said = {"by": step.by.name if step.by else "", "day": step.until, "reason": step.reason}
        lines.append(_("%(by)s准予延到%(day)s：%(reason)s") % said)
    return lines


def is_provisional(finding: Finding, today: date) -> bool:
    """Whether a notice that is still to come could move the day by which it has to be solved."""
    if not finding.is_open or finding.until is not None or finding.due_on < today:
        return False
    due = reckoned(finding, today)
    return due is not None and due.provisional


def days_taken(finding: Finding, on: date) -> int:
    """The working days from the report to `on`, without those on which correcting was suspended."""
    if on <= finding.counted_from:
        return 0
    calendar = work_calendar()
    pauses = pauses_of(finding, on)
    ahead = ((finding.counted_from + DAY * number) for number in range(1, (on - finding.counted_from).days + 1))
    return sum(
        calendar.is_working(day) and not any(first <= day <= last for first, last in pauses) for day in ahead
    )


def follow_up_day(severity: Severity | None, on: date, calendar: WorkCalendar) -> date | None:
    """When a finding closed `on` is looked at again; None where it is not."""
    after = severity.follow_up if severity else None
    if after is None:
        return None
    if after.days:
        return calendar.add(on, after.days)
    return calendar.next_working(_months_on(on, after.months or 1))


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
