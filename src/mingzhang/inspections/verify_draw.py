#!/usr/bin/env python3
"""重算明账的一次随机抽取：同样的名单，同样的种子，谁来算都抽到同样的对象和检查人。
Draws again what a random draw of Mingzhang drew: the same roster and the same seed give everybody the same names.

    python3 verify_draw.py FILE [--lang zh|en] [--roster sha256:…]

This one file needs Python 3.9 or newer and nothing else: no network, no package, nothing of Mingzhang. It is
also the very code that the server draws with. Read it before you trust it. Exit status 0: everything holds. 1:
something does not, and it is said what.

How it is drawn, in short; docs/reference/draw.md says it in full. The roster is published by its digest before
anybody can know the seed. The seed is a digest over the roster's digest and what was fixed beforehand: the
secrets of two people who had published commitments to them, or a public value of a stated day. Random integers
are read from SHA-256 in counter mode, without bias. In each stratum, objects that the minimum coverage makes
certain come first, then those whose weight makes them certain; the rest is drawn by systematic sampling with
probability proportional to weight over a random order (Madow 1949; Hartley and Rao 1962). Inspectors are
assigned by a second stream: no recusal is violated, and loads are as even as they can be (optimal
semi-matching; Harvey, Ladner, Lovász and Tamir 2006). All arithmetic is with integers.

What a file cannot show: that the roster's digest was published when it is said to have been. Compare it with
the one that was published (`--roster`), and the public value with its source.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date
from math import gcd
from typing import Any

Json = dict[str, Any]
Words = tuple[str, str, str]

FORMAT = "mingzhang-draw/1"
REASONS = ("kin", "worked", "interest", "other")
MOST_WEIGHT, MOST_PER_OBJECT = 1_000_000, 5
SHA256 = re.compile("sha256:[0-9a-f]{64}")
VALUE = re.compile("[0-9A-Za-z.,:+-]+(?: [0-9A-Za-z.,:+-]+)*")
SALT = re.compile("[0-9a-f]{32}")

DOCUMENT = {"format": str, "roster": dict, "roster_digest": str, "commitments": list, "value": str, "seed": str,
            "result": dict}  # fmt: skip
ROSTER = {"body": str, "inspection": str, "title": str, "draw": int, "window": list, "per_object": int,
          "coverage": (dict, type(None)), "source": dict, "strata": list, "objects": list, "inspectors": list,
          "recusals": list, "previous": list}  # fmt: skip
COVERAGE = {"times": int, "left": int}
STRATUM = {"id": str, "name": str, "size": int}
OBJECT = {"number": int, "unit": str, "place": str, "stratum": str, "weight": int, "visits": int}
# How weights were reckoned may be said in words: of the roster, and of each object.
ROSTER_MORE, OBJECT_MORE = {"weights": str}, {"because": str}
INSPECTOR = {"number": int, "post": str}
RECUSAL = {"object": int, "inspector": int, "reason": str}
PREVIOUS = {"draw": int, "outcome": str, "reason": str, "roster_digest": str}
COMMITMENT = {"slot": int, "by": str, "commitment": str, "salt": str, "secret": str}


class Wrong(Exception):
    """Something does not hold: said in Chinese and in English."""


def need(holds: object, chinese: str, english: str) -> None:
    if not holds:
        raise Wrong(chinese, english)


# --- bytes and digests --------------------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def no_float(text: str) -> Any:
    raise ValueError("a number with a fraction: " + text)


def read_json(data: bytes) -> Any:
    """JSON that is canonical: nothing about it can be changed without changing what it says."""
    value = json.loads(data.decode(), parse_float=no_float, parse_constant=no_float)
    need(canonical(value) == data, "不是规范的 JSON", "it is not canonical JSON")
    return value


def digest(value: Any) -> str:
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def commitment(roster_digest: str, slot: int, by: str, salt: str, secret: str) -> str:
    """What is published for a secret: it binds the roster, the person's slot and post, a salt, and the secret."""
    return digest([FORMAT, "commitment", roster_digest, slot, by, salt, secret])


