"""Telling people: reading what happened, keeping it for their inbox, and sending it out. All of it may be done
twice, by several at once, and broken off anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.audit.models import Event, Verification
from mingzhang.audit.sequencing import size_of
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.notifications import channels, rules
from mingzhang.notifications.models import Cursor, Delivery, Hook, Message, Notice, Preference
from mingzhang.notifications.sealing import seal
from mingzhang.notifications.sources import BY_VERB, standing_lines
from mingzhang.notifications.times import WAITS, not_before
from mingzhang.organisation.models import Book, Person
from mingzhang.organisation.queries import holders, root

WINDOW = 5_000  # positions of the log that one transaction reads
KEPT_NOTICES, KEPT_MESSAGES = timedelta(days=365), timedelta(days=90)
MOST_LINES = 50
MOST_SENT = 500
WATCHERS = ("auditor", "administrator")


# --- telling ------------------------------------------------------------------------------------------------------


@transaction.atomic
def tell(*, people: Iterable[int], key: str, kind: str, title: str, address: str, at_once: bool = False) -> int:
    """Tell each of `people` once, whatever happens; answers how many had not been told."""
    active = Person.objects.filter(pk__in=set(people), is_active=True).select_related("book", "preference")
    return sum(_told(person, key, kind, title, address, at_once) for person in active.order_by("pk"))


def _told(person: Person, key: str, kind: str, title: str, address: str, at_once: bool) -> bool:
    said = {"kind": kind, "title": title, "address": address, "at": clock.now()}
    notice, new = Notice.objects.get_or_create(person=person, key=key, defaults=said)
    preference = getattr(person, "preference", None)
    if not new or preference is None:
        return new
    for channel in channels.available(preference, Hook.objects.filter(book=person.book_id).first()):
        message = _at_once(notice, channel, preference, person.book) if at_once and preference.at_once else None
        Delivery.objects.create(notice=notice, channel=channel, message=message)
    return True


def _at_once(notice: Notice, channel: str, preference: Preference, book: Book) -> Message:
    return Message.objects.create(
        person_id=notice.person_id,
        channel=channel,
        key=f"notice:{notice.pk}",
        title=notice.title,
        lines=[[notice.title, notice.address]],
        due_at=not_before(preference, clock.now(), ZoneInfo(book.timezone)),
    )


def tell_watchers(*, book: Book, key: str, title: str, address: str) -> int:
    """Tell those who watch over the whole book: auditors and administrators of its root."""
    top = root(book)
    people = {seat.person_id for role in WATCHERS for seat in holders(role, top)}
    return tell(people=people, key=key, kind="alarm", title=title, address=address)


# --- reading what happened ----------------------------------------------------------------------------------------


def collect(*, book: Book) -> int:
    """Tell people what the log of `book` has gained since the last time; answers how many were told. The log is
    read by position, which has no gaps, so that nothing still being written is passed over. What was there before
    the first time is told to nobody."""
    told, more = 0, True
    with translation.override(book.language):
        while more:
            now_told, more = _step(book)
            told += now_told
    return told


@transaction.atomic
def _step(book: Book) -> tuple[int, bool]:
    """One stretch of the log; whether there is more of it. Nothing, while another is at it."""
    size = size_of(book.code)
    newest = Verification.objects.order_by("-id").values_list("id", flat=True).first() or 0
    Cursor.objects.get_or_create(book=book, defaults={"seq": size, "verification": newest})
    cursor = Cursor.objects.select_for_update(skip_locked=True).filter(book=book).first()
    if cursor is None:
        return 0, False
    upto = min(size, cursor.seq + WINDOW)
    told = _tell_events(book, cursor.seq, upto) + _tell_verifications(book, cursor.verification, newest)
    cursor.seq, cursor.verification = upto, max(cursor.verification, newest)
    cursor.save()
    return told, upto < size


def _tell_events(book: Book, after: int, upto: int) -> int:
    placed = Event.objects.filter(leaf__book=book.code, leaf__seq__gt=after, leaf__seq__lte=upto)
    events = list(placed.filter(verb__in=list(BY_VERB)).order_by("leaf__seq"))
    return sum(_tell_event(book, event) for event in events)


def _tell_event(book: Book, event: Event) -> int:
    """Nobody is told what they did themselves."""
    source = BY_VERB[event.verb]
    heard = source.tells(event)
    if heard is None:
        return 0
    kind, _colon, name = event.actor.partition(":")
    actor = Person.objects.filter(username=name).values_list("pk", flat=True).first() if kind == "person" else None
    people = Person.objects.filter(pk__in=set(heard.people) - {actor}, book=book).values_list("pk", flat=True)
    return tell(
        people=people,
        key=f"event:{event.pk}",
        kind=event.verb,
        title=heard.title,
        address=heard.address,
        at_once=source.at_once,
    )


def _tell_verifications(book: Book, after: int, upto: int) -> int:
    """What belongs to the installation is told to the watchers of every book."""
    found = Verification.objects.filter(id__gt=after, id__lte=upto, differences__gt=0, book__in=("", book.code))
    return sum(
        tell_watchers(
            book=book,
            key=f"verification:{one.pk}",
            title=_("核对账本，有%(count)d处对不上") % {"count": one.differences},
            address=reverse("web:books"),
        )
        for one in found
    )


# --- digests ------------------------------------------------------------------------------------------------------


def digest(*, book: Book) -> int:
    """Put today's digests together for those whose hour has come; answers how many."""
    hook = Hook.objects.filter(book=book).first()
    now = clock.now().astimezone(ZoneInfo(book.timezone))
    wanted = Preference.objects.filter(person__book=book, person__is_active=True, digest_hour__lte=now.hour)
    due = wanted.exclude(digested_on__gte=now.date()).order_by("pk").values_list("pk", flat=True)
    with translation.override(book.language):
        return sum(_digested(pk, hook, now) for pk in list(due))


