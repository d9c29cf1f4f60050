"""From a study session to a problem that came back: named, assigned, sent back, closed by others, seen again."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from mingzhang.core import clock
from mingzhang.findings.models import Finding
from mingzhang.ledger import actions
from mingzhang.ledger.models import Record
from mingzhang.packs.models import RecordKind
from tests.e2e.conftest import Visit
from tests.e2e.test_axe import barriers
from tests.e2e.test_desk import asked, sign_in
from tests.e2e.test_journey import fits
from tests.web import office as offices
from tests.web.office import PACK, PASSWORD, STUDY

pytestmark = pytest.mark.browser

THREE = ("北门公示栏玻璃破损", "楼道堆放杂物", "留样记录缺3天")


@pytest.fixture
def study(office: offices.Office) -> Record:
    """A study session of the street that named three problems; those who work on them can sign in."""
    cast = office.cast
    for one in (cast.he, cast.zhou):
        one.set_password(PASSWORD)
        one.save()
    rows = [{"category": "safety", "detail": one, "owner": "社区服务岗"} for one in THREE]
    kind = RecordKind.objects.get(pack=PACK, code="study")
    draft = actions.add_record(
        kind=kind, unit=cast.street, occurred_on=clock.today(), data={**STUDY, "topic": "安全检查后的讨论"},
        rows={"problems": rows}, by=cast.chen,
    )  # fmt: skip
    record = actions.submit_record(record=draft, by=cast.chen)
    record = actions.review_record(record=record, passed=True, by=cast.he)
    actions.post_record(record=record, by=cast.he)
    return record


def as_(visit: Visit, name: str) -> Page:
    visit.page.context.clear_cookies()
    sign_in(visit, name)
    return visit.page


def do(page: Page, what: str, words: str = "", label: str = "") -> None:
    """Open what may be done, write the words that it asks for, and do it."""
    box = page.locator("details.decide-more").filter(has=page.locator("summary", has_text=what)).first
    box.locator("summary").click()
    if words:
        box.get_by_label(label or "原因").fill(words)
    box.get_by_role("button", name=what, exact=True).click()


def test_a_problem_goes_from_a_study_to_its_closing_and_comes_back(
    study: Record, office: offices.Office, visit: Visit
) -> None:
    page = as_(visit, "he")
    visit.open(f"/ledger/records/{study.pk}/")
    page.get_by_role("link", name="看这张表带来了什么").click()
    expect(page.locator(".came-rows > li")).to_have_count(3)
    assert fits(page)
    visit.picture("finding-came-of")

    visit.open("/findings/?state=to_assign&q=" + THREE[0])
    visit.open("/findings/?state=to_assign")
    for one in THREE:
        page.get_by_role("checkbox", name=re.compile(one)).focus()
        page.keyboard.press("Space")
    expect(page.get_by_text("选了3件")).to_be_visible()
    visit.picture("finding-list")
    page.get_by_role("button", name="一起派办").click()
    page.wait_for_load_state("networkidle")
    named, offered = page.get_by_label("责任人"), page.get_by_role("listbox").get_by_role("option")
    named.press("ArrowDown")
    expect(offered.first).to_contain_text("青禾街道")
    assert barriers(page, "the list of people") == []
    named.press_sequentially("宣传干事")
    expect(offered).to_have_count(1)
    named.press("ArrowDown")
    named.press("Enter")
    expect(named).to_have_value("陈一禾，宣传干事，青禾街道（QH chen）")
    page.get_by_label("领办的领导（选填）").select_option("zhou")
    page.get_by_role("button", name="一起派办").click()
    expect(page.locator(".toast")).to_contain_text("3个问题派给陈一禾了。")

    number = asked(lambda: Finding.objects.get(description=THREE[0]).pk)
    address = f"/findings/{number}/"
    page = as_(visit, "chen")
    expect(page.get_by_text("要我整改的").first).to_be_visible()
    visit.open(address)
    do(page, "开始整改")
    page.get_by_label("做什么").fill("换钢化玻璃")
    page.get_by_role("button", name="加上").click()
    do(page, "提交验收", "换了玻璃", "怎样改的")
    expect(page.locator(".toast")).to_contain_text("提交验收了")
    assert fits(page)

    page = as_(visit, "he")
    visit.open(address)
    do(page, "退回重改", "锁扣没有修")
    expect(page.locator(".tl")).to_contain_text("不是同一个人")
    page = as_(visit, "chen")
    visit.open(address)
    do(page, "提交验收", "锁扣也换了", "怎样改的")
    page = as_(visit, "he")
    visit.open(address)
    do(page, "验收通过")
    expect(page.locator(".toast")).to_contain_text("验收通过了")

    page = as_(visit, "zhou")
    visit.open(address)
    do(page, "销号")
    expect(page.get_by_role("img", name="印：销号")).to_be_visible()
    assert fits(page)
    visit.picture("finding-closed")
    visit.open("/findings/board/")
    assert fits(page)
    visit.picture("finding-board")
    assert barriers(page, "the board") == []

    page = as_(visit, "he")
    visit.open(address)
    do(page, "回头看，反弹了", "玻璃又碎了", "反弹的情况")
    expect(page.get_by_text("第2轮：反弹过")).to_be_visible()
    visit.picture("finding-recurred")
    assert barriers(page, "a finding that came back") == []
    again = asked(lambda: Finding.objects.get(pk=number))
    assert (again.state, again.round, again.owner_id) == ("assigned", 2, office.cast.chen.pk)
    assert again.due_on > date.today()
    assert visit.errors == []
    assert visit.strayed == []
