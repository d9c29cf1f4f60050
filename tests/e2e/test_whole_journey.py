"""One number from the sheet it comes from to the bundle that proves it, through the hands of all who have a part in
it: each with a browser of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Visit, begin
from tests.e2e.test_journey import fits, section
from tests.e2e.test_record_form import pictures
from tests.web.office import AT_STREET, PACK, PASSWORD, Office

pytestmark = pytest.mark.browser

FIGURE = "emergency_plans"
WRONG, RIGHT = "柳岸片区防汛预案", "青禾街道防汛预案"
REMARK = "预案名称写街道全称，不写片区。"
REASON = "这份预案下半年才印发，记早了"
PREVIEW = f"/reports/{PACK}/half-year/{AT_STREET}"

Come = Callable[[str], Visit]


@pytest.fixture(params=[1366, 390])
def come(request: pytest.FixtureRequest, staff: None, browser: Browser, site: str) -> Come:
    """Someone comes to work: signs in, in a browser of their own, and finds it later as they left it."""
    here: dict[str, Visit] = {}

    def come(who: str) -> Visit:
        if who not in here:
            here[who] = begin(browser, site, request.param)
            sign_in(here[who], who)
        return here[who]

    return come


@pytest.fixture
def staff(office: Office) -> None:
    """The reviewer and the leader can sign in, too. Written before the browser starts."""
    for person in (office.cast.he, office.cast.zhou):
        person.set_password(PASSWORD)
        person.save()


def sign_in(visit: Visit, who: str) -> None:
    visit.open("/")
    visit.page.get_by_label("用户名").fill(who)
    visit.page.get_by_label("密码").fill(PASSWORD)
    if who == "chen":
        look(visit, "01-sign-in")
    visit.page.get_by_role("button", name="登录").click()
    expect(visit.page.get_by_role("heading", name="今日", level=1)).to_be_visible()


def look(visit: Visit, name: str) -> None:
    """Keep the picture of a station, where nothing may be wider than the screen."""
    visit.page.wait_for_load_state("networkidle")
    visit.picture(f"journey-{name}")
    assert fits(visit.page), name


def toast(visit: Visit, words: str | re.Pattern[str]) -> None:
    expect(visit.page.locator(".toast")).to_contain_text(words)


def counted(page: Page) -> Locator:
    """The figure, wherever the page shows it."""
    return page.locator(f'a.tn[data-figure="{FIGURE}"], a.tn#{FIGURE}').first


def step(visit: Visit, name: str, station: str) -> None:
    """Take the next step of the report, in the panel that says what it means."""
    visit.page.locator(".rd-bar").get_by_role("link", name=name).click()
    confirm = visit.page.locator("#panel").get_by_role("button", name=name)
    expect(confirm).to_be_visible()
    look(visit, station)
    confirm.click()
    expect(visit.page.locator("#panel")).to_be_hidden()


def test_a_number_goes_from_its_sheet_to_a_bundle_that_proves_it(come: Come, tmp_path: Path) -> None:
    address = written_returned_and_posted(come, tmp_path)
    report = signed_and_published(come)
    reversed_and_restated(come, address, report)
    checked_elsewhere(come, report, tmp_path)
    for who in ("chen", "he", "zhou"):
        assert come(who).errors == []
        assert come(who).strayed == []


def written_returned_and_posted(come: Come, tmp_path: Path) -> str:
    """The sheet is written, sent back, mended, reviewed by two, and posted; its address."""
    chen, he = come("chen"), come("he")
    write(chen, tmp_path)
    address = re.sub(r".*(/ledger/records/\d+/).*", r"\1", chen.page.url)
    send_back(he, address)
    mend(chen)

    he.open("/")
    he.page.get_by_role("link", name=RIGHT).click()
    expect(he.page.get_by_text(REMARK).first).to_be_visible()  # what he asked for, beside what was done
    look(he, "08-review-again")
    he.page.get_by_role("button", name="审核通过").click()
    toast(he, f"“{RIGHT}”审核通过")

    zhou = come("zhou")
    look(zhou, "09-today-of-the-leader")
    zhou.page.get_by_role("link", name=RIGHT).click()
    zhou.page.get_by_role("button", name="审核通过").click()
    toast(zhou, f"“{RIGHT}”审核通过")

    he.open(f"/figures/{AT_STREET}&all=1")
    expect(counted(he.page)).to_have_text("0")
    he.open(address)
    he.page.get_by_role("button", name="入账").click()
    toast(he, re.compile(r"已入账，第\d+笔"))
    look(he, "10-posted")

    section(he.page, "数据")
    he.open(f"/figures/{AT_STREET}")
    expect(counted(he.page)).to_have_text("1")
    counted(he.page).click()
    expect(he.page.locator("#panel").get_by_role("link", name=RIGHT)).to_be_visible()
    look(he, "11-figure")
    return address


def write(chen: Visit, tmp_path: Path) -> None:
    page = chen.page
    look(chen, "02-today")
    page.locator("a:visible").filter(has_text="记一笔").first.click()  # on a phone, in the bar below
    look(chen, "03-choose-kind")
    chen.open(f"/ledger/new/?kind={PACK}/emergency_plan&unit=QH")
    page.get_by_label("发生日期").fill("2026-05-20")
    page.get_by_label("预案名称").fill(WRONG)
    page.get_by_label("管什么事").select_option(label="汛情")
    page.get_by_label("新编还是修订").get_by_label("新编").check()
    page.locator("#f-evidence").set_input_files(pictures(tmp_path, 1))
    expect(page.locator("[data-file]")).to_have_count(1, timeout=30_000)
    look(chen, "04-form")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("heading", name=WRONG, level=1)).to_be_visible()
    expect(page.locator(".ph").get_by_text("待审核")).to_be_visible()
    look(chen, "05-submitted")


def send_back(he: Visit, address: str) -> None:
    page = he.page
    he.open("/")
    page.get_by_role("link", name=WRONG).click()
    page.get_by_text("退回", exact=True).click()
    page.get_by_label("哪一处").first.select_option(label="预案名称")
    page.get_by_label("要改什么").first.fill(REMARK)
    look(he, "06-send-back")
    page.get_by_role("button", name="退回修改").click()
    toast(he, "已退回陈一禾修改")


def mend(chen: Visit) -> None:
    """What came back stands first on her 今日, and says what to mend at the place itself."""
    page = chen.page
    chen.open("/")
    back = page.locator(".task.is-back", has_text=WRONG)
    expect(back).to_contain_text(REMARK)
    look(chen, "07-today-returned")
    back.get_by_role("link", name="改好再交").click()
    expect(page.locator(".fr", has=page.get_by_label("预案名称")).locator(".remark")).to_contain_text(REMARK)
    look(chen, "07-remark-at-the-field")
    page.get_by_label("预案名称").fill(RIGHT)
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("heading", name=RIGHT, level=1)).to_be_visible()


def signed_and_published(come: Come) -> str:
    """The report is written by one, reviewed by another, signed and published by the leader; its address."""
    chen, he, zhou = come("chen"), come("he"), come("zhou")
    chen.open(f"/reports/{AT_STREET}")
    chen.page.get_by_role("listitem").filter(has_text="街道半年工作总结").get_by_role("button", name="起草").click()
    expect(counted(chen.page)).to_have_text("1")
    look(chen, "12-report-draft")
    report = chen.page.url.removeprefix(chen.site)
    step(chen, "提交审核", "13-submit-report")

    he.open(report)
    step(he, "审核通过", "14-review-report")

    zhou.open(report)
    step(zhou, "签发", "15-sign")
    step(zhou, "发布", "16-publish")
    look(zhou, "17-published")
    return report


def reversed_and_restated(come: Come, address: str, report: str) -> None:
    """The entry is taken back: the signed report keeps its number and says what it would be now."""
    he, zhou = come("he"), come("zhou")
    he.open(address)
    he.page.get_by_text("冲销", exact=True).click()
    he.page.get_by_label("冲销原因").fill(REASON)
    look(he, "18-reverse")
    he.page.get_by_role("button", name="冲销这一笔").click()
    expect(he.page.get_by_text(f"这一笔已经冲销，不再计数。原因：{REASON}")).to_be_visible()
    look(he, "19-reversed")

    zhou.open(report)
    number = counted(zhou.page)
    expect(number).to_have_text(re.compile("^1"))
    expect(number).to_have_class(re.compile("is-fixed|is-restated"))
    number.scroll_into_view_if_needed()
    look(zhou, "20-restated")
    number.click()
    cells = zhou.page.locator("#panel .restate td")
    expect(cells).to_have_text(["1", "0", re.compile("[−-]1")])
    expect(zhou.page.locator("#panel .why")).to_contain_text(REASON)
    look(zhou, "21-restated-trace")
    zhou.page.get_by_role("link", name="看变动说明").click()
    expect(zhou.page.get_by_role("heading", name="签发后的变动说明")).to_be_visible()
    look(zhou, "22-changes")

    zhou.open(PREVIEW)
    expect(counted(zhou.page)).to_have_text("0")
    look(zhou, "23-preview-now")


def checked_elsewhere(come: Come, report: str, tmp_path: Path) -> None:
    """The bundle is taken away with the program that checks it, which needs nothing but Python."""
    zhou = come("zhou")
    zhou.open(report)
    zhou.page.locator(".rd-bar summary", has_text="下载").click()
    look(zhou, "24-download")
    bundle = downloaded(zhou.page, "核验包", tmp_path)
    program = downloaded(zhou.page, "核对核验包的程序", tmp_path)
    assert "verify_bundle.py" in program.name
    assert status(program, bundle) == 0

    content = bytearray(bundle.read_bytes())
    place = content.index(RIGHT.encode()) if RIGHT.encode() in content else len(content) // 2
    content[place] ^= 1
    bundle.write_bytes(content)
    assert status(program, bundle) == 1


def downloaded(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name, exact=True).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def status(program: Path, bundle: Path) -> int:
    """What the program ends with, in an empty environment."""
    command = [sys.executable, "-I", "-S", str(program), str(bundle)]
    return subprocess.run(command, env={}, cwd=bundle.parent, capture_output=True, check=False).returncode
