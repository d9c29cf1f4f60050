"""The draw a second time, slow and plain, written from docs/reference/draw.md: fractions instead of integers, one
bit string instead of a buffer, inspectors by trying all ways. It shares nothing with what is tested."""

from __future__ import annotations

import hashlib
import itertools
import struct
from fractions import Fraction
from typing import Any

Json = dict[str, Any]


def blocks(seed: str, label: str, count: int) -> bytes:
    start = bytes.fromhex(seed.removeprefix("sha256:")) + label.encode() + b"\x00"
    return b"".join(hashlib.sha256(start + struct.pack(">Q", place)).digest() for place in range(count))


class Numbers:
    def __init__(self, seed: str, label: str) -> None:
        self.text = "".join(f"{byte:08b}" for byte in blocks(seed, label, 400))

    def below(self, limit: int) -> int:
        if limit == 1:
            return 0
        wanted = len(f"{limit - 1:b}")
        bits = -(-wanted // 8) * 8
        while True:
            head, self.text = self.text[:bits], self.text[bits:]
            number = int(head[-wanted:], 2)
            if number < limit:
                return number


def chosen(roster: Json, seed: str) -> dict[int, tuple[str, Fraction]]:
    """The chosen objects, why each, and with what chance."""
    found = {}
    for stratum in roster["strata"]:
        members = [one for one in roster["objects"] if one["stratum"] == stratum["id"]]
        found.update(_of_stratum(stratum, members, roster["coverage"], seed))
    return found


def _of_stratum(
    stratum: Json, members: list[Json], coverage: Json | None, seed: str
) -> dict[int, tuple[str, Fraction]]:
    size, found = stratum["size"], {}
    if coverage:
        late = [one for one in members if coverage["times"] - one["visits"] >= max(1, coverage["left"])]
        for one in sorted(late, key=lambda one: (one["visits"], one["number"]))[:size]:
            found[one["number"]] = ("coverage", Fraction(1))
    rest = [one for one in members if one["number"] not in found]
    while True:
        wanted, total = size - len(found), sum(one["weight"] for one in rest)
        sure = [one for one in rest if Fraction(one["weight"] * wanted, total) >= 1]
        if not sure:
            break
        found.update({one["number"]: ("weight", Fraction(1)) for one in sure})
        rest = [one for one in rest if one not in sure]
    if wanted:
        found.update(_systematic(rest, wanted, Numbers(seed, "objects:" + stratum["id"])))
    return found


def _systematic(rest: list[Json], wanted: int, numbers: Numbers) -> dict[int, tuple[str, Fraction]]:
    total = sum(one["weight"] for one in rest)
    for place in reversed(range(1, len(rest))):
        other = numbers.below(place + 1)
        rest[place], rest[other] = rest[other], rest[place]
    first, end, found = Fraction(numbers.below(total), wanted), Fraction(0), {}
    points = [first + Fraction(total, wanted) * step for step in range(wanted)]
    for one in rest:
        begin, end = end, end + one["weight"]
        if any(begin <= point < end for point in points):
            found[one["number"]] = ("drawn", Fraction(one["weight"] * wanted, total))
    return found


def least_squares(roster: Json, objects: list[int]) -> int:
    """The least sum of the squares of the loads with which every object gets as many inspectors as it may have."""
    everybody = {one["number"] for one in roster["inspectors"]}
    kept_off = {(one["object"], one["inspector"]) for one in roster["recusals"]}
    loads = {(0,) * len(everybody)}
    for number in objects:
        free = sorted(one for one in everybody if (number, one) not in kept_off)
        ways = list(itertools.combinations(free, min(roster["per_object"], len(free))))
        loads = {
            tuple(load + (place in way) for place, load in enumerate(before, 1)) for before in loads for way in ways
        }
    return min(sum(load * load for load in one) for one in loads)
