"""The gateway's secret at rest: AES-256-GCM under a key derived (HKDF-SHA256) from the installation's secret, as
the keys that sign checkpoints are kept."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from mingzhang.core.errors import StateRefused

NONCE_BYTES = 12
_SEALED_FOR = b"mingzhang gateway secret/1"


def seal(secret: str, book: str) -> bytes:
    """`secret` encrypted, for this book alone."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, secret.encode(), book.encode())


def unseal(sealed: bytes, book: str) -> bytes:
    """The secret. Raises StateRefused when no secret that the installation has or had opens it."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(secret)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], book.encode())
        except InvalidTag:
            continue
    raise StateRefused(
        _("打不开网关的密钥：MINGZHANG_SECRET_KEY 换过了。"), remedy=_("请在设置的“提醒网关”里把密钥再写一次。")
    )


def _key(secret: str | bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_SEALED_FOR).derive(force_bytes(secret))
