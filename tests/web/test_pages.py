"""What the pages say, in the words of the people who read them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.web.office import PACK, PASSWORD, PERIOD, Office

AT = f"?unit=QH&period={PERIOD}"
PANEL = {"HX-Request": "true"}
LEDGER = "/ledger/" + AT
FIGURES = "/figures/" + AT
REPORTS = "/reports/" + AT
HALF_YEAR = f"/reports/{PACK}/half-year/{AT}"


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    """A browser in which the street's clerk is signed in."""
    client.force_login(office.cast.chen)
    return client


def words(page: str) -> str:
    """The text of a page, spaces joined."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def get(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers or None)
    assert response.status_code == 200, address
    return response.content.decode()


# --- the ledger ---------------------------------------------------------------------------------------------------


def test_the_ledger_lists_a_reversal_as_a_line_of_its_own_and_counts_it_back(clerk: Client, office: Office) -> None:
    page = words(get(clerk, LEDGER))
    assert "冲销第5笔：用气安全" in page
    assert "\u22121" in page
    assert "本期累计（共1页） 2" in page


def test_a_long_account_carries_its_totals_from_page_to_page(clerk: Client, office: Office) -> None:
    office.post_talks(21)
    second = words(get(clerk, LEDGER + f"&kind={PACK}/lecture&page=2"))
    assert "承前页（第1至1页） 18" in second
    assert "本期累计（共2页） 22" in second
    assert "过次页" not in second
    first = words(get(clerk, LEDGER + f"&kind={PACK}/lecture"))
    assert "过次页 18" in first
    assert "承前页" not in first


def test_choosing_one_kind_adds_up_its_own_numbers(clerk: Client) -> None:
    page = words(get(clerk, LEDGER + f"&kind={PACK}/lecture"))
    assert "到场人数 人次" in page
    assert "本期累计（共1页） 1 40" in page


def test_a_word_of_the_title_finds_the_sheet(clerk: Client) -> None:
    page = words(get(clerk, LEDGER + "&q=物业"))
    assert "物业服务新规" in page
    assert "用气安全" not in page


@pytest.mark.parametrize(("state", "count"), [("submitted", 1), ("returned", 1), ("draft", 1), ("accepted", 0)])
def test_sheets_on_their_way_are_listed_by_state(clerk: Client, state: str, count: int) -> None:
    page = get(clerk, f"{LEDGER}&state={state}")
    assert page.count('<td class="cut">') == count


def test_an_empty_list_says_what_is_true_and_what_to_do(clerk: Client) -> None:
    page = words(get(clerk, "/ledger/?unit=QH&period=2024H1"))
    assert "2024年上半年，“青禾街道”这一栏里没有记录" in page
    assert "清除条件" in words(get(clerk, LEDGER + "&q=没有这样的字"))


@pytest.mark.parametrize("bad", ["from=2026-13-01", "from=2026-06-01&to=2026-05-01"])
def test_days_that_make_no_sense_are_answered_in_words(clerk: Client, bad: str) -> None:
    response = clerk.get(f"{LEDGER}&{bad}")
    assert response.status_code == 422
    assert "日" in words(response.content.decode())


def test_an_unreadable_period_is_answered_in_words(clerk: Client) -> None:
    response = clerk.get("/ledger/?unit=QH&period=tomorrow")
    assert response.status_code == 422
    assert "看不懂" in response.content.decode()


# --- one record ---------------------------------------------------------------------------------------------------


def test_a_record_shows_its_fields_tables_history_and_entries_with_digests(clerk: Client, office: Office) -> None:
    page = words(get(clerk, reverse("ledger:record", args=(office.study.pk,))))
    assert "参加人数 26 人次" in page
    assert "停车和出行" in page
    assert "审核通过 何站长" in page
    assert "入账，第2至3笔" in page
    assert re.search(r"[0-9a-f]{10}…[0-9a-f]{6}", page)


def test_a_returned_sheet_shows_the_reviewers_words(clerk: Client, office: Office) -> None:
    page = words(get(clerk, reverse("ledger:record", args=(office.returned.pk,))))
    assert "人数和签到表对不上。" in page
    assert "还没有入账" in get(clerk, reverse("ledger:record", args=(office.returned.pk,)))


def test_the_side_panel_gets_the_record_without_the_page_around_it(clerk: Client, office: Office) -> None:
    part = get(clerk, reverse("ledger:record", args=(office.talk.pk,)), **PANEL)
    assert "<html" not in part
    assert "用气安全" in part


def test_what_was_written_is_shown_as_text_never_as_markup(clerk: Client, office: Office) -> None:
    office.draft.title = "<script>alert(1)</script>"
    office.draft.save()
    assert "<script>alert" not in get(clerk, LEDGER + "&state=draft")


def test_evidence_is_saved_never_shown_and_its_picture_is_made_anew(clerk: Client, office: Office) -> None:
    place = (office.talk.pk, office.talk.evidence.get().evidence_id)
    file = clerk.get(reverse("ledger:evidence", args=place))
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file["Content-Security-Policy"]
    assert b"".join(file)[:2] == b"\xff\xd8"
    picture = clerk.get(reverse("ledger:picture", args=place))
    assert picture["Content-Type"] == "image/jpeg"
    assert picture.content[:2] == b"\xff\xd8"


def test_a_position_leads_to_the_record_it_was_posted_from(clerk: Client, office: Office) -> None:
    response = clerk.get("/ledger/entries/3/")
    assert response["Location"] == f"{reverse('ledger:record', args=(office.study.pk,))}#entry-3"


# --- figures ------------------------------------------------------------------------------------------------------


def test_a_figure_stands_beside_its_last_period_and_last_year(clerk: Client) -> None:
    page = words(get(clerk, FIGURES))
    assert "听宣讲人数 40 人次 0 0 —" in page


def test_figures_that_are_nothing_are_shown_only_when_asked_for(clerk: Client) -> None:
    assert "应急演练" not in words(get(clerk, FIGURES))
    assert "应急演练" in words(get(clerk, FIGURES + "&all=1"))


def test_an_opened_figure_tells_definition_scope_position_entries_digest_and_command(clerk: Client) -> None:
    page = words(get(clerk, f"/figures/{PACK}/lecture_people/{AT}"))
    assert "把“宣讲”的“到场人数”加起来，扣除冲销。连同下级单位。" in page
    assert "青禾街道，共3个单位" in page
    assert "账上第7笔" in page
    assert "sha256:" in page
    assert "mingzhang trace lecture_people --book YC --unit QH --period 2026H1 --as-of 7" in page
    assert "冲销 用气安全 \u221240" in page


def test_a_figure_at_an_earlier_position_stays_as_it_was(clerk: Client) -> None:
    page = words(get(clerk, f"/figures/{PACK}/lecture_people/{AT}&as_of=5"))
    assert "听宣讲人数 80 人次" in page
    assert "数到现在（第7笔）" in page


def test_a_share_opens_to_the_two_figures_it_is_made_of(clerk: Client) -> None:
    page = words(get(clerk, f"/figures/{PACK}/lecture_answered_share/{AT}"))
    assert "“宣讲当场答复”除以“宣讲现场提问”。" in page
    assert "由这几个数得出" in page


def test_a_figure_page_sets_the_units_below_side_by_side(clerk: Client) -> None:
    page = words(get(clerk, f"/figures/{PACK}/lecture_people/{AT}"))
    assert "柳岸社区 0 0 0 —" in page


# --- reports ------------------------------------------------------------------------------------------------------


def test_the_list_offers_the_reports_of_this_level_and_period(clerk: Client) -> None:
    assert "街道半年工作总结" in words(get(clerk, REPORTS))
    other = words(get(clerk, "/reports/?unit=QH&period=2026-05"))
    assert "别的期间才有的报告" in other
    assert "2026年上半年" in other


def test_every_number_of_a_report_is_a_link_that_opens_as_a_page_and_as_a_part(clerk: Client) -> None:
    report = get(clerk, HALF_YEAR)
    links = re.findall(r'class="tn"[^>]* href="([^"]+)"', report)
    assert len(links) >= 40
    for link in (links[0], links[-1]):
        address = link.replace("&amp;", "&")
        assert "数到" in get(clerk, address)
        assert "<html" not in get(clerk, address, **PANEL)


def test_what_is_opened_from_a_report_is_counted_at_the_reports_position(clerk: Client, office: Office) -> None:
    link = re.findall(r'class="tn"[^>]* href="([^"]+)"', get(clerk, HALF_YEAR))[0].replace("&amp;", "&")
    before = words(get(clerk, link, **PANEL))
    office.post_talks(2)
    after = words(get(clerk, link, **PANEL))
    assert "账上第7笔" in before
    assert "账上第7笔 数到现在（第9笔）" in after


def test_the_list_of_numbers_has_a_row_for_each(clerk: Client) -> None:
    report = get(clerk, HALF_YEAR)
    rows = get(clerk, HALF_YEAR.replace("/?", "/numbers/?")).count('<td class="cut">')
    assert rows == len(re.findall(r'class="tn"', report))


@pytest.mark.parametrize(("form", "begins"), [("docx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!doctype html>")])
def test_a_report_is_saved_as_a_file(clerk: Client, form: str, begins: bytes) -> None:
    response = clerk.get(HALF_YEAR.replace("/?", f"/file.{form}?"))
    assert response.content.startswith(begins)
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E9%9D%92")


def test_the_trace_file_tells_every_number(clerk: Client) -> None:
    trace = json.loads(clerk.get(HALF_YEAR.replace("/?", "/file.json?")).content)
    assert trace["position"] == 7
    assert len(trace["numbers"]) >= 40


@pytest.mark.parametrize("address", [f"/reports/{PACK}/half-year/?unit=QH&period=2026", f"/reports/none/no/{AT}"])
def test_a_report_that_is_not_made_for_the_period_is_not_found(clerk: Client, address: str) -> None:
    assert clerk.get(address).status_code == 404


# --- all pages ----------------------------------------------------------------------------------------------------

ALL = [LEDGER, LEDGER + "&state=draft", FIGURES, f"/figures/{PACK}/lecture_people/{AT}", REPORTS, HALF_YEAR,
       HALF_YEAR.replace("/?", "/numbers/?"), HALF_YEAR.replace("/?", "/numbers/1/?"), "/units/" + AT]  # fmt: skip


class Outline(HTMLParser):
    """What a page is made of, for the checks below."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.landmarks: list[str] = []
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.unlabelled: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("main", "nav", "header", "aside"):
            self.landmarks.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action")]
        if "style" in given or tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name.startswith("on")]
        if tag == "nav" and "aria-label" not in given:
            self.unlabelled.append(tag)


