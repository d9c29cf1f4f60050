"""A reviewer's morning in a real browser: the queue by keys, returning with a reason, alike sheets together."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connections
from playwright.sync_api import Locator, Page, expect

from mingzhang.ledger import actions
from mingzhang.ledger.models import Record
from mingzhang.packs.models import RecordKind
from tests.e2e.conftest import Visit
from tests.e2e.test_journey import fits
from tests.web import office as offices
from tests.web.office import PACK, PASSWORD, TALK

pytestmark = pytest.mark.browser

QUEUE = "/ledger/review/"
T = TypeVar("T")


@pytest.fixture
def waiting(office: offices.Office) -> list[Record]:
    """Five talks that wait for the street's reviewer, who can sign in; the office's own is the first."""
    office.cast.he.set_password(PASSWORD)
    office.cast.he.save()
    kind = RecordKind.objects.get(pack=PACK, code="lecture")
    made = [office.submitted]
    for number in range(4):
        data = {**TALK, "topic": f"第{number + 2}场", "people": 50 + number}
        draft = actions.add_record(
            kind=kind, unit=office.cast.street, occurred_on=office.talk.occurred_on, data=data, by=office.cast.chen
        )
        made.append(actions.submit_record(record=draft, by=office.cast.chen))
    return made


def sign_in(visit: Visit, name: str = "he") -> None:
    visit.open("/sign-in/")
    visit.page.get_by_label("用户名").fill(name)
    visit.page.get_by_label("密码").fill(PASSWORD)
    visit.page.get_by_role("button", name="登录").click()
    expect(visit.page.get_by_role("heading", name="今日", level=1)).to_be_visible()


def row(page: Page, record: Record) -> Locator:
    return page.locator(f"#r{record.pk}")


def states(records: Sequence[Record]) -> list[str]:
    return [asked(lambda record=record: Record.objects.get(pk=record.pk).state) for record in records]


def asked(question: Callable[[], T]) -> T:
    """What the database answers. Playwright runs a loop in this thread, where Django does not look anything up."""

    def answer() -> T:
        try:
            return question()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(answer).result()


def test_the_queue_is_worked_with_keys(waiting: list[Record], visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    assert fits(page)
    visit.picture("today-reviewer")
    visit.open(QUEUE)
    assert fits(page)
    visit.picture("queue")
    panel = page.locator("#panel")

    page.keyboard.press("j")
    expect(row(page, waiting[0])).to_be_focused()
    page.keyboard.press("j")
    expect(row(page, waiting[1])).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(row(page, waiting[0])).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("input[name=record]").first).to_be_checked()
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="审核通过")).to_be_visible()
    visit.picture("queue-panel")
    page.keyboard.press("j")
    expect(panel.get_by_role("heading", name="第2场")).to_be_visible()
    page.keyboard.press("k")
    expect(panel.get_by_role("heading", name="用气安全")).to_be_visible()

    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("“用气安全”审核通过。")
    expect(panel.get_by_role("heading", name="第2场")).to_be_visible()
    visit.picture("queue-next")

    page.keyboard.press("r")
    said = panel.get_by_label("要改什么").first
    expect(said).to_be_focused()
    page.keyboard.type("jar: the keys do nothing in here")
    expect(said).to_have_value("jar: the keys do nothing in here")
    panel.get_by_label("哪一处").first.select_option("data.people")
    visit.picture("queue-return")
    panel.get_by_role("button", name="退回修改").click()
    expect(panel.get_by_role("heading", name="第3场")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert states(waiting[:3]) == ["accepted", "returned", "submitted"]
    assert visit.errors == []


def test_the_keys_are_told_and_can_be_switched_off(waiting: list[Record], visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open(QUEUE)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_contain_text("下一张、上一张")
    visit.picture("queue-keys")
    keys.get_by_label("用快捷键").uncheck()
    keys.get_by_role("button", name="关上").click()
    visit.open(QUEUE)
    page.keyboard.press("j")
    expect(row(page, waiting[0])).not_to_be_focused()
    assert visit.errors == []


def test_alike_sheets_are_chosen_looked_through_and_passed(waiting: list[Record], visit: Visit) -> None:
    page = visit.page
    sign_in(visit)
    visit.open(QUEUE)
    together = page.get_by_role("button", name="一起看")
    expect(together).to_be_disabled()
    for box in page.locator("input[name=record]").all()[1:4]:
        box.check()
    expect(page.locator("[data-batch-say]")).to_have_text("选了3张")
    together.click()
    expect(page.get_by_role("heading", name="一起审核", level=1)).to_be_visible()
    assert fits(page)
    visit.picture("batch")
    page.locator("input[name=record]").last.uncheck()
    page.get_by_role("button", name="打勾的都审核通过").click()
    expect(page.locator(".toast")).to_contain_text("2张审核通过。")
    page.locator("[data-toast-close]").click()
    expect(page.locator(".toast")).to_have_count(0)
    assert states(waiting) == ["submitted", "accepted", "accepted", "submitted", "submitted"]
    assert visit.errors == []


def test_without_script_a_sheet_is_reviewed_and_reversed_too(waiting: list[Record], visit: Visit) -> None:
    context = visit.page.context.browser.new_context(java_script_enabled=False, locale="zh-CN")  # type: ignore[union-attr]
    page = context.new_page()
    sign_in(Visit(page, visit.site, visit.width))
    page.goto(visit.site + QUEUE)
    row(page, waiting[0]).click()
    page.get_by_text("退回", exact=True).click()
    page.get_by_label("哪一处").nth(1).select_option(label="佐证")
    page.get_by_label("要改什么").nth(0).fill("先看看佐证")
    page.get_by_label("要改什么").nth(1).fill("缺签到表")
    page.get_by_role("button", name="退回修改").click()
    expect(page.locator(".toast")).to_contain_text("已退回陈一禾修改")
    assert asked(lambda: waiting[0].reviews.get().remarks) == {"evidence": "缺签到表"}
    row(page, waiting[1]).click()
    page.get_by_role("button", name="审核通过").click()
    page.goto(f"{visit.site}/ledger/records/{waiting[1].pk}/")
    page.get_by_role("button", name="入账").click()
    expect(page.locator(".toast")).to_contain_text(re.compile(r"已入账，第\d+笔"))
    page.get_by_text("冲销", exact=True).click()
    page.get_by_label("冲销原因").fill("记错了")
    page.get_by_role("button", name="冲销这一笔").click()
    expect(page.get_by_text("这一笔已经冲销，不再计数。原因：记错了")).to_be_visible()
