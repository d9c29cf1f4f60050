"""Signed heads of the tree."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import transaction

from mingzhang.audit import keys
from mingzhang.audit.models import Checkpoint, Event
from mingzhang.audit.sequencing import lock, sequence_locked
from mingzhang.audit.texts import checkpoint_text
from mingzhang.core import clock
from mingzhang.core.digests import SHA2_256


@transaction.atomic
def make_checkpoint(*, book: str, reason: str) -> Checkpoint:
    """Sequence every event of `book` that this transaction can see, its own included, and sign the tree as it then
    is. Called inside an action's transaction, all of it is undone with that one; call it last, because the book's
    log stays locked until the transaction ends. Raises CannotUnseal."""
    peaks = sequence_locked(book)
    key, at, root = keys.key_in_use(), clock.now(), SHA2_256 + peaks.root()
    text = checkpoint_text(book=book, size=peaks.size, root=root, at=at, reason=reason, key=keys.fingerprint(key))
    return Checkpoint.objects.create(
        book=book,
        size=peaks.size,
        root=root,
        at=at,
        reason=reason,
        key=key,
        algorithm=key.algorithm,
        signature=keys.sign(key, text),
    )


def make_daily(book: str, zone: ZoneInfo) -> Checkpoint | None:
    """Today's checkpoint of `book`, unless it was made already or the log is empty. Raises CannotUnseal."""
    with transaction.atomic():
        lock(book)  # two who keep the log make one
        newest = Checkpoint.objects.filter(book=book, reason="daily").order_by("id").last()
        if newest and newest.at.astimezone(zone).date() >= clock.today(zone):
            return None
        return make_checkpoint(book=book, reason="daily") if Event.objects.filter(book=book).exists() else None


def text_of(checkpoint: Checkpoint) -> bytes:
    """What the signature of `checkpoint` is over."""
    return checkpoint_text(
        book=checkpoint.book,
        size=checkpoint.size,
        root=bytes(checkpoint.root),
        at=checkpoint.at,
        reason=checkpoint.reason,
        key=keys.fingerprint(checkpoint.key),
    )
