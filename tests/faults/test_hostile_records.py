"""Whatever does not belong into a record is refused in words, and nothing of it is written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mingzhang.audit.models import Event
from mingzhang.ledger.models import Record
from tests.faults.commands import CHINESE, COMMAND, done, refused
from tests.ledger.world import DAY, PROBLEMS, STUDY, World


def add(data: object, *more: object) -> tuple[object, ...]:
    given = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return "record", "add", "--kind", "study", "--unit", "QH", "--date", DAY, "--data", given, "--by", "chen", *more


def nothing_was_written() -> bool:
    return not Record.objects.exists() and not Event.objects.filter(verb__startswith="record.").exists()


UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "extra": ({**STUDY, "nobody": 1}, "data.nobody"),
    "wrong type": ({**STUDY, "people": "很多"}, "data.people"),
    "a list for a number": ({**STUDY, "people": [26]}, "data.people"),
    "an object for a text": ({**STUDY, "topic": {"$gt": ""}}, "data.topic"),
    "a number beyond all bounds": ({**STUDY, "people": 10**400}, "data.people"),
    "an option that is none": ({**STUDY, "form": "<b>"}, "data.form"),
    "a null byte": ({**STUDY, "topic": "a\0b"}, "data.topic"),
    "a terminal's escape": ({**STUDY, "topic": "\x1b[2J\x1b]0;x\x07"}, "data.topic"),
    "text drawn from right to left": ({**STUDY, "topic": "付\u202e款"}, "data.topic"),
    "half of a character": ({**STUDY, "topic": "\ud800"}, "data.topic"),
    "a fraction of a cent": ({**STUDY, "cost": "0.001"}, "data.cost"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_is_told_by_its_path_and_nothing_is_written(world: World, name: str) -> None:
    data, path = UNFIT[name]
    said = refused(*add(json.dumps(data)))
    assert f"  {path}: " in said
    assert CHINESE.search(said)
    assert "\x1b" not in said
    assert nothing_was_written()


def test_what_is_missing_is_told_when_the_sheet_is_handed_in(world: World) -> None:
    done(*add({"topic": "只有主题"}))
    said = refused("record", "submit", Record.objects.get().pk, "--by", "chen")
    assert "  data.people: " in said
    assert Record.objects.get().state == "draft"


def test_ten_megabytes_of_text_are_refused_in_a_line(world: World, tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    for data in ({**STUDY, "topic": "长" * 3_500_000}, {**STUDY, "note": "x" * 10_000_000}, {"x" * 10_000_000: 1}):
        file.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        said = refused(*add(f"@{file}"))
        assert len(said) < 1000
    assert nothing_was_written()


def test_a_file_without_end_is_not_read_to_its_end(world: World, tmp_path: Path) -> None:
    endless = tmp_path / "data.json"
    with endless.open("wb") as file:
        file.truncate(100 * 1024**3)  # takes no room on the disk, and would take 100 GB of memory
    assert "--data" in refused(*add(f"@{endless}"))
    assert "--data" in refused(*add("@/dev/zero"))
    assert nothing_was_written()


def test_ten_thousand_rows_and_more_are_refused(world: World) -> None:
    rows = json.dumps({"problems": [{"what": "x"}] * 10_001})
    assert "rows.problems" in refused(*add(STUDY, "--rows", rows))
    assert nothing_was_written()


def test_the_same_is_told_in_english(world: World) -> None:
    said = refused("--lang", "en", *add({**STUDY, "people": -1}))
    assert "  data.people: " in said
    assert not CHINESE.search(said)


@pytest.mark.parametrize("place", ["--kind", "--unit", "--by", "--title", "--data", "--date"])
def test_bytes_that_are_no_text_are_refused_wherever_they_are_given(committed_world: World, place: str) -> None:
    arguments = [str(argument).encode() for argument in add(STUDY, "--title", "标题")]
    arguments[arguments.index(place.encode()) + 1] = b"\xff\xfe"
    result = subprocess.run([*COMMAND, *arguments], capture_output=True, timeout=60)
    said = result.stderr.decode("utf-8", "replace")
    assert result.returncode in (2, 4), said
    assert "Traceback" not in said
    assert CHINESE.search(said)
    assert nothing_was_written()


def test_a_refused_row_leaves_the_others_unwritten_too(world: World) -> None:
    rows = {"problems": [*PROBLEMS["problems"], {"what": "x", "found_on": "昨天"}]}
    assert "rows.problems.2.found_on" in refused(*add(STUDY, "--rows", json.dumps(rows)))
    assert nothing_was_written()
