"""The dashboard: what it shows of a unit and the units below it, and what can be taken away from it."""

from __future__ import annotations

import csv
import io
import re
import shlex
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from mingzhang.cli.figures import trace
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.figures import entry_files, oracle
from mingzhang.figures.board_values import board_values, calendar_months
from mingzhang.figures.boards import Board, shade
from mingzhang.figures.choosing import Column, chosen
from mingzhang.ledger.actions import add_record, post_record, review_record, submit_record
from mingzhang.ledger.queries import position
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.packs.actions import install
from mingzhang.packs.models import RecordKind
from tests.cast import BEGINNING
from tests.packs.packs import GOOD as GARDEN
from tests.packs.packs import write
from tests.web.office import AT_STREET, PACK, PERIOD, TALK, Office
from tests.web.test_pages import words

DASHBOARD = reverse("figures:dashboard")
BOARD = DASHBOARD + AT_STREET
PEOPLE = reverse("figures:figure", args=(PACK, "lecture_people")) + AT_STREET
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def kept_office(kept_office: tuple[Office, Path]) -> tuple[Office, Path]:
    """The communities have held talks too."""
    office, _folder = kept_office
    office.post_talks(4, office.cast.community)
    office.post_talks(7, office.cast.second_community)
    return kept_office


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    """A browser in which the street's clerk is signed in."""
    client.force_login(office.cast.chen)
    return client


def get(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers or None)
    assert response.status_code == 200, response.content.decode()[:500]
    return response.content.decode()


def post(office: Office, code: str, unit: Unit, day: date, data: dict[str, Any]) -> None:
    """A record of the kind, posted."""
    cast, kind = office.cast, RecordKind.objects.get(pack=PACK, code=code)
    draft = add_record(kind=kind, unit=unit, occurred_on=day, data=data, rows={}, by=cast.chen)
    sent = submit_record(record=draft, by=cast.chen)
    post_record(record=review_record(record=sent, passed=True, by=cast.he), by=cast.he)


def case(office: Office, unit: Unit, *, solved: bool = True, confirmed: bool = True) -> None:
    """A hard case that was to be solved by the end of May, posted."""
    data: dict[str, Any] = {
        "category": "parking", "problem": "停车位被占", "households": 3, "received_on": "2026-05-10",
        "due_on": "2026-05-30", "solved": solved, "confirmed": confirmed,
    }  # fmt: skip
    if solved:
        data["solved_on"] = "2026-05-20"
    post(office, "hard_case", unit, date(2026, 5, 10), data)


def board_of(office: Office, query: str = "", period: str = PERIOD) -> Board:
    """The board that the street's clerk sees."""
    cast = office.cast
    scope = visible_units(cast.chen, Permission.FIGURES_VIEW)
    place = Place(cast.chen, scope, cast.street, None, Period.parse(period))
    return Board(board_values(place, chosen(cast.street, QueryDict(query)), position(cast.book)))


# --- what it shows ------------------------------------------------------------------------------------------------


def test_every_value_on_the_board_is_what_a_plain_count_says(office: Office, clerk: Client) -> None:
    case(office, office.cast.community)
    for query in ("", "group=amount&trend=lectures"):
        values = board_of(office, query).values
        told = {request: value.number for request, value in values.values.items()}
        assert told == oracle.recount(list(told), as_of=values.position, tree="then")


def test_units_stand_in_the_order_of_their_codes_then_the_unit_itself_then_the_whole(
    office: Office, clerk: Client
) -> None:
    board = board_of(office, "group=amount")
    assert [line.name for line in board.lines] == ["柳岸社区", "新桥社区", "本级", "青禾街道"]
    talks = [line.cells[1].text for line in board.lines]
    assert talks == ["4", "7", "1", "12"]
    assert sum(map(int, talks[:-1])) == int(talks[-1])