def seed_of(roster_digest: str, sources: Sequence[str]) -> str:
    """The seed: of the roster and both secrets in the order of their slots, or the roster and the public value."""
    return digest([FORMAT, "seed", roster_digest, list(sources)])


# --- random integers ----------------------------------------------------------------------------------------------


class Stream:
    """SHA-256 in counter mode: block i is SHA-256(seed, label, 0x00, i as eight bytes), i from zero."""

    def __init__(self, seed: str, label: str) -> None:
        self._start = hashlib.sha256(bytes.fromhex(seed[7:]) + label.encode() + b"\0")
        self._block, self._bytes, self._at = 0, b"", 0

    def _take(self, count: int) -> bytes:
        while len(self._bytes) - self._at < count:
            block = self._start.copy()
            block.update(self._block.to_bytes(8, "big"))
            self._bytes = self._bytes[self._at :] + block.digest()
            self._block, self._at = self._block + 1, 0
        self._at += count
        return self._bytes[self._at - count : self._at]

    def below(self, limit: int) -> int:
        """An integer from zero to `limit` - 1, all equally likely: as few bytes as hold `limit` - 1, the bits above
        its highest set to zero; whatever is not below `limit` is thrown away."""
        bits = (limit - 1).bit_length()
        if not bits:
            return 0
        size, mask = (bits + 7) // 8, (1 << bits) - 1
        while True:
            number = int.from_bytes(self._take(size), "big") & mask
            if number < limit:
                return number

    def shuffled(self, items: Sequence[int]) -> list[int]:
        """The items in random order (Fisher and Yates, from the last place to the second)."""
        order = list(items)
        for place in range(len(order) - 1, 0, -1):
            other = self.below(place + 1)
            order[place], order[other] = order[other], order[place]
        return order


# --- the objects --------------------------------------------------------------------------------------------------


class Stratum:
    """What is settled about one stratum before any seed: who is certain, and with what chance the rest is drawn."""

    def __init__(self, size: int, members: list[Json], coverage: Json | None) -> None:
        self.weights = {one["number"]: one["weight"] for one in members}
        due = [one for one in members if coverage and is_due(one, coverage)]
        due.sort(key=lambda one: (one["visits"], one["number"]))
        self.covered = [one["number"] for one in due[:size]]
        self.short = sorted(one["number"] for one in due[size:])
        self.certain: list[int] = []
        self.wanted = size - len(self.covered)
        self.rest = sorted(self.weights.keys() - set(self.covered), key=lambda one: (-self.weights[one], one))
        self.total = sum(self.weights[one] for one in self.rest)
        self._settle()

    def _settle(self) -> None:
        """Whoever would be wanted at least once is certain, the heaviest first; that only raises the chance of
        those that follow."""
        taken = 0
        while self.wanted and self.weights[self.rest[taken]] * self.wanted >= self.total:
            self.total -= self.weights[self.rest[taken]]
            self.wanted, taken = self.wanted - 1, taken + 1
        self.certain, self.rest = sorted(self.rest[:taken]), sorted(self.rest[taken:])

    def chance(self, number: int) -> tuple[int, int]:
        """The probability with which an object is chosen, as a fraction in lowest terms."""
        if number in self.covered or number in self.certain:
            return 1, 1
        if not self.wanted:
            return 0, 1
        part, whole = self.weights[number] * self.wanted, self.total
        common = gcd(part, whole)
        return part // common, whole // common

    def draw(self, stream: Stream) -> list[int]:
        """Systematic sampling: the weights laid end to end in random order on a line, times `wanted`; the points
        u, u + total, u + 2 total, … for a random u below `total` choose the objects they fall into."""
        if not self.wanted:
            return []
        order, found, end = stream.shuffled(self.rest), [], 0
        point = stream.below(self.total)
        for number in order:
            end += self.weights[number] * self.wanted
            if end > point:
                found.append(number)
                point += self.total
        return found


