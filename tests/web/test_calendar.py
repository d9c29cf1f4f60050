"""The working calendar's pages, as administrators use them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mingzhang.core import clock
from mingzhang.organisation import actions, queries, rules
from mingzhang.organisation.models import CalendarNotice
from tests import cast as people
from tests.web.test_pages import words

LINES = "2027-02-05至2027-02-11,放假,春节\n2027-02-20,调休上班,\n2027-10-01,放假,国庆节"
IMPORT = "organisation:calendar_import"


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with clock.at(datetime(2026, 11, 25, 2, tzinfo=UTC)):
        yield


@pytest.fixture
def admin(cast: people.Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The administrator of an installation that serves one body."""
    alone = rules.check_user_can_import_notice
    monkeypatch.setattr(rules, "check_user_can_import_notice", lambda by, **_all: alone(by, for_all=True))
    actions.seed_calendar()
    client.force_login(cast.admin)
    return client


def page(client: Client, year: int) -> str:
    response = client.get(reverse("organisation:calendar_year", args=(year,)))
    assert response.status_code == 200
    return words(response.content.decode())


def send(client: Client, **given: object) -> HttpResponse:
    return client.post(reverse(IMPORT), {"year": "2027", "number": "", "issued_on": "", "lines": LINES} | given)


def test_a_year_is_shown_by_months_with_words_for_what_is_not_as_the_week_has_it(admin: Client) -> None:
    said = page(admin, 2026)
    assert "全年248个工作日" in said
    assert "国办发明电〔2025〕7号" in said
    assert "28 班 ，调休上班 与2月23日对调" in said
    assert "17 休 ，放假 春节" in said
    assert "推算" not in said
    assert words(admin.get(reverse("organisation:calendar")).content.decode()).startswith(said[:20])


def test_a_year_without_a_notice_says_that_it_is_provisional(admin: Client) -> None:
    said = page(admin, 2027)
    assert "2027年的放假通知还没有录入，暂按法定节假日和周末推算" in said
    assert "休 ，放假 国庆节" in said


def test_a_list_is_looked_at_before_it_is_entered(admin: Client) -> None:
    looked = words(send(admin, number="国办发明电〔2026〕9号").content.decode())
    assert "2月20日 星期六 周末 调休上班" in looked
    assert not CalendarNotice.objects.filter(year=2027).exists()
    done = send(admin, number="国办发明电〔2026〕9号", issued_on="2026-11-03", enter="1")
    assert done.url == reverse("organisation:calendar_year", args=(2027,))  # type: ignore[attr-defined]
    said = page(admin, 2027)
    assert "2027年的工作日历录好了" in said
    assert "国办发明电〔2026〕9号" in said
    assert "推算" not in said
    again = send(admin)
    assert "和现在的日历一天不差" in words(again.content.decode())
    assert send(admin, enter="1").status_code == 409


def test_a_file_stands_in_the_form_after_it_was_looked_at(admin: Client) -> None:
    file = BytesIO(LINES.encode("gb18030"))
    file.name = "2027.csv"
    looked = send(admin, lines="", file=file).content.decode()
    assert "2027-02-05至2027-02-11,放假,春节" in looked
    assert "调休上班" in words(looked)


