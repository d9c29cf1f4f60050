"""What is asked about notices and messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from mingzhang.core import digests
from mingzhang.core.composed import Composed, Given
from mingzhang.duties.reaching import Reached, falling_due, units_answered_from
from mingzhang.notifications.models import OF_TASK, Feed, Hook, Message, Notice, Preference, task_named
from mingzhang.organisation.models import Book, Person
from mingzhang.organisation.queries import holding, today_in
from mingzhang.organisation.scopes import AnyOf

MOST_UNREAD = 100
FED_BACK, FED_AHEAD = timedelta(days=31), timedelta(days=400)


def inbox(person: Person, before: int | None = None) -> QuerySet[Notice]:
    """What the person was told, the newest first."""
    found = Notice.objects.filter(person=person).order_by("-id")
    return found if before is None else found.filter(id__lt=before)


def unread(person: Person) -> int:
    """How many of them are unread, at most MOST_UNREAD."""
    return len(_UNREAD.ask(person=person.pk))


_UNREAD = Composed(
    lambda: Notice.objects.filter(person=Given("person"), read_at=None).values_list("pk", flat=True)[:MOST_UNREAD]
)


def preference_of(person: Person) -> Preference:
    """What they chose, or what holds until they choose."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


def hook_of(book: Book) -> Hook | None:
    """The book's gateway, where there is one."""
    return Hook.objects.filter(book=book).first()


def not_sent(person: Person) -> list[Message]:
    """The last messages to the person that did not get through."""
    return list(Message.objects.filter(person=person).exclude(fault="").order_by("-id")[:5])


def not_sent_of(book: Book) -> list[Message]:
    """As `not_sent`, of everybody in the book, on the gateway."""
    found = Message.objects.filter(person__book=book, channel="hook").exclude(fault="").exclude(state="sent")
    return list(found.select_related("person").order_by("-id")[:20])


# --- tasks --------------------------------------------------------------------------------------------------------


def days_reminded(book: Book, tasks: Sequence[int]) -> dict[int, list[date]]:
    """On which days somebody was reminded of each of the tasks. One query."""
    zone = ZoneInfo(book.timezone)
    found: dict[int, set[date]] = defaultdict(set)
    notices = Notice.objects.filter(kind=OF_TASK).annotate(task=task_named())
    told = notices.filter(AnyOf(F("task"), [str(task) for task in tasks]))
    for task, at in told.values_list("task", "at"):
        found[int(task)].add(at.astimezone(zone).date())
    return {task: sorted(days) for task, days in found.items()}


# --- the calendar -------------------------------------------------------------------------------------------------


def feed_of(person: Person) -> Feed | None:
    """The person's calendar for others' programs, where they made one."""
    return Feed.objects.filter(person=person).first()


def feed_opened_by(secret: str) -> Feed | None:
    """The calendar that this secret opens, of somebody who is still here."""
    found = Feed.objects.filter(digest=digests.digest(secret.encode()), person__is_active=True)
    return found.select_related("person__book").first()


def tasks_fed(person: Person) -> list[Reached]:
    """The person's open tasks, from a month back to as far ahead as tasks are made."""
    today = today_in(person.book)
    posts = list(holding(today).filter(person=person).values_list("post_id", flat=True))
    units = units_answered_from(posts)
    found = falling_due(
        person.book, today - FED_BACK, today + FED_AHEAD, today=today, units=units, person=person.pk
    )
    return [one for one in found if person.pk in one.people]
