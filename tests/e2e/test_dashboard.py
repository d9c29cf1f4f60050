"""The dashboard in a browser: read, opened, drilled into and taken along, with mouse and keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.test_journey import fits, sign_in
from tests.web.office import AT_STREET, Office

pytestmark = pytest.mark.browser

BOARD = "/figures/dashboard/" + AT_STREET + "&group=amount&trend=lectures"


def test_a_number_of_the_dashboard_is_opened_to_its_entries_and_closed_again(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open(BOARD)
    expect(page.get_by_role("heading", name="统计", level=1)).to_be_visible()
    assert fits(page)
    visit.picture("dashboard")
    number = page.get_by_role("link", name=re.compile("^本级，宣讲："))
    number.click()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("宣讲场次")
    expect(panel.locator(".ents li")).to_have_count(20)
    panel.get_by_role("link", name="往后看").click()
    expect(panel.get_by_role("link", name="回到第一页")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(number).to_be_focused()
    assert visit.errors == []
    assert visit.strayed == []


def test_the_dashboard_leads_to_a_unit_below_and_to_another_group(visit: Visit, office: Office) -> None:
    page = visit.page
    sign_in(visit)
    visit.open(BOARD)
    page.get_by_role("link", name="柳岸社区", exact=True).click()
    expect(page.get_by_text("“柳岸社区”和它的下级单位")).to_be_visible()
    page.get_by_role("link", name="办得怎样").click()
    expect(page.get_by_role("columnheader", name=re.compile("风险按期处置"))).to_be_visible()
    assert fits(page)


def test_the_line_is_changed_and_its_points_are_reached_by_keyboard(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open(BOARD)
    page.get_by_label("每月看").select_option(label="会议")
    expect(page.get_by_role("heading", name="会议", exact=False).first).to_be_visible()
    assert "trend=meetings" in page.url
    chart = page.get_by_role("group", name="“会议”每月，今年和去年")
    point = chart.get_by_role("link").last
    point.focus()
    expect(point).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="会议", level=1)).to_be_visible()


def test_a_chart_opens_as_a_table(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open(BOARD)
    page.locator(".st-m summary").click()
    table = page.locator(".st-m table")
    expect(table).to_be_visible()
    expect(table.get_by_role("columnheader", name="6月")).to_be_attached()
    assert fits(page)


def test_the_heat_table_keeps_its_names_in_sight_while_it_is_moved_aside(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open(BOARD)
    box = page.locator(".st-heat .scroll-x").first
    box.evaluate("box => { box.scrollLeft = 300 }")
    name = page.get_by_role("rowheader", name="柳岸社区").first
    frame, place = box.bounding_box(), name.bounding_box()
    assert frame
    assert place
    assert abs(place["x"] - frame["x"]) < 2


def test_a_picture_is_saved(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open(BOARD)
    page.get_by_text("导出", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="“趋势”图（PNG）").click()
    assert saved.value.suggested_filename.endswith(".png")