def test_each_number_opens_to_its_trace_and_each_unit_to_its_own_dashboard(office: Office, clerk: Client) -> None:
    page = get(clerk, BOARD + "&group=amount")
    numbers = re.findall(r'href="(/figures/street-office/lectures/[^"]+)"', page)
    assert numbers
    for address in numbers[:6]:
        get(clerk, address.replace("&amp;", "&"))
    [below] = re.findall(r'href="(/figures/dashboard/\?unit=QH-01[^"]+)"', page)
    assert "“柳岸社区”和它的下级单位" in words(get(clerk, below.replace("&amp;", "&")))


def test_fewer_than_five_cases_are_written_as_cases_and_not_coloured(office: Office, clerk: Client) -> None:
    for solved in (True, True, False):
        case(office, office.cast.community, solved=solved)
    for _ in range(5):
        case(office, office.cast.second_community)
    first, second, own, whole = (line.cells[4] for line in board_of(office).lines)
    assert (first.text, first.few, first.shade) == ("2/3", True, "")
    assert (second.text, second.few, second.shade) == ("100", False, "h4")
    assert own.text == "—"
    assert whole.text == "87.5"
    assert "（3里有2）" in first.label


def test_what_is_still_open_has_a_corner_mark_and_is_said_first(office: Office, clerk: Client) -> None:
    case(office, office.cast.community, solved=False)
    board = board_of(office)
    assert board.lines[0].cells[4].open == "没办成的难题1件"
    assert not board.lines[1].cells[4].open
    page = get(clerk, BOARD)
    assert "has-open" in page
    assert "没办成的难题： 1 件，在柳岸社区。" in words(page)


def test_without_anything_open_there_is_no_corner_mark_and_no_word_of_it(office: Office, clerk: Client) -> None:
    page = get(clerk, BOARD + "&group=amount")
    assert "has-open" not in page
    assert "角标" not in page


def test_a_kind_that_a_level_does_not_use_is_hatched(office: Office, clerk: Client) -> None:
    lines = board_of(office).lines
    clarified = [line.cells[9].hatched for line in lines]
    assert clarified == [True, True, False, False], "streets clarify, communities do not"
    assert all(line.cells[2].hatched for line in lines), "only counties supervise"
    assert "柳岸社区，澄清按期发布：这一级不用" in get(clerk, BOARD)


def test_a_share_of_a_sample_has_its_interval_and_overlapping_ones_are_not_put_in_order(
    office: Office, clerk: Client
) -> None:
    for unit, confirmed in ((office.cast.community, True), (office.cast.second_community, False)):
        case(office, unit)
        case(office, unit, confirmed=confirmed)
    page = get(clerk, BOARD)
    assert "柳岸社区，100.0%，区间34.2%至100.0%，共2件" in page
    assert "“居民确认率”多数区间互相重叠，不宜排先后。" in words(page)


@pytest.mark.parametrize(
    ("number", "better", "expected"),
    [(39, "higher", "w2"), (40, "higher", "w1"), (98, "higher", "h4"), (39, "lower", "h4"), (98, "lower", "w2")],
)
def test_good_is_quiet_and_bad_has_weight(number: int, better: str, expected: str) -> None:
    column = Column("f", "F", better, tuple(map(Decimal, (40, 55, 70, 85, 95))))
    assert shade(number, column, percent=False) == expected
    assert shade(Decimal(number) / 100, column, percent=True) == expected
    assert shade(None, column, percent=False) == ""


def test_months_run_from_january_to_the_end_of_the_period_and_those_to_come_are_empty(
    office: Office, clerk: Client
) -> None:
    assert [month.code for month in calendar_months(Period.parse("2026Q2"))][-1] == "2026-06"
    with clock.at(datetime(2026, 3, 5, tzinfo=UTC)):
        board = board_of(office, "group=amount&trend=lectures", "2026")
        assert board.lines[1].months[:3] == [2, 1, 1]
        assert board.lines[1].months[3:] == [None] * 9


