"""From signing in to the one entry behind a number of a report, with eyes, mouse and keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.web.office import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(visit: Visit) -> None:
    visit.open("/")
    visit.page.get_by_label("用户名").fill("chen")
    visit.page.get_by_label("密码").fill(PASSWORD)
    visit.page.get_by_role("button", name="登录").click()


def section(page: Page, name: str) -> None:
    """Go to a page of the navigation; on a phone it may stand under 更多."""
    here = page.locator(".nav a:visible, .tabbar a:visible").filter(has_text=name)
    more = page.locator(".tab-more > summary:visible")
    if not here.count() and more.count():
        more.click()
    here.click()


def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_number_of_a_report_is_followed_to_its_entry(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    expect(page.get_by_role("heading", name="今日", level=1)).to_be_visible()
    section(page, "台账")
    expect(page.get_by_role("heading", name="台账", level=1)).to_be_visible()
    assert fits(page)
    visit.picture("ledger")

    page.locator("td.cut a").first.click()
    panel = page.locator("#panel")
    expect(panel.get_by_text("入账", exact=True).first).to_be_visible()
    visit.picture("ledger-record")
    panel.get_by_role("link", name="打开全文").click()
    expect(page.get_by_role("heading", name="用气安全", level=1)).to_be_visible()
    assert fits(page)
    visit.picture("record")

    section(page, "数据")
    expect(page.get_by_role("heading", name="数据", level=1)).to_be_visible()
    assert fits(page)
    visit.picture("figures")

    section(page, "报告")
    page.get_by_role("link", name="街道半年工作总结").click()
    expect(page.locator(".gw-title")).to_contain_text("青禾街道2026年上半年")
    assert fits(page)
    visit.picture("report")

    number = page.locator('.gw a.tn[data-figure="lecture_people"]').first
    number.click()
    expect(panel.get_by_role("heading", name="溯源")).to_be_focused()
    expect(panel.get_by_text("听宣讲人数")).to_be_visible()
    expect(number).to_have_attribute("aria-expanded", "true")
    visit.picture("report-trace")

    panel.locator(".ents a").first.click()
    expect(page).to_have_url(re.compile(r"/ledger/records/\d+/#entry-\d+$"))
    expect(page.locator(".posted li:target")).to_be_visible()
    visit.picture("entry")

    assert visit.errors == []
    assert visit.strayed == []


def test_the_keyboard_steps_through_the_numbers_and_comes_back(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open("/reports/street-office/half-year/?unit=QH&period=2026H1")
    page.locator("#n-5").focus()
    page.keyboard.press("Enter")
    count = page.locator("#panel [data-count]")
    expect(count).to_have_text(re.compile(r"^5 / \d+$"))
    page.keyboard.press("ArrowRight")
    expect(count).to_have_text(re.compile(r"^6 / \d+$"))
    assert page.url.endswith("#n-6")
    page.keyboard.press("ArrowLeft")
    expect(count).to_have_text(re.compile(r"^5 / \d+$"))
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#n-5")).to_be_focused()
    assert visit.errors == []


def test_an_address_with_a_number_opens_it(visit: Visit) -> None:
    sign_in(visit)
    visit.open("/reports/street-office/half-year/?unit=QH&period=2026H1#n-7")
    expect(visit.page.locator("#panel [data-count]")).to_have_text(re.compile(r"^7 / \d+$"))


def test_unit_and_period_are_switched_from_the_top_bar(visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open("/figures/?unit=QH&period=2026H1")
    page.locator("summary.switch-b").first.click()
    page.locator(".unit-list a", has_text="柳岸社区").click()
    expect(page).to_have_url(re.compile(r"/figures/\?unit=QH-01&period=2026H1$"))
    page.locator("summary.switch-b").nth(1).click()
    visit.picture("periods")
    page.get_by_role("link", name="二季度", exact=True).click()
    expect(page).to_have_url(re.compile(r"unit=QH-01&period=2026Q2$"))
    assert visit.errors == []


def test_dark_large_and_english_fit_too(visit: Visit) -> None:
    page = visit.page
    page.emulate_media(color_scheme="dark")
    sign_in(visit)
    page.context.add_cookies(
        [
            {"name": "size", "value": "large", "url": visit.site},
            {"name": "django_language", "value": "en", "url": visit.site},
        ]
    )
    for name, address in {
        "ledger": "/ledger/?unit=QH&period=2026H1",
        "figures": "/figures/?unit=QH&period=2026H1",
        "report": "/reports/street-office/half-year/?unit=QH&period=2026H1",
    }.items():
        visit.open(address)
        assert fits(page), address
        visit.picture(f"{name}-dark-large-english")


def test_without_script_everything_is_a_page_of_its_own(visit: Visit) -> None:
    context = visit.page.context.browser.new_context(java_script_enabled=False, locale="zh-CN")  # type: ignore[union-attr]
    page = context.new_page()
    plain = Visit(page, visit.site, visit.width)
    sign_in(plain)
    plain.open("/reports/street-office/half-year/?unit=QH&period=2026H1")
    page.locator("#n-17").click()
    expect(page.get_by_role("heading", name="听宣讲人数", level=1)).to_be_visible()
    page.get_by_role("link", name="下一个").click()
    expect(page.locator(".crumb")).to_contain_text("第18个数")
