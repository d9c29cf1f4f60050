"""Personal words in events, as salted commitments.

An event can never be erased, so it never holds a name or free text in clear. It holds a commitment, the SHA-256 of
a random salt and the words; salt and words stand beside it in a table of their own. While they do, anyone can see
that they are what was said. When they must be erased, they are, and every proof over the event still holds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from mingzhang.audit.models import Disclosure

ALGORITHM = "salted-sha256"
SALT_BYTES = 32
COPY = "COPY audit_disclosure (digest, salt, value) FROM STDIN"


class Sealed(NamedTuple):
    """A value that was committed to. `text` is what an event says of it."""

    digest: bytes
    salt: bytes
    value: str | None

    @property
    def text(self) -> str:
        return written(self.digest)


def seal(value: str) -> Sealed:
    """A commitment to words that are kept beside it."""
    return seal_elsewhere(value.encode())._replace(value=value)


def seal_elsewhere(value: bytes) -> Sealed:
    """A commitment to something that is kept where it belongs, such as a record: only the salt is kept here."""
    salt = os.urandom(SALT_BYTES)
    return Sealed(commitment(salt, value), salt, None)


def commitment(salt: bytes, value: bytes) -> bytes:
    """The digest that commits to `value`."""
    return hashlib.sha256(salt + value).digest()


def written(digest: bytes) -> str:
    """A commitment as it stands in an event."""
    return f"{ALGORITHM}:{digest.hex()}"


def read(text: object) -> bytes | None:
    """The digest in what an event says, or None when that is no commitment."""
    algorithm, _, digits = text.partition(":") if isinstance(text, str) else ("", "", "")
    return bytes.fromhex(digits) if algorithm == ALGORITHM else None


def keep(sealed: Iterable[Sealed]) -> None:
    """Keep what opens these commitments, in the transaction that appends their events."""
    rows = list(sealed)
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(row)


def opened(texts: Iterable[object]) -> dict[str, str]:
    """The words behind those commitments that can still be opened, by what the events say."""
    digests = [digest for text in texts if (digest := read(text))]
    found = Disclosure.objects.filter(digest__in=digests).exclude(value=None)
    return {written(bytes(row.digest)): str(row.value) for row in found}
