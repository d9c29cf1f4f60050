"""Filling in a record sheet in a browser: nothing typed is lost, tables are pasted, files go up one by one."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_journey import fits, sign_in
from tests.web.office import PACK

pytestmark = pytest.mark.browser
NEW = f"/ledger/new/?kind={PACK}/study&unit=QH"
PASTED = (
    '完成期限\t措施\t责任岗位\n2026年3月7日\t补种\t绿化岗\n２０２６．４．１\t"修\n路灯"\t物业岗\n三月\t划线\t\n'
)
KEPT = re.compile("自动保存在本机和服务器")


@pytest.fixture
def form(visit: Visit) -> Visit:
    sign_in(visit)
    expect(visit.page.get_by_role("heading", name="今日", level=1)).to_be_visible()
    visit.open(NEW)
    return visit


def pictures(folder: Path, count: int) -> list[Path]:
    paths = []
    for number in range(count):
        out = io.BytesIO()
        Image.effect_mandelbrot((640, 480), (-2 + number / 9, -1.5, 1, 1.5), 40).save(out, "PNG")
        paths.append(folder / f"现场{number + 1}.png")
        paths[-1].write_bytes(out.getvalue())
    return paths


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(event);
        }""",
        text,
    )


def without_network(errors: list[str]) -> list[str]:
    """What the console says beyond the requests that the test itself had fail."""
    return [error for error in errors if "Failed to load resource" not in error]


def test_nothing_typed_is_lost_when_the_network_drops_and_the_page_is_left(form: Visit) -> None:
    page = form.page
    page.get_by_label("主题").fill("物业服务新规")
    expect(page.locator("#saved")).to_have_text(KEPT)
    page.context.set_offline(True)
    page.get_by_label("主题").fill("物业服务新规，断网以后又写的")
    page.get_by_label("参加人数").fill("26")
    expect(page.locator("#saved")).to_contain_text("没有网，已存在本机")
    form.picture("form-offline")
    page.goto("about:blank")
    page.context.set_offline(False)
    form.open(NEW)
    if page.get_by_role("button", name="用本机的").is_visible():
        page.get_by_role("button", name="用本机的").click()
    expect(page.get_by_label("主题")).to_have_value("物业服务新规，断网以后又写的")
    expect(page.get_by_label("参加人数")).to_have_value("26")
    page.get_by_label("发言人数").fill("3")
    expect(page.locator("#saved")).to_have_text(KEPT, timeout=20_000)
    page.reload()
    expect(page.get_by_label("主题")).to_have_value("物业服务新规，断网以后又写的")
    assert without_network(form.errors) == []


def test_an_expired_session_loses_nothing_and_goes_on_after_signing_in_elsewhere(form: Visit) -> None:
    page = form.page
    page.get_by_label("主题").fill("写到一半")
    expect(page.locator("#saved")).to_have_text(KEPT)
    page.context.clear_cookies()
    page.get_by_label("主题").fill("写到一半，登录过期了")
    expect(page.locator("#saved")).to_contain_text("登录过期了")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_label("主题")).to_have_value("写到一半，登录过期了")
    other = page.context.new_page()
    sign_in(Visit(other, form.site, form.width))
    expect(other.get_by_role("heading", name="今日", level=1)).to_be_visible()
    other.close()
    page.get_by_label("主题").press("End")
    page.get_by_label("主题").press_sequentially("，又登录了")
    expect(page.locator("#saved")).to_have_text(KEPT)
    page.reload()
    expect(page.get_by_label("主题")).to_have_value("写到一半，登录过期了，又登录了")


def test_a_table_is_pasted_from_a_spreadsheet_and_typed_by_keyboard(form: Visit) -> None:
    page = form.page
    grid = page.locator('[data-grid="measures"]')
    grid.locator("tbody input").first.focus()
    paste(page, PASTED)
    rows = grid.locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(0).locator("input").nth(0)).to_have_value("补种")
    expect(rows.nth(0).locator("input").nth(2)).to_have_value("2026-03-07")
    expect(rows.nth(1).locator("input").nth(2)).to_have_value("2026-04-01")
    expect(rows.nth(2).locator("input").nth(2)).to_have_value("三月")
    expect(rows.nth(2).locator("td").nth(2)).to_have_class(re.compile("is-bad"))
    expect(grid.locator(".paste-note")).to_contain_text("粘贴了3行。有1格认不出")
    form.picture("form-pasted")
    rows.nth(2).locator("input").nth(0).focus()
    page.keyboard.press("Enter")
    expect(rows.nth(3).locator("input").nth(0)).to_be_focused()
    page.keyboard.type("再开一次会")
    expect(rows).to_have_count(5)
    page.keyboard.press("ArrowUp")
    expect(rows.nth(2).locator("input").nth(0)).to_be_focused()
    rows.nth(0).get_by_role("button", name="去掉这一行").click()
    expect(rows).to_have_count(4)
    assert fits(page)
    assert form.errors == []


