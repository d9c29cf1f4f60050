"""Inspecting on a phone, with a network and without: what is said arrives, once, whatever happens in between."""

from __future__ import annotations

import io
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from mingzhang.inspections import actions
from mingzhang.inspections.models import Round
from mingzhang.organisation.models import Person
from tests.e2e.conftest import CHROMIUM, QUIET
from tests.e2e.phone import HOME, Phone, a_photo, answer_all, on_phone
from tests.e2e.test_axe import EVERYTHING, GRAVE, violations
from tests.web.matrix.inspections import drawn
from tests.web.office import PASSWORD, Office

pytestmark = pytest.mark.browser

CHECKLIST = "service-point"


@dataclass(frozen=True)
class Place:
    """Two self-checks that chen and he go through, a visit of one of them, and the cookies of both."""

    checks: tuple[int, int]
    visit: int
    sessions: dict[str, str]


@pytest.fixture
def place(office: Office) -> Place:
    """Written before the browser runs."""
    cast = office.cast
    checks = [
        actions.start_self_check(
            unit=cast.street, pack=office.pack_version, checklist=CHECKLIST, by=cast.chen, others=[cast.he]
        ).number
        for _ in range(2)
    ]
    inspection = actions.start_inspection(inspection=drawn(office).inspection, by=cast.zhou)
    visit = Round.objects.get(inspection=inspection)
    people = {"chen": cast.chen, "he": cast.he, "inspector": visit.inspectors.get().person}
    sessions = {who: _session(person) for who, person in people.items()}
    return Place((checks[0], checks[1]), visit.number, sessions)


def _session(person: Person) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


