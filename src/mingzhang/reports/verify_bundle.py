#!/usr/bin/env python3
"""核对明账导出的核验包：一份签发的报告，连同它的每个数是从哪些账目数出来的。
Checks a bundle exported by Mingzhang: a signed report, with the entries that each number was counted from.

    python3 verify_bundle.py FILE [--lang zh|en] [--key sha256:…]

This one file needs Python 3.9 or newer and nothing else: no network, no package, nothing of Mingzhang. Read it
before you trust it. Exit status 0: everything holds. 1: something does not, and it is said what.

What is checked: the file is canonical JSON to the last byte; the event of the signing holds the digest of the
report, and is in the log under the checkpoint (RFC 9162); each key was introduced by the one before it, and the
last signed the checkpoint (Ed25519, RFC 8032); the entries are those that were signed, and counting them again by
the definition of each number gives the number; the evidence is what was signed.

What a bundle cannot show: that no entry was left out that should have counted, and whose key it is. For the first,
recount in the system itself. For the second, compare the root printed in the report, or the digest of the key, with
one that you have from elsewhere.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import operator
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Test = Callable[[Json], bool]
Point = tuple[int, int, int, int]

FORMAT = "mingzhang-bundle/1"
SHA256 = re.compile("sha256:[0-9a-f]{64}")
ENTRY_KEYS = {
    "book", "data", "kind", "line", "occurred_on", "posted_at", "posted_by", "record", "reverses", "seq", "sign",
    "unit",
}  # fmt: skip
NUMBERS = ("integer", "decimal", "money")
COMPARE = {"!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


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


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def multihash(shown: str) -> bytes:
    need(SHA256.fullmatch(shown), "校验码写法不对", "a digest is not written as one")
    return b"\x12\x20" + bytes.fromhex(shown[7:])


def unhex(text: str, length: int) -> bytes:
    good = re.fullmatch("[0-9a-f]*", text) and len(text) == 2 * length
    need(good, "十六进制写法不对", "it is not lower-case hexadecimal")
    return bytes.fromhex(text)


def keys_are(value: Any, *names: str) -> None:
    need(isinstance(value, dict) and set(value) == set(names), "缺项或多项", "parts are missing or too many")


# --- Ed25519 (RFC 8032, section 5.1), points in extended coordinates ---------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
NEUTRAL: Point = (0, 1, 1, 0)


def point_add(a: Point, b: Point) -> Point:
    one, two = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    three, four = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = two - one, four - three, four + three, two + one
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_times(number: int, point: Point) -> Point:
    found = NEUTRAL
    while number:
        if number & 1:
            found = point_add(found, point)
        point, number = point_add(point, point), number >> 1
    return found


def point_equal(a: Point, b: Point) -> bool:
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_read(data: bytes) -> Point | None:
    """The point, or None when the bytes are not the one encoding of a point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_read((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the one that the key can have made: S below L, and R and A in their only encoding."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = point_read(public), point_read(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= L:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return point_equal(point_times(scalar, BASE), point_add(commitment, point_times(hashed, key)))


# --- the log ------------------------------------------------------------------------------------------------------


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """The root that the proof leads to; None for one of the wrong length (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, value = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            value = node(other, value)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            value = node(value, other)
        place, last = place >> 1, last >> 1
    return None if last else value


def read_lines(text: str, head: str, *names: str) -> dict[str, str]:
    """A signed text: its first line, then one line `name value` for each name, in this order."""
    lines = text.split("\n")
    whole = len(lines) == len(names) + 2 and lines[0] == head and lines[-1] == ""
    need(whole, "签名的文字不完整", "a signed text is torn")
    found = {}
    for name, line in zip(names, lines[1:]):  # noqa: B905 - Python 3.9 has no strict
        need(line.startswith(name + " "), "签名的文字顺序不对", "a signed text has its lines wrong")
        found[name] = line[len(name) + 1 :]
    return found


def check_keys(chain: list[Json]) -> tuple[str, bytes]:
    """The digest and the bytes of the last key. Each was introduced by the one before it, the first by itself."""
    before, signer = "none", b""
    for one in chain:
        keys_are(one, "text", "signature")
        said = read_lines(one["text"], "mingzhang-key/1", "algorithm", "public", "time", "previous")
        public = unhex(said["public"], 32)
        need(said["algorithm"] == "ed25519", "不认识的签名算法", "the algorithm of a key is not known")
        need(said["previous"] == before, "密钥的交接断了", "the keys do not follow each other")
        introduced = is_signed(signer or public, one["text"].encode(), unhex(one["signature"], 64))
        need(introduced, "密钥的交接签名不对", "the signature that introduces a key is wrong")
        before, signer = digest(public), public
    return before, signer


def read_checkpoint(head: Json) -> dict[str, str]:
    keys_are(head, "text", "algorithm", "signature")
    said = read_lines(head["text"], "mingzhang-checkpoint/1", "book", "size", "root", "time", "reason", "key")
    need(re.fullmatch("[1-9][0-9]*", said["size"]), "检查点的长度写法不对", "the size of the log is no number")
    return said


def check_checkpoint(head: Json, key: str, fingerprint: str, public: bytes) -> None:
    need(head["algorithm"] == "ed25519", "不认识的签名算法", "the algorithm of the signature is not known")
    need(key == fingerprint, "检查点不是这把密钥签的", "the checkpoint names another key")
    signed = is_signed(public, head["text"].encode(), unhex(head["signature"], 64))
    need(signed, "检查点的签名不对", "the signature of the checkpoint is wrong")


def check_inclusion(proof: Json, head: dict[str, str]) -> Json:
    """The event of the signing, which is in the log under the checkpoint."""
    leaf = hashlib.sha256(b"\x00" + proof["event"].encode()).digest()
    hashes = [unhex(one, 32) for one in proof["hashes"]]
    need(type(proof["index"]) is int, "位置写法不对", "its position is not a number")
    root = root_of(leaf, proof["index"], int(head["size"]), hashes) or b""
    inside = b"\x12\x20" + root == multihash(head["root"])
    need(inside, "签发记录不在检查点盖住的日志里", "the signing is not in the log under the checkpoint")
    event: Json = read_json(proof["event"].encode())
    return event


# --- what is counted ----------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"\s+|(?P<name>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)|(?P<number>-?[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<text>'(?:[^']|'')*')|(?P<mark><=|>=|!=|[=<>(),@])"
)


class Condition:
    """A definition's `where`, read and asked of one entry at a time. A comparison with a missing value is false."""

    def __init__(self, text: str, types: dict[str, str]) -> None:
        self.types, at = types, 0
        self.tokens: list[tuple[str, str]] = []
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                raise Wrong("看不懂数据项的条件", "the condition of a figure cannot be read")
            if found.lastgroup:
                self.tokens.append((found.lastgroup, found.group()))
            at = found.end()
        self.tokens.append(("end", ""))
        self.holds = self.either()
        need(self.tokens[0][0] == "end", "看不懂数据项的条件", "the condition of a figure cannot be read")

    def accept(self, *texts: str) -> bool:
        kind, text = self.tokens[0]
        if kind != "text" and text in texts:
            self.tokens.pop(0)
            return True
        return False

    def either(self) -> Test:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return lambda entry: any(part(entry) for part in parts)

    def both(self) -> Test:
        parts = [self.test()]
        while self.accept("and"):
            parts.append(self.test())
        return lambda entry: all(part(entry) for part in parts)

    def test(self) -> Test:
        if self.accept("not"):
            inner = self.test()
            return lambda entry: not inner(entry)
        if self.accept("("):
            inner = self.either()
            self.accept(")")
            return inner
        return self.comparison()

    def comparison(self) -> Test:
        left = self.tokens.pop(0)[1]
        if self.accept("in"):
            self.accept("(")
            values = [self.constant()]
            while self.accept(","):
                values.append(self.constant())
            self.accept(")")
            return self.asked(left, lambda value: any(same(value, one) for one in values))
        if self.accept("between"):
            low = self.constant()
            self.accept("and")
            high = self.constant()
            return self.asked(left, lambda value: low <= value <= high)
        sign = self.tokens.pop(0)[1]
        kind, text = self.tokens[0]
        if kind == "name" and text not in ("true", "false", "date"):
            self.tokens.pop(0)
            return lambda entry: compares(sign, self.value(left, entry), self.value(text, entry))
        right = self.constant()
        return self.asked(left, lambda value: compares(sign, value, right))

    def asked(self, name: str, test: Callable[[Any], bool]) -> Test:
        def answer(entry: Json) -> bool:
            value = self.value(name, entry)
            return value is not None and test(value)

        return answer

    def constant(self) -> Any:
        self.accept("date")
        kind, text = self.tokens.pop(0)
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if text in ("true", "false"):
            return text == "true"
        return Decimal(text)

    def value(self, name: str, entry: Json) -> Any:
        return field_of(name, self.types.get(name, "text"), entry)


def same(left: Any, right: Any) -> bool:
    return right in left if isinstance(left, list) else bool(left == right)


def compares(sign: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    if sign == "=":
        return same(left, right)
    return bool(COMPARE[sign](left, right))


def field_of(name: str, kind: str, entry: Json) -> Any:
    """A field of an entry: numbers as Decimal, days as ISO text, None when it is missing."""
    if name in ("unit", "occurred_on"):
        return entry[name]
    if name == "posted_on":
        posted = datetime.fromisoformat(entry["posted_at"]).astimezone(entry["zone"])
        return posted.date().isoformat()
    holder, _dot, key = name.rpartition(".")
    value = (entry["data"].get(holder) or {}).get(key) if holder else entry["data"].get(key)
    return Decimal(str(value)) if kind in NUMBERS and value is not None else value


def spread(runs: str) -> list[int]:
    """The positions of `12-15 18`."""
    found: list[int] = []
    for run in runs.split():
        first, _dash, last = run.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def days_of(period: str) -> tuple[str, str]:
    """The first and the last day of `2026`, `2026H1`, `2026Q2`, `2026-06` or `2026-01-01..2026-06-30`. Every month
    may be taken to have 31 days: no entry has a day that its month has not."""
    if ".." in period:
        first, _dots, last = period.partition("..")
        return first, last
    year, part = period[:4], period[4:]
    months = {"": 12, "H": 6, "Q": 3, "-": 1}[part[:1]]
    end = int(part[1:] or 1) * months
    return f"{year}-{end - months + 1:02}-01", f"{year}-{end:02}-31"


def counted(number: Json, entries: list[Json], types: dict[str, str]) -> Any:
    """The number counted again from its entries, every one of which must qualify by the definition."""
    said, (first, last) = number["definition"], days_of(number["counted_period"])
    condition = Condition(said["where"], types).holds if "where" in said else lambda entry: True
    aggregate, _open, field = said.get("value", "count").rstrip(")").partition("(")
    total, held = Decimal(0), Counter[Any]()
    for entry in entries:
        taken = field_of(field, types.get(field, "text"), entry) if field else 1
        fits = entry["kind"] == kind_of(number) and first <= entry["occurred_on"] <= last
        fits = fits and said["scope"] in ("subtree", entry["unit"] == number["unit"] and "unit")
        fits = fits and taken is not None and condition(entry)
        need(
            fits, "第{}笔不合定义".format(entry["seq"]), "entry {} does not fit the definition".format(entry["seq"])
        )
        if aggregate == "distinct":
            held[taken] += entry["sign"]
        else:
            total += entry["sign"] * taken
    return sum(1 for count in held.values() if count > 0) if aggregate == "distinct" else total


def kind_of(number: Json) -> str:
    return "{}/{}".format(number["pack"], number["definition"]["of"])


def derived(function: str, parts: list[Any]) -> Any:
    if None in parts:
        return None
    if function == "total":
        return sum(parts)
    if function == "difference":
        return parts[0] - parts[1]
    if parts[1] == 0:
        return None
    return Decimal(parts[0] if function == "ratio" else parts[0] - parts[1]) / Decimal(parts[1])


class Numbers:
    """The numbers of the report, set against the entries of the bundle."""

    def __init__(self, body: Json, entries: dict[int, Json]) -> None:
        self.body, self.entries = body, entries
        self.used: set[int] = set()

    def check(self, number: Json) -> Any:
        """The value of a number; it and the set digest are made again."""
        need(number["position"] == self.body["position"], "账位不一样", "it was counted at another position")
        value, count, own = self.from_parts(number) if number["parts"] else self.from_entries(number)
        need(count == number["entry_count"], "笔数不对", "it says another number of entries")
        need(digest(own) == number["set_digest"], "不是签发时的账目", "the entries are not those that were signed")
        told = number["value"]
        same_value = told is None if value is None else told is not None and Decimal(told) == value
        need(same_value, f"重新数是{value}，报告写{told}", f"it counts as {value}, not {told}")
        return value

    def from_parts(self, number: Json) -> tuple[Any, int, bytes]:
        parts = number["parts"]
        values = [self.check(part) for part in parts]
        own = b"".join(multihash(part["set_digest"]) for part in parts)
        function = number["definition"]["derive"].partition("(")[0]
        return derived(function, values), sum(part["entry_count"] for part in parts), own

    def from_entries(self, number: Json) -> tuple[Any, int, bytes]:
        positions = spread(number["positions"])
        need(self.entries.keys() >= set(positions), "缺账目", "an entry is missing")
        self.used.update(positions)
        chosen = [self.entries[seq] for seq in positions]
        own = b"".join(multihash(entry["digest"]) for entry in chosen)
        return counted(number, chosen, self.body["types"].get(kind_of(number), {})), len(chosen), own


def read_entries(said: list[Json], body: Json) -> dict[int, Json]:
    """The entries by position, each with its digest."""
    found: dict[int, Json] = {}
    last, zone = 0, zone_of(body["timezone"])
    for entry in said:
        keys_are(entry, *ENTRY_KEYS)
        seq = entry["seq"]
        need(type(seq) is int and last < seq <= body["position"], "账目次序不对", "the entries are out of order")
        need(entry["book"] == body["book"], "账目是别的账套的", "an entry is another book's")
        found[seq] = dict(entry, digest=digest(canonical(entry)), zone=zone)
        last = seq
    return found


def zone_of(name: str) -> tzinfo:
    if name == "Asia/Shanghai":  # no summer time since 1991; not every machine has the data of time zones
        return timezone(timedelta(hours=8))
    return ZoneInfo(name)


# --- the whole ----------------------------------------------------------------------------------------------------


def marks_in(value: Any) -> Iterator[tuple[int, str]]:
    """The numbers in a document, in reading order."""
    if isinstance(value, dict) and "number" in value:
        yield value["number"], value["text"]
    elif isinstance(value, dict):
        for name in ("text", "header", "rows"):
            yield from marks_in(value.get(name))
    elif isinstance(value, list):
        for one in value:
            yield from marks_in(one)


def check_event(event: Json, body: Json, body_digest: str) -> None:
    told = {
        "book": body["book"],
        "verb": "report.sign",
        "subject": "report:" + str(body["number_in_book"]),
        "actor": "person:" + body["signed_by"],
    }
    about = all(event[name] == value for name, value in told.items()) and event["data"]["body"] == body_digest
    need(about, "签发记录说的是别的内容", "the event of the signing is about something else")


def check_numbers(body: Json, entries: dict[int, Json]) -> None:
    numbers = Numbers(body, entries)
    for number in body["numbers"]:
        try:
            numbers.check(number)
        except Wrong as wrong:
            (mark, text), (chinese, english) = (number["mark"], number["text"]), wrong.args
            raise Wrong(f"第{mark}个数“{text}”：{chinese}", f"number {mark}, {text}: {english}") from None
    need(numbers.used == set(entries), "有账目不属于任何一个数", "an entry belongs to no number")
    printed = [(one["mark"], one["text"]) for one in body["numbers"]]
    need(list(marks_in(body["document"]["blocks"])) == printed, "正文里的数不对", "the text prints other numbers")


def check_evidence(evidence: Json, body: Json, entries: dict[int, Json]) -> int:
    files = sum(map(len, evidence.values()))
    told = {"digest": digest(canonical(evidence)), "files": files, "records": len(evidence)}
    need(told == body["evidence"], "佐证的校验码不是签发时的", "the evidence is not what was signed")
    known = {str(entry["record"]) for entry in entries.values()}
    need(known >= set(evidence), "佐证属于别的记录单", "evidence belongs to another record")
    return files


def verify(data: bytes, wanted_key: str | None = None) -> Iterator[tuple[str, str]]:
    """Check a bundle; yields what was found to hold, in Chinese and in English, and raises Wrong."""
    bundle = read_json(data)
    keys_are(bundle, "format", "body", "entries", "evidence", "proof")
    need(bundle["format"] == FORMAT, "不认识的核验包", "this is not a bundle of the kind known here")
    yield f"文件：{len(data)} 字节", f"File: {len(data)} bytes"
    proof, text = bundle["proof"], bundle["body"].encode()
    keys_are(proof, "proof", "event", "index", "hashes", "checkpoint", "keys")
    need(proof["proof"] == "mingzhang-inclusion/1", "不认识的证明", "the proof is of an unknown kind")
    head = read_checkpoint(proof["checkpoint"])
    event, body = check_inclusion(proof, head), read_json(text)
    check_event(event, body, digest(text))
    need(head["book"] == body["book"], "检查点是别的账套的", "the checkpoint is another book's")
    fingerprint, public = check_keys(proof["keys"])
    need(wanted_key in (None, fingerprint), "不是指定的密钥：" + fingerprint, "it is another key: " + fingerprint)
    times = len(proof["keys"]) - 1
    yield f"密钥：{fingerprint}，交接过{times}次", f"Key: {fingerprint}, handed on: {times}"
    check_checkpoint(proof["checkpoint"], head["key"], fingerprint, public)
    size, at, root = head["size"], head["time"], head["root"]
    yield f"检查点：日志前{size}条，{at}，树根 {root}", f"Checkpoint: the first {size} events, {at}, root {root}"
    place, at, who = proof["index"] + 1, event["at"], event["actor"]
    yield f"签发：日志第{place}条，{at}，{who}", f"Signing: event {place} of the log, {at}, {who}"
    title, position = body["title"], body["position"]
    yield f"报告：{title}，数到第{position}笔", f"Report: {title}, counted at position {position}"
    entries = read_entries(bundle["entries"], body)
    check_numbers(body, entries)
    numbers, count = len(body["numbers"]), len(entries)
    yield f"数：{numbers}个，从{count}笔账目重新数过", f"Numbers: {numbers}, counted again from {count} entries"
    files = check_evidence(bundle["evidence"], body, entries)
    yield f"佐证：{files}份，校验码是签发时的", f"Evidence: the digests of {files} files are those signed"


def checked(path: str, wanted_key: str | None) -> Iterator[tuple[str, str, str]]:
    """What to print: a mark, and the words in Chinese and in English. The last mark is ✗ when something does not
    hold."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
        for words in verify(data, wanted_key):
            yield ("✓", *words)
        yield (
            "✓",
            "全部对得上。树根请和报告上印的对照。",
            "Everything holds. Compare the root with the printed one.",
        )
    except Wrong as wrong:
        yield "✗", str(wrong.args[0]), str(wrong.args[1])
    except OSError as fault:
        yield "✗", f"打不开文件：{fault}", f"The file cannot be read: {fault}"
    except Exception as fault:  # whatever a changed file breaks
        said = f"{type(fault).__name__}: {fault}"
        yield "✗", f"文件不完整，或者被改过（{said}）", f"The file is torn or was changed ({said})"


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="核对明账的核验包 / check a bundle of Mingzhang")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--lang", choices=("zh", "en", "both"), default="both")
    parser.add_argument("--key", metavar="sha256:…", help="只认这把密钥 / accept this key only")
    asked = parser.parse_args()
    out = open(1, "w", encoding="utf-8", closefd=False)  # noqa: PTH123, SIM115 - whatever the locale
    mark = ""
    for mark, chinese, english in checked(asked.file, asked.key):
        if asked.lang != "en":
            out.write(f"{mark} {chinese}\n")
        if asked.lang != "zh":
            out.write(f"{mark} {english}\n")
    out.flush()
    return 1 if mark == "✗" else 0


if __name__ == "__main__":
    sys.exit(main())
