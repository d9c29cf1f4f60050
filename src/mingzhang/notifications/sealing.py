"""The gateway's secret at rest, as the keys that sign checkpoints are kept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mingzhang.audit import sealing
from mingzhang.core.errors import StateRefused

_PURPOSE = b"mingzhang gateway secret/1"


def seal(secret: str, book: str) -> bytes:
    """`secret` encrypted, for this book alone."""
    return sealing.seal(secret.encode(), purpose=_PURPOSE, beside=book.encode())


def unseal(sealed: bytes, book: str) -> bytes:
    """The secret. Raises StateRefused when no secret that the installation has or had opens it."""
    secret = sealing.unseal(sealed, purpose=_PURPOSE, beside=book.encode())
    if secret is None:
        raise StateRefused(
            _("打不开网关的密钥：MINGZHANG_SECRET_KEY 换过了。"), remedy=_("请在设置的“提醒网关”里把密钥再写一次。")
        )
    return secret