@pytest.fixture
def phone(place: Place, browser: Browser, site: str) -> Phone:
    """The phone of chen."""
    return Phone(on_phone(browser), site, place.sessions["chen"])


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A large picture that tells where it was taken."""
    return a_photo(tmp_path / "photo.jpg")


def test_a_whole_round_is_walked_without_a_network_and_arrives_with_one(
    place: Place, browser: Browser, site: str, photo: Path
) -> None:
    phone = Phone(on_phone(browser), site, place.sessions["inspector"])
    phone.open()
    phone.page.get_by_text("没有网也打得开").wait_for()
    phone.context.set_offline(True)
    phone.page.locator(".in-card").first.click()
    phone.wait("away")
    phone.say("extra_papers", "不合格")
    phone.item("extra_papers").get_by_label("写一句").fill("多要了一份证明")
    phone.take("extra_papers", [photo])
    answer_all(phone)
    phone.picture("round-390")
    phone.page.get_by_role("button", name="随手拍").click()
    sheet = phone.page.get_by_role("dialog")
    sheet.get_by_label("看到什么").fill("门口台阶松动")
    sheet.get_by_role("button", name="记下").click()
    sheet.wait_for(state="hidden")
    phone.page.reload()  # without a network
    phone.page.get_by_text("门口台阶松动").wait_for()
    phone.page.locator(".in-foot .is-main", has_text="去查完").click()
    phone.page.get_by_label("谁说的").fill("社区主任")
    phone.page.get_by_label("不认可").check()
    phone.page.get_by_label("说了什么").fill("证明是居民自己带来的")
    phone.page.get_by_role("button", name="记下").click()
    phone.page.get_by_text("社区主任：不认可").wait_for()
    phone.picture("finish-390")
    phone.page.get_by_role("button", name="查完", exact=True).click()
    phone.page.get_by_role("dialog").get_by_role("button", name="查完").click()
    phone.page.get_by_text("查完了，存在手机里").wait_for()
    assert phone.told(place.visit)["state"] == "planned"
    phone.context.set_offline(False)
    phone.wait("all")
    held = phone.told(place.visit)
    assert held["state"] == "acknowledged"
    assert held["answers"]["extra_papers"]["note"] == "多要了一份证明"
    assert [len(held[name]) for name in ("photos", "noted", "conflicts")] == [1, 1, 0]
    assert (held["statement"]["said_by"], held["statement"]["agrees"]) == ("社区主任", False)
    assert phone.errors == []


def kill(profile: Path) -> None:
    """End the browser of a profile as a phone does that runs short of memory."""
    for process in Path("/proc").iterdir():
        command = process / "cmdline"
        if process.name.isdigit() and f"--user-data-dir={profile}".encode() in _bytes_of(command):
            os.kill(int(process.name), signal.SIGKILL)


def _bytes_of(command: Path) -> bytes:
    try:
        return command.read_bytes()
    except OSError:
        return b""  # it has ended


def test_thirty_answers_and_ten_photos_outlive_the_browser_and_arrive_once(
    place: Place, site: str, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    options: dict[str, Any] = {"executable_path": CHROMIUM, "args": QUIET, "locale": "zh-CN", "has_touch": True}
    photos = [a_photo(tmp_path / f"{number}.jpg", f"#{number}{number}4f00") for number in range(5)]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(profile, **options)
        phone = Phone(context, site, place.sessions["chen"])
        phone.open()
        phone.context.set_offline(True)
        for number in place.checks:
            phone.page.goto(f"{site}{HOME}#/{number}")
            phone.page.locator(".chk").first.wait_for()
            assert answer_all(phone) == 15
            phone.take("exits_clear", photos)
        assert "30项、10张照片" in phone.line
        kill(profile)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(profile, **options)
        phone = Phone(context, site, place.sessions["chen"])
        phone.context.set_offline(True)
        phone.open()
        phone.page.get_by_text("已存手机：30项、10张照片。").wait_for()
        phone.context.set_offline(False)
        phone.wait("all")
        held = [phone.told(number) for number in place.checks]
        assert [len(one["answers"]) for one in held] == [15, 15]
        assert [len(one["photos"]) for one in held] == [5, 5]
        assert not any(one["conflicts"] for one in held)
        assert phone.page.evaluate(WAITING) == {"ops": 0, "bytes": 0}
        phone.context.close()


# What is left on the phone: operations, and bytes of whole photos.
WAITING = """async () => {
  const { read, asked } = await import("/static/ui/js/onsite-store.js");
  return read(["ops", "photos"], async (tx) => ({
    ops: await asked(tx.objectStore("ops").count()),
    bytes: (await asked(tx.objectStore("photos").getAll())).reduce((sum, { blob }) => sum + (blob?.size ?? 0), 0),
  }));
}"""


def test_an_hour_without_the_server_loses_nothing(place: Place, phone: Phone, photo: Path) -> None:
    number = place.checks[0]
    phone.page.clock.install()
    phone.open(number)
    away = {"on": True, "asked": 0}

    def gone(route: Any) -> None:
        away["asked"] += 1
        route.abort() if away["on"] else route.continue_()

    phone.context.route("**/inspections/**", gone)
    phone.say("guide_posted", "合格")
    phone.take("guide_posted", [photo])
    for _ in range(12):
        phone.page.clock.fast_forward(5 * 60 * 1000)
    phone.wait("away")
    assert "1项、1张照片" in phone.line
    assert 5 < away["asked"] < 100  # it tries again, and does not besiege
    away["on"] = False
    phone.page.clock.fast_forward(6 * 60 * 1000)
    phone.page.clock.resume()
    phone.wait("all")
    held = phone.told(number)
    assert (len(held["answers"]), len(held["photos"])) == (1, 1)


def test_an_answer_whose_receipt_was_lost_is_there_once(place: Place, phone: Phone, photo: Path) -> None:
    number = place.checks[0]
    phone.open(number)
    lost = {"left": 2}

    def swallow(route: Any) -> None:
        if lost["left"]:
            lost["left"] -= 1
            route.fetch()  # it arrives; what is answered does not
            route.abort()
        else:
            route.continue_()

    phone.context.route("**/inspections/rounds/**", swallow)
    phone.say("guide_posted", "不合格")
    phone.take("guide_posted", [photo])
    phone.wait("all")
    held = phone.told(number)
    assert (lost["left"], len(held["photos"]), held["conflicts"]) == (0, 1, {})


def test_two_phones_that_differ_are_both_heard_and_somebody_chooses(
    place: Place, browser: Browser, site: str
) -> None:
    number = place.checks[0]
    one, other = (Phone(on_phone(browser), site, place.sessions[who]) for who in ("chen", "he"))
    for phone in (one, other):
        phone.open(number)
        phone.context.set_offline(True)
    one.say("guide_posted", "合格")
    one.say("hours_kept", "合格")
    other.say("guide_posted", "不合格")
    other.item("guide_posted").get_by_label("写一句").fill("少了两件")
    for phone in (one, other):
        phone.context.set_offline(False)
        phone.wait("all")
    clash = other.item("guide_posted").locator(".chk-clash")
    clash.wait_for()
    assert "合格" in clash.inner_text()
    assert "不合格：少了两件" in clash.inner_text()
    assert len(other.told(number)["conflicts"]["guide_posted"]) == 2
    other.picture("conflict-390")
    clash.get_by_role("button").nth(1).click()
    clash.wait_for(state="hidden")
    other.wait("all")
    held = other.told(number)
    assert held["conflicts"] == {}
    assert (held["answers"]["guide_posted"]["value"], held["answers"]["hours_kept"]["value"]) == ("no", "yes")
    assert one.errors + other.errors == []


def test_a_session_that_ended_stops_nobody_and_what_waited_goes_later(place: Place, phone: Phone) -> None:
    number = place.checks[0]
    phone.open(number)
    phone.context.clear_cookies()
    phone.page.reload()
    phone.wait("out")
    phone.say("guide_posted", "合格")
    phone.page.get_by_text("已存手机：1项。登录过期了").wait_for()
    sign_in = str(phone.page.get_by_role("link", name="登录").get_attribute("href"))
    assert "next=%2Finspections%2Fonsite%2F" in sign_in
    phone.sign_in(place.sessions["chen"])
    phone.page.reload()
    phone.wait("all")
    assert phone.told(number)["answers"]["guide_posted"]["value"] == "yes"


def test_another_person_on_the_phone_sees_and_sends_nothing_of_the_first(place: Place, phone: Phone) -> None:
    number = place.checks[0]
    phone.open(number)
    phone.context.set_offline(True)
    phone.say("extra_papers", "不合格")
    phone.item("extra_papers").get_by_label("写一句").fill("陈晨写的话")
    phone.page.get_by_text("已存手机：1项。").wait_for()
    phone.sign_in(place.sessions["he"])
    phone.context.set_offline(False)
    phone.wait("all")
    assert phone.item("extra_papers").locator(".yn.is-kept").count() == 0
    assert "陈晨写的话" not in phone.page.content()
    phone.open()
    phone.page.get_by_text("还有别人没上传的1项").wait_for()
    assert phone.told(number)["answers"] == {}
    phone.sign_in(place.sessions["chen"])
    phone.page.reload()
    phone.wait("all")
    assert phone.told(number)["answers"]["extra_papers"]["note"] == "陈晨写的话"


def test_signing_out_hides_what_waits_and_keeps_it(place: Place, phone: Phone) -> None:
    number = place.checks[0]
    phone.open(number)
    phone.context.set_offline(True)
    phone.say("guide_posted", "合格")
    phone.context.set_offline(False)
    phone.context.route("**/sync/", lambda route: route.abort())
    phone.page.goto(phone.site)
    phone.page.locator('form[action="/sign-out/"]').first.evaluate("(form) => form.requestSubmit()")
    phone.page.wait_for_url("**/sign-in/**")
    phone.open()
    phone.page.get_by_role("heading", name="手机里的都在").wait_for()
    assert "青禾街道" not in phone.page.content()
    phone.picture("hidden-390")
    phone.context.unroute("**/sync/")
    phone.page.get_by_role("link", name="登录").click()
    phone.page.locator("input[name=username]").fill("chen")
    phone.page.locator("input[name=password]").fill(PASSWORD)
    phone.page.keyboard.press("Enter")
    phone.wait("all")
    assert phone.told(number)["answers"]["guide_posted"]["value"] == "yes"


def test_what_is_refused_stays_with_its_reason_and_can_be_copied(place: Place, browser: Browser, site: str) -> None:
    number = place.checks[0]
    one, other = (Phone(on_phone(browser), site, place.sessions[who]) for who in ("chen", "he"))
    one.context.grant_permissions(["clipboard-read", "clipboard-write"])
    one.open(number)
    one.context.set_offline(True)
    one.say("guide_posted", "不合格")
    other.open(number)
    answer_all(other)
    other.open(number, "/finish")
    other.page.get_by_role("button", name="查完", exact=True).click()
    other.page.get_by_role("dialog").get_by_role("button", name="查完").click()
    other.wait("all")
    one.context.set_offline(False)
    one.wait("refused")
    refused = one.page.locator(".in-refused")
    refused.get_by_role("button", name="复制成文字").click()
    refused.get_by_text("复制好了").wait_for()
    assert "不合格" in one.page.evaluate("navigator.clipboard.readText()")
    one.picture("refused-390")
    refused.get_by_role("button", name="删掉").click()
    one.page.get_by_role("dialog").get_by_role("button", name="删掉").click()
    one.wait("all")
    assert one.told(number)["answers"]["guide_posted"]["value"] == "yes"


FULL = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


def test_a_full_phone_says_so_and_shows_no_answer_that_it_did_not_keep(place: Place, phone: Phone) -> None:
    phone.open(place.checks[0])
    phone.page.evaluate(FULL)
    phone.item("guide_posted").locator(".yn", has_text="不合格").click()
    phone.page.get_by_role("alert").get_by_text("手机存不下了").wait_for()
    assert phone.item("guide_posted").locator(".yn.is-kept").count() == 0
    assert phone.item("guide_posted").locator("input:checked").count() == 0


STORED = """async () => {
  const { read, asked } = await import("/static/ui/js/onsite-store.js");
  const [{ blob }] = await read(["photos"], (tx) => asked(tx.objectStore("photos").getAll()));
  return Array.from(new Uint8Array(await blob.arrayBuffer()));
}"""


def test_a_photo_is_small_and_says_neither_where_nor_with_what_it_was_taken(
    place: Place, phone: Phone, photo: Path
) -> None:
    assert b"PhoneMaker" in photo.read_bytes()
    phone.open(place.checks[0])
    phone.context.set_offline(True)
    phone.take("step_free", [photo])
    content = bytes(phone.page.evaluate(STORED))
    picture = Image.open(io.BytesIO(content))
    assert picture.size == (2048, 1365)
    assert picture.format == "JPEG"
    assert dict(picture.getexif()) == {}
    assert b"PhoneMaker" not in content


def test_a_photo_that_never_left_the_phone_is_taken_away_from_it(place: Place, phone: Phone, photo: Path) -> None:
    number = place.checks[0]
    phone.open(number)
    phone.context.set_offline(True)
    phone.take("step_free", [photo, photo])
    phone.item("step_free").get_by_role("button", name="拿掉第1张照片").click()
    phone.page.get_by_role("dialog").get_by_role("button", name="拿掉").click()
    phone.item("step_free").locator(".shot").nth(1).wait_for(state="detached")
    phone.context.set_offline(False)
    phone.wait("all")
    assert len(phone.told(number)["photos"]) == 1


CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  }
  return found;
}"""


