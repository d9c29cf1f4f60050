"""The bundle of a signed report, and the program that checks it with Python's standard library alone."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from mingzhang.audit import keys, merkle, texts
from mingzhang.core.digests import canonical_json
from mingzhang.figures.definitions import definitions
from mingzhang.figures.engine import derive
from mingzhang.ledger import actions as ledger
from mingzhang.ledger.models import Record
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.reports import actions, verify_bundle
from mingzhang.reports.bundles import VERIFIER, bundle
from mingzhang.reports.models import Report
from tests.ledger import world as worlds
from tests.reports.world import HALF, sign

FIGURES = """
- {id: studies, name: {zh-hans: 学习}, measure: 场, of: study, value: count, where: "people > 20 and cost > 9"}
- {id: heads, name: {zh-hans: 参加}, measure: 人次, of: study, value: sum(people)}
- {id: each, name: {zh-hans: 场均}, measure: 人, derive: "ratio(heads, studies)"}
- {id: paid, name: {zh-hans: 花费}, measure: 元, of: study, value: sum(cost), where: "cost >= 12.5"}
- {id: places, name: {zh-hans: 单位}, measure: 个, of: study, value: distinct(unit)}
"""
TEMPLATE = (
    "学习{figure: studies}场，{figure: heads}人次，场均{figure: each}人，花费{figure: paid}元，"
    "{figure: places}个单位。\n"
)
ABOUT = """
name: {zh-hans: 短报告}
levels: [street]
periods: [half]
title: "{unit}{period}短报告"
organ: "{unit}"
"""


@pytest.fixture(scope="module")
def short(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> bytes:
    """The bundle of a report of one line, signed after a key was handed on, over records with evidence of which one
    was taken back."""
    folder = tmp_path_factory.mktemp("short")
    own = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder / "evidence"}}
    stores = override_settings(STORAGES={**settings.STORAGES, "evidence": own})
    with django_db_blocker.unblock(), stores, transaction.atomic():
        made = bundle(_short_report(folder / "pack"))
        transaction.set_rollback(True)
    pack_of.cache_clear()
    definitions.cache_clear()
    return made


def _short_report(pack: Path) -> Report:
    shutil.copytree(worlds.PACK, pack)
    (pack / "figures" / "all.yaml").write_text(FIGURES)
    (pack / "reports" / "short").mkdir(parents=True)
    (pack / "reports" / "short" / "report.yaml").write_text(ABOUT)
    (pack / "reports" / "short" / "report.md").write_text(TEMPLATE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "PACK", pack)
        world = worlds.build()
    for people in (26, 31, 9):
        draft = world.draft(data={**worlds.STUDY, "people": people})
        ledger.attach_evidence(record=draft, file=worlds.picture(), name="签到表.png", by=world.cast.chen)
        _post(draft, world)
    ledger.reverse_record(record=_post(world.draft(), world), reason="重复了", by=world.cast.zhou)
    keys.key_in_use()
    keys.rotate(by="tests")
    return _signed(world)


def _post(draft: Record, world: worlds.World) -> Record:
    record = ledger.submit_record(record=draft, by=world.cast.chen)
    for reviewer in (world.cast.he, world.cast.zhou):
        record = ledger.review_record(record=record, passed=True, by=reviewer)
    ledger.post_record(record=record, by=world.cast.zhou)
    record.refresh_from_db()
    return record


def _signed(world: worlds.World) -> Report:
    version = PackVersion.objects.get(pack="ledger-test")
    template = pack_of(version.pk).report("short")
    unit, cast = world.cast.street, world.cast
    report = actions.create_report(pack_version=version, template=template, unit=unit, period=HALF, by=cast.chen)
    report = actions.submit_report(report=report, by=cast.chen)
    actions.review_report(report=report, by=cast.he)
    return sign(report, cast.zhou)


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


def test_a_bundle_is_verified_by_the_standard_library_alone(short: bytes, tmp_path: Path) -> None:
    path = tmp_path / "短报告.json"
    path.write_bytes(short)
    done = run(path)
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    assert "✓ 全部对得上。" in done.stdout
    assert "✓ Everything holds." in done.stdout
    assert "交接过1次" in done.stdout
    assert "数：5个，从5笔账目重新数过" in done.stdout
    assert "佐证：3份" in done.stdout
    english = run(path, "--lang", "en").stdout
    assert "全部" not in english
    assert "Everything" in english


def test_a_changed_bundle_is_refused_with_what_is_wrong(short: bytes, tmp_path: Path) -> None:
    said = json.loads(short)
    said["entries"][0]["data"]["people"] = 9999
    path = tmp_path / "b.json"
    path.write_bytes(canonical_json(said))
    done = run(path, "--lang", "zh")
    assert done.returncode == 1
    assert "不是签发时的账目" in done.stdout.splitlines()[-1]
    assert done.stderr == ""


def test_only_the_named_key_is_accepted_when_one_is_named(short: bytes, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(short)
    [key] = re.findall("(?<=key )sha256:[0-9a-f]{64}", json.loads(short)["proof"]["checkpoint"]["text"])
    assert run(path, "--key", key).returncode == 0
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


def changes(data: bytes, places: list[int]) -> Iterator[bytes]:
    """`data` with one byte changed to another, taken out, or put in, at each of `places`."""
    chance = random.Random(7)
    for at in places:
        yield data[:at] + bytes([data[at] ^ chance.choice([1, 2, 4, 32, 128])]) + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[:at] + bytes([chance.randrange(256)]) + data[at:]


def test_every_change_of_one_byte_is_caught(short: bytes) -> None:
    """A sample: the slow test tries every byte."""
    places = random.Random(3).sample(range(len(short)), 120)
    assert holds(short)
    assert [at for at, changed in enumerate(changes(short, places)) if holds(changed)] == []


@pytest.mark.slow
def test_every_single_byte_of_a_bundle_counts(short: bytes) -> None:
    assert [at for at, changed in enumerate(changes(short, list(range(len(short))))) if holds(changed)] == []


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


def test_every_forgery_is_caught(short: bytes) -> None:
    said = json.loads(short)
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
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
        "2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
        "d9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_verifier_accepts_the_vectors_of_the_standard(public: str, message: str, signature: str) -> None:
    key, said, own = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
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


def test_the_verifier_reads_the_texts_that_the_package_signs(short: bytes) -> None:
    head = json.loads(short)["proof"]["checkpoint"]
    said = verify_bundle.read_checkpoint(head)
    assert list(said) == ["book", "size", "root", "time", "reason", "key"]
    assert head["text"].startswith(texts.CHECKPOINT + "\n")