@transaction.atomic
def _digested(pk: int, hook: Hook | None, now: datetime) -> int:
    rows = Preference.objects.select_for_update(skip_locked=True, of=("self",)).select_related("person")
    preference = rows.filter(pk=pk).exclude(digested_on__gte=now.date()).first()
    if preference is None:
        return 0
    preference.digested_on = now.date()
    preference.save(update_fields=["digested_on"])
    wanted = channels.available(preference, hook)
    standing = standing_lines(preference.person) if wanted else []
    return sum(_compose(preference.person, channel, standing, now) for channel in wanted)


def _compose(person: Person, channel: str, standing: list[tuple[str, str]], now: datetime) -> bool:
    """What was read meanwhile on the page is left out."""
    waiting = Delivery.objects.filter(notice__person=person, channel=channel, message=None)
    unread = waiting.filter(notice__read_at=None).order_by("notice_id")
    lines = standing + list(unread.values_list("notice__title", "notice__address"))
    waiting.exclude(notice__read_at=None).delete()
    if not lines:
        return False
    message = Message.objects.create(
        person=person,
        channel=channel,
        key=f"digest:{now.date()}",
        title=_("明账：今天有%(count)d件事") % {"count": len(lines)},
        lines=_cut(lines),
        due_at=clock.now(),
    )
    unread.update(message=message)
    return True


def _cut(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if len(lines) <= MOST_LINES:
        return lines
    rest = _("还有%(count)d件") % {"count": len(lines) - MOST_LINES}
    return [*lines[:MOST_LINES], (rest, reverse("notifications:inbox"))]


# --- sending ------------------------------------------------------------------------------------------------------


def deliver() -> tuple[int, int]:
    """Send what is due; answers how many were sent and how many were not."""
    sent = failed = 0
    while sent + failed < MOST_SENT and (outcome := _deliver_next()) is not None:
        sent += outcome
        failed += not outcome
    return sent, failed


@transaction.atomic
def _deliver_next() -> bool | None:
    """The message is held while it is sent: another worker takes the next one. Were this one killed now, it would
    be sent again by its token."""
    due = Message.objects.filter(state="waiting", due_at__lte=clock.now()).order_by("due_at", "id")
    message = due.select_for_update(skip_locked=True, of=("self",)).select_related("person").first()
    if message is None:
        return None
    message.attempts += 1
    try:
        channels.send(message)
    except channels.FAULTS as fault:
        _put_off(message, fault)
    else:
        message.state, message.sent_at, message.fault = "sent", clock.now(), ""
    message.save()
    return message.state == "sent"


def _put_off(message: Message, fault: Exception) -> None:
    message.fault = (str(fault).strip() or type(fault).__name__)[:500]
    if message.attempts <= len(WAITS):
        message.due_at = clock.now() + WAITS[message.attempts - 1]
    else:
        message.state = "failed"


def forget_old() -> int:
    """Delete notices that were read, and messages that are over, when they are old; answers how many."""
    now = clock.now()
    read_ones = Notice.objects.filter(at__lt=now - KEPT_NOTICES).exclude(read_at=None)
    over = Message.objects.exclude(state="waiting").filter(due_at__lt=now - KEPT_MESSAGES)
    count = read_ones.count() + over.count()
    read_ones.delete()
    over.delete()
    return count


# --- what people do -----------------------------------------------------------------------------------------------


@transaction.atomic
def read(*, by: Person, number: int | None = None) -> None:
    """Mark one of one's own notices as read, or all of them."""
    unread = Notice.objects.filter(person=by, read_at=None)
    unread = unread if number is None else unread.filter(pk=number)
    unread.update(read_at=clock.now())


@transaction.atomic
def choose(*, by: Person, chosen: Mapping[str, Any]) -> Preference:
    """How one wants to be told, as `models.Preference` has it. Raises InvalidInput. The log does not keep the
    address."""
    if chosen["mail_on"] and not chosen["mail"]:
        raise InvalidInput(
            _("没有写邮箱。"), problems={"mail": [_("要收邮件，请写上邮箱；不收就把邮件的勾去掉。")]}
        )
    preference, _new = Preference.objects.update_or_create(person=by, defaults=dict(chosen))
    said = {name: chosen[name] for name in ("mail_on", "hook_on", "at_once")}
    append.event(book=by.book.code, actor=by.ref, verb="person.reminders", subject=by.ref, data=said)
    return preference


@transaction.atomic
def set_hook(*, book: Book, address: str, secret: str, by: Person) -> None:
    """Where the body's gateway is, and the secret that signs what is sent there; an empty secret keeps the one
    there is, an empty address ends it. Raises NotAllowed, InvalidInput."""
    rules.check_user_can_set_hook(by)
    hook = Hook.objects.select_for_update().filter(book=book).first()
    if not address:
        Hook.objects.filter(book=book).delete()
    else:
        sealed = seal(secret, book.code) if secret else _kept(hook)
        changed = {"address": channels.check_address(address), "sealed": sealed, "changed_at": clock.now()}
        Hook.objects.update_or_create(book=book, defaults=changed)
    append.event(
        book=book.code, actor=by.ref, verb="book.hook", subject=f"book:{book.code}", data={"on": bool(address)}
    )


def _kept(hook: Hook | None) -> bytes:
    if hook is None:
        raise InvalidInput(_("没有写密钥。"), problems={"secret": [_("第一次设置，请写上和网关约好的密钥。")]})
    return bytes(hook.sealed)
