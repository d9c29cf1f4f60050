"""The site without a mouse, at 320 px, with large type, less motion and forced colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.test_axe import Plan, context_of, is_a_page
from tests.e2e.test_axe import plan as plan
from tests.e2e.test_journey import sign_in

pytestmark = pytest.mark.browser

# What a person could press, as a browser sees it: shown, enabled, and not taken out of the order on purpose.
CONTROLS = """
() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter((one) => !one.disabled && one.type !== 'hidden' && one.tabIndex >= 0 && one.checkVisibility())
  .filter((one) => !(one.type === 'radio' && !one.checked))
  .map((one) => { one.dataset.reach = one.dataset.reach ?? String(Math.random()); return one.dataset.reach; })
"""
# Blurring alone would leave the browser where the focus was.
FROM_THE_TOP = """
() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
}
"""
FOCUSED = """
() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  return {
    reach: one.dataset.reach,
    where: one.outerHTML.slice(0, 90),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    body: one === document.body,
  };
}
"""


def walk(page: Page) -> tuple[set[str], list[str]]:
    """Tab from the top of the page until its end: what was reached, and where the focus could not be seen."""
    reached: set[str] = set()
    unseen = []
    last = None
    page.evaluate(FROM_THE_TOP)
    for _press in range(600):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUSED)
        if now["body"] or (now["reach"] in reached and now["reach"] != last):
            break
        last = now["reach"]  # a date has several stops
        if last:  # a box that scrolls takes the focus, too, and is no control
            reached.add(last)
        if not now["outlined"]:
            unseen.append(now["where"])
    return reached, unseen


@pytest.mark.parametrize(
    "address",
    ["/ledger/?unit=QH&period=2026H1", "/figures/?unit=QH&period=2026H1", "/me/second-step/", "/sign-in/"],
)
def test_tab_reaches_every_control_and_shows_where_it_is(visit: Visit, address: str) -> None:
    if address != "/sign-in/":
        sign_in(visit)
        expect(visit.page.get_by_role("heading", name="今日", level=1)).to_be_visible()
    visit.open(address)
    wanted = set(visit.page.evaluate(CONTROLS))
    reached, unseen = walk(visit.page)
    missed = [
        visit.page.evaluate(
            "(reach) => document.querySelector(`[data-reach='${reach}']`).outerHTML.slice(0, 90)", one
        )
        for one in wanted - reached
    ]
    assert missed == []
    assert unseen == []


def test_the_first_press_offers_the_way_past_the_navigation(visit: Visit) -> None:
    sign_in(visit)
    expect(visit.page.get_by_role("heading", name="今日", level=1)).to_be_visible()
    visit.page.evaluate(FROM_THE_TOP)
    visit.page.keyboard.press("Tab")
    skip = visit.page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#main")).to_be_focused()


def test_a_panel_opens_and_closes_by_keyboard_and_gives_the_focus_back(visit: Visit) -> None:
    sign_in(visit)
    visit.open("/ledger/?unit=QH&period=2026H1")
    first = visit.page.locator("td.cut a").first
    first.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#panel")).to_be_visible()
    expect(visit.page.locator("#panel :focus")).to_have_count(1)
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#panel")).to_be_hidden()
    expect(first).to_be_focused()


def test_a_menu_closes_on_escape(visit: Visit) -> None:
    sign_in(visit)
    expect(visit.page.get_by_role("heading", name="今日", level=1)).to_be_visible()
    menu = visit.page.locator(".top-end summary")
    menu.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("button", name="退出登录")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.get_by_role("button", name="退出登录")).to_be_hidden()
    expect(menu).to_be_focused()


def test_every_page_fits_a_width_of_320_and_twice_the_size(plan: Plan, browser: Browser, site: str) -> None:
    """1280 px at 400 % is 320 px; 1366 px at 200 % is 683 px."""
    contexts = {who: context_of(browser, site, session) for who, session in plan.sessions.items()}
    wrong = []
    for who, path in plan.pages:
        if not is_a_page(contexts[who], site + path):
            continue
        page = contexts[who].new_page()
        page.goto(site + path)
        for width in (320, 683):
            page.set_viewport_size({"width": width, "height": 640})
            for size in ("normal", "large"):
                page.evaluate("(size) => { document.documentElement.dataset.size = size }", size)
                wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                if wide > 0:
                    wrong.append(f"{path} {width} {size}: {wide} px")
        page.close()
    assert wrong == []


def test_nothing_moves_for_those_who_want_less_motion(visit: Visit) -> None:
    sign_in(visit)
    visit.open("/ledger/?unit=QH&period=2026H1")
    visit.page.locator("td.cut a").first.click()
    panel = visit.page.locator("#panel")
    expect(panel).to_be_visible()
    assert panel.evaluate("(one) => getComputedStyle(one).animationName") == "none"


def test_with_forced_colours_what_is_current_and_what_is_a_button_still_shows(visit: Visit) -> None:
    sign_in(visit)
    visit.page.emulate_media(forced_colors="active")
    visit.open("/ledger/?unit=QH&period=2026H1")
    visit.picture("ledger-forced-colours")
    button = visit.page.locator(".btn:visible").first
    assert button.evaluate("(one) => getComputedStyle(one).borderTopStyle") != "none"
    current = visit.page.locator(".tabs a[aria-current]").first
    others = visit.page.locator(".tabs a:not([aria-current])").first
    looks = "(one) => { const s = getComputedStyle(one); return [s.fontWeight, s.borderTopColor].join() }"
    assert current.evaluate(looks) != others.evaluate(looks)
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate(FOCUSED)["outlined"]