def test_nothing_but_the_page_itself_is_cached(place: Place, phone: Phone) -> None:
    phone.open(place.checks[0])
    phone.say("guide_posted", "合格")
    phone.wait("all")
    cached = phone.page.evaluate(CACHED)
    assert HOME in cached
    assert all(one == HOME or one.startswith("/static/ui/") for one in cached)
    phone.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        phone.page.goto(f"{phone.site}/inspections/")


def test_an_item_is_answered_and_remarked_by_keyboard(place: Place, phone: Phone) -> None:
    phone.open(place.checks[0])
    phone.page.get_by_role("button", name="下一项").focus()
    keys = phone.page.keyboard
    keys.press("Enter")
    keys.press("Space")
    phone.page.locator("#item-guide_posted .yn.is-kept", has_text="合格").wait_for()
    keys.press("ArrowRight")
    phone.page.locator('#item-guide_posted[data-wrong="yes"]').wait_for()
    keys.press("Tab")
    keys.type("没有贴")
    phone.wait("all")
    assert phone.told(place.checks[0])["answers"]["guide_posted"]["note"] == "没有贴"


@pytest.mark.parametrize("width", [390, 1366])
def test_the_page_keeps_nobody_out(place: Place, browser: Browser, site: str, photo: Path, width: int) -> None:
    phone = Phone(on_phone(browser, width), site, place.sessions["inspector"])
    phone.open()
    found = _looked(phone, f"list {width}")
    phone.open(place.visit)
    phone.say("extra_papers", "不合格")
    phone.take("extra_papers", [photo])
    found += _looked(phone, f"round {width}")
    phone.page.get_by_role("button", name="随手拍").click()
    found += _looked(phone, f"sheet {width}")
    phone.open(place.visit, "/finish")
    found += _looked(phone, f"finish {width}")
    assert [line for line in found if line.startswith(GRAVE)] == []


def _looked(phone: Phone, where: str) -> list[str]:
    found = []
    for scheme in ("light", "dark"):
        phone.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += violations(phone.page, EVERYTHING, f"{where} {scheme}")
        phone.picture(where.replace(" ", "-") + f"-{scheme}")
    return found


def test_the_page_on_the_phone_follows_the_language(place: Place, phone: Phone) -> None:
    phone.read("zh-hans")
    phone.open()
    phone.page.get_by_role("heading", name="我的检查和自查").wait_for()
    phone.read("en")
    phone.page.reload()  # opens as it was kept, and is renewed
    phone.page.get_by_role("heading", name="My inspections and self-checks").wait_for()
    phone.context.set_offline(True)
    phone.page.reload()
    phone.page.get_by_role("heading", name="My inspections and self-checks").wait_for()