def test_the_modules_read_days_numbers_and_lines_as_the_server_does(form: Visit) -> None:
    read = """async () => {
      const grid = await import("/static/ui/js/form-grid.js");
      return {
        days: ["2026年3月7日", "2026/3/7 0:00", "２０２６．３．７", "2026-02-30", "3月7日"].map(grid.readDay),
        numbers: ["１２", "1,234.50", "-3", "12人", "1,23"].map(grid.readNumber),
        table: grid.parseTable('a\\t"b ""c""\\nd"\\r\\n\\te\\n'),
        named: grid.columnsOf(["数量", "名称", "别的"], ["名称", "数量"], 0),
        plain: grid.columnsOf(["3", "灯"], ["名称", "数量"], 1),
      };
    }"""
    found = form.page.evaluate(read)
    assert found["days"] == ["2026-03-07", "2026-03-07", "2026-03-07", None, None]
    assert found["numbers"] == ["12", "1234.50", "-3", None, None]
    assert found["table"] == [["a", 'b "c"\nd'], ["", "e"]]
    assert found["named"] == {"named": True, "places": [1, 0, -1]}
    assert found["plain"] == {"named": False, "places": [1, 2]}


def test_several_pictures_go_up_one_by_one_and_the_sheet_is_handed_in(form: Visit, tmp_path: Path) -> None:
    page = form.page
    page.get_by_label("主题").fill("物业服务新规")
    page.get_by_label("参加人数").fill("26")
    page.get_by_label("专题研讨").check()
    bad = tmp_path / "页面.html"
    bad.write_text("<html></html>", "utf-8")
    page.locator("#f-evidence").set_input_files([*pictures(tmp_path, 3), bad])
    expect(page.locator("[data-file]")).to_have_count(3, timeout=30_000)
    expect(page.locator(".upload.is-bad")).to_contain_text("不收这种文件")
    expect(page).to_have_url(re.compile(r"/ledger/records/\d+/edit/$"))
    expect(page.locator("#saved")).to_have_text(KEPT)
    expect(page.locator("#stored")).to_have_text(re.compile(r"^\d\d:\d\d已存$"))
    page.locator(".upload.is-bad").get_by_role("button", name="不传了").click()
    page.get_by_label("第1份佐证的名称").fill("签到表")
    page.get_by_label("第1份佐证的名称").press("Tab")
    form.picture("form-files")
    assert fits(page)
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("heading", name="专题研讨 物业服务新规", level=1)).to_be_visible(timeout=15_000)
    expect(page.get_by_text("签到表.png").first).to_be_visible()
    expect(page.get_by_role("heading", name="佐证")).to_be_visible()
    expect(page.locator(".ph").get_by_text("待审核")).to_be_visible()
    assert page.locator(".shot").count() == 3


def test_errors_take_the_focus_and_lead_to_their_places(form: Visit) -> None:
    page = form.page
    page.get_by_label("参加人数").fill("二十来人")
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("#summary")).to_be_focused()
    form.picture("form-errors")
    page.locator("#summary a", has_text="参加人数").click()
    expect(page.get_by_label("参加人数")).to_be_focused()
    expect(page.get_by_label("参加人数")).to_have_value("二十来人")
    page.get_by_label("参加人数").fill("20")
    page.get_by_label("主题").fill("改好了")
    expect(page.locator("#saved")).to_have_text(KEPT)
    page.reload()
    expect(page.get_by_label("参加人数")).to_have_value("20")
    assert fits(page)


def test_what_does_not_apply_is_put_away_and_comes_back_with_its_value(form: Visit) -> None:
    page = form.page
    form.open(f"/ledger/new/?kind={PACK}/hard_case&unit=QH")
    solved = page.get_by_role("radiogroup", name="办成了", exact=True)
    expect(page.get_by_label("办成日期")).to_be_hidden()
    solved.get_by_label("是").check()
    page.get_by_label("办成日期").fill("2026-05-20")
    solved.get_by_label("否").check()
    expect(page.get_by_label("办成日期")).to_be_hidden()
    solved.get_by_label("是").check()
    expect(page.get_by_label("办成日期")).to_have_value("2026-05-20")
    form.picture("form-conditions")
    assert form.errors == []
