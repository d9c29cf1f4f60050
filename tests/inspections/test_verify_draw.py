"""The script that draws again: what it says of the sample, and of a sample in which one thing was changed."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mingzhang.inspections import verify_draw
from mingzhang.inspections.verify_draw import Json, canonical, checked_bytes, document_of
from tests.inspections.rosters import roster

SAMPLE = Path(__file__).parents[2] / "docs" / "reference" / "draw-sample.json"
SCRIPT = Path(verify_draw.__file__)


def run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


def holds(data: bytes) -> bool:
    return list(checked_bytes(data))[-1][0] == "✓"


def told(document: Json) -> str:
    return list(checked_bytes(canonical(document)))[-1][1]


@pytest.fixture
def sample() -> Json:
    document: Json = json.loads(SAMPLE.read_bytes())
    return document


def test_the_sample_of_the_documentation_is_drawn_again_by_the_script_alone() -> None:
    done = run(SAMPLE, "--lang", "zh")
    assert done.returncode == 0, done.stdout
    assert "重新抽出17个对象" in done.stdout
    assert "\n✓ 全部对得上" in done.stdout


def test_it_exits_with_one_and_says_what_differs(sample: Json, tmp_path: Path) -> None:
    first = sample["result"]["chosen"][0]
    taken = first["object"]
    first["object"] += 1 if sample["result"]["chosen"][1]["object"] != taken + 1 else -1
    path = tmp_path / "changed.json"
    path.write_bytes(canonical(sample))
    done = run(path, "--lang", "en")
    assert done.returncode == 1
    assert f"object {taken} was drawn and is not in the file" in done.stdout


def test_it_says_so_when_the_roster_is_not_the_one_that_was_published(sample: Json) -> None:
    assert run(SAMPLE, "--roster", sample["roster_digest"]).returncode == 0
    done = run(SAMPLE, "--roster", "sha256:" + "0" * 64)
    assert done.returncode == 1
    assert "名单不是指定的那份" in done.stdout


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    done = run(tmp_path / "none.json", "--lang", "zh")
    assert (done.returncode, done.stdout.startswith("✗ 打不开文件")) == (1, True)


# --- every single thing that can be changed ---


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a document: leaves, lists and objects."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def others(value: Any) -> list[Any]:
    """What could stand there instead."""
    if isinstance(value, bool) or value is None:
        return [1]
    if isinstance(value, int):
        return [value + 1, -value - 1, value == 1, str(value), None]
    if isinstance(value, str):
        return [value + "x", value[:-1], value.upper() if value.upper() != value else value + " ", None]
    return [type(value)(), None]


def changed(document: Json, path: tuple[Any, ...], value: Any) -> bytes:
    other = copy.deepcopy(document)
    inside = other
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return canonical(other)


def public() -> Json:
    given = roster([[3, 1, 2, 9], [1, 1, 5]], [2, 1], inspectors=2, per_object=2, recusals=[(1, 1), (4, 2)])
    return document_of(given, [], "03 11 17 22 25 31")


@pytest.mark.parametrize("which", ["sample", "public"])
def test_whatever_single_thing_is_changed_it_is_noticed(which: str, sample: Json) -> None:
    document = sample if which == "sample" else public()
    assert holds(canonical(document))
    for path in places(document):
        was = document
        for key in path:
            was = was[key]
        for value in others(was)[: 2 if len(path) > 3 else None]:
            unnoticed = canonical(value) != canonical(was) and holds(changed(document, path, value))
            assert not unnoticed, f"{path}: {was!r} → {value!r}"


def test_a_part_left_out_or_added_is_noticed() -> None:
    document = public()
    for path in places(document):
        inside = other = copy.deepcopy(document)
        for key in path[:-1]:
            inside = inside[key]
        del inside[path[-1]]
        assert not holds(canonical(other)), path
        if isinstance(inside, dict):
            inside = other = copy.deepcopy(document)
            for key in path[:-1]:
                inside = inside[key]
            inside["more"] = 1
            assert not holds(canonical(other)), path


def test_a_result_listed_in_another_order_or_twice_is_noticed(sample: Json) -> None:
    sample["result"]["chosen"].reverse()
    assert told(sample) == "结果写法不对"
    sample["result"]["chosen"].reverse()
    sample["result"]["chosen"].append(sample["result"]["chosen"][0])
    assert told(sample) == "结果写法不对"


def test_the_same_bytes_written_with_spaces_are_not_the_file() -> None:
    assert not holds(json.dumps(json.loads(SAMPLE.read_bytes()), ensure_ascii=False).encode())


def test_swapping_the_two_people_is_noticed(sample: Json) -> None:
    one, other = sample["commitments"]
    sample["commitments"] = [dict(other, slot=1), dict(one, slot=2)]
    assert "第1人公开的和封存的不一样" in told(sample)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("strata", [{"id": "S0", "name": "社区", "size": 9}], "抽的比有的多"),
        ("recusals", [{"object": 1, "inspector": 9, "reason": "kin"}], "回避写法不对"),
        ("recusals", [{"object": 1, "inspector": 1, "reason": "mood"}], "回避写法不对"),
        ("recusals", [{"object": 1, "inspector": 1, "reason": "kin"}] * 2, "回避重复"),
        ("per_object", 0, "每个对象的检查人数不对"),
        ("coverage", {"times": 0, "left": 1}, "最低覆盖写法不对"),
        ("source", {"kind": "dice", "what": "", "on": "2026-01-01"}, "不认识的种子来源"),
        ("window", ["2026-02-02", "2026-02-01"], "时段不对"),
    ],
)
def test_a_roster_that_cannot_be_drawn_from_is_refused_in_words(part: str, value: Any, said: str) -> None:
    given = dict(roster([[1, 2, 3]], [1]), **{part: value})
    with pytest.raises(verify_draw.Wrong) as caught:
        document_of(given, [], "1")
    assert said in caught.value.args[0]


@pytest.mark.parametrize("value", ["", " 12", "1  2", "十二", "1;2"])
def test_a_public_value_is_written_in_one_way_only(value: str) -> None:
    with pytest.raises(verify_draw.Wrong):
        document_of(roster([[1, 2, 3]], [1]), [], value)
