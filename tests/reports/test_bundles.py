"""The bundle of a signed report, and the program that checks it with Python's standard library alone."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from mingzhang.audit import keys, merkle, texts
from mingzhang.core.digests import canonical_json
from mingzhang.core.errors import Corrupt, StateRefused
from mingzhang.figures.engine import derive
from mingzhang.ledger import actions as ledger
from mingzhang.reports import verify_bundle
from mingzhang.reports.bundles import VERIFIER, bundle
from mingzhang.reports.models import Report
from tests.reports.world import report_at
from tests.web.office import Office


@pytest.fixture
def report(office: Office) -> Report:
    """Signed, after a key was handed on, with talks in the ledger that were counted and one that was taken back."""
    office.post_talks(5)
    keys.key_in_use()
    keys.rotate(by="tests")
    return report_at(office, "signed")


def holds(data: bytes) -> bool:
    return told(data)[-1][0] == "✓"


def told(data: bytes) -> list[tuple[str, str, str]]:
    path = Path("unused")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.open", lambda *_given: _File(data), raising=False)
        return list(verify_bundle.checked(str(path), None))


class _File:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_raised: object) -> None: ...

    def read(self) -> bytes:
        return self._data


def run(path: Path, *arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    command = [python, "-I", "-S", str(VERIFIER), str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={}, check=False)


def test_a_bundle_is_verified_by_the_standard_library_alone(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "半年总结.json"
    path.write_bytes(bundle(report))
    done = run(path)
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    assert "✓ 全部对得上。" in done.stdout
    assert "✓ Everything holds." in done.stdout
    assert "交接过1次" in done.stdout
    assert "佐证：1份" in done.stdout
    english = run(path, "--lang", "en").stdout
    assert "全部" not in english
    assert "Everything" in english


def test_a_changed_bundle_is_refused_with_what_is_wrong(report: Report, tmp_path: Path) -> None:
    said = json.loads(bundle(report))
    said["entries"][0]["data"]["people"] = 9999
    path = tmp_path / "b.json"
    path.write_bytes(canonical_json(said))
    done = run(path, "--lang", "zh")
    assert done.returncode == 1
    assert "不是签发时的账目" in done.stdout.splitlines()[-1]
    assert done.stderr == ""


def test_only_the_named_key_is_accepted_when_one_is_named(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(bundle(report))
    assert run(path, "--key", keys.fingerprint(keys.key_in_use())).returncode == 0
    assert run(path, "--key", "sha256:" + "0" * 64).returncode == 1


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b'{"format":"mingzhang-bundle/1"}', b"1.5", b"NaN"]
)
def test_what_is_no_bundle_is_refused_without_a_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(content)
    done = run(path)
    assert (done.returncode, done.stderr) == (1, "")
    assert run(tmp_path / "nothing.json").returncode == 1


def test_the_same_report_gives_the_same_bytes_whatever_is_posted_or_reversed_later(
    report: Report, office: Office
) -> None:
    before = bundle(report)
    office.post_talks(3)
    ledger.reverse_record(record=office.talk, reason="人数记错了", by=office.cast.he)
    keys.rotate(by="tests")
    assert bundle(report) == before
    assert holds(before)


def test_a_report_that_is_not_signed_has_no_bundle(office: Office) -> None:
    with pytest.raises(StateRefused, match="还没有签发"):
        bundle(report_at(office, "reviewed"))


def test_no_bundle_is_made_of_entries_that_were_tampered_with(report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("GRANT ALL ON ledger_entry TO CURRENT_USER; ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET data = data || '{\"people\": 41}' WHERE seq = 1")
    with pytest.raises(Corrupt, match="第1笔"):
        bundle(report)


def changes(data: bytes, places: list[int]) -> Iterator[bytes]:
    """`data` with one byte changed to another, taken out, or put in, at each of `places`."""
    chance = random.Random(7)
    for at in places:
        yield data[:at] + bytes([data[at] ^ chance.choice([1, 2, 4, 32, 128])]) + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[:at] + bytes([chance.randrange(256)]) + data[at:]


def test_every_change_of_one_byte_is_caught(report: Report) -> None:
    """A sample of bytes everywhere, and every byte of the proof's own parts: see the slow test for the rest."""
    data = bundle(report)
    proof = data.index(b'"proof":')
    places = random.Random(3).sample(range(proof), 150) + random.Random(4).sample(range(proof, len(data)), 150)
    assert holds(data)
    assert [at for at, changed in enumerate(changes(data, places)) if holds(changed)] == []


