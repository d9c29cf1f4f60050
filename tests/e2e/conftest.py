"""A real browser before a real server, on a database of the test's own."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from pytest_django import DjangoDbBlocker

from tests.conftest import copy_of, inside
from tests.migrated import template
from tests.web import office as offices
from tests.web.conftest import evidence_folder as evidence_folder
from tests.web.conftest import storages

CHROMIUM = os.environ.get("MINGZHANG_CHROMIUM", "/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SCREENS = Path(__file__).parent.parent.parent / "build" / "screens"


@dataclass
class Visit:
    """A page of the browser and what went wrong on it: console errors, and requests that left the site."""

    page: Page
    site: str
    width: int
    errors: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)

    def note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def note_request(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:")):
            self.strayed.append(request.url)

    def open(self, address: str) -> None:
        self.page.goto(self.site + address, wait_until="networkidle")

    def picture(self, name: str) -> None:
        """Keep what the screen shows, to be looked at beside the design."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}-{self.width}.png")


@dataclass(frozen=True)
class Kept:
    """What every test begins with, written once: the name of its database, and its evidence."""

    office: offices.Office
    database: str
    evidence: Path


@pytest.fixture(scope="session")
def kept_office(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    """The office, committed, with a clerk who can sign in and a ledger of some pages. Nobody is connected to its
    database, so that it can be copied."""
    folder = tmp_path_factory.mktemp("evidence")
    with django_db_blocker.unblock(), copy_of(template()) as database:
        with inside(database), override_settings(STORAGES=storages(folder)):
            office = offices.build()
            office.cast.chen.set_password(offices.PASSWORD)
            office.cast.chen.save()
            office.post_talks(30)
        yield Kept(office, database.name, folder)


@pytest.fixture
def office(
    kept_office: Kept, django_db_blocker: DjangoDbBlocker, evidence_folder: Path
) -> Iterator[offices.Office]:
    """The office in a database of this test's own, copied in a moment from the one that was written."""
    shutil.copytree(kept_office.evidence, evidence_folder)
    with django_db_blocker.unblock(), copy_of(kept_office.database) as database, inside(database):
        yield copy.deepcopy(kept_office.office)


@pytest.fixture
def site(office: offices.Office) -> Iterator[str]:
    """The address of the running site."""
    server = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


@pytest.fixture
def browser(site: str) -> Iterator[Browser]:
    """Chromium, as the system has it. It starts after the office was written and ends before its database does."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(params=[1366, 390])
def visit(request: pytest.FixtureRequest, browser: Browser, site: str) -> Visit:
    """A visit on a wide screen, and one on a phone."""
    return begin(browser, site, request.param)


def begin(browser: Browser, site: str, width: int) -> Visit:
    """A visit in a browser of its own: nobody is signed in there."""
    wide = width > 720
    context = browser.new_context(
        viewport={"width": width, "height": 850 if wide else 844},
        locale="zh-CN",
        has_touch=not wide,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    visit = Visit(page, site, width)
    page.on("console", visit.note_message)
    page.on("request", visit.note_request)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    return visit
