"""Pages of a running site, asked for by several people at once: a real server and a real database on loopback."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from psycopg.conninfo import make_conninfo

from bench.book import Made
from bench.first_page import free_port, wait_until
from bench.records import People, people
from bench.results import Result
from mingzhang.cli.serve import BLOCKING_THREADS, WORKERS
from mingzhang.core import database
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person

CLIENTS, EACH, CALM_EACH, WARM_UP = 8, 40, 15, 5
PAGE_BAR, ACTION_BAR, MEMORY_BAR = 100, 150, 250
FLAT_REQUESTS = 10_000
FORM = "application/x-www-form-urlencoded"
PERIOD = "2026H1"


@dataclass(frozen=True)
class Page:
    """A page and who asks for it. `paths` are asked for in turn, so that not one answer alone is measured."""

    name: str
    person: Person
    paths: list[str]


def pages(made: Made, who: People) -> list[Page]:
    """What is measured, at a street, its county and the root."""
    street, county, root = (_at(unit.code) for unit in (made.street, made.county, made.root))
    mine = Record.objects.filter(unit__ancestors__contains=[made.street.pk], state="posted")
    records = [reverse("ledger:record", args=(pk,)) for pk in mine.values_list("pk", flat=True)[:20]]
    ledger, today, search = reverse("ledger:list"), reverse("web:today"), reverse("web:search")
    kind = {"kind": f"{made.pack_version.pack}/kind1"}
    report = reverse("reports:read", args=(made.pack_version.pack, "half-year"))
    return [
        Page("今日, clerk of a street", who.clerk, [today + street]),
        Page("今日, leader of the whole", who.leader, [today + root]),
        Page("review queue, reviewer of a county", who.county_reviewer, [reverse("ledger:queue") + county]),
        Page("ledger list of a street, posted", who.clerk, [ledger + street]),
        Page("ledger list of a county, returned", who.county_reviewer, [ledger + county + "&state=returned"]),
        Page("ledger list of the root, submitted", who.leader, [ledger + root + "&state=submitted"]),
        Page("ledger list of the root, posted, one kind", who.leader, [ledger + root + "&" + urlencode(kind)]),
        Page("one record", who.clerk, records),
        Page("report of a street, 200 figures", who.reviewer, [report + street]),
        Page("dashboard of a street", who.reviewer, [reverse("figures:dashboard") + street]),
        Page("search, a common word, at the root", who.leader, [_search(search, "走访")]),
        Page("search, one character, at the root", who.leader, [_search(search, "桥")]),
        Page("search, a rare title, at the root", who.leader, [_search(search, "柳溪用气安全宣讲9")]),
        Page("search, in a street", who.clerk, [_search(search, "巡查")]),
    ]


def _at(code: str) -> str:
    return "?" + urlencode({"unit": code, "period": PERIOD})


def _search(path: str, words: str) -> str:
    return f"{path}?{urlencode({'q': words})}"


def measure(made: Made, count: int) -> Iterator[Result]:
    """Every page with CLIENTS at once, the review action, memory; and how many queries each page sends.

    Twice: as people use it, each of the CLIENTS asking for a page a second; and as hard as CLIENTS can ask, each
    sending its next request as soon as it has the answer, which keeps every processor busy.
    """
    who, of = people(), f"{count:,} records, {CLIENTS} clients"
    with site() as running:
        for page in pages(made, who):
            calm = asked(running, page, min(CALM_EACH, count // 1000), every=1.0)
            yield from times(f"{page.name}, {of}, a page a second", calm, PAGE_BAR)
            hard = asked(running, page, min(EACH, count // 1000))
            yield from times(f"{page.name}, {of}, without a pause", hard, PAGE_BAR)
        yield from _reviews(running, who, of)
        yield from _memory(running, pages(made, who), requests=min(FLAT_REQUESTS, count // 100))
    for page in pages(made, who):
        yield Result(f"{page.name}: queries", queries_of(page), "queries")


@dataclass
class Site:
    """A running server: its port, its process, and one signed-in session for each person."""

    port: int
    process: subprocess.Popen[bytes]
    sessions: dict[int, str]

    def cookie(self, person: Person) -> str:
        """The Cookie header of the person's session."""
        if person.pk not in self.sessions:
            client = Client()
            client.force_login(person)
            self.sessions[person.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return f"{settings.SESSION_COOKIE_NAME}={self.sessions[person.pk]}"

    def memory(self) -> float:
        """Megabytes of the largest process that answers requests (Linux: proc(5), VmRSS)."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        told = (re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{child}/status").read_text()) for child in children)
        return max(int(found.group(1)) / 1024 for found in told if found)


@contextmanager
def site() -> Iterator[Site]:
    """The server that `mingzhang serve` runs, on the database that is being measured. Without its log keeper, which
    would verify a ledger whose digests were never computed."""
    parts = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    url = make_conninfo("", **{name: parts[key] for name, key in named.items() if parts[key]})
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", str(BLOCKING_THREADS), "--log-level", "warning",
        "mingzhang.config.wsgi:application",
    ]  # fmt: skip
    environment = {**os.environ, "DATABASE_URL": url, "MINGZHANG_DATA": str(database.data_folder())}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: _listens(port))
        yield Site(port, process, {})
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _listens(port: int) -> bool:
    try:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        asked.request("GET", reverse("web:sign_in"))
        return asked.getresponse().status == 200
    except OSError:
        return False


def times(name: str, spent: Sequence[float], bar: int) -> Iterator[Result]:
    """Half of the answers within so long, and 95 of 100."""
    p95 = quantiles(spent, n=20)[-1]
    yield Result(f"{name}: p50", median(spent), "ms")
    yield Result(f"{name}: p95", p95, "ms", None, None, f"≤ {bar} ms", p95 <= bar)


def asked(running: Site, page: Page, each: int, every: float = 0, clients: int = CLIENTS) -> list[float]:
    """Milliseconds of each answer, all clients together; each asks once in `every` seconds, at its own moments."""
    cookie = running.cookie(page.person)

    def ask(client: int) -> list[float]:
        line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
        path = cycle(page.paths[client % len(page.paths) :] + page.paths[: client % len(page.paths)])
        for _again in range(WARM_UP):
            _send(line, next(path), cookie)
        return [_send(line, next(path), cookie) for _at in _paced(each, every, client / clients)]

    with ThreadPoolExecutor(clients) as threads:
        return [spent for each in threads.map(ask, range(clients)) for spent in each]


def _paced(count: int, every: float, offset: float) -> Iterator[int]:
    """Numbers up to `count`, each at its time; what is late comes at once."""
    begin = time.perf_counter() + offset * every
    for number in range(count):
        time.sleep(max(0.0, begin + number * every - time.perf_counter()))
        yield number


def _send(
    line: http.client.HTTPConnection,
    path: str,
    cookie: str,
    form: dict[str, str] | None = None,
    expected: int = 200,
) -> float:
    """Milliseconds from the request to the last byte of its answer. Raises RuntimeError for another status."""
    began = time.perf_counter()
    if form is None:
        line.request("GET", path, None, {"Cookie": cookie})
    else:
        line.request("POST", path, urlencode(form), {"Cookie": cookie, "Content-Type": FORM})
    answer = line.getresponse()
    answer.read()
    spent = (time.perf_counter() - began) * 1000
    if answer.status != expected:
        raise RuntimeError(f"{path}: {answer.status}")
    return spent


def _reviews(running: Site, who: People, of: str) -> Iterator[Result]:
    """Passing a sheet, all clients together, each a sheet of its own."""
    waiting = Record.objects.filter(state="submitted").order_by("pk").values_list("pk", flat=True)
    numbers = list(waiting[: CLIENTS * (CALM_EACH + EACH)])
    cookie, token = _signed(running, who.leader, reverse("ledger:record", args=(numbers[0],)))

    def review(client: int, sheets: Sequence[int], every: float) -> list[float]:
        line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
        share = sheets[client::CLIENTS]
        form = {"csrfmiddlewaretoken": token}
        return [
            _send(line, reverse("ledger:pass", args=(share[at],)), cookie, form, expected=302)
            for at in _paced(len(share), every, client / CLIENTS)
        ]

    def reviewed(sheets: Sequence[int], every: float) -> list[float]:
        with ThreadPoolExecutor(CLIENTS) as clients:
            times = clients.map(lambda client: review(client, sheets, every), range(CLIENTS))
            return [spent for each in times for spent in each]

    cut = len(numbers) * CALM_EACH // (CALM_EACH + EACH)
    calm, hard = numbers[:cut], numbers[cut:]
    yield from times(f"review action, {of}, one a second", reviewed(calm, 1.0), ACTION_BAR)
    yield from times(f"review action, {of}, without a pause", reviewed(hard, 0), ACTION_BAR)


def _signed(running: Site, person: Person, path: str) -> tuple[str, str]:
    """The Cookie header and the token that a form of the page is sent with."""
    line = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    line.request("GET", path, None, {"Cookie": running.cookie(person)})
    answer = line.getresponse()
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read())
    if found is None:
        raise RuntimeError(f"{path}: no form")
    given = SimpleCookie(answer.headers.get("Set-Cookie", ""))
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in given.items())
    return f"{running.cookie(person)}; {cookies}", found.group(1).decode()


def _memory(running: Site, asked: Sequence[Page], requests: int) -> Iterator[Result]:
    """What the largest worker holds after every page was asked for, and after so many requests more."""
    before = running.memory()
    line, paths = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60), list(asked)
    for number in range(requests):
        page = paths[number % len(paths)]
        _send(line, page.paths[number % len(page.paths)], running.cookie(page.person))
    after = running.memory()
    yield Result(
        "web process, after every page", before, "MB", None, None, f"≤ {MEMORY_BAR} MB", before <= MEMORY_BAR
    )
    yield Result(
        f"web process, after {requests:,} requests more", after, "MB", "before", after / before,
        f"≤ {MEMORY_BAR} MB", after <= MEMORY_BAR,
    )  # fmt: skip


def queries_of(page: Page) -> int:
    """How many statements the page sends."""
    client, sent = Client(SERVER_NAME="127.0.0.1"), 0

    def counted(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal sent
        sent += 1
        return execute(*arguments)

    client.force_login(page.person)
    client.get(page.paths[0])
    with connection.execute_wrapper(counted):
        client.get(page.paths[0])
    return sent
