"""Reminding people of their tasks and findings, and of duties that nobody answers for: for a whole book in a few
statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.workdays import WorkCalendar
from mingzhang.duties import orphans
from mingzhang.duties.addresses import task_page
from mingzhang.duties.reaching import Reached, falling_due
from mingzhang.duties.terms import terms_of
from mingzhang.findings import reaching
from mingzhang.findings.addresses import finding_page
from mingzhang.findings.models import Finding
from mingzhang.findings.showing import title_of
from mingzhang.notifications import channels
from mingzhang.notifications.models import OF_TASK, Delivery, Hook, Message, Notice, Preference
from mingzhang.notifications.sources import short
from mingzhang.notifications.times import not_before
from mingzhang.organisation.models import Book
from mingzhang.organisation.queries import today_in, work_calendar

DAY = timedelta(days=1)
LATE_DAYS = timedelta(days=7)  # what was due longer ago was either told or is a matter for the next level
ORPHANS, OF_FINDING = "orphans", "finding.due"


class Telling(NamedTuple):
    """What one person is told."""

    person: int
    key: str
    kind: str
    title: str
    address: str
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class _New:
    """A telling that nobody had told before, as it stands in the inbox."""

    notice: int
    told: Telling


# --- telling many -------------------------------------------------------------------------------------------------


@transaction.atomic
def tell_all(*, book: Book, tellings: Iterable[Telling]) -> int:
    """As `tell`, for many people of a book at once; answers how many had not been told. What one person is told at
    once goes out in one message. By two workers, or twice: each is told once, for the database takes a notice
    once."""
    new = _noticed(sorted(set(tellings)))
    people = defaultdict(list)
    for one in new:
        people[one.told.person].append(one)
    preferences = Preference.objects.filter(Q(mail_on=True) | Q(hook_on=True), person__in=list(people))
    hook = Hook.objects.filter(book=book).first()
    for preference in preferences:
        for channel in channels.available(preference, hook):
            _sent_out(book, preference, channel, people[preference.person_id])
    return len(new)


def _noticed(tellings: Sequence[Telling]) -> list[_New]:
    columns = [list(column) for column in zip(*tellings, strict=True)]
    if not columns:
        return []
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [clock.now(), *columns[:5]])
        rows = cursor.fetchall()
    known = {(one.person, one.key): one for one in tellings}
    return [_New(notice, known[person, key]) for notice, person, key in rows]


INSERT = """
INSERT INTO notifications_notice (person_id, key, kind, title, address, at)
SELECT who.id, given.key, given.kind, given.title, given.address, %s
  FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[]) AS given(person, key, kind, title, address)
  JOIN organisation_person AS who ON who.id = given.person AND who.is_active
 ORDER BY who.id, given.key
