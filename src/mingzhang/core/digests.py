"""Canonical JSON and self-describing digests.

A digest is a multihash (https://multiformats.io/multihash/): one byte for the algorithm, one for the length, then
the hash, so that a ledger may move to another algorithm without doubt about what an old digest is.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

SHA2_256 = b"\x12\x20"

# Made once: json.dumps makes a new encoder at each call, which costs as much as the encoding of an entry.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces. Decimals and dates must already be text: floats are refused
    because two writers may print them differently."""
    return _CANONICAL.encode(value).encode()


def digest(payload: bytes) -> bytes:
    """The SHA-256 multihash of `payload`, 34 bytes."""
    return SHA2_256 + hashlib.sha256(payload).digest()


def show(value: bytes) -> str:
    """A digest for people and exports: `sha256:` and the hash in hexadecimal. Raises ValueError for an algorithm
    this version does not know."""
    if value[:2] != SHA2_256 or len(value) != 34:
        raise ValueError("unknown digest algorithm")
    return f"sha256:{value[2:].hex()}"


def read(text: str) -> bytes:
    """The inverse of `show`."""
    algorithm, _, hexadecimal = text.partition(":")
    if algorithm != "sha256" or len(hexadecimal) != 64:
        raise ValueError(f"not a digest: {text[:80]}")
    return SHA2_256 + bytes.fromhex(hexadecimal)
