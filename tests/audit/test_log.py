"""Positions and the tree, as appending and sequencing leave them."""

from __future__ import annotations

import pytest
from django.db import transaction

from mingzhang.audit import append, keys, merkle
from mingzhang.audit.checkpoints import make_checkpoint, text_of
from mingzhang.audit.leaves import hash_of
from mingzhang.audit.models import Checkpoint, Event, Leaf, Pending, SigningKey
from mingzhang.audit.sequencing import sequence, size_of


def tell(count: int, book: str = "YC") -> list[int]:
    return [
        append.event(book=book, actor="person:chen", verb="record.add", subject=f"record:{n}", data={"n": n})
        for n in range(count)
    ]


def root_of(book: str) -> bytes:
    """By the definition, from the events in the order of their positions."""

    def root(hashes: list[bytes]) -> bytes:
        if len(hashes) == 1:
            return hashes[0]
        split = 1
        while split * 2 < len(hashes):
            split *= 2
        return merkle.node_hash(root(hashes[:split]), root(hashes[split:]))

    return root([hash_of(event) for event in Event.objects.filter(book=book).order_by("leaf__seq")])


def test_a_checkpoint_takes_in_the_callers_own_events(db: None) -> None:
    told = tell(11)
    checkpoint = make_checkpoint(book="YC", reason="signing")
    assert checkpoint.size == 11
    assert bytes(checkpoint.root)[2:] == root_of("YC")
    assert list(Leaf.objects.order_by("seq").values_list("event_id", flat=True)) == told
    assert not Pending.objects.filter(book="YC").exists()
    key = SigningKey.objects.get()
    assert keys.is_signed(
        algorithm="ed25519",
        public=bytes(key.public),
        signature=bytes(checkpoint.signature),
        text=text_of(checkpoint),
    )


def test_what_is_rolled_back_leaves_nothing(db: None) -> None:
    class Stop(Exception):
        pass

    tell(3)
    sequence("YC")

    def act() -> None:
        with transaction.atomic():
            tell(5)
            make_checkpoint(book="YC", reason="signing")
            raise Stop

    with pytest.raises(Stop):
        act()
    assert size_of("YC") == 3
    assert Event.objects.count() == 3
    assert not Checkpoint.objects.exists()
    assert not SigningKey.objects.exists()
    assert not Pending.objects.exists()
    tell(2)
    assert make_checkpoint(book="YC", reason="signing").size == 5
