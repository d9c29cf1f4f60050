"""What is asked about notices and messages."""

from __future__ import annotations

from django.db.models import QuerySet

from mingzhang.notifications.models import Hook, Message, Notice, Preference
from mingzhang.organisation.models import Book, Person

MOST_UNREAD = 100


def inbox(person: Person, before: int | None = None) -> QuerySet[Notice]:
    """What the person was told, the newest first."""
    found = Notice.objects.filter(person=person).order_by("-id")
    return found if before is None else found.filter(id__lt=before)


def unread(person: Person) -> int:
    """How many of them are unread, at most MOST_UNREAD."""
    return Notice.objects.filter(person=person, read_at=None)[:MOST_UNREAD].count()


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
