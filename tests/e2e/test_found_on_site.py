"""What becomes of what was found on a phone: a problem of no category, and a closed finding that came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client, override_settings
from playwright.sync_api import Browser

from mingzhang.core import clock
from mingzhang.findings import actions as findings
from mingzhang.findings.models import Finding
from mingzhang.inspections import actions, queries
from mingzhang.inspections.actions import Asked, Settings
from mingzhang.inspections.models import Round
from mingzhang.organisation.actions import adopt
from mingzhang.organisation.models import Person
from mingzhang.packs.actions import install
from tests.e2e.phone import HOME, Phone, a_photo, on_phone
from tests.inspections.rounds import PACK
from tests.web.matrix.inspections import approved, disclosed, inspector
from tests.web.office import AT_STREET, Office

pytestmark = pytest.mark.browser

GLASS, HEAP = "公示栏玻璃破了", "楼道堆着旧家具"


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


@dataclass(frozen=True)
class Again:
    """Two closed findings that were drawn to be looked at again, their rounds, the cookies of who goes there and
    of the leader."""

    numbers: tuple[str, str]
    rounds: tuple[int, int]
    inspector: str
    leader: str


@pytest.fixture
def again(office: Office) -> Again:
    """Written before the browser runs."""
    found = [closed(office, words) for words in (GLASS, HEAP)]
    draw = actions.begin_draw(inspection=approved(office, checklist=None), by=office.cast.zhou)
    asked = Asked(unit=office.cast.street, last=date(2026, 7, 17))
    draw = actions.set_pool_of_findings(draw=draw, asked=asked, by=office.cast.zhou)
    sizes = {one.pk: 2 for one in queries.strata_of(draw)}
    draw = actions.settle_draw(draw=draw, settings=Settings(sizes, 1), by=office.cast.zhou)
    draw = disclosed(actions.publish_roster(draw=draw, by=office.cast.zhou), office)
    inspection = actions.start_inspection(inspection=draw.inspection, by=office.cast.zhou)
    rounds = {one.drawn.object.finding_id: one.number for one in Round.objects.filter(inspection=inspection)}
    return Again(
        (found[0].number, found[1].number), (rounds[found[0].pk], rounds[found[1].pk]),
        session(inspector(office)), session(office.cast.zhou),
    )  # fmt: skip


def closed(office: Office, words: str) -> Finding:
    """A finding that was solved in February."""
    cast, day = office.cast, date(2026, 2, 4)
    with clock.at(datetime(2026, 2, 5, 4, tzinfo=UTC)):
        found = findings.report(
            found=findings.Found(cast.street, "residents", "facility", "minor", words, day, place="北门"),
            pack=office.pack_version,
            by=cast.he,
        )
        found = findings.assign(finding=found, owner=cast.chen, by=cast.he)
        found = findings.begin(finding=found, by=cast.chen)
        findings.add_measure(finding=found, what="每周一看一遍", by_when=date(2026, 2, 9), by=cast.chen)
        found = findings.submit(finding=found, result="换了新的，装了护角", by=cast.chen)
        found = findings.verify(finding=found, by=cast.he)
        return findings.close(finding=found, by=cast.zhou).finding


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


def test_closed_findings_are_looked_at_again_without_a_network_and_one_is_opened_again(
    again: Again, browser: Browser, site: str, tmp_path: Path
) -> None:
    phone = Phone(on_phone(browser), site, again.inspector)
    phone.open()
    phone.page.get_by_text("没有网也打得开").wait_for()
    phone.context.set_offline(True)
    phone.picture("again-list-390")
    good, back = again.rounds
    phone.page.locator(f'a[href="#/{good}"]').click()
    for words in (GLASS, "换了新的，装了护角", "每周一看一遍", "2026年2月5日"):
        phone.page.locator(".in-again").get_by_text(words).wait_for()
    phone.say("still", "还是好的")
    phone.say("measures", "还在做")
    phone.picture("again-good-390")
    finish(phone)

    phone.page.goto(f"{site}{HOME}#/{back}")
    phone.page.locator(".in-again").get_by_text(HEAP).wait_for()
    phone.say("still", "又犯了")
    phone.item("still").get_by_text("又犯了的，写一句现在什么样").wait_for()
    phone.say("measures", "没有在做")
    phone.page.locator(".in-foot .is-main", has_text="去查完").click()
    phone.page.get_by_text("又犯了的还没有写现在什么样").wait_for()
    phone.picture("again-untold-390")
    phone.page.locator(".in-links a").first.click()
    phone.item("still").get_by_label("写一句").fill("又堆上了，比上次多")
    phone.take("still", [a_photo(tmp_path / "heap.jpg")])
    phone.picture("again-back-390")
    phone.page.locator(".in-foot .is-main", has_text="去查完").click()
    phone.page.get_by_role("button", name="查完", exact=True).click()
    phone.page.get_by_role("dialog").get_by_text(f"问题{again.numbers[1]}用原来的编号重开").wait_for()
    phone.picture("again-ask-390")
    phone.page.get_by_role("dialog").get_by_role("button", name="查完").click()
    phone.page.get_by_text("查完了，存在手机里").wait_for()
    phone.context.set_offline(False)
    phone.wait("all")
    assert [phone.told(number)["state"] for number in again.rounds] == ["finished", "finished"]
    assert phone.errors == []
    opened_again(Phone(on_phone(browser), site, again.leader), again)


def opened_again(desk: Phone, again: Again) -> None:
    """What its leader sees of the one that came back, and of the one that did not."""
    page = desk.page
    page.goto(f"{desk.site}/findings/{AT_STREET}")
    page.get_by_role("link", name=HEAP).click()
    desk.picture("again-finding-390")
    page.get_by_text("又堆上了，比上次多").first.wait_for()
    page.get_by_text("第2轮：反弹过").wait_for()
    desk.picture("again-finding-390")
    page.goto(f"{desk.site}/findings/{AT_STREET}&state=confirmed")
    page.get_by_role("link", name=GLASS).wait_for()
    page.goto(f"{desk.site}/inspections/rounds/{again.rounds[1]}/{AT_STREET}")
    page.get_by_text("又犯了").first.wait_for()
    desk.picture("again-round-390")


def test_somebody_who_has_to_set_up_a_second_step_is_led_there_from_the_phone(
    unsorted: tuple[int, str], browser: Browser, site: str
) -> None:
    number, cookie = unsorted
    phone = Phone(on_phone(browser), site, cookie)
    phone.open(number)
    with override_settings(REQUIRE_SECOND_STEP=["clerk"]):
        phone.say("door", "合格")
        phone.wait("step")
        assert "您的岗位要先启用两步验证" in phone.line
        phone.picture("second-step-390")
        phone.page.get_by_role("link", name="去启用").click()
        phone.page.get_by_text("先启用两步验证").first.wait_for()
    phone.page.go_back()
    phone.wait("all")
    assert phone.told(number)["answers"]["door"]["value"] == "yes"
    assert phone.errors == []
