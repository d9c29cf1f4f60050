"""Proofs that anyone can check with SHA-256 and Ed25519 alone: see docs/reference/log-format.md."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mingzhang.audit import keys, merkle
from mingzhang.audit.checkpoints import text_of
from mingzhang.audit.leaves import data_of
from mingzhang.audit.models import Checkpoint, Event, SigningKey
from mingzhang.audit.sequencing import hashes_of
from mingzhang.audit.texts import key_text
from mingzhang.core.errors import NotFound

INCLUSION, CONSISTENCY = "mingzhang-inclusion/1", "mingzhang-consistency/1"


def event_at(book: str, seq: int) -> Event:
    """The event at a position, with its leaf. Raises NotFound."""
    event = Event.objects.filter(leaf__book=book, leaf__seq=seq).select_related("leaf").first()
    if event is None:
        raise NotFound(_("日志没有第%(seq)s条。") % {"seq": seq})
    return event


def inclusion(event: Event, checkpoint: Checkpoint | None = None) -> dict[str, Any]:
    """The proof that `event` is in the log under `checkpoint`, or the first one that covers it. Raises NotFound
    when none does yet."""
    leaf = event.leaf
    head = checkpoint or first_covering(event.book, leaf.seq)
    parts = merkle.inclusion(leaf.seq - 1, head.size)
    return {
        "proof": INCLUSION,
        "event": data_of(event).decode(),
        "index": leaf.seq - 1,
        "hashes": _hashes(event.book, parts),
        "checkpoint": head_json(head),
        "keys": key_chain(head.key),
    }


def consistency(first: Checkpoint, second: Checkpoint) -> dict[str, Any]:
    """The proof that what `first` signed is the beginning of what `second` signed."""
    parts = merkle.consistency(first.size, second.size)
    return {
        "proof": CONSISTENCY,
        "hashes": _hashes(first.book, parts),
        "first": head_json(first),
        "second": head_json(second),
        "keys": key_chain(second.key),
    }


def first_covering(book: str, seq: int) -> Checkpoint:
    """The first checkpoint that covers a position. Raises NotFound."""
    found = Checkpoint.objects.filter(book=book, size__gte=seq).select_related("key").order_by("id").first()
    if found is None:
        raise NotFound(
            _("还没有检查点盖到这一条。"), remedy=_("检查点每天签一次；急用请运行 mingzhang log checkpoint。")
        )
    return found


def head_json(checkpoint: Checkpoint) -> dict[str, Any]:
    """A checkpoint: its text, and the signature over just that."""
    return {
        "text": text_of(checkpoint).decode(),
        "algorithm": checkpoint.algorithm,
        "signature": bytes(checkpoint.signature).hex(),
    }


def key_chain(key: SigningKey) -> list[dict[str, Any]]:
    """The keys from the first of the chain to `key`, each with the text that introduced it and the signature over
    that by the key before, or by itself where there was none."""
    chain = [key]
    while (previous := chain[-1].previous) is not None:
        chain.append(previous)
    return [_key_json(one) for one in reversed(chain)]


def _key_json(key: SigningKey) -> dict[str, Any]:
    text = key_text(
        algorithm=key.algorithm,
        public=bytes(key.public),
        at=key.made_at,
        previous=keys.fingerprint(key.previous) if key.previous else "",
    )
    return {"text": text.decode(), "signature": bytes(key.introduction).hex()}


def _hashes(book: str, parts: list[merkle.Range]) -> list[str]:
    nodes = [node for part in parts for node in part]
    return [one.hex() for one in merkle.put_together(parts, hashes_of(book, nodes))]