def test_every_page_has_one_first_heading_skips_no_level_and_names_its_landmarks(clerk: Client) -> None:
    for address in ALL:
        outline = Outline(get(clerk, address))
        assert outline.headings.count(1) == 1, address
        if address != HALF_YEAR:  # the levels of a report on paper are its author's
            steps = zip(outline.headings, outline.headings[1:], strict=False)
            assert all(below - above <= 1 for above, below in steps), (address, outline.headings)
        assert {"main", "nav", "header"} <= set(outline.landmarks), address
        assert not outline.unlabelled, address


def test_no_page_has_inline_style_or_script_or_anything_from_another_site(clerk: Client) -> None:
    for address in ALL:
        outline = Outline(get(clerk, address))
        assert not outline.inline, (address, outline.inline)
        assert not [link for link in outline.addresses if re.match(r"(https?:)?//", link)], address


def test_every_page_reads_in_english(clerk: Client) -> None:
    clerk.post("/language/", {"language": "en", "next": "/"})
    for address in ALL:
        page = get(clerk, address)
        assert '<html lang="en"' in page
        assert "Ledger" in words(page), address


def _periods(page: str) -> str:
    """The choice of a period, out of a page."""
    [found] = re.findall(r'<nav class="periods".*?</nav>', page, re.DOTALL)
    return str(found)


