"""Saying who took part, in a browser: names by keyboard, a pasted list, a number of others."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from mingzhang.organisation.actions import adopt
from mingzhang.packs.actions import install
from tests.e2e.conftest import Visit
from tests.e2e.test_journey import fits, sign_in
from tests.e2e.test_record_form import KEPT, paste
from tests.ledger.world import PACK
from tests.web.office import Office

pytestmark = pytest.mark.browser
NEW = "/ledger/new/?kind=ledger-test/patrol&unit=QH"


@pytest.fixture
def patrols(office: Office) -> None:
    """The street keeps a kind of sheet that asks who took part."""
    adopt(book=office.cast.book, pack_version=install(folder=PACK, by="tests"), by=office.cast.admin)


@pytest.fixture
def form(patrols: None, visit: Visit) -> Visit:
    sign_in(visit)
    expect(visit.page.get_by_role("heading", name="今日", level=1)).to_be_visible()
    visit.open(NEW)
    return visit


def search(page: Page) -> Locator:
    return page.locator("#f-data-crew")


def chips(page: Page) -> Locator:
    return page.locator(".people-in li")


def test_people_are_found_taken_out_and_counted_by_keyboard_alone(form: Visit) -> None:
    page = form.page
    page.get_by_label("地点").fill("东河堤")
    page.keyboard.press("Tab")
    expect(search(page)).to_be_focused()
    page.keyboard.type("何")
    expect(page.get_by_role("option", name="何站长（he）")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_text(["何站长"])
    page.keyboard.type("lu")
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_text(["何站长", "陆小满"])
    page.keyboard.type("没有的人")
    page.keyboard.press("Enter")
    expect(page.locator(".people-said")).to_contain_text("没有的人：没有登记")
    expect(search(page)).to_have_value("没有的人")
    search(page).fill("")
    page.keyboard.press("Backspace")
    expect(page.get_by_role("button", name="去掉陆小满")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    expect(chips(page)).to_have_text(["陆小满"])
    page.get_by_label("其他人员").fill("12")
    expect(page.locator(".people-count")).to_have_text("共13人")
    assert fits(page)
    form.picture("people-chips")
    page.get_by_role("button", name="先放着").click()
    page.wait_for_url("**/ledger/records/*/")
    expect(page.get_by_text("陆小满，另12人（共13人）")).to_be_visible()
    assert form.errors == []


def test_a_pasted_list_is_completed_and_whoever_is_unknown_stays_marked_until_it_is_mended(form: Visit) -> None:
    page = form.page
    page.get_by_label("地点").fill("东河堤")
    search(page).focus()
    paste(page, "陈一禾\n何站长，张三；陆小满、另26人")
    expect(chips(page)).to_have_text(["陈一禾", "何站长", "张三", "陆小满"])
    expect(page.locator(".people-in .is-unknown")).to_have_text("张三")
    expect(page.locator(".people-count")).to_have_text("共30人")
    expect(page.locator("#saved")).to_have_text(KEPT)
    page.reload()
    expect(chips(page)).to_have_text(["陈一禾", "何站长", "张三", "陆小满"])
    expect(page.get_by_label("其他人员")).to_have_value("26")
    page.get_by_role("button", name="提交", exact=True).click()
    summary = page.locator("#summary")
    expect(summary).to_contain_text("没有这个人员：张三")
    summary.get_by_role("link", name="参加人员").click()
    expect(search(page)).to_be_focused()
    form.picture("people-unknown")
    page.get_by_role("button", name="去掉张三").click()
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/ledger/records/*/")
    expect(page.get_by_text("陈一禾、何站长、陆小满，另26人（共29人）")).to_be_visible()


def test_in_a_table_several_are_named_in_one_cell(form: Visit) -> None:
    page = form.page
    cell = page.locator('[name="rows.legs.0.walkers"]')
    cell.click()
    page.keyboard.type("chen、何")
    page.get_by_role("option", name="何站长（he）").click()
    expect(cell).to_have_value("chen、何站长（he）")
    page.keyboard.press("Tab")
    expect(cell).to_have_value("陈一禾（chen）、何站长（he）")
    assert form.errors == []