ON CONFLICT (person_id, key) DO NOTHING
RETURNING id, person_id, key
"""


def _sent_out(book: Book, preference: Preference, channel: str, new: Sequence[_New]) -> None:
    urgent = [one for one in new if one.told.at_once and preference.at_once]
    message = _message(book, preference, channel, urgent) if urgent else None
    later = {one.notice for one in new} - {one.notice for one in urgent}
    Delivery.objects.bulk_create(
        [Delivery(notice_id=one.notice, channel=channel, message=message) for one in urgent]
        + [Delivery(notice_id=notice, channel=channel) for notice in sorted(later)]
    )


def _message(book: Book, preference: Preference, channel: str, urgent: Sequence[_New]) -> Message:
    """One for all of them, named after the first: each notice is in one message alone."""
    first, *more = [one.told for one in urgent]
    return Message.objects.create(
        person_id=preference.person_id,
        channel=channel,
        key=f"notice:{urgent[0].notice}",
        title=_many(first.kind, len(urgent)) if more else first.title,
        lines=[[one.told.title, one.told.address] for one in urgent],
        due_at=not_before(preference, clock.now(), ZoneInfo(book.timezone)),
    )


def _many(kind: str, count: int) -> str:
    said = _("今天要改好的问题有%(count)d个") if kind == OF_FINDING else _("今天到期的任务有%(count)d项")
    return said % {"count": count}


# --- what falls due -----------------------------------------------------------------------------------------------


class _Due(NamedTuple):
    """Something that some people have to do by a day. `said` puts it in words, by the stage and the days left."""

    subject: str
    kind: str
    people: Iterable[int]
    deadline: date
    address: str
    said: Callable[[str, int], str]


def _reminders(due: _Due, today: date, calendar: WorkCalendar) -> Iterator[Telling]:
    """Of each stage everybody is told once, for a day by which it has to be done."""
    stage = _stage(due.deadline, today)
    title = short(due.said(stage, calendar.count(today + DAY, due.deadline)))
    key = f"{due.subject}:{stage}:{due.deadline}"
    for person in due.people:
        yield Telling(person, key, due.kind, title, due.address, stage == "today")


def _stage(deadline: date, today: date) -> str:
    return "soon" if deadline > today else "today" if deadline == today else "late"


# --- tasks --------------------------------------------------------------------------------------------------------


def remind_of_tasks(*, book: Book) -> int:
    """Tell people of the tasks that fall to them: so many working days before, on the day, and once it has passed;
    each once for a day by which a task has to be done. Answers how many were told."""
    today, calendar = today_in(book), work_calendar()
    ahead = calendar.add(today, terms_of(book).remind_before)
    found = falling_due(book, today - LATE_DAYS, ahead, today=today)
    with translation.override(book.language):
        return tell_all(
            book=book, tellings=[one for task in found for one in _reminders(_of_task(task), today, calendar)]
        )


def _of_task(task: Reached) -> _Due:
    said = partial(_said, task)
    return _Due(f"task:{task.task}", OF_TASK, task.people, task.deadline, task_page(task.task), said)


def _said(task: Reached, stage: str, left: int) -> str:
    words = {
        "what": task.name,
        "unit": task.unit,
        "left": left,
        "month": task.deadline.month,
        "day": task.deadline.day,
    }
    if stage == "today":
        return _("今天到期：%(unit)s %(what)s") % words
    if stage == "late":
        return _("过期了还没办：%(unit)s %(what)s，该在%(month)d月%(day)d日办完") % words
    return _("还有%(left)d个工作日到期：%(unit)s %(what)s") % words


# --- findings -----------------------------------------------------------------------------------------------------


def remind_of_findings(*, book: Book) -> int:
    """The same of the findings that they have to correct, to assign or to decide about: as many working days before
    as of tasks. Answers how many were told."""
    today, calendar = today_in(book), work_calendar()
    ahead = calendar.add(today, terms_of(book).remind_before)
    found = reaching.falling_due(book, today - LATE_DAYS, ahead, today=today)
    with translation.override(book.language):
        return tell_all(
            book=book, tellings=[one for due in found for one in _reminders(_of_finding(due), today, calendar)]
        )


def _of_finding(due: reaching.Reached) -> _Due:
    finding = due.finding
    said, address = partial(_finding_said, finding), finding_page(finding.pk)
    return _Due(f"finding:{finding.pk}", OF_FINDING, due.people, finding.deadline, address, said)


def _finding_said(finding: Finding, stage: str, left: int) -> str:
    words = {
        "number": finding.number,
        "what": title_of(finding),
        "left": left,
        "month": finding.deadline.month,
        "day": finding.deadline.day,
    }
    if stage == "today":
        return _("今天要改好：%(number)s %(what)s") % words
    if stage == "late":
        return _("过期了还没改好：%(number)s %(what)s，该在%(month)d月%(day)d日改好") % words
    return _("还有%(left)d个工作日要改好：%(number)s %(what)s") % words


# --- orphans ------------------------------------------------------------------------------------------------------


@transaction.atomic
def tell_orphans(*, book: Book) -> int:
    """Tell those who arrange duties, once a day, what is without an owner in their unit and in those below it that
    have nobody to arrange them. Yesterday's word about the same gives way, unless it was read. Answers how many
    were told."""
    today = today_in(book)
    with translation.override(book.language):
        tellings = [one for found in orphans.by_arranger(book, today) for one in _orphaned(found, today)]
    keys = {one.key for one in tellings}
    old = Notice.objects.filter(kind=ORPHANS, read_at=None, person__book=book).exclude(key__in=keys)
    old.delete()
    return tell_all(book=book, tellings=tellings)


def _orphaned(found: orphans.Arranged, today: date) -> Iterator[Telling]:
    address = f"{reverse('notifications:orphans')}?unit={found.unit_code}"
    lines = [
        (
            f"{ORPHANS}:{found.unit}:{today}",
            _("没有人办的责任有%(count)d项") % {"count": found.duties},
            found.duties,
        ),
        (f"horizon:{found.unit}:{today}", _("任务没有按时排出来，请看后台任务"), found.behind),
    ]
    for person in found.people:
        for key, title, stands in lines:
            if stands:
                yield Telling(person, key, ORPHANS, title, address)
        for delegation, post in found.ended:
            said = _("代理到期了：%(post)s") % {"post": post}
            yield Telling(person, f"delegation:{delegation}", "delegation", short(said), address)
