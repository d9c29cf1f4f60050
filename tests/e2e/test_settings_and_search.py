"""Searching by keyboard, arranging a unit and its people, setting up a new installation: with eyes and hands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, expect, sync_playwright

from mingzhang.organisation.actions import make_setup_code
from tests.conftest import FreshDatabase
from tests.e2e.conftest import CHROMIUM, QUIET, Visit
from tests.e2e.test_journey import fits, section
from tests.web.office import PASSWORD, Office

pytestmark = pytest.mark.browser


def sign_in(visit: Visit, username: str) -> None:
    visit.open("/sign-in/")
    visit.page.get_by_label("用户名").fill(username)
    visit.page.get_by_label("密码").fill(PASSWORD)
    visit.page.get_by_role("button", name="登录").click()
    visit.page.wait_for_load_state("networkidle")


def test_a_record_is_found_without_the_mouse(visit: Visit) -> None:
    page = visit.page
    sign_in(visit, "chen")
    if visit.width < 720:
        page.get_by_role("link", name="查找").click()
        page.get_by_label("找什么").fill("用气")
        page.keyboard.press("Enter")
        expect(page.locator(".found mark").first).to_have_text("用气")
    else:
        page.keyboard.press("/")
        box = page.get_by_role("combobox", name="查找")
        expect(box).to_be_focused()
        page.keyboard.type("用气")
        expect(page.get_by_role("option").first).to_be_visible()
        expect(box).to_have_attribute("aria-expanded", "true")
        visit.picture("search-box")
        page.keyboard.press("ArrowDown")
        chosen = page.locator('[role="option"][aria-selected="true"]')
        expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
        page.keyboard.press("Escape")
        expect(page.locator("#search-found")).to_be_hidden()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")  # the last option: everything
        expect(page.get_by_role("heading", name="查找", level=1)).to_be_visible()
    assert fits(page)
    visit.picture("search")
    page.locator(".found a.hit").first.click()
    expect(page.get_by_role("heading", name="用气安全", level=1)).to_be_visible()
    assert visit.errors == []


@pytest.fixture
def administrator(office: Office) -> None:
    """The administrator can sign in. Written before the browser starts."""
    office.cast.admin.set_password(PASSWORD)
    office.cast.admin.save()


def test_an_administrator_opens_the_tree_and_seats_a_newcomer(administrator: None, visit: Visit) -> None:
    page = visit.page
    sign_in(visit, "tang")
    page.wait_for_url(re.compile(r"^(?!.*/sign-in)"))
    section(page, "设置")
    assert fits(page)
    page.get_by_role("navigation", name="设置").get_by_role("link", name="单位和岗位").click()
    page.locator(".branch summary").first.click()
    page.get_by_role("link", name="青禾街道", exact=True).click()
    expect(page.get_by_role("heading", name="青禾街道", level=1)).to_be_visible()
    assert fits(page)
    visit.picture("unit")
    page.get_by_role("link", name="划转", exact=True).click()
    field = page.get_by_label("划到哪个单位下面")
    field.press_sequentially("石榴")
    expect(page.locator("#units-choices option")).to_have_count(1)
    page.get_by_role("link", name="先不做").click()
    page.get_by_role("navigation", name="设置").get_by_role("link", name="人员").click()
    page.get_by_role("link", name="登记人员").click()
    page.get_by_label("姓名").fill("方新来")
    page.get_by_label("用户名").fill("fang")
    page.get_by_role("button", name="登记人员").click()
    expect(page.get_by_role("status")).to_contain_text("方新来登记好了")
    page.get_by_role("link", name="给一次性密码").click()
    page.get_by_role("button", name="给一次性密码").click()
    expect(page.locator(".told-v")).to_have_text(re.compile(r"^(\w{4}-){3}\w{4}$"))
    assert fits(page)
    visit.picture("one-time-password")
    assert visit.errors == []


@pytest.fixture(params=[(1366, "normal"), (390, "large")], ids=["wide", "phone-large-type"])
def newcomer(request: pytest.FixtureRequest, fresh_database: FreshDatabase) -> Iterator[tuple[Page, str, str]]:
    """A browser before an installation without a book, on the phone with large type; and its console's code."""
    code = make_setup_code()
    server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    site = f"http://127.0.0.1:{server.port}"
    width, size = request.param
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        context = chromium.new_context(viewport={"width": width, "height": 850}, locale="zh-CN")
        context.add_cookies([{"name": "size", "value": size, "url": site}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        yield page, site, code
        chromium.close()
    server.terminate()


def test_a_new_installation_is_set_up_from_its_code_to_its_people(newcomer: tuple[Page, str, str]) -> None:
    page, site, code = newcomer
    page.goto(site + "/ledger/")

    def onwards(button: str, heading: str) -> None:
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        assert fits(page), heading

    page.get_by_label("设置码").fill(code)
    onwards("打开", "单位")
    page.get_by_label("名称").fill("云川县")
    page.get_by_label("代码").fill("YC")
    onwards("下一步", "管理员")
    for label, text in (("姓名", "唐管理"), ("用户名", "tang"), ("密码", PASSWORD), ("再输一遍", PASSWORD)):
        page.get_by_label(label, exact=True).fill(text)
    onwards("建好账套，下一步", "体系包")
    page.get_by_role("checkbox").first.check()
    onwards("下一步", "下面的单位")
    page.get_by_label("名单").first.fill("QH\t青禾街道\t街道\t\nQH-01\t柳岸社区\t社区\tQH")
    onwards("看一遍对不对", "下面的单位")
    onwards("存下，下一步", "人员")
    page.get_by_label("名单").first.fill("陈一禾\tchen\tQH\t宣传干事\t经办人")
    onwards("看一遍对不对", "人员")
    onwards("存下，下一步", "人员")
    page.get_by_role("link", name="抄好了，下一步").click()
    onwards("完成，去“设置”", "设置")
    assert page.goto(site + "/setup/").status == 404  # type: ignore[union-attr]