def is_due(one: Json, coverage: Json) -> bool:
    """Whether an object that is not chosen now could no longer be visited as often as it must be: each of the draws
    left, this one among them, can choose it once."""
    missing = int(coverage["times"]) - int(one["visits"])
    return missing > 0 and missing >= coverage["left"]


def strata_of(roster: Json) -> dict[str, Stratum]:
    members: dict[str, list[Json]] = {one["id"]: [] for one in roster["strata"]}
    for one in roster["objects"]:
        members[one["stratum"]].append(one)
    return {one["id"]: Stratum(one["size"], members[one["id"]], roster["coverage"]) for one in roster["strata"]}


def chances(roster: Json) -> dict[int, tuple[int, int]]:
    """With what probability each object will be chosen: settled by the roster alone, before there is a seed."""
    strata = strata_of(roster)
    return {one["number"]: strata[one["stratum"]].chance(one["number"]) for one in roster["objects"]}


# --- the inspectors -----------------------------------------------------------------------------------------------


class Assignment:
    """Inspectors for the chosen objects, `per_object` different ones each: none who is recused, the loads as even
    as they can be. Each place is given along the shortest alternating path to the least loaded inspector who can be
    reached, so that the sum of the squares of the loads is the least possible."""

    def __init__(self, roster: Json, stream: Stream) -> None:
        self.numbers = [one["number"] for one in roster["inspectors"]]
        self.recused: dict[int, set[int]] = {}
        for one in roster["recusals"]:
            self.recused.setdefault(one["object"], set()).add(one["inspector"])
        self.stream, self.least = stream, 0
        self.given: dict[int, set[int]] = {}
        self.objects: dict[int, list[int]] = {number: [] for number in self.numbers}

    def free(self, number: int, among: Sequence[int]) -> list[int]:
        """The inspectors who may be given an object and have not been."""
        kept_off = self.recused.get(number, set()) | self.given[number]
        return [one for one in among if one not in kept_off]

    def give(self, number: int) -> bool:
        """One more inspector for an object; False if nobody is left."""
        self.given.setdefault(number, set())
        free = self.free(number, self.numbers)
        if not free:
            return False
        least = [one for one in free if len(self.objects[one]) == self.least]
        if least:
            self._put(number, least[self.stream.below(len(least))])
        else:
            self._give_by_path(number, free)
        self.least = min(map(len, self.objects.values()))
        return True

    def _put(self, number: int, inspector: int) -> None:
        self.given[number].add(inspector)
        self.objects[inspector].append(number)

    def _give_by_path(self, number: int, free: list[int]) -> None:
        came = self._reached(number, free)
        least = min(len(self.objects[one]) for one in came)
        ends = sorted(one for one in came if len(self.objects[one]) == least)
        inspector = ends[self.stream.below(len(ends))]
        while True:
            given, instead_of = came[inspector]
            self._put(given, inspector)
            if instead_of is None:
                return
            self.given[given].discard(instead_of)
            self.objects[instead_of].remove(given)
            inspector = instead_of

    def _reached(self, number: int, free: list[int]) -> dict[int, tuple[int, int | None]]:
        """Every inspector on an alternating path from an object: which object they would be given, and who would be
        relieved of it."""
        came: dict[int, tuple[int, int | None]] = dict.fromkeys(free, (number, None))
        unseen = [one for one in self.numbers if one not in came]
        seen, queue = {number}, deque(free)
        while queue and unseen:
            relieved = queue.popleft()
            for other in self.objects[relieved]:
                if other not in seen:
                    seen.add(other)
                    found = self.free(other, unseen)
                    came.update((one, (other, relieved)) for one in found)
                    queue.extend(found)
                    unseen = [one for one in unseen if one not in came]
        return came


