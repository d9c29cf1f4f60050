"""An inspection from its plan to its public page: drawn, done on a phone without a network, ended and published,
and drawn again by the program that the page offers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from mingzhang.organisation.models import Person
from tests.e2e.conftest import Visit
from tests.e2e.phone import Phone, answer_all, on_phone
from tests.e2e.test_axe import barriers
from tests.web import matrix
from tests.web.matrix.inspections import SECRETS, inspector
from tests.web.office import AT_STREET, Office

pytestmark = pytest.mark.browser

HE, ZHOU, FENG = "何站长", "周书记", "冯督查员"


@pytest.fixture
def sessions(office: Office) -> dict[str, str]:
    """The cookies that sign people in, by name, made before the browser runs."""
    found = {}
    for person in (inspector(office), *Person.objects.filter(book=office.cast.book)):
        client = matrix.client_of(office, matrix.NOBODY)
        client.force_login(person)
        found[person.name] = client.cookies["sessionid"].value
    return found


def test_an_inspection_is_planned_drawn_done_and_published_and_anybody_draws_it_again(
    sessions: dict[str, str], visit: Visit, browser: Browser, tmp_path: Path
) -> None:
    page = visit.page

    def sign_in(who: str) -> None:
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "sessionid", "value": sessions[who], "url": visit.site}])

    sign_in(HE)
    visit.open(f"/inspections/{AT_STREET}")
    page.get_by_role("link", name="安排一次检查").click()
    page.get_by_label("名称").fill("窗口服务检查")
    page.get_by_label("为什么查").fill("看看办事方不方便")
    page.get_by_label("从哪天").fill("2026-07-08")
    page.get_by_label("到哪天").fill("2026-07-17")
    page.get_by_label("检查表").select_option(label="便民服务和公共场所")
    page.get_by_role("button", name="起草").click()
    inspection = page.url.partition("?")[0].removeprefix(visit.site)

    sign_in(ZHOU)
    visit.open(inspection + AT_STREET)
    page.get_by_role("button", name="批准").click()
    page.get_by_role("button", name="准备一次抽取").click()
    page.get_by_label("社区", exact=True).fill("1")
    page.get_by_label("每个对象").fill("1")
    page.get_by_role("button", name="记下").first.click()
    page.get_by_role("button", name="封存名单").click()
    draw = page.url.partition("?")[0].removeprefix(visit.site)
    visit.picture("draw-sealed")
    assert barriers(visit.page, "draw-sealed") == []
    for verb in ("承诺", "公开"):
        for who, secret in zip((ZHOU, FENG), SECRETS, strict=True):
            sign_in(who)
            visit.open(draw + AT_STREET)
            page.locator('input[name="secret"]').fill(secret)
            page.get_by_role("button", name=verb, exact=True).click()
            page.get_by_role("status").first.wait_for()
    page.get_by_role("link", name="重算一遍").click()
    page.get_by_text("全部对得上").wait_for()
    visit.picture("draw-drawn")
    assert barriers(visit.page, "draw-drawn") == []

    sign_in(ZHOU)
    visit.open(inspection + AT_STREET)
    page.get_by_role("button", name="开始检查").click()
    visit.open(f"/inspections/rounds/{AT_STREET}")
    row = page.locator(".rounds-t tbody tr").first
    number, who = int(row.locator("td").nth(0).inner_text()), row.locator("td").nth(3).inner_text()
    inspect(Phone(on_phone(browser), visit.site, sessions[who]), number)
    visit.open(inspection + AT_STREET)
    page.get_by_role("button", name="结束检查，对外公开").click()
    page.get_by_role("status").first.wait_for()

    page.context.clear_cookies()
    visit.open(f"/open{inspection}")
    page.get_by_text("15项").first.wait_for()
    assert "多要了一份证明" not in page.locator("main").inner_text()
    visit.picture("inspection-public")
    assert barriers(visit.page, "inspection-public") == []
    visit.open(f"/open{draw}")
    command = page.locator(".insp-again pre").inner_text()
    for name in ("下载名单和结果", "下载算法"):
        with page.expect_download() as kept:
            page.get_by_role("link", name=name).click()
        kept.value.save_as(tmp_path / kept.value.suggested_filename)
    visit.picture("draw-public")
    assert barriers(visit.page, "draw-public") == []
    done = subprocess.run(
        [sys.executable, *command.split()[1:]], cwd=tmp_path, capture_output=True, text=True, check=False,
        encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"重新抽出1个对象", done.stdout)
    assert visit.errors == []
    assert visit.strayed == []


def inspect(phone: Phone, number: int) -> None:
    """Go through a round where there is no network, and send it where there is one."""
    phone.open(number)
    phone.context.set_offline(True)
    phone.say("extra_papers", "不合格")
    phone.item("extra_papers").get_by_label("写一句").fill("多要了一份证明")
    answer_all(phone)
    phone.page.locator(".in-foot .is-main", has_text="去查完").click()
    phone.page.get_by_role("button", name="查完", exact=True).click()
    phone.page.get_by_role("dialog").get_by_role("button", name="查完").click()
    phone.page.get_by_text("查完了，存在手机里").wait_for()
    phone.context.set_offline(False)
    phone.wait("all")
    assert phone.told(number)["state"] == "finished"
    assert phone.errors == []
