"""What becomes of what was found on a phone: a problem of no category, and a closed finding that came back."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Browser

from mingzhang.inspections import actions
from mingzhang.organisation.actions import adopt
from mingzhang.organisation.models import Person
from mingzhang.packs.actions import install
from tests.e2e.phone import Phone, on_phone
from tests.inspections.rounds import PACK
from tests.web.office import Office

pytestmark = pytest.mark.browser


def session(person: Person) -> str:
    """The cookie that signs somebody in, made before the browser runs."""
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


@pytest.fixture
def unsorted(office: Office) -> tuple[int, str]:
    """A self-check whose checklist suggests no categories, and the cookie of who goes through it."""
    pack = install(folder=PACK, by="tests")
    adopt(book=office.cast.book, pack_version=pack, by=office.cast.admin)
    made = actions.start_self_check(unit=office.cast.street, pack=pack, checklist="loose", by=office.cast.chen)
    return made.number, session(office.cast.chen)


def finish(phone: Phone) -> None:
    phone.page.locator(".in-foot .is-main", has_text="去查完").click()
    phone.page.get_by_role("button", name="查完", exact=True).click()
    phone.page.get_by_role("dialog").get_by_role("button", name="查完").click()
    phone.page.get_by_text("查完了，存在手机里").wait_for()


def test_a_wrong_item_of_no_category_asks_for_one_before_the_round_is_finished(
    unsorted: tuple[int, str], browser: Browser, site: str
) -> None:
    number, cookie = unsorted
    phone = Phone(on_phone(browser), site, cookie)
    phone.open(number)
    phone.context.set_offline(True)
    phone.say("door", "不合格")
    phone.item("door").get_by_text("检查表没有写这一项归哪一类").wait_for()
    phone.item("queue").get_by_role("button", name="不涉及").click()
    phone.picture("category-390")
    phone.page.locator(".in-foot .is-main", has_text="去查完").click()
    phone.page.get_by_text("有1项不合格还没有选哪一类问题").wait_for()
    assert phone.page.get_by_role("button", name="查完", exact=True).is_disabled()
    phone.picture("category-finish-390")
    phone.page.get_by_role("link", name="门开着").first.click()
    phone.item("door").get_by_label("算哪一类问题").select_option(label="办事服务")
    phone.item("door").locator(".chk-sort-why").wait_for(state="hidden")
    phone.page.reload()  # without a network
    phone.item("door").wait_for()
    assert phone.item("door").get_by_label("算哪一类问题").input_value() == "service"
    finish(phone)
    phone.context.set_offline(False)
    phone.wait("all")
    held = phone.told(number)
    assert (held["state"], held["answers"]["door"]["category"]) == ("finished", "service")
    assert phone.errors == []
