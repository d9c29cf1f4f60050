"""Keeping what a phone's code generator shares with us unreadable in the database and its backups."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.encoding import force_bytes


def seal(text: str) -> str:
    """Encrypted under the secret key."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed, under the secret key or one of its predecessors."""
    return _keys().decrypt(sealed.encode()).decode()


def _keys() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    derived = hashlib.blake2b(force_bytes(secret), digest_size=32, person=b"mingzhang-totp").digest()
    return Fernet(base64.urlsafe_b64encode(derived))
