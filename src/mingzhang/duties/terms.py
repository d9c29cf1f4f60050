"""After how many working days people are reminded, and asked."""

from __future__ import annotations

from datetime import date, timedelta

from mingzhang.core.workdays import WorkCalendar
from mingzhang.duties.models import Terms
from mingzhang.organisation.models import Book

DAY = timedelta(days=1)


def terms_of(book: Book) -> Terms:
    """What the book chose, or what holds until it does."""
    return Terms.objects.filter(book=book).first() or Terms(book=book)


def passed_since(calendar: WorkCalendar, today: date, count: int) -> date:
    """The last day after which `count` working days have begun by `today`."""
    return calendar.add(today + DAY, -count) - DAY
