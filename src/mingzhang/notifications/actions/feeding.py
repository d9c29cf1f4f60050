"""The address of a person's calendar: made, ended, and asked for not too often."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction

from mingzhang.audit import append
from mingzhang.core import clock, digests
from mingzhang.notifications.models import Feed
from mingzhang.organisation.models import Person

BYTES = 32
MOST_ASKED, WINDOW = 60, timedelta(hours=1)


@transaction.atomic
def make_feed(*, by: Person) -> str:
    """A new secret for the address of one's own calendar, which is shown this once; the one before ends."""
    secret, now = secrets.token_urlsafe(BYTES), clock.now()
    made = {"digest": digests.digest(secret.encode()), "made_at": now, "since": now, "asked": 0}
    Feed.objects.update_or_create(person=by, defaults=made)
    append.event(book=by.book.code, actor=by.ref, verb="person.feed", subject=by.ref, data={"on": True})
    return secret


@transaction.atomic
def revoke_feed(*, by: Person) -> None:
    """Nobody can read the calendar from now on."""
    if Feed.objects.filter(person=by).delete()[0]:
        append.event(book=by.book.code, actor=by.ref, verb="person.feed", subject=by.ref, data={"on": False})


@transaction.atomic
def count_asked(*, feed: Feed) -> int:
    """One more question for a calendar; answers after how many seconds it may be asked for again, 0 for now."""
    kept = Feed.objects.select_for_update().filter(pk=feed.pk).first()
    now = clock.now()
    if kept is None or now >= kept.since + WINDOW:
        Feed.objects.filter(pk=feed.pk).update(since=now, asked=1)
        return 0
    if kept.asked >= MOST_ASKED:
        return int((kept.since + WINDOW - now).total_seconds()) + 1
    kept.asked += 1
    kept.save(update_fields=["asked"])
    return 0
