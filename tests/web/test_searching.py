"""The search box and the page of everything found."""

from __future__ import annotations

import re
from dataclasses import replace

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.findings.models import Finding
from mingzhang.inspections.models import Inspection
from mingzhang.reports import actions, queries
from mingzhang.web import searching
from tests.reports.world import report_at, sign
from tests.web.matrix.inspections import approved
from tests.web.office import AT_STREET, Office
from tests.web.test_findings import client_of, report
from tests.web.test_pages import get, words

PART = {"HX-Request": "true"}


def groups(page: str) -> list[str]:
    """The headings of what was found, in their order."""
    return re.findall(r'id="found-(\w+)-h"', page)


def test_each_finds_records_units_people_figures_and_reports_as_far_as_their_roles_go(
    office: Office, client: Client
) -> None:
    cast = office.cast
    for person, asked, expected in (
        (cast.chen, "用气", ["records"]),
        (cast.chen, "社区", ["records", "units"]),
        (cast.chen, "听宣讲人数", ["figures"]),
        (cast.chen, "总结", ["reports", "templates"]),
        (cast.chen, "陈", []),
        (cast.admin, "陈", ["people"]),
        (cast.admin, "用气", []),
        (cast.stranger, "用气", []),
        (cast.lu, "石榴", []),
        (cast.wei, "石榴", ["units"]),
    ):
        client.force_login(person)
        assert groups(get(client, f"/search/?q={asked}")) == expected, (person.username, asked)


def test_findings_are_found_by_their_first_line_their_place_and_their_number(office: Office) -> None:
    said = "便民服务点的窗口\n住户王某说等了很久"
    finding = report(office, said, place="柳岸路十七号")
    number, address = finding.number, f'href="/findings/{finding.pk}/'
    for who, asked, found in (
        ("chen", "窗口", True),
        ("chen", "窗", True),
        ("chen", "岸路", True),
        ("chen", "民服 十七", True),
        ("chen", number, True),
        ("chen", "窗口柳岸", False),
        ("chen", "住户", False),
        ("chen", "王某", False),
        ("wei", "窗口", True),
        ("lu", "窗口", False),
        ("outsider", "窗口", False),
        ("stranger", "窗口", False),
    ):
        page = get(client_of(office, who), f"/search/?q={asked}&only=findings")
        assert (address in page) == found, (who, asked)
    page = get(client_of(office, "chen"), "/search/?q=窗口")
    assert groups(page) == ["findings"]
    assert "便民服务点的<mark>窗口</mark>" in page
    assert f"{number} 青禾街道 柳岸路十七号 {clock.today().year}年" in words(page)


def test_a_finding_is_found_by_what_is_written_in_it_now(office: Office) -> None:
    finding = report(office, "北门公示栏")
    Finding.objects.filter(pk=finding.pk).update(description="南门布告", place="二号楼")
    chen = client_of(office, "chen")
    assert groups(get(chen, "/search/?q=北门")) == []
    assert groups(get(chen, "/search/?q=二号楼 布告")) == ["findings"]


def test_an_unannounced_inspection_is_found_by_its_team_alone_until_it_starts(office: Office) -> None:
    def finders() -> set[str]:
        pages = {one: get(client_of(office, one), "/search/?q=设施") for one in ("he", "zhou", "wei", "chen", "lu")}
        return {one for one, page in pages.items() if f'href="/inspections/{inspection.pk}/' in page}

    inspection = approved(office, title="便民设施突击检查", announced=False)
    assert finders() == {"he", "zhou"}
    Inspection.objects.filter(pk=inspection.pk).update(state="under_way", started_at=clock.now())
    assert finders() == {"he", "zhou", "wei", "chen"}
    assert groups(get(client_of(office, "chen"), "/search/?q=突")) == ["inspections"]