# --- the draw -----------------------------------------------------------------------------------------------------


def draw(roster: Json, seed: str) -> Json:
    """The result of a draw: who is chosen, why, with what chance, and who inspects; and what could not be had."""
    why: dict[int, str] = {}
    short: list[int] = []
    strata = strata_of(roster)
    for name, stratum in strata.items():
        why.update(dict.fromkeys(stratum.covered, "coverage"))
        why.update(dict.fromkeys(stratum.certain, "weight"))
        why.update(dict.fromkeys(stratum.draw(Stream(seed, "objects:" + name)), "drawn"))
        short += stratum.short
    chosen = sorted(why)
    assignment = assign(roster, chosen, seed)
    home = {one["number"]: strata[one["stratum"]] for one in roster["objects"]}
    return {
        "chosen": [
            {"object": one, "why": why[one], "chance": "{}/{}".format(*home[one].chance(one)),
             "inspectors": sorted(assignment.given[one])}
            for one in chosen
        ],
        "short": sorted(short),
        "lacking": [one for one in chosen if len(assignment.given[one]) < roster["per_object"]],
    }  # fmt: skip


def assign(roster: Json, chosen: Sequence[int], seed: str) -> Assignment:
    """Inspectors for the chosen: each gets its first before any gets its second, each time in random order."""
    assignment = Assignment(roster, Stream(seed, "inspectors"))
    for _round in range(roster["per_object"]):
        for number in assignment.stream.shuffled(chosen):
            assignment.give(number)
    return assignment


# --- whether a document is what it should be ----------------------------------------------------------------------


def shaped(value: Any, shape: Json, where: str, more: Json | None = None) -> None:
    fits = isinstance(value, dict) and set(shape) <= set(value) <= {*shape, *(more or {})}
    need(fits, f"{where}缺项或多项", f"parts are missing or too many in: {where}")
    for name, kind in {**shape, **(more or {})}.items():
        if name not in value:
            continue
        kinds = kind if isinstance(kind, tuple) else (kind,)
        need(type(value[name]) in kinds, f"{where}的 {name} 写法不对", f"{name} is written wrongly in: {where}")
        whole = type(value[name]) is not int or value[name] >= 0
        need(whole, f"{where}的 {name} 是负数", f"{name} is negative in: {where}")


def check_roster(roster: Json) -> None:
    """That a roster can be drawn from, and in one way only."""
    shaped(roster, ROSTER, "名单", ROSTER_MORE)
    days = [str(day) for day in roster["window"]]
    need(len(days) == 2 and date.fromisoformat(days[0]) <= date.fromisoformat(days[1]), "时段不对", "bad window")
    need(1 <= roster["per_object"] <= MOST_PER_OBJECT, "每个对象的检查人数不对", "bad number per object")
    if roster["coverage"] is not None:
        shaped(roster["coverage"], COVERAGE, "最低覆盖")
        need(min(roster["coverage"].values()) >= 1, "最低覆盖写法不对", "the coverage is written wrongly")
    check_source(roster["source"])
    for one in roster["previous"]:
        shaped(one, PREVIOUS, "以前的抽取")
    check_objects(roster)
    check_inspectors(roster)


def check_source(source: Json) -> None:
    if source.get("kind") == "commitments":
        shaped(source, {"kind": str}, "种子来源")
    else:
        shaped(source, {"kind": str, "what": str, "on": str}, "种子来源")
        need(source["kind"] == "public", "不认识的种子来源", "the source of the seed is unknown")
        date.fromisoformat(source["on"])


