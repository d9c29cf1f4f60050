"""Hostile texts that are kept are kept letter by letter: they mislead no page and no report, no figure and no
terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils.html import escape
from docx import Document

from mingzhang.ledger import actions
from mingzhang.ledger.models import Entry, Record
from mingzhang.organisation.actions import rename_unit
from tests.faults.commands import done
from tests.ledger.world import DAY
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


@pytest.fixture(scope="module")
def kept_office(kept_office: tuple[Office, Path]) -> tuple[Office, Path]:
    """An office whose street, sheets and table rows are called by hostile names."""
    office, _folder = kept_office
    rename_unit(unit=office.cast.street, name="青禾<b>&街道", on=DAY, by=office.cast.admin)
    for number, text in enumerate(KEPT):
        offices.talk(office.cast, office.cast.street, number)
        hostile_study(office, text)
    return kept_office


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
