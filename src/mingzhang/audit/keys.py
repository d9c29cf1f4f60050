"""The keys that sign checkpoints: made when first needed, sealed at rest, handed on by rotation.

The private half is kept in the database, encrypted with AES-256-GCM under a key derived (HKDF-SHA256) from the
installation's secret, which is not in the database: a copy of the database alone signs nothing.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.audit.models import SealedKey, SigningKey
from mingzhang.audit.sealing import seal, unseal
from mingzhang.audit.texts import key_text
from mingzhang.core import clock
from mingzhang.core.digests import digest, show
from mingzhang.core.errors import Refusal, StateRefused

ED25519 = "ed25519"
# Keys belong to no book: their events stand in the installation's own log.
NO_BOOK = ""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('mingzhang.audit/key', 0))"
_LOCK_SHARED = _LOCK.replace("xact_lock", "xact_lock_shared")
_SEALED_FOR = b"mingzhang signing key/1"


class CannotUnseal(Refusal):
    """The private key cannot be opened with the secret that this installation has now."""

    status = 500


def fingerprint(key: SigningKey) -> str:
    """How a key is named in texts: the digest of its public half."""
    return show(digest(bytes(key.public)))


def ref(key: SigningKey) -> str:
    """How the event log names a key."""
    return f"key:{fingerprint(key)}"


def key_in_use(*, by: str = "system") -> SigningKey:
    """The key that signs, made now if there is none yet. Nobody replaces it until the transaction ends."""
    if SigningKey.objects.exists():
        _lock(shared=True)
    else:
        _lock()
    return _newest() or _make(None, by, "key.make")


def sign(key: SigningKey, text: bytes) -> bytes:
    """The signature of `key` over `text`. Raises CannotUnseal, and StateRefused for a key that was replaced."""
    return _unsealed(key).sign(text)


def is_signed(*, algorithm: str, public: bytes, signature: bytes, text: bytes) -> bool:
    """Whether `signature` over `text` is that of the key with this public half."""
    if algorithm != ED25519:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def is_introduced(key: SigningKey, previous: SigningKey | None) -> bool:
    """Whether `key` was introduced by `previous`, or by itself when there is none."""
    signer = previous or key
    text = key_text(
        algorithm=key.algorithm,
        public=bytes(key.public),
        at=key.made_at,
        previous=fingerprint(previous) if previous else "",
    )
    return is_signed(
        algorithm=signer.algorithm, public=bytes(signer.public), signature=bytes(key.introduction), text=text
    )


@transaction.atomic
def rotate(*, by: str, lost: bool = False) -> SigningKey:
    """A new key from now on. The key in use introduces it and its private half is destroyed; what it signed stays
    verifiable. When that one is `lost`, because it cannot be unsealed any more, the new key introduces itself and
    everyone who verifies is told so. Raises CannotUnseal."""
    _lock()
    previous = _newest()
    key = _make(None if lost else previous, by, "key.rotate" if previous else "key.make")
    SealedKey.objects.exclude(key=key).delete()
    return key


def _make(previous: SigningKey | None, by: str, verb: str) -> SigningKey:
    private, at = Ed25519PrivateKey.generate(), clock.now()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    text = key_text(algorithm=ED25519, public=public, at=at, previous=fingerprint(previous) if previous else "")
    signer = _unsealed(previous) if previous else private
    key = SigningKey.objects.create(
        algorithm=ED25519, public=public, made_at=at, previous=previous, introduction=signer.sign(text)
    )
    SealedKey.objects.create(key=key, sealed=_sealed(private, public))
    said = {"algorithm": ED25519, "public": public.hex(), "previous": fingerprint(previous) if previous else None}
    append.event(book=NO_BOOK, actor=by, verb=verb, subject=ref(key), data=said)
    return key


def _newest() -> SigningKey | None:
    return SigningKey.objects.order_by("id").last()


def _lock(*, shared: bool = False) -> None:
    """One maker of keys at a time, while nobody signs. Taken after a log's lock, never before one."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_SHARED if shared else _LOCK)


def _sealed(private: Ed25519PrivateKey, public: bytes) -> bytes:
    return seal(private.private_bytes_raw(), purpose=_SEALED_FOR, beside=public)


def _unsealed(key: SigningKey) -> Ed25519PrivateKey:
    kept = SealedKey.objects.filter(key=key).first()
    if kept is None:
        raise StateRefused(_("这把签名密钥已经换下，不能再用来签名。"), remedy=_("请用现在的密钥再试一次。"))
    opened = unseal(bytes(kept.sealed), purpose=_SEALED_FOR, beside=bytes(key.public))
    if opened is not None:
        return Ed25519PrivateKey.from_private_bytes(opened)
    raise CannotUnseal(
        _("打不开签名密钥：MINGZHANG_SECRET_KEY 和生成密钥时的不一样。"),
        remedy=_(
            "请换回原来的值；或者把原来的值写进 MINGZHANG_OLD_SECRET_KEYS，再运行 mingzhang key rotate。"
            "原来的值找不回来时，运行 mingzhang key rotate --lost。"
        ),
    )