def test_the_choice_of_a_period_is_that_of_the_page_the_unit_the_period_and_the_language(clerk: Client) -> None:
    assert '"/ledger/?unit=QH&amp;period=2026-05"' in _periods(get(clerk, LEDGER))
    assert '"/figures/?unit=QH&amp;period=2026-05"' in _periods(get(clerk, FIGURES))
    assert '"/ledger/?unit=QH-02&amp;period=2026-05"' in _periods(get(clerk, LEDGER.replace("QH", "QH-02")))
    year_before = _periods(get(clerk, LEDGER.replace(PERIOD, "2025H2")))
    for choice, current in ((_periods(get(clerk, LEDGER)), "上半年"), (year_before, "下半年")):
        assert re.findall(r'aria-current="true">([^<]+)<', choice) == [current]
    clerk.post("/language/", {"language": "en", "next": "/"})
    assert not re.search(r"[\u4e00-\u9fff]", _periods(get(clerk, LEDGER)))


LARGE = 'data-size="large"'


def test_large_type_is_put_on_and_taken_off(clerk: Client) -> None:
    clerk.post("/type-size/", {"next": LEDGER})
    assert LARGE in get(clerk, LEDGER)
    assert LARGE in clerk.get("/nothing/").content.decode()
    clerk.post("/type-size/", {"next": LEDGER})
    assert LARGE not in get(clerk, LEDGER)
    assert LARGE not in clerk.get("/nothing/").content.decode()


