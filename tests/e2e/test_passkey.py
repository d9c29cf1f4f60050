"""A passkey, with the authenticator that Chromium plays for tests: added, used to sign in alone, removed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.web.office import PASSWORD

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def at_localhost(visit: Visit) -> Page:
    """The site by a name, which passkeys want, with an authenticator built in."""
    visit.site = visit.site.replace("127.0.0.1", "localhost")
    tools = visit.page.context.new_cdp_session(visit.page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return visit.page


def sign_in(visit: Visit, page: Page) -> None:
    visit.open("/sign-in/")
    page.get_by_label("用户名").fill("chen")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="今日", level=1)).to_be_visible()


def test_a_passkey_is_added_signs_in_alone_and_is_removed(visit: Visit) -> None:
    page = at_localhost(visit)
    sign_in(visit, page)
    visit.open("/me/passkeys/")
    page.get_by_role("link", name="添加通行密钥").click()
    page.get_by_label("起个名字").fill("办公室电脑")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_role("heading", name="恢复码", level=1)).to_be_visible()
    expect(page.locator(".codes code")).to_have_count(10)
    visit.picture("recovery-codes")
    visit.open("/me/passkeys/")
    expect(page.get_by_text("办公室电脑").first).to_be_visible()
    visit.picture("passkeys")

    page.context.clear_cookies()
    visit.open("/sign-in/?next=/me/sign-ins/")
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.get_by_role("heading", name="我的登录", level=1)).to_be_visible()

    visit.open("/me/passkeys/")
    page.get_by_role("link", name=re.compile("删除")).click()
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_text("还没有通行密钥")).to_be_visible()
    assert visit.errors == []
    assert visit.strayed == []


def test_a_passkey_is_the_second_step_after_the_password(visit: Visit) -> None:
    page = at_localhost(visit)
    sign_in(visit, page)
    visit.open("/me/passkeys/add/")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_role("heading", name="恢复码", level=1)).to_be_visible()
    page.context.clear_cookies()
    visit.open("/sign-in/")
    page.get_by_label("用户名").fill("chen")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="再验证一步")).to_be_visible()
    visit.picture("second-step")
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.get_by_role("heading", name="今日", level=1)).to_be_visible()
    assert visit.errors == []


def test_without_a_passkey_the_page_says_so_and_the_password_remains(visit: Visit) -> None:
    page = at_localhost(visit)
    visit.open("/sign-in/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('cancelled')) }")
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.get_by_role("alert")).to_contain_text("没有用上通行密钥")
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_enabled()
