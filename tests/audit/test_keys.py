"""The keys that sign: made when needed, sealed at rest, handed on."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from pytest_django import Settings

from mingzhang.audit import append, keys, sealing
from mingzhang.audit.checkpoints import make_checkpoint
from mingzhang.audit.keys import CannotUnseal
from mingzhang.audit.models import Checkpoint, Event, SealedKey, SigningKey
from mingzhang.audit.verification import verify_installation, verify_log
from mingzhang.core.errors import StateRefused

SECRET = "the installation's secret"


@pytest.fixture(autouse=True)
def secret(db: None, settings: Settings) -> None:
    settings.SECRET_KEY = SECRET


def signed() -> Checkpoint:
    append.event(book="YC", actor="person:chen", verb="x", subject="y:1")
    return make_checkpoint(book="YC", reason="asked")


def faults() -> int:
    return sum(one.faults for one in [*verify_log("YC"), *verify_log(""), *verify_installation()])


def test_the_first_key_is_made_when_it_is_needed_and_serves_from_then_on() -> None:
    first, second = signed(), signed()
    assert first.key == second.key == SigningKey.objects.get()
    assert first.algorithm == "ed25519"
    event = Event.objects.get(verb="key.make")
    assert (event.book, event.subject) == ("", f"key:{keys.fingerprint(first.key)}")


def test_the_private_key_is_not_in_the_database_in_clear() -> None:
    key = signed().key
    private = keys._unsealed(key).private_bytes_raw()
    sealed = bytes(SealedKey.objects.get().sealed)
    assert private not in sealed
    assert len(sealed) == sealing.NONCE_BYTES + len(private) + 16


def test_a_new_key_is_introduced_by_the_old_one_which_can_sign_no_more() -> None:
    before = signed()
    made = keys.rotate(by="command")
    after = signed()
    assert after.key == made
    assert made.previous == before.key
    assert keys.is_introduced(made, before.key)
    assert not keys.is_introduced(made, None)
    with pytest.raises(StateRefused, match="已经换下"):
        keys.sign(before.key, b"back-dated")
    assert faults() == 0
    assert Event.objects.get(verb="key.rotate").data["previous"] == keys.fingerprint(before.key)


def test_with_another_secret_nothing_is_signed_and_it_is_said_what_to_do(settings: Settings) -> None:
    signed()
    settings.SECRET_KEY = "another"
    with pytest.raises(CannotUnseal, match="MINGZHANG_SECRET_KEY") as refused, transaction.atomic():
        signed()
    assert "mingzhang key rotate --lost" in refused.value.remedy
    with pytest.raises(CannotUnseal):
        keys.rotate(by="command")
    assert Checkpoint.objects.count() == SigningKey.objects.count() == 1
    assert faults() == 0, "verifying needs no secret"


def test_with_the_old_secret_named_the_key_is_handed_on(settings: Settings) -> None:
    signed()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [SECRET]
    keys.rotate(by="command")
    settings.SECRET_KEY_FALLBACKS = []
    signed()
    assert faults() == 0


def test_a_lost_key_is_replaced_and_everyone_who_verifies_is_told(settings: Settings) -> None:
    signed()
    settings.SECRET_KEY = "another"
    keys.rotate(by="command", lost=True)
    signed()
    [checked] = [one for one in verify_installation() if one.code == "keys"]
    assert checked.faults == 0
    assert "没有由前一把交接" in checked.notes[0]


def test_a_signature_of_an_unknown_algorithm_or_a_broken_key_is_none() -> None:
    public, signature = bytes(32), bytes(64)
    assert not keys.is_signed(algorithm="ed448", public=public, signature=signature, text=b"")
    assert not keys.is_signed(algorithm="ed25519", public=b"short", signature=signature, text=b"")


def test_a_key_is_kept_once() -> None:
    key = signed().key
    with pytest.raises(DatabaseError), transaction.atomic():
        SigningKey.objects.create(
            algorithm=key.algorithm, public=key.public, made_at=key.made_at, introduction=key.introduction
        )