def check_objects(roster: Json) -> None:
    counts: dict[str, int] = {}
    for one in roster["strata"]:
        shaped(one, STRATUM, "分层")
        counts[one["id"]] = 0
    need(len(counts) == len(roster["strata"]), "分层重复", "a stratum is named twice")
    for place, one in enumerate(roster["objects"], 1):
        shaped(one, OBJECT, f"第{place}个对象", OBJECT_MORE)
        need(one["number"] == place, f"第{place}个对象编号不对", f"object {place} is numbered wrongly")
        need(1 <= one["weight"] <= MOST_WEIGHT, f"第{place}个对象权重不对", f"object {place} has a wrong weight")
        need(one["stratum"] in counts, f"第{place}个对象分层不对", f"object {place} is in no stratum")
        counts[one["stratum"]] += 1
    for one in roster["strata"]:
        fits = one["size"] <= counts[one["id"]]
        need(fits, f"“{one['name']}”抽的比有的多", f"more is wanted of {one['name']} than there is")


def check_inspectors(roster: Json) -> None:
    for place, one in enumerate(roster["inspectors"], 1):
        shaped(one, INSPECTOR, f"第{place}个检查人")
        need(one["number"] == place, f"第{place}个检查人编号不对", f"inspector {place} is numbered wrongly")
    pairs = set()
    for one in roster["recusals"]:
        shaped(one, RECUSAL, "回避")
        pairs.add((one["object"], one["inspector"]))
        known = 1 <= one["object"] <= len(roster["objects"]) and 1 <= one["inspector"] <= len(roster["inspectors"])
        need(known and one["reason"] in REASONS, "回避写法不对", "a recusal is written wrongly")
    need(len(pairs) == len(roster["recusals"]), "回避重复", "a recusal is written twice")


def check_commitments(document: Json) -> list[str]:
    """The secrets that were revealed, each the one that had been committed to."""
    for place, one in enumerate(document["commitments"], 1):
        shaped(one, COMMITMENT, f"第{place}份承诺")
        need(one["slot"] == place, f"第{place}份承诺次序不对", f"commitment {place} is out of order")
        need(SALT.fullmatch(one["salt"]), f"第{place}份承诺的盐写法不对", f"bad salt of commitment {place}")
        made = commitment(document["roster_digest"], place, one["by"], one["salt"], one["secret"])
        holds = made == one["commitment"] and one["secret"]
        need(
            holds,
            f"第{place}人公开的和封存的不一样",
            f"person {place} revealed something else than was committed to",
        )
    return [one["secret"] for one in document["commitments"]]


def sources_of(document: Json) -> list[str]:
    if document["roster"]["source"]["kind"] == "public":
        need(not document["commitments"], "多了承诺", "there are commitments too many")
        need(VALUE.fullmatch(document["value"]), "公开的数写法不对", "the public value is written wrongly")
        return [document["value"]]
    need(
        len(document["commitments"]) == 2 and not document["value"], "应当有两份承诺", "two commitments are needed"
    )
    return check_commitments(document)


def document_of(roster: Json, commitments: list[Json], value: str) -> Json:
    """Draw, and put into one document all that is needed to draw again. Raises Wrong if the parts do not fit."""
    document: Json = {
        "format": FORMAT, "roster": roster, "roster_digest": digest(roster), "commitments": commitments,
        "value": value,
    }  # fmt: skip
    check_roster(roster)
    seed = seed_of(document["roster_digest"], sources_of(document))
    return dict(document, seed=seed, result=draw(roster, seed))


# --- the verification ---------------------------------------------------------------------------------------------