def test_a_chart_is_a_table_too_and_says_itself_in_words(clerk: Client) -> None:
    page = get(clerk, BOARD + "&group=amount&trend=lectures")
    assert page.count('class="ledger by-month"') == 3
    assert "宣讲场次”每月，今年和去年" in page
    assert re.search(r"<desc>今年：1月 4，2月 2", page)
    assert "style=" not in page


def test_the_viewer_chooses_the_figures_and_the_line(clerk: Client) -> None:
    page = words(get(clerk, BOARD + "&show=lecture_people&show=lecture_answered_share&trend=lecture_people"))
    assert "自选" in page
    assert "听宣讲人数 人次 宣讲当场答复" in page


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("&board=street-office/none", 404, "没有统计页"),
        ("&group=none", 404, "没有“none”这一组"),
        ("&show=lecture", 404, "没有数据项“lecture”"),
        ("&trend=lecture", 404, "没有数据项“lecture”"),
        ("".join(f"&show={code}" for code in (
            "lectures", "lecture_people", "meetings", "trainings", "drills", "drill_people", "risks", "self_checks",
            "hard_cases", "hard_solved", "visit_made", "reading_events", "publications",
        )), 422, "最多看12个"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused_in_words(clerk: Client, query: str, status: int, said: str) -> None:
    response = clerk.get(BOARD + query)
    assert response.status_code == status
    assert said in response.content.decode()


def test_a_pack_without_a_dashboard_is_shown_by_its_first_figures(
    office: Office, clerk: Client, tmp_path: Path
) -> None:
    version = install(folder=write(tmp_path / "garden"), by="tests")
    organisation.adopt(book=office.cast.book, pack_version=version, by=office.cast.admin)
    page = words(get(clerk, BOARD + "&board=garden/first"))
    assert "巡园次数" in page
    assert "办理情况" in page, "the other pack's dashboard is offered beside it"


def test_a_unit_that_moved_away_is_shown_where_it_stood_at_the_end_of_the_period(
    office: Office, clerk: Client
) -> None:
    cast = office.cast
    organisation.move_unit(unit=cast.second_community, parent=cast.other_street, on=date(2026, 9, 1), by=cast.admin)
    clerk.force_login(cast.wei)
    page = words(get(clerk, BOARD + "&group=amount"))
    assert "新桥社区 13" not in page
    assert re.search(r"新桥社区 0 7", page)


def test_the_queries_of_the_page_are_as_many_for_two_units_as_for_twenty(office: Office, clerk: Client) -> None:
    clerk.get(BOARD)
    with CaptureQueriesContext(connection) as few:
        get(clerk, BOARD)
    rows = [
        organisation.UnitRow(f"QH-N{nth}", f"新村{nth}", "community", "QH", created_on=BEGINNING)
        for nth in range(20)
    ]
    organisation.create_units(book=office.cast.book, rows=rows, by=office.cast.admin)
    with CaptureQueriesContext(connection) as many:
        get(clerk, BOARD)
    assert len(many) == len(few)
    assert sum("width_bucket" in query["sql"] for query in many.captured_queries) == 1


# --- what can be taken away ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", ["heat", "trend", "months", "intervals"])
def test_each_chart_is_saved_as_a_drawing_and_as_a_picture(clerk: Client, chart: str) -> None:
    svg = clerk.get(reverse("figures:chart", args=(chart, "svg")) + AT_STREET)
    assert svg["Content-Type"] == "image/svg+xml"
    assert svg["Content-Disposition"].startswith("attachment")
    root = ElementTree.fromstring(svg.content)  # noqa: S314 - our own
    assert root.tag.endswith("svg")
    assert "青禾街道，2026年上半年" in "".join(root.itertext())
    assert b"href" not in svg.content, "a saved picture leads nowhere"
    png = clerk.get(reverse("figures:chart", args=(chart, "png")) + AT_STREET)
    picture = Image.open(io.BytesIO(png.content))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    assert picture.size == pytest.approx((2 * width, 2 * height), abs=2)
    assert len(picture.getcolors(maxcolors=1_000_000) or []) > 10, "something is drawn on it"


def test_there_is_no_other_chart_or_form(clerk: Client) -> None:
    for chart, form in (("pie", "svg"), ("heat", "gif")):
        assert clerk.get(reverse("figures:chart", args=(chart, form)) + AT_STREET).status_code == 404
    without = reverse("figures:chart", args=("intervals", "svg")) + AT_STREET + "&group=amount"
    assert clerk.get(without).status_code == 404


def cells(content: bytes, sheet: int) -> dict[str, tuple[str, str]]:
    """The type and the value of every cell of a sheet; a shared string is put in its place."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = book.namelist()
        shared = []
        if "xl/sharedStrings.xml" in names:
            strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - our own
            shared = ["".join(one.itertext()) for one in strings]
        page = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314 - our own
    found = {}
    for cell in page.iter(f"{SHEET}c"):
        kind, value = cell.get("t", "n"), "".join(cell.itertext())
        found[str(cell.get("r"))] = (kind, shared[int(value)] if kind == "s" else value)
    return found


def test_the_workbook_holds_real_numbers_and_says_where_they_come_from(office: Office, clerk: Client) -> None:
    response = clerk.get(reverse("figures:dashboard_xlsx") + AT_STREET + "&group=amount&trend=lectures")
    heat = cells(response.content, 1)
    assert [heat[f"D{row}"] for row in range(3, 7)] == [("n", "4"), ("n", "7"), ("n", "1"), ("n", "12")]
    assert heat["A3"] == ("s", "QH-01")
    months = cells(response.content, 2)
    assert months["A3"] == ("s", "宣讲")
    assert months["B3"] == ("n", "4")
    told = " ".join(text for _kind, text in cells(response.content, 3).values())
    assert f"账上第{position(office.cast.book)}笔" in told
    assert "基层治理与宣传文化工作责任制" in told
    assert "数“宣讲”的笔数" in told


# --- one number opened --------------------------------------------------------------------------------------------


def test_the_command_beside_a_number_counts_it_again(clerk: Client) -> None:
    for address in (PEOPLE, PEOPLE + "&alone=1", PEOPLE.replace("lecture_people", "lecture_answered_share")):
        page = get(clerk, address)
        [command] = set(re.findall(r'data-copy="([^"]+)"', page))
        program, subcommand, *arguments = shlex.split(command)
        assert (program, subcommand) == ("mingzhang", "trace")
        said = CliRunner().invoke(trace, arguments)
        assert said.exit_code == 0, said.output
        [digest] = set(re.findall(r"<code>(sha256:[0-9a-f]+)</code>", page))
        assert digest in said.output
        assert re.findall(r'class="trace-v">([^<]+)<', page)[0] in said.output


def test_the_command_goes_by_the_version_that_the_number_was_counted_by(
    office: Office, clerk: Client, tmp_path: Path
) -> None:
    for version, where in (("1.0.0", "people >= 2"), ("1.1.0", "people >= 9")):
        files = {
            "pack.yaml": GARDEN["pack.yaml"].replace("1.0.0", version),
            "figures/visit.yaml": GARDEN["figures/visit.yaml"].replace("people >= 2", where),
        }
        folder = tmp_path / version
        installed = install(folder=write(folder, files), by="tests")
        organisation.adopt(book=office.cast.book, pack_version=installed, by=office.cast.admin)
    address = reverse("figures:figure", args=("garden", "visits")) + AT_STREET + "&version=1.0.0"
    [command] = set(re.findall(r'data-copy="([^"]+)"', get(clerk, address)))
    assert command.endswith("--pack garden@1.0.0")
    said = CliRunner().invoke(trace, shlex.split(command)[2:])
    assert "garden 1.0.0" in said.output
    other = CliRunner().invoke(trace, [*shlex.split(command)[2:], "--pack", "garden@9.9.9"])
    assert isinstance(other.exception, NotFound)


def test_a_number_is_opened_to_its_reversals_alone(office: Office, clerk: Client) -> None:
    page = words(get(clerk, PEOPLE))
    assert "只看冲销1笔" in page
    only = words(get(clerk, PEOPLE + "&reversals=1"))
    assert "冲销 用气安全 −40" in only
    assert "看全部账目" in only
    assert only.count("用气安全") == 1


def test_a_number_leads_to_the_ledger_of_its_kind(clerk: Client) -> None:
    page = get(clerk, PEOPLE)
    [address] = re.findall(r'href="(/ledger/\?[^"]+kind=[^"]+)"', page)
    assert "到场人数" in words(get(clerk, address.replace("&amp;", "&")))
    assert "street-office/lecture: " not in page
    assert "lecture: sum(people)" in page


def test_entries_come_fifty_to_a_page_and_twenty_to_a_panel(office: Office, clerk: Client) -> None:
    office.post_talks(48)
    page = get(clerk, PEOPLE)
    assert page.count('<li><a href="/ledger/entries/') == 50
    [following] = re.findall(r'href="([^"]+after=[^"]+)#counted"', page)
    assert get(clerk, following.replace("&amp;", "&")).count('<li><a href="/ledger/entries/') == 12
    part = get(clerk, PEOPLE, **{"HX-Request": "true"})
    assert part.count('<li><a href="/ledger/entries/') == 20
    assert re.search(r'hx-get="[^"]+after=', part)


def entry_file(client: Client, form: str, query: str = "") -> bytes:
    address = reverse("figures:entries", args=(PACK, "lecture_people", form)) + AT_STREET + query
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response)


def test_the_entries_are_saved_as_csv_with_what_each_adds(clerk: Client, office: Office) -> None:
    rows = list(csv.DictReader(io.StringIO(entry_file(clerk, "csv").decode("utf-8-sig"))))
    assert len(rows) == 14
    assert sum(int(row["计入的数"]) for row in rows) == 40 + sum(range(40, 44)) + sum(range(40, 47))
    [back] = [row for row in rows if row["笔数"] == "-1"]
    assert back["冲销的账位"]
    only = list(csv.DictReader(io.StringIO(entry_file(clerk, "csv", "&reversals=1").decode("utf-8-sig"))))
    assert only == [back]


def test_a_title_that_looks_like_a_formula_stays_a_text(clerk: Client, office: Office) -> None:
    topic = {"topic": '=HYPERLINK("http://x","y")'}
    post(office, "lecture", office.cast.street, date(2026, 6, 1), TALK | topic)
    rows = list(csv.DictReader(io.StringIO(entry_file(clerk, "csv").decode("utf-8-sig"))))
    assert '\'=HYPERLINK("http://x","y")' in [row["标题"] for row in rows]
    content = entry_file(clerk, "xlsx")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    found = cells(content, 1)
    assert ("inlineStr", '=HYPERLINK("http://x","y")') in found.values()
    assert found["B2"][0] == "n"


def test_a_long_list_is_cut_and_says_so(clerk: Client, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_files, "MOST", 5)
    monkeypatch.setattr(entry_files, "CHUNK", 2)
    rows = list(csv.reader(io.StringIO(entry_file(clerk, "csv").decode("utf-8-sig"))))
    assert len(rows) == 1 + 5 + 1
    assert rows[-1] == ["只列前5笔，后面的请在页面上看。"]


def test_those_who_may_not_read_records_get_no_list_of_them(office: Office, client: Client) -> None:
    client.force_login(office.cast.admin)
    page = get(client, PEOPLE)
    assert "导出清单" not in page
    assert "在台账里打开" not in page
