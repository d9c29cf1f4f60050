"""The Merkle tree of RFC 6962 and RFC 9162 over SHA-256: no database, no Django.

A node is named by its level (a leaf's hash is level 0) and its number in that level, from the left and from 0. It
is *complete* when all the leaves below it are there: from then on it never changes, so complete nodes are what is
stored. Every other hash of a tree of any size is folded from a few of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256().digest()


class Node(NamedTuple):
    """Where a hash stands in the tree."""

    level: int
    number: int


# The complete nodes that one hash is folded from, from left to right.
Range = tuple[Node, ...]


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry of the log."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node from those of its children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Peaks:
    """The complete nodes along the right edge of a growing tree: all that is needed to append to it and to know its
    root. `hashes` go from the largest subtree, on the left, to the smallest."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Take the hash of the next leaf in, and answer every node above it that is now complete, from below."""
        hashes, number, level, value = self._hashes, self.size, 0, leaf
        made = []
        while number & 1:
            value = node_hash(hashes.pop(), value)
            number, level = number >> 1, level + 1
            made.append((Node(level, number), value))
        hashes.append(value)
        self.size += 1
        return made

    def copy(self) -> Peaks:
        """Another tree that begins the same."""
        return Peaks(self.size, self._hashes)

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return fold(self._hashes)


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over subtrees given from left to right, each larger than the next."""
    if not hashes:
        return EMPTY_ROOT
    value = hashes[-1]
    for left in reversed(hashes[:-1]):
        value = node_hash(left, value)
    return value


def peaks(size: int) -> Range:
    """The complete nodes that the root of a tree of `size` leaves is folded from."""
    return _cover(0, size)


def inclusion(index: int, size: int) -> list[Range]:
    """What the proof is made of that leaf `index` is in a tree of `size` leaves: each of its hashes as the nodes
    it is folded from (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    return _path(index, 0, size)


def consistency(first: int, second: int) -> list[Range]:
    """What the proof is made of that a tree of `first` leaves is the beginning of one of `second`
    (RFC 9162, 2.1.4.1). Empty when either is empty or both are the same."""
    if not 0 <= first <= second:
        raise ValueError("the first tree must not be larger than the second")
    return [] if first in (0, second) else _subproof(first, 0, second, whole=True)


def put_together(parts: Iterable[Range], hashes: Mapping[Node, bytes]) -> list[bytes]:
    """A proof from its parts and the hashes of their nodes."""
    return [fold([hashes[node] for node in part]) for part in parts]


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that `proof` leads to from the hash of leaf `index` in a tree of `size` leaves; None for a proof of
    the wrong length (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, value = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return None
        if place % 2 or place == last:
            value = node_hash(other, value)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, other)
        place, last = place >> 1, last >> 1
    return None if last else value


def is_consistent(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the first tree is the beginning of the second (RFC 9162, 2.1.4.2)."""
    if first in (0, second):
        known = EMPTY_ROOT if first == 0 else second_root
        return not proof and first_root == known
    if not 0 < first < second:
        return False
    found = _roots_by_consistency(first, first_root, second, proof)
    return found == (first_root, second_root)


def _roots_by_consistency(
    first: int, first_root: bytes, second: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    place, last = first - 1, second - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    hashes = list(proof) if place else [first_root, *proof]
    if not hashes:
        return None
    old = new = hashes[0]
    for other in hashes[1:]:
        if last == 0:
            return None
        if place % 2 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, other)
        place, last = place >> 1, last >> 1
    return None if last else (old, new)


def _cover(start: int, end: int) -> Range:
    """The complete nodes over leaves `start` to `end` (not included). `start` is a multiple of the first's width,
    as it is for every range that the tree's definition splits off."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Node(level, start >> level))
        start += 1 << level
    return tuple(found)


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _path(index: int, start: int, size: int) -> list[Range]:
    if size == 1:
        return []
    left = _split(size)
    if index < left:
        return [*_path(index, start, left), _cover(start + left, start + size)]
    return [*_path(index - left, start + left, size - left), _cover(start, start + left)]


def _subproof(first: int, start: int, size: int, *, whole: bool) -> list[Range]:
    if first == size:
        return [] if whole else [_cover(start, start + size)]
    left = _split(size)
    if first <= left:
        return [*_subproof(first, start, left, whole=whole), _cover(start + left, start + size)]
    return [*_subproof(first - left, start + left, size - left, whole=False), _cover(start, start + left)]
