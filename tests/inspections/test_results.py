"""What came of an inspection: the page, what its numbers were counted from, and the report."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import docx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.findings import actions as findings
from mingzhang.inspections import actions
from mingzhang.inspections.models import Round, RoundFinding
from mingzhang.inspections.outcome import Tally, outcome_of
from mingzhang.organisation.models import Person
from tests import cast as people
from tests.inspections.rounds import Phone, RoundsWorld, again, client_of

AT = "?unit=YC"


@pytest.fixture
def july() -> Iterator[None]:
    """A day of the inspection."""
    with clock.at(datetime(2026, 7, 9, 4, tzinfo=UTC)):
        yield


def words(content: bytes) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", content.decode()))


def visited(office: RoundsWorld) -> list[Round]:
    """Three objects: one with a wrong answer and a finding, one right, one that was called off."""
    bad, good, left = office.under_way()
    noted = {"item": "posted", "words": "孙大爷家门口没有贴", "category": "service", "severity": "minor"}
    Phone(office.feng).do(bad, "note", **noted)
    done = office.finished(bad, posted="no", speed="na")
    office.finished(good)
    actions.call_off(round=left, reason="那里正在修路", by=office.wei)
    actions.acknowledge(round=done, words="三天内贴好", agrees=True, by=party_of(office, done))
    return [again(one) for one in (bad, good, left)]


def page(client: Client, name: str, number: int, rest: str = "") -> bytes:
    response = client.get(reverse(f"inspections:{name}", args=(number,)) + AT + rest)
    assert response.status_code == 200
    content: bytes = response.content
    return content


def party_of(office: RoundsWorld, round: Round) -> Person:
    """Somebody of the inspected unit."""
    unit = round.unit
    return people.seat(unit, f"party{unit.pk}", "柏书记", "主任", ["reviewer"], office.cast.admin)


def test_the_result_counts_what_was_looked_at_and_what_was_wrong(office: RoundsWorld, july: None) -> None:
    bad, good, _left = visited(office)
    outcome = outcome_of(bad.inspection)
    assert outcome.tally == Tally(right=4, wrong=1, na=1)
    assert [len(outcome.visited), len(outcome.called_off), len(outcome.waiting)] == [2, 1, 0]
    assert {one.item.id: one.tally.wrong for one in outcome.items} == {"posted": 1, "speed": 0, "waiting": 0}
    assert [one.tally.items for one in outcome.objects] == [3, 3, 0]


def test_the_page_says_what_was_seen_and_what_it_does_not_say(office: RoundsWorld, july: None) -> None:
    bad, _good, _left = visited(office)
    said = words(page(client_of(office.wei), "result", bad.inspection_id))
    for expected in (
        "抽中3个对象", "查完2个对象", "没有查1个对象", "看了6项次", "不合格1项次", "发现问题1件",
        "那里正在修路", "三天内贴好", "主任：认可", "抽中的还有1个没有查完，它们怎么样不知道。", "云川县督查岗一",
        f"python3verify_draw.pydraw-YC-{bad.inspection_id}-1.json--rostersha256:",
    ):  # fmt: skip
        assert expected in said
    assert "孙大爷" not in said


def test_every_number_of_the_page_opens_to_as_many_as_it_says(office: RoundsWorld, july: None) -> None:
    bad, _good, _left = visited(office)
    client = client_of(office.wei)
    content = page(client, "result", bad.inspection_id).decode()
    numbers = re.findall(r'<a class="tn"\s+href="([^"]+)">([\d,]+)</a>', content)
    assert len(numbers) > 15
    for address, number in set(numbers):
        opened = client.get(address.replace("&amp;", "&"))
        assert opened.status_code == 200
        heading = re.search(r"<h1>\s*(\d+)", opened.content.decode())
        assert heading is not None
        assert heading[1] == number


def test_a_finding_is_named_by_its_number_and_how_it_stands_today(office: RoundsWorld, july: None) -> None:
    bad, _good, _left = visited(office)
    found = RoundFinding.objects.get(round=bad).finding
    said = words(page(client_of(office.wei), "result", bad.inspection_id))
    assert f"{found.number}{bad.unit.name}" in said
    assert "待派办" in said
    owner = people.seat(found.unit, "owner", "甘主任", "经办岗", ["clerk"], office.cast.admin)
    findings.assign(finding=found, owner=owner, by=office.li)
    assert "已派办" in words(page(client_of(office.wei), "result", bad.inspection_id))


def test_there_is_no_result_before_the_inspection_has_started(office: RoundsWorld) -> None:
    inspection = office.approved(checklist=(office.pack, "point"))
    for name, more in (("inspections:result", ()), ("inspections:counted", ()), ("web:inspection_file", ("pdf",))):
        address = reverse(name, args=(inspection.pk, *more)) + AT
        assert client_of(office.wei).get(address).status_code == 404


def test_the_result_asks_no_more_questions_for_more_objects(office: RoundsWorld, july: None) -> None:
    rounds = office.under_way()
    client, number = client_of(office.wei), rounds[0].inspection_id

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, "result", number)
        return len(captured)

    office.finished(rounds[0], posted="no")
    asked()
    few = asked()
    for one in rounds[1:]:
        office.finished(one, posted="no")
    assert asked() == few


def report(office: RoundsWorld, round: Round, form: str) -> bytes:
    address = reverse("web:inspection_file", args=(round.inspection_id, form)) + AT
    response = client_of(office.wei).get(address)
    assert response.status_code == 200
    content: bytes = response.content
    return content


def test_the_report_is_a_document_with_the_numbers_of_the_page(office: RoundsWorld, july: None) -> None:
    bad, _good, _left = visited(office)
    paper = docx.Document(io.BytesIO(report(office, bad, "docx")))
    said = "\n".join(one.text for one in paper.paragraphs)
    for expected in (
        "一、基本情况", "为什么查：上半年问题多", "抽中3个对象，查完2个，不查了1个",
        "一共看了6项次，合格4项次，不合格1项次，不涉及1项次。", "那里正在修路", "发现问题1件",
        "（主任）认可：三天内贴好", "查到的多少不用来排名", "名单校验码（每8位隔开）：sha256: ",
    ):  # fmt: skip
        assert expected in said
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    assert RoundFinding.objects.get(round=bad).finding.number in cells
    assert "孙大爷" not in said + "".join(cells)
    assert report(office, bad, "pdf").startswith(b"%PDF")


def test_the_workbook_has_every_answer(office: RoundsWorld, july: None) -> None:
    bad, _good, _left = visited(office)
    with zipfile.ZipFile(io.BytesIO(report(office, bad, "xlsx"))) as parts:
        strings = parts.read("xl/sharedStrings.xml").decode()
        answers = parts.read("xl/worksheets/sheet2.xml").decode()
    assert answers.count("<row ") == 1 + 2 * 4
    assert "材料清单贴着" in strings
    assert "没有" in strings


def test_a_report_in_another_form_is_not_found(office: RoundsWorld, july: None) -> None:
    address = reverse("web:inspection_file", args=(office.visit().inspection_id, "odt")) + AT
    assert client_of(office.wei).get(address).status_code == 404


def test_objects_of_a_draw_that_was_drawn_again_are_not_in_the_result(office: RoundsWorld, july: None) -> None:
    first = office.visit()
    draw = first.drawn.draw  # type: ignore[union-attr]
    actions.redraw(draw=draw, reason="名单错了", by=office.wei)
    assert outcome_of(first.inspection).rounds == []
