"""The texts that are hashed and signed, byte for byte: see docs/reference/log-format.md. No database, no Django.

Each signed text is made of lines `name value`, every one ended by a line feed, and begins with a line that says
what it is, so that a signature under one kind of text can never be taken for one under another.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from json.encoder import encode_basestring as _quoted
from typing import Any

from mingzhang.core.digests import canonical_json, show

CHECKPOINT = "mingzhang-checkpoint/1"
KEY = "mingzhang-key/1"


def moment(at: datetime) -> str:
    """A moment in UTC, always with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def leaf_data(
    *, id: int, book: str, at: datetime, actor: str, verb: str, subject: str, data: Mapping[str, Any]
) -> bytes:
    """An event as the tree takes it in, in canonical JSON: everything it says and nothing of where it stands."""
    said = canonical_json(data).decode()
    return leaf_text(id=id, book=book, at=moment(at), actor=actor, verb=verb, subject=subject, data=said)


def leaf_text(*, id: int, book: str, at: str, actor: str, verb: str, subject: str, data: str) -> bytes:
    """As `leaf_data`, for one who already has the moment and the canonical JSON of the data as text: three times as
    fast. The keys stand in the order of canonical JSON."""
    return (
        f'{{"actor":{_quoted(actor)},"at":"{at}","book":{_quoted(book)},"data":{data},"id":{id},'
        f'"subject":{_quoted(subject)},"verb":{_quoted(verb)}}}'
    ).encode()


def checkpoint_text(*, book: str, size: int, root: bytes, at: datetime, reason: str, key: str) -> bytes:
    """What a checkpoint's signature is over. `root` is a multihash, `key` the fingerprint of the signing key."""
    return _lines(
        CHECKPOINT,
        {"book": book, "size": size, "root": show(root), "time": moment(at), "reason": reason, "key": key},
    )


def key_text(*, algorithm: str, public: bytes, at: datetime, previous: str) -> bytes:
    """What introduces a key, signed by the key named `previous`, or by itself when that is empty."""
    return _lines(
        KEY, {"algorithm": algorithm, "public": public.hex(), "time": moment(at), "previous": previous or "none"}
    )


def _lines(head: str, parts: Mapping[str, object]) -> bytes:
    lines = [head, *(f"{name} {value}" for name, value in parts.items())]
    return "".join(f"{line}\n" for line in lines).encode()