def test_more_than_a_page_of_one_kind_is_paged_to_the_end(office: Office, client: Client) -> None:
    office.post_talks(64)
    client.force_login(office.cast.chen)
    assert "only=records" in get(client, "/search/?q=用气")
    seen: list[str] = []
    address = "/search/?q=用气&only=records"
    while address:
        page = get(client, address)
        seen += re.findall(r'class="hit" href="([^"]+)"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) > 60
    assert "上一页" in page
    assert "第4页，共4页" in page
    assert "每页20个" in page
    assert get(client, "/search/?q=用气&only=records&page=99").count('class="hit"') == page.count('class="hit"')
    assert groups(get(client, "/search/?q=用气&only=nothing")) == []


def test_a_kept_report_is_found_by_its_title_its_number_and_the_number_on_its_paper(
    office: Office, client: Client
) -> None:
    report = office.report
    version = queries.version_of(report)
    prose = replace(queries.prose_of(version), title="上半年办了哪些事", number="青街办〔2026〕31号")
    report = actions.edit_report(report=report, prose=prose, seen=report.version, by=office.cast.chen)
    client.force_login(office.cast.chen)
    for asked in (
        "办了哪些",
        "哪些 上半年",
        str(report.pk),
        f"第{report.pk}号",
        "〔2026〕31",
        "青街办〔２０２６〕31号",
    ):
        page = get(client, f"/search/?q={asked}&only=reports")
        assert f'href="/reports/{report.pk}/?unit=QH&amp;period=2024H1"' in page, asked
    assert "青禾街道 2024年上半年 草稿 第" in words(page)
    assert groups(get(client, "/search/?q=办了哪天&only=reports")) == []


def test_nobody_finds_a_report_that_is_not_theirs_to_read(office: Office, client: Client) -> None:
    report = report_at(office, "reviewed", period=Period.parse("2025H2"))

    def find_it() -> dict[str, bool]:
        found = {}
        for who in ("he", "wei", "qin", "admin", "lu", "outsider", "stranger"):
            client.force_login(getattr(office.cast, who))
            found[who] = f'href="/reports/{report.pk}/' in get(client, f"/search/?q={report.pk}&only=reports")
        return found

    nobody_else = {"lu": False, "outsider": False, "stranger": False}
    assert find_it() == {"he": True, "wei": True, "qin": False, "admin": False, **nobody_else}
    report = actions.publish_report(report=sign(report, office.cast.zhou), by=office.cast.zhou)
    assert find_it() == {"he": True, "wei": True, "qin": True, "admin": True, **nobody_else}


def test_a_hit_says_what_it_is_and_marks_the_word(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    page = get(client, "/search/?q=第1笔")
    assert "宣讲 青禾街道 2026年1月1日 已入账 第" in words(page)
    assert "账上第1笔" in page
    assert "<mark>用气</mark>安全" in get(client, "/search/?q=用气")
    assert "没有找到“鼋鼍”" in words(get(client, "/search/?q=鼋鼍"))
    assert groups(get(client, "/search/?q=")) == []
    only = get(client, "/search/?q=社区&only=units")
    assert groups(only) == ["units"]


def test_what_stands_below_the_box_are_options_for_the_keyboard(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    part = get(client, "/search/?q=用气", **PART)
    assert "<html" not in part
    assert part.count('role="option"') == searching_options(part) + 1
    assert 'id="found-all"' in part
    assert get(client, "/search/?q=", **PART).strip() == ""
    page = get(client, "/ledger/" + AT_STREET)
    assert 'role="combobox"' in page
    assert 'aria-controls="search-found"' in page


def searching_options(part: str) -> int:
    """How many things were found."""
    return len(re.findall(r'id="found-\w+-\d+"', part))


def test_searching_asks_as_many_questions_for_many_hits_as_for_few(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    report(office, "用气安全检查没有记录")
    approved(office, title="用气安全检查")

    def asked() -> int:
        with CaptureQueriesContext(connection) as made:
            get(client, "/search/?q=用气")
        return len(made)

    asked()
    before = asked()
    office.post_talks(12)
    for _number in range(3):
        report(office, "用气安全检查没有记录")
        approved(office, title="用气安全检查")
    assert asked() == before


def test_no_text_breaks_the_search(office: Office, client: Client) -> None:
    client.force_login(office.cast.chen)
    for asked in ("'", "\\", "%", "_", "a&b|!c:*", "(", "第999999999999999999笔", "\u200b", "😀", "x" * 500):
        assert client.get("/search/", {"q": asked}).status_code == 200, asked


def test_words_are_marked_where_they_overlap_and_never_where_they_do_not_stand() -> None:
    assert searching.marked("学习学习型", ["学习学", "习型"]) == [("学习学习型", True)]
    assert searching.marked("ＡＢＣ", ["b"]) == [("Ａ", False), ("Ｂ", True), ("Ｃ", False)]
    assert searching.marked("㍿社", ["株"]) == [("㍿社", False)]