@pytest.mark.slow
def test_every_single_byte_of_a_bundle_counts(report: Report) -> None:
    data = bundle(report)
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]
        assert not holds(changed), at


# Changes that keep the file canonical and every text whole: what a forger would try.
def forged(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    def with_(**changed: Any) -> dict[str, Any]:
        return {**said, **changed}

    body = json.loads(said["body"])
    entries, proof = said["entries"], said["proof"]
    yield "a number", with_(body=canonical_json({**body, "title": "别的"}).decode())
    yield "an entry less", with_(entries=entries[1:])
    yield "an entry twice", with_(entries=[entries[0], *entries])
    yield "an entry more", with_(entries=[*entries, {**entries[-1], "seq": entries[-1]["seq"] + 1}])
    yield "no evidence", with_(evidence={})
    yield "more evidence", with_(evidence={**said["evidence"], "1": ["sha256:" + "0" * 64]})
    yield "another place in the log", with_(proof={**proof, "index": proof["index"] - 1})
    yield "a shorter proof", with_(proof={**proof, "hashes": proof["hashes"][:-1]})
    yield "a longer proof", with_(proof={**proof, "hashes": [*proof["hashes"], "0" * 64]})
    yield "no keys", with_(proof={**proof, "keys": []})
    yield "the first key alone", with_(proof={**proof, "keys": proof["keys"][:1]})
    yield "the last key alone", with_(proof={**proof, "keys": proof["keys"][1:]})
    yield "the keys turned round", with_(proof={**proof, "keys": proof["keys"][::-1]})
    yield "a part more", with_(note="x")
    yield "another format", with_(format="mingzhang-bundle/2")
    head = proof["checkpoint"]
    yield (
        "a later time",
        with_(proof={**proof, "checkpoint": {**head, "text": head["text"].replace("time 2", "time 3")}}),
    )
    yield "another algorithm", with_(proof={**proof, "checkpoint": {**head, "algorithm": "ed448"}})
    signature = bytes.fromhex(head["signature"])
    scalar = int.from_bytes(signature[32:], "little") + verify_bundle.L
    twin = signature[:32] + scalar.to_bytes(32, "little")
    yield "the signature's twin", with_(proof={**proof, "checkpoint": {**head, "signature": twin.hex()}})
    yield "capital letters", with_(proof={**proof, "checkpoint": {**head, "signature": head["signature"].upper()}})


def test_every_forgery_is_caught(report: Report) -> None:
    said = json.loads(bundle(report))
    assert [name for name, made in forged(said) if holds(canonical_json(made))] == []
    assert holds(canonical_json(said))


# --- against the package's own functions --------------------------------------------------------------------------


@given(leaves=st.lists(st.binary(max_size=3), min_size=1, max_size=40), data=st.data())
def test_the_verifier_follows_proofs_as_the_package_does(leaves: list[bytes], data: st.DataObject) -> None:
    peaks, hashes = merkle.Peaks(), {}
    for number, leaf in enumerate(leaves):
        hashes[merkle.Node(0, number)] = merkle.leaf_hash(leaf)
        hashes |= dict(peaks.append(merkle.leaf_hash(leaf)))
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = merkle.put_together(merkle.inclusion(index, len(leaves)), hashes)
    proof = data.draw(st.sampled_from([proof, proof[1:], proof[:-1], [*proof, bytes(32)], proof[::-1]]))
    leaf = merkle.leaf_hash(leaves[index])
    ours = merkle.root_by_inclusion(leaf, index, len(leaves), proof)
    assert verify_bundle.root_of(leaf, index, len(leaves), proof) == ours


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(value=JSON)
def test_the_verifier_writes_json_as_the_package_does(value: Any) -> None:
    try:
        ours = canonical_json(value)
    except UnicodeEncodeError:
        return
    assert verify_bundle.canonical(value) == ours


@given(message=st.binary(max_size=60), flip=st.integers(0, 64 * 8 - 1))
def test_the_verifier_judges_signatures_as_the_library_does(message: bytes, flip: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify_bundle.is_signed(public, message, signature)
    bent = bytearray(signature)
    bent[flip // 8] ^= 1 << flip % 8
    assert not verify_bundle.is_signed(public, message, bytes(bent))
    assert not verify_bundle.is_signed(public, message + b"x", signature)


# RFC 8032, section 7.1.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563f4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
        "2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
        "d9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_verifier_accepts_the_vectors_of_the_standard(public: str, message: str, signature: str) -> None:
    key, said, own = bytes.fromhex(public.zfill(64)), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify_bundle.is_signed(key, said, own)
    assert not verify_bundle.is_signed(key, said + b"\0", own)
    for at in range(64):
        assert not verify_bundle.is_signed(key, said, own[:at] + bytes([own[at] ^ 1]) + own[at + 1 :])


def test_the_verifier_refuses_every_other_way_to_write_a_signature_or_a_point() -> None:
    key, _message, signature = (bytes.fromhex(part) for part in VECTORS[0])
    twin = int.from_bytes(signature[32:], "little") + verify_bundle.L
    assert not verify_bundle.is_signed(key, b"", signature[:32] + twin.to_bytes(32, "little"))
    assert not verify_bundle.is_signed(key, b"", signature[:63])
    assert not verify_bundle.is_signed(key[:31], b"", signature)
    one_more_than_p = (verify_bundle.P + 1).to_bytes(32, "little")
    assert verify_bundle.point_read(one_more_than_p) is None, "y is not below p"
    assert verify_bundle.point_read((1 | 1 << 255).to_bytes(32, "little")) is None, "x is zero and has a sign"
    assert verify_bundle.point_read((2).to_bytes(32, "little")) is None, "there is no such point"


@pytest.mark.parametrize(
    ("function", "parts"),
    [("ratio", [2, 3]), ("growth", [5, 4]), ("difference", [2, 7]), ("total", [1, 2, 3]), ("ratio", [1, 0])],
)
def test_the_verifier_derives_as_the_package_does(function: str, parts: list[int]) -> None:
    assert verify_bundle.derived(function, [Decimal(part) for part in parts]) == derive(function, parts)


@pytest.mark.parametrize(
    ("where", "fits"),
    [
        ("people > 20 and form = 'group'", True),
        ("people between 27 and 30", False),
        ("not (people = 26 or missing = 1)", False),
        ("missing = 'x'", False),
        ("not missing = 'x'", True),
        ("tags = 'b'", True),
        ("tags in ('c', 'd')", False),
        ("cost >= 9.5", True),
        ("cost = 12.5", True),
        ("sheet.open = true", True),
        ("occurred_on < date '2026-06-01'", True),
        ("done_on > occurred_on", True),
        ("posted_on = '2026-06-02'", True),
        ("text = 'it''s'", True),
    ],
)
def test_the_verifier_reads_conditions(where: str, fits: bool) -> None:
    entry = {
        "data": {
            "people": 26, "form": "group", "tags": ["a", "b"], "cost": "12.50", "done_on": "2026-05-30",
            "sheet": {"open": True}, "text": "it's",
        },
        "occurred_on": "2026-05-20",
        "posted_at": "2026-06-01T18:00:00+00:00",
        "unit": "QH",
        "zone": verify_bundle.zone_of("Asia/Shanghai"),
    }  # fmt: skip
    types = {"people": "integer", "cost": "decimal", "missing": "text", "done_on": "date"}
    assert verify_bundle.Condition(where, types).holds(entry) is fits


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("2026", ("2026-01-01", "2026-12-31")),
        ("2026H2", ("2026-07-01", "2026-12-31")),
        ("2026Q2", ("2026-04-01", "2026-06-31")),
        ("2026-09", ("2026-09-01", "2026-09-31")),
        ("2026-01-01..2026-05-03", ("2026-01-01", "2026-05-03")),
    ],
)
def test_the_verifier_reads_periods(code: str, days: tuple[str, str]) -> None:
    assert verify_bundle.days_of(code) == days


def test_the_verifier_reads_the_texts_that_the_package_signs(report: Report) -> None:
    head = json.loads(bundle(report))["proof"]["checkpoint"]
    said = verify_bundle.read_checkpoint(head)
    assert list(said) == ["book", "size", "root", "time", "reason", "key"]
    assert head["text"].startswith(texts.CHECKPOINT + "\n")