def workbook(rows: list[list[object]], **options: object) -> BytesIO:
    """A spreadsheet as an office keeps one: days as days, others as text, and an empty line."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy/m/d", **options}) as book:
        sheet = book.add_worksheet("放假")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        book.add_worksheet("别的").write(0, 0, "不看")
    file.seek(0)
    file.name = "2027.xlsx"
    return file


SHEET: list[list[object]] = [
    ["日期", "类别", "名称"],
    ["2027-02-05至2027-02-11", "休息日", "春节"],
    [],
    [date(2027, 2, 20), "调休上班"],
    [date(2027, 10, 1), "放假", "国庆节"],
]


@pytest.mark.parametrize("options", [{}, {"date_1904": True}, {"in_memory": True, "strings_to_numbers": True}])
def test_a_spreadsheet_is_looked_at_and_then_entered(admin: Client, options: dict[str, object]) -> None:
    looked = send(admin, lines="", file=workbook(SHEET, **options))
    assert "2月20日 星期六 周末 调休上班" in words(looked.content.decode())
    assert not CalendarNotice.objects.filter(year=2027).exists()
    assert send(admin, lines="", file=workbook(SHEET, **options), enter="1").status_code == 302
    calendar = queries.work_calendar()
    assert len(calendar.special(2027)) == 9
    assert calendar.is_working(date(2027, 2, 20))


def test_every_cell_of_a_spreadsheet_that_is_wrong_is_said_by_its_line(admin: Client) -> None:
    wrong = [*SHEET[:3], ["二月二十", "上课"], [date(2027, 10, 1), "放假", "国" * 41]]
    said = words(send(admin, lines="", file=workbook(wrong)).content.decode())
    assert "第4行：“二月二十”不是日期" in said
    assert "“上课”不是类别" in said
    assert "第5行：名称不能超过40个字" in said
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_a_spreadsheet_that_would_grow_in_memory_is_refused(admin: Client) -> None:
    file = workbook(SHEET)
    with ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><sst>&a;</sst>'
    for said in (declared, b" " * 5_000_001, declared.decode().encode("utf-16"), b"<sst"):
        swollen = BytesIO()
        with ZipFile(swollen, "w", ZIP_DEFLATED) as archive:
            for name, content in (parts | {"xl/sharedStrings.xml": said}).items():
                archive.writestr(name, content)
        swollen.seek(0)
        swollen.name = "2027.xlsx"
        response = send(admin, lines="", file=swollen)
        assert (response.status_code, "读不出文字" in response.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lines": "2027-02-30,放假"}, "第1行"),
        ({"lines": "2028-01-01,放假"}, "2028-01-01不在2027年"),
        ({"lines": ""}, "一天也没有"),
        ({"year": ""}, "必填"),
        ({"lines": "2027-02-30,放假", "enter": "1"}, "第1行"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(admin: Client, given: dict[str, str], said: str) -> None:
    response = send(admin, **given)
    assert response.status_code == 422
    assert said in words(response.content.decode())
    assert given.get("lines", LINES) in response.content.decode()
    assert not CalendarNotice.objects.filter(year=2027).exists()


def test_a_file_that_is_no_list_is_refused(admin: Client) -> None:
    for content, said in ((b"PK\x03\x04\xff\xff\x00\x80", "读不出文字"), (b"x" * 200_001, "文件太大")):
        file = BytesIO(content)
        file.name = "2027.xlsx"
        response = send(admin, file=file)
        assert response.status_code == 422
        assert said in words(response.content.decode())


def test_years_out_of_reach_are_not_there(admin: Client) -> None:
    assert admin.get(reverse("organisation:calendar_year", args=(1999,))).status_code == 404


def test_where_several_bodies_share_the_calendar_no_page_offers_to_change_it(
    cast: people.Cast, client: Client
) -> None:
    client.force_login(cast.admin)
    assert "录入放假通知" not in page(client, 2026)
    refused = send(client, enter="1")
    assert refused.status_code == 409
    assert "mingzhang calendar import" in words(refused.content.decode())


def test_the_page_asks_the_database_no_more_for_a_year_with_more_days(admin: Client) -> None:
    def asked(year: int) -> int:
        with CaptureQueriesContext(connection) as made:
            page(admin, year)
        return len(made)

    page(admin, 2026)
    assert asked(2026) == asked(2099)


def test_the_log_tells_that_a_notice_was_entered(admin: Client, cast: people.Cast) -> None:
    send(admin, enter="1")
    assert queries.calendar_notice(2027).added_by == cast.admin  # type: ignore[union-attr]
    client = Client()
    client.force_login(cast.qin)
    assert "录入了放假通知" in words(client.get(reverse("web:log")).content.decode())
