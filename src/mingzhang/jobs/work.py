"""What each job does: a thin wrapper over an action, which may be run twice or broken off at any point. It answers
in words what it did; nothing when there was nothing to do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from mingzhang.access.actions import clear_ended_sign_ins
from mingzhang.audit.checkpoints import make_daily
from mingzhang.audit.keys import NO_BOOK
from mingzhang.audit.models import Verification
from mingzhang.core import clock
from mingzhang.duties import actions as duties
from mingzhang.figures import rollups
from mingzhang.findings import actions as findings
from mingzhang.jobs import actions, checking
from mingzhang.notifications import actions as notifications
from mingzhang.notifications.queries import days_reminded
from mingzhang.organisation.models import Book

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('mingzhang.jobs/day', 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('mingzhang.jobs/day', 0))"
logger = logging.getLogger("mingzhang.jobs")


def keep_day() -> str:
    """Sign today's checkpoint of each book and verify it, where that was not done today."""
    with _alone() as held:
        return _said([_kept(book) for book in _due()]) if held else ""


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is at the day's work: a worker that is stopping ends what it has begun while another may
    have taken it for lost. The lock belongs to the connection, so one that is killed lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        (held,) = cursor.fetchone()
    try:
        yield bool(held)
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute(_UNLOCK)


def _due() -> list[Book | None]:
    today = clock.today(ZoneInfo(settings.TIME_ZONE))
    done = set(Verification.objects.filter(at__date=today).values_list("book", flat=True))
    books: list[Book | None] = [None, *Book.objects.order_by("code")]
    return [book for book in books if (book.code if book else NO_BOOK) not in done]


def _kept(book: Book | None) -> str:
    code = book.code if book else NO_BOOK
    make_daily(code, ZoneInfo(book.timezone if book else settings.TIME_ZONE))
    outcome = checking.remember(checking.verify(book, evidence=False))
    name = code or _("本系统")
    if outcome.differences:
        logger.error("%s: %s differences, see mingzhang verify", code, outcome.differences)
        return _("%(book)s有%(count)d处对不上") % {"book": name, "count": outcome.differences}
    return _("%(book)s对得上") % {"book": name}


def notify() -> str:
    """Tell people what happened, put due digests together, and send what is due."""
    told = 0
    for book in Book.objects.order_by("code"):
        told += notifications.collect(book=book)
        notifications.digest(book=book)
    sent, failed = notifications.deliver()
    parts = [
        _("告诉了%(count)d人次") % {"count": told} if told else "",
        _("发出%(count)d条") % {"count": sent} if sent else "",
        _("%(count)d条没发出去") % {"count": failed} if failed else "",
    ]
    return _said(parts)


def make_tasks() -> str:
    """Keep a year and a month of tasks ahead, by the lists and the calendar of today, and the books of those whose
    time has come."""
    return _said([_tasks_made(book) for book in Book.objects.order_by("code")])


def _tasks_made(book: Book) -> str:
    made, posted = duties.generate_tasks(book=book).made, duties.accrue(book=book)
    if not made and not posted:
        return ""
    return _("%(book)s新排%(made)d项，记账%(posted)d笔") % {"book": book.code, "made": made, "posted": posted}


def remind() -> str:
    """Remind people of their tasks and findings, put the late tasks before the next level, and tell what is without
    an owner."""
    return _said([_reminded(book) for book in Book.objects.order_by("code")])


def _reminded(book: Book) -> str:
    risen = duties.escalate_tasks(book=book, reminded=partial(days_reminded, book))
    told = notifications.remind_of_tasks(book=book) + notifications.remind_of_findings(book=book)
    orphans = notifications.tell_orphans(book=book)
    parts = [
        _("提醒%(count)d人次") % {"count": told} if told else "",
        _("%(count)d项过期的报给上一级") % {"count": risen} if risen else "",
        _("没有人办的事告诉了%(count)d人次") % {"count": orphans} if orphans else "",
    ]
    done = "、".join(part for part in parts if part)
    return f"{book.code}：{done}" if done else ""


def keep_findings() -> str:
    """Reckon the days of findings anew, let those that were closed fall due for a second look, bring the books to
    what they say today, and put the late ones before the next level."""
    return _said([_findings_kept(book) for book in Book.objects.order_by("code")])


def _findings_kept(book: Book) -> str:
    moved, due = findings.reckon_all(book=book), findings.fall_due(book=book)
    posted, risen = findings.accrue(book=book), findings.escalate_findings(book=book)
    parts = [
        _("%(count)d个问题改了期限") % {"count": moved} if moved else "",
        _("%(count)d个到了回头看的日子") % {"count": due} if due else "",
        _("记账%(count)d笔") % {"count": posted} if posted else "",
        _("%(count)d个过期的报给上一级") % {"count": risen} if risen else "",
    ]
    done = "、".join(part for part in parts if part)
    return f"{book.code}：{done}" if done else ""


def fold_rollups() -> str:
    """Add what was posted since to the sums of large units."""
    return _said([_folded(book, rollups.fold(book=book)) for book in Book.objects.order_by("code")])


def _folded(book: Book, position: int) -> str:
    return _("%(book)s到第%(position)d笔") % {"book": book.code, "position": position}


def clear_sign_ins() -> str:
    """Forget the sign-ins that have run out."""
    count = clear_ended_sign_ins()
    return _("清掉%(count)d次过期的登录") % {"count": count} if count else ""


def prune() -> str:
    """Forget the jobs and tries that were done long ago."""
    count = actions.forget_old() + notifications.forget_old()
    return _("清掉%(count)d条旧的") % {"count": count} if count else ""


def _said(parts: list[str]) -> str:
    return "；".join(part for part in parts if part)
