"""A phone on which somebody inspects: its browser, what is touched on its page, and what the server was told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.conftest import SCREENS

HOME = "/inspections/onsite/"
GPS = 0x8825


# Resolved once the service worker has kept the page and looks after it.
KEPT = """() => new Promise((done) => {
  if (navigator.serviceWorker.controller) done();
  else navigator.serviceWorker.addEventListener("controllerchange", () => done(), { once: true });
})"""


class Phone:
    """A browser on a phone, and what its page shows."""

    def __init__(self, context: BrowserContext, site: str, session: str = "") -> None:
        self.context, self.site = context, site
        self.errors: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        if session:
            self.sign_in(session)

    def sign_in(self, session: str) -> None:
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.site}])

    def read(self, language: str) -> None:
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.site}])

    def open(self, number: int | None = None, rest: str = "") -> None:
        """The page, or one round of it, kept on the phone so that it opens again without a network."""
        self.page.goto(f"{self.site}{HOME}#/{number or ''}{rest}")
        self.page.evaluate(KEPT)
        if number is not None:
            self.page.locator(".chk, .in-sum").first.wait_for()

    def item(self, code: str) -> Any:
        return self.page.locator(f"#item-{code}")

    def say(self, code: str, words: str) -> None:
        """Touch an answer and wait until the page says that it is kept."""
        self.item(code).locator(".yn", has_text=words).first.click()
        self.item(code).locator(".yn.is-kept", has_text=words).wait_for()

    def take(self, code: str, files: list[Path]) -> None:
        before = self.item(code).locator(".shot").count()
        self.item(code).locator("input[type=file][multiple]").set_input_files(files)
        self.item(code).locator(".shot").nth(before + len(files) - 1).wait_for()

    def wait(self, state: str) -> None:
        self.page.locator(f"#badge[data-state={state}]").wait_for()

    @property
    def line(self) -> str:
        return self.page.locator("#line").inner_text()

    def told(self, number: int) -> dict[str, Any]:
        """What the server knows of a round."""
        return told(self.context, self.site, number)

    def picture(self, name: str) -> None:
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"on-site-{name}.png")


def told(context: BrowserContext, site: str, number: int) -> dict[str, Any]:
    rounds: list[dict[str, Any]] = context.request.get(f"{site}{HOME}rounds.json").json()["rounds"]
    return next(one for one in rounds if one["number"] == number)


def on_phone(browser: Browser, width: int = 390) -> BrowserContext:
    return browser.new_context(
        viewport={"width": width, "height": 844}, locale="zh-CN", has_touch=width < 720, reduced_motion="reduce"
    )


def a_photo(path: Path, colour: str = "#7d4f00", size: tuple[int, int] = (3000, 2000)) -> Path:
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(GPS)[1] = "N"
    Image.new("RGB", size, colour).save(path, exif=exif)
    return path


def answer_all(phone: Phone) -> int:
    """Goes from item to item by the button, as an inspector does; how many there were."""
    count = 0
    while phone.page.locator(".in-foot .is-main").inner_text() == "下一项":
        phone.page.locator(".in-foot .is-main").click()
        item = phone.page.locator(".chk", has=phone.page.locator(":focus"))
        code = str(item.get_attribute("data-item"))
        if item.locator(".yns:not(.is-list)").count():
            phone.say(code, "合格")
        elif item.locator(".yns").count():
            item.locator(".yn").first.click()
        else:
            phone.page.keyboard.type("3")
        phone.page.locator(f'#item-{code}:is([data-state="right"], [data-state="wrong"])').wait_for()
        count += 1
    return count