def verify(data: bytes, wanted_roster: str | None = None) -> Iterator[tuple[str, str]]:
    """Draw again; yields what was found to hold, in Chinese and in English, and raises Wrong."""
    document = read_json(data)
    shaped(document, DOCUMENT, "文件")
    need(document["format"] == FORMAT, "不认识的文件", "this is not a file of the kind known here")
    roster = document["roster"]
    check_roster(roster)
    yield f"文件：{roster['title']}，第{roster['draw']}次抽取", f"File: {roster['title']}, draw {roster['draw']}"
    own = digest(roster)
    need(own == document["roster_digest"], f"名单被改过，校验码应是 {own}", f"the roster was changed: it is {own}")
    another = f"名单不是指定的那份：{own}", f"it is another roster: {own}"
    need(wanted_roster in (None, own), *another)
    objects, inspectors = len(roster["objects"]), len(roster["inspectors"])
    said = f"Roster: {objects} objects, {inspectors} inspectors, {own}"
    yield f"名单：{objects}个对象，{inspectors}名检查人，{own}", said
    seed = seed_of(own, sources_of(document))
    need(seed == document["seed"], f"种子不对，应是 {seed}", f"the seed is wrong, it should be {seed}")
    yield f"种子：{seed}", f"Seed: {seed}"
    compare(draw(roster, seed), document["result"])
    count = len(document["result"]["chosen"])
    yield f"结果：重新抽出{count}个对象，和文件里的一样", f"Result: {count} objects drawn again, as in the file"


def compare(ours: Json, theirs: Json) -> None:
    """Say every difference between what was drawn again and what the file says."""
    if canonical(ours) == canonical(theirs):  # to Python, true equals 1
        return
    told = list(differences(ours, theirs)) or [("结果写法不对", "the result is written wrongly")]
    raise Wrong("；".join(one for one, _ in told), "; ".join(one for _, one in told))


def differences(ours: Json, theirs: Json) -> Iterator[tuple[str, str]]:
    mine = {one["object"]: one for one in ours["chosen"]}
    said = {one["object"]: one for one in theirs.get("chosen", [])}
    for number in sorted(mine.keys() - said.keys()):
        yield f"{number}号抽中了，文件里没有", f"object {number} was drawn and is not in the file"
    for number in sorted(said.keys() - mine.keys()):
        yield f"{number}号没有抽中，文件里却有", f"object {number} was not drawn and is in the file"
    for number in sorted(mine.keys() & said.keys()):
        for part in mine[number]:
            want, have = mine[number][part], said[number].get(part)
            if canonical(want) != canonical(have):
                yield f"{number}号的 {part} 应是 {want}，不是 {have}", f"{part} of {number} is {want}, not {have}"
    for part in ("short", "lacking"):
        if canonical(ours[part]) != canonical(theirs.get(part)):
            yield f"{part} 应是 {ours[part]}", f"{part} should be {ours[part]}"


def checked(path: str, wanted_roster: str | None = None) -> Iterator[Words]:
    """What to print: a mark, and the words in Chinese and in English. The last mark is ✗ when something does not
    hold."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
        yield from checked_bytes(data, wanted_roster)
    except OSError as fault:
        yield "✗", f"打不开文件：{fault}", f"The file cannot be read: {fault}"


def checked_bytes(data: bytes, wanted_roster: str | None = None) -> Iterator[Words]:
    try:
        for words in verify(data, wanted_roster):
            yield ("✓", *words)
        yield "✓", "全部对得上。名单校验码请和事先公布的对照。", "Everything holds. Compare the roster's digest."
    except Wrong as wrong:
        yield "✗", str(wrong.args[0]), str(wrong.args[1])
    except Exception as fault:  # whatever a changed file breaks
        said = f"{type(fault).__name__}: {fault}"
        yield "✗", f"文件不完整，或者被改过（{said}）", f"The file is torn or was changed ({said})"


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="重算明账的随机抽取 / draw a draw of Mingzhang again")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="both")
    parser.add_argument("--roster", metavar="sha256:…", help="只认这份名单 / accept this roster only")
    asked = parser.parse_args()
    out = open(1, "w", encoding="utf-8", closefd=False)  # noqa: PTH123, SIM115 - whatever the locale
    mark = ""
    for mark, chinese, english in checked(asked.file, asked.roster):
        if asked.lang != "en":
            out.write(f"{mark} {chinese}\n")
        if asked.lang != "zh":
            out.write(f"{mark} {english}\n")
    out.flush()
    return 1 if mark == "✗" else 0


if __name__ == "__main__":
    sys.exit(main())