def test_large_type_follows_the_person_to_another_device(office: Office, clerk: Client) -> None:
    chen = office.cast.chen
    chen.set_password(PASSWORD)
    chen.save()
    clerk.force_login(chen)
    clerk.post("/type-size/", {"next": LEDGER})

    elsewhere = Client()
    assert LARGE not in get(elsewhere, "/sign-in/")
    elsewhere.post("/sign-in/", {"username": chen.username, "password": PASSWORD})
    for page in (LEDGER, "/me/password/"):
        assert LARGE in get(elsewhere, page), page
    elsewhere.post("/sign-out/")
    assert LARGE in get(elsewhere, "/sign-in/")  # this browser remembers it from now on


def test_ones_own_type_size_goes_before_what_the_browser_was_told(office: Office) -> None:
    browser = Client()
    browser.post("/type-size/")
    assert LARGE in get(browser, "/sign-in/")
    browser.force_login(office.cast.he)
    assert LARGE in get(browser, LEDGER)  # he never chose
    browser.post("/type-size/", {"next": LEDGER})
    browser.cookies["size"] = "large"  # as a colleague leaves it
    assert LARGE not in get(browser, LEDGER)


def test_switching_the_unit_finds_by_name_and_keeps_the_page(clerk: Client) -> None:
    part = get(clerk, f"/units/{AT}&q=新桥&next=/figures/", **PANEL)
    assert "/figures/?unit=QH-02&amp;period=2026H1" in part
    assert "石榴" not in part


def test_what_cannot_be_found_is_said_in_words(clerk: Client) -> None:
    response = clerk.get("/nothing/here/")
    assert response.status_code == 404
    assert "没有找到这一页" in response.content.decode()


QUERIES = [LEDGER, FIGURES, REPORTS, HALF_YEAR]


def test_the_number_of_queries_does_not_grow_with_rows(clerk: Client, office: Office) -> None:
    office.post_talks(3)
    before = {address: _queries(clerk, address) for address in QUERIES}
    office.post_talks(14)
    office.post_talks(6, office.cast.community)
    assert {address: _queries(clerk, address) for address in QUERIES} == before
    assert max(before.values()) <= 30, before


def _queries(client: Client, address: str) -> int:
    get(client, address)
    with CaptureQueriesContext(connection) as captured:
        get(client, address)
    return len(captured)
