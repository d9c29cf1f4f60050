"""Secrets at rest: AES-256-GCM under a key derived (HKDF-SHA256, RFC 5869) from the installation's secret, which is
not in the database. A copy of the database alone opens nothing."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

NONCE_BYTES = 12


def seal(plain: bytes, *, purpose: bytes, beside: bytes) -> bytes:
    """`plain` encrypted for one purpose, bound to what stands `beside` it: a nonce of 12 bytes, then the rest."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key(settings.SECRET_KEY, purpose)).encrypt(nonce, plain, beside)


def unseal(sealed: bytes, *, purpose: bytes, beside: bytes) -> bytes | None:
    """The inverse of `seal`; None when no secret that the installation has or had opens it."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(secret, purpose)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], beside)
        except InvalidTag:
            continue
    return None


def _key(secret: str | bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(force_bytes(secret))
