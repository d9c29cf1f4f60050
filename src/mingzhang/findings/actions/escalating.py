"""Putting late findings before the next level, and reckoning days anew when a notice comes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.duties.actions.escalating import events_of
from mingzhang.duties.terms import passed_since, terms_of
from mingzhang.findings import overdue
from mingzhang.findings.actions.accruing import SYSTEM
from mingzhang.findings.models import UNSOLVED, Finding, FindingEscalation, Pause
from mingzhang.findings.reckoning import day_of
from mingzhang.organisation.models import Book
from mingzhang.organisation.queries import today_in, work_calendar


@transaction.atomic
def escalate_findings(*, book: Book) -> int:
    """Put the findings that are still unsolved so many working days after their day, or after they were put before
    one level, before the next one; answers how many. Once for each level and round, whatever runs twice."""
    today = today_in(book)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('mingzhang.findings/' || %s, 0))", [book.code]
        )
    passed = passed_since(work_calendar(), today, terms_of(book).escalate_after)
    at = clock.now()
    rows = [
        FindingEscalation(
            finding_id=one.finding, round=one.round, level=one.level, unit_id=one.unit, people=list(one.people),
            deadline=one.deadline, on=today, at=at,
        )
        for one in overdue.to_put_up(book, passed, today)
    ]  # fmt: skip
    FindingEscalation.objects.bulk_create(rows, batch_size=2000)
    append.events(events_of(book, rows, "finding.escalate", SYSTEM, _named))
    return len(rows)


def _named(rows: Sequence[FindingEscalation]) -> dict[str, list[int]]:
    return {"findings": [row.finding_id for row in rows]}


@transaction.atomic
def reckon_all(*, book: Book) -> int:
    """Bring the days of unsolved findings that have not passed to what the calendar now says; how many moved. A day
    that somebody set, or that passed, stays."""
    today, calendar = today_in(book), work_calendar()
    held = Finding.objects.select_for_update().filter(
        book=book, state__in=UNSOLVED, by_day__gte=today, due_on__gte=today, asked_for=None
    )
    findings = list(held.only("pk", "counted_from", "term", "due_on", "until", "round").order_by("pk"))
    rested = set(
        Pause.objects.filter(finding__in=findings, last__isnull=False).values_list("finding_id", flat=True)
    )
    known = {(one.counted_from, one.term) for one in findings}
    days = {(first, term): day_of(first, term, None, calendar) for first, term in known}
    moved = []
    for finding in findings:
        due = days[finding.counted_from, finding.term]
        if finding.pk not in rested and due != finding.due_on:
            finding.due_on = due
            finding.until = finding.until if finding.until and finding.until > due else None
            moved.append(finding)
    Finding.objects.bulk_update(moved, ["due_on", "until"], batch_size=2000)
    return len(moved)
