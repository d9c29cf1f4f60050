"""Every page of the site under axe: WCAG 2.2 AA and its best practices, light and dark, wide and on a phone. The
pages come from the matrix of permissions; the pages that only a dialogue leads to are asked for beside it.

What is less than serious is no failure; it is written to build/axe.txt, to be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web import matrix
from tests.web.office import PASSWORD, Office

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
SCHEMES = {"light": EVERYTHING, "dark": COLOURS}  # all that the scheme changes is colours
GRAVE = ("serious", "critical")
REPORT = Path(__file__).parent.parent.parent / "build" / "axe.txt"
SIZES = [(1366, 850), (390, 844)]
READERS = ("chen", "he", "zhou", "wei", "qin", "admin", matrix.NOBODY)
DIALOGUES = ["/me/second-step/phone/", "/me/passkeys/add/", "/me/confirm/", "/no-such-page/"]


@dataclass(frozen=True)
class Plan:
    """Who opens what, and the cookies that sign them in: made before the browser runs, which lets nothing else at
    the database."""

    pages: list[tuple[str, str]]
    sessions: dict[str, str]


@pytest.fixture
def plan(office: Office) -> Plan:
    """Each page of the matrix once, by the first who may; and the pages of dialogues."""
    found = []
    for address in matrix.addresses():
        who = next((one for one in READERS if address.answers[one] == 200), None)
        if address.form is None and who is not None:
            found.append((who, address.path(office)))
    found += [("chen", path) for path in DIALOGUES] + [(matrix.NOBODY, "/sign-in/")]
    return Plan(list(dict.fromkeys(found)), {who: _session(office, who) for who in READERS})


def _session(office: Office, who: str) -> str:
    """chen signs in by her password, so that she is not asked for it again."""
    client = matrix.client_of(office, matrix.NOBODY if who == "chen" else who)
    if who == "chen":
        client.post("/sign-in/", {"username": "chen", "password": PASSWORD})
    return client.cookies["sessionid"].value if "sessionid" in client.cookies else ""


def context_of(browser: Browser, site: str, session: str) -> BrowserContext:
    """A browser in which someone is signed in, or nobody."""
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    return context


def is_a_page(context: BrowserContext, address: str) -> bool:
    """Not a file, a picture or a part of a page."""
    answer = context.request.get(address)
    return answer.headers.get("content-type", "").startswith("text/html") and "<html" in answer.text()


def violations(page: Page, options: dict[str, Any], where: str) -> list[str]:
    """What axe finds there, one line each."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['impact']} {where}: {one['id']} {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for one in found
        for node in one["nodes"][:3]
    ]


def barriers(page: Page, where: str) -> list[str]:
    """What axe finds that keeps somebody out, in the light and in the dark. From the top: what is half behind the
    bar of the page counts as too small."""
    page.evaluate("scrollTo(0, 0)")
    found = []
    for scheme, options in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += violations(page, options, f"{where} {scheme}")
    page.emulate_media(color_scheme="light")
    return [line for line in found if line.startswith(GRAVE)]


def test_no_page_keeps_anyone_out(plan: Plan, browser: Browser, site: str) -> None:
    contexts = {who: context_of(browser, site, session) for who, session in plan.sessions.items()}
    found: list[str] = []
    seen = []
    for who, path in plan.pages:
        if not is_a_page(contexts[who], site + path):
            continue
        page = contexts[who].new_page()
        page.goto(site + path, wait_until="load")
        seen.append(f"seen {who} {page.url.removeprefix(site)}")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for scheme, options in SCHEMES.items():
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                found += violations(page, options, f"{path} {width} {scheme}")
        page.close()
    REPORT.write_text("\n".join(seen + found) + "\n")
    assert len(seen) > 15
    assert [line for line in found if line.startswith(GRAVE)] == []
