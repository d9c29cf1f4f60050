"""Whatever is written into a record, it is refused in words or kept letter by letter: it misleads no page and no
report, no figure and no terminal."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils.html import escape
from docx import Document

from mingzhang.audit.models import Event
from mingzhang.ledger import actions
from mingzhang.ledger.models import Entry, Record
from mingzhang.organisation.actions import rename_unit
from mingzhang.packs.queries import pack_of
from tests.faults.commands import CHINESE, COMMAND, done, refused
from tests.ledger.world import DAY, PROBLEMS, STUDY, World
from tests.web import office as offices
from tests.web.office import Office

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
KEPT = [
    SCRIPT,
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "{{ settings.SECRET_KEY }}{% load x %}",
    "%(title)s %s {0} {topic}",
    "[/bold] [link=http://x]x[/link]",
    "'); DROP TABLE ledger_entry; --",
    'a\\tb\\N\\. "\\u0000"',
]


def add(data: object, *more: object) -> tuple[object, ...]:
    given = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return "record", "add", "--kind", "study", "--unit", "QH", "--date", DAY, "--data", given, "--by", "chen", *more


def nothing_was_written() -> bool:
    return not Record.objects.exists() and not Event.objects.filter(verb__startswith="record.").exists()


# --- refused ------------------------------------------------------------------------------------------------------

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


# --- kept ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(db: None, evidence_folder: Path) -> Iterator[Office]:
    """An office whose street, sheets and table rows are called by hostile names."""
    office = offices.build()
    rename_unit(unit=office.cast.street, name="青禾<b>&街道", on=DAY, by=office.cast.admin)
    for number, text in enumerate(KEPT):
        offices.talk(office.cast, office.cast.street, number)
        hostile_study(office, text)
    yield office
    pack_of.cache_clear()


def hostile_study(office: Office, text: str) -> Record:
    cast = office.cast
    draft = actions.add_record(
        kind=office.study.kind,
        unit=cast.street,
        occurred_on=DAY,
        title=text,
        data={**offices.STUDY, "topic": text, "summary": f"{text}\n{text}"},
        rows={"problems": [{"category": "parking", "detail": text, "owner": text[:20]}]},
        by=cast.chen,
    )
    submitted = actions.submit_record(record=draft, by=cast.chen)
    accepted = actions.review_record(record=submitted, passed=True, note=text, by=cast.he)
    actions.post_record(record=accepted, by=cast.he)
    return accepted


ASKED = ("--unit", "QH", "--period", "2026H1", "--book", "YC")


def test_pages_show_hostile_text_and_never_run_it(office: Office, client: Client) -> None:
    client.force_login(office.cast.he)
    number = Record.objects.get(title=SCRIPT).pk
    for page in (
        f"/ledger/records/{number}/",
        "/ledger/?unit=QH&period=2026H1&size=200",
        f"/ledger/?unit=QH&period=2026H1&q={SCRIPT}",
        "/figures/street-office/study_own_group/?unit=QH&period=2026H1",
    ):
        response = client.get(page)
        shown = response.content.decode()
        assert response.status_code == 200, page
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "青禾<b>" not in shown
        assert "青禾&lt;b&gt;&amp;街道" in shown
    assert escape(SCRIPT) in client.get(f"/ledger/records/{number}/").content.decode()


def test_a_template_in_a_text_is_not_carried_out(office: Office, client: Client, settings: Any) -> None:
    client.force_login(office.cast.he)
    number = Record.objects.get(title=KEPT[3]).pk
    shown = client.get(f"/ledger/records/{number}/").content.decode()
    assert settings.SECRET_KEY not in shown
    assert "{{ settings.SECRET_KEY }}" in shown


def test_what_was_posted_is_what_was_written(office: Office) -> None:
    for text in KEPT:
        entry = Entry.objects.get(record__title=text, line=0)
        assert entry.record is not None
        assert entry.data["topic"] == entry.record.data["topic"] == text
        told = json.loads(done("record", "show", entry.record.pk, "--json"))
        assert told["data"]["topic"] == text


def test_figures_and_traces_are_told_at_the_terminal(office: Office) -> None:
    table = done("figures", *ASKED)
    assert "青禾<b>&街道" in table
    opened = done("trace", "study_own_group", *ASKED, "--entries", 100)
    for text in KEPT:
        assert text in opened, "shown as it was written, not taken for markup"


def test_reports_are_built_and_carry_hostile_names_as_text(office: Office, tmp_path: Path) -> None:
    done("report", "build", "half-year", *ASKED, "--out", tmp_path)
    page = (tmp_path / "half-year.html").read_text("utf-8")
    assert "青禾<b>" not in page
    assert "青禾&lt;b&gt;&amp;街道" in page
    assert "<script" not in page
    document = tmp_path / "half-year.docx"
    with ZipFile(io.BytesIO(document.read_bytes())) as parts:
        assert parts.testzip() is None
    assert any("青禾<b>&街道" in one.text for one in Document(str(document)).paragraphs)
    assert (tmp_path / "half-year.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert "青禾<b>&街道" in json.loads((tmp_path / "half-year.trace.json").read_text("utf-8"))["title"]


def test_a_refused_row_leaves_the_others_unwritten_too(world: World) -> None:
    rows = {"problems": [*PROBLEMS["problems"], {"what": "x", "found_on": "昨天"}]}
    assert "rows.problems.2.found_on" in refused(*add(STUDY, "--rows", json.dumps(rows)))
    assert nothing_was_written()
