"""Lists and boards of many findings: what they take by themselves, and as pages of a running site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from multiprocessing import get_context
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from bench.book import MOMENT
from bench.database import own_database
from bench.pages import PERIOD, Page, asked, queries_of, site, times
from bench.results import Result, sql_milliseconds
from mingzhang.core import clock
from mingzhang.core.once import reading
from mingzhang.findings.queries import Wanted, board, page_of
from mingzhang.organisation import actions as organisation
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.queries import person_by_username, unit_by_code
from mingzhang.packs.actions import install
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import builtin_folder

COUNTIES, STREETS, VILLAGES = 10, 20, 14  # 3,011 units
CLIENTS, EACH, CALM, A_SECOND = 8, 20, 40, 8  # times that each client asks
SHARE = 5_000  # of fewer findings than this for each time, it asks less often
LIST_BAR, BOARD_BAR = 100, 150
BEGAN = date(2024, 1, 1)
PLACES = {"a street": "C0S0", "a county": "C0", "the root": "C"}
READER = "findings-reader"


def run(count: int, *, keep: bool) -> Iterator[Result]:
    """Measure with so many findings. With `keep` the data stays, or is taken over from an earlier run."""
    name = f"{connection.settings_dict['NAME']}_bench_findings_{count}"
    with clock.at(MOMENT), own_database(name, keep=keep) as was_there:
        if not was_there:
            book, pack = _book()
            _findings(book, pack, count)
        book = Book.objects.get(code="C")
        of = f"{count:,} findings"
        each = min(EACH, max(2, count // SHARE))
        yield from _questions(book, of, each)
        yield from _pages(of, each)


# --- the questions ------------------------------------------------------------------------------------------------


def _questions(book: Book, of: str, each: int) -> Iterator[Result]:
    """Each list and board, at a street, a county and the root."""
    today = clock.today()
    for where, code in PLACES.items():
        unit = unit_by_code(book, code)
        for state in ("open", "late", "closed", "all"):
            wanted = Wanted(unit, today, state)
            yield from _timed(f"list of {where}, {state}, {of}", partial(page_of, wanted), LIST_BAR, each)
        yield from _timed(f"board of {where}, {of}", partial(board, Wanted(unit, today)), BOARD_BAR, each)


def _timed(name: str, ask: Callable[[], object], bar: int, each: int) -> Iterator[Result]:
    """What it takes of the database and of a processor, what it takes when nobody else asks, and what 95 of 100
    take at most while eight processes do."""
    waited, statements = sql_milliseconds(partial(_milliseconds, ask))
    yield Result(f"{name}: database", waited, "ms")
    yield Result(f"{name}: statements", statements, "queries")
    yield Result(f"{name}: processor", _processor(partial(_milliseconds, ask)), "ms")
    alone = [_milliseconds(ask) for _number in range(CALM)]
    yield Result(f"{name}, alone: p50", median(alone), "ms")
    yield Result(f"{name}, alone: p95", quantiles(alone, n=20)[-1], "ms")
    connections.close_all()  # each process has its own
    with get_context("fork").Pool(CLIENTS) as pool:
        spent = pool.map(_milliseconds, [ask] * CLIENTS * each, chunksize=each)
    p95 = quantiles(spent, n=20)[-1]
    yield Result(f"{name}, {CLIENTS} at once: p95", p95, "ms", bar=f"≤ {bar} ms", ok=p95 <= bar)


def _milliseconds(ask: Callable[[], object]) -> float:
    began = perf_counter()
    with clock.at(MOMENT), reading():  # as pages do
        ask()
    return (perf_counter() - began) * 1000


def _processor(work: Callable[[], object]) -> float:
    """Milliseconds that this process was busy with it, the median of CALM calls: the database is another."""
    spent = []
    for _number in range(CALM):
        began = process_time()
        work()
        spent.append((process_time() - began) * 1000)
    return median(spent)


# --- the pages ----------------------------------------------------------------------------------------------------


def _pages(of: str, each: int) -> Iterator[Result]:
    """The same as pages of a running site: by one person, by eight who each want a page a second, and by eight who
    ask again as soon as they have an answer."""
    asked_for = [(page, BOARD_BAR if page.name.startswith("board") else LIST_BAR) for page in _wanted_pages()]
    with site() as running:
        for page, bar in asked_for:
            name = f"page, {page.name}, {of}"
            yield from times(f"{name}, alone", asked(running, page, 2 * each, clients=1), bar)
            yield from times(
                f"{name}, {CLIENTS} clients, a page a second",
                asked(running, page, min(A_SECOND, each), every=1.0),
                bar,
            )
            yield from times(f"{name}, {CLIENTS} clients, without a pause", asked(running, page, each), bar)
    for page, _bar in asked_for:
        yield Result(f"page, {page.name}: processor", _processor(_opened(page)), "ms")
        yield Result(f"page, {page.name}: queries", queries_of(page), "queries")


def _wanted_pages() -> Iterator[Page]:
    reader = person_by_username(READER)
    for where, code in PLACES.items():
        yield _page(f"list of {where}, open", reader, "findings:list", code)
        yield _page(f"list of {where}, late", reader, "findings:list", code, "&state=late")
        yield _page(f"board of {where}", reader, "findings:board", code)


def _page(name: str, reader: Person, view: str, code: str, more: str = "") -> Page:
    return Page(name, reader, [f"{reverse(view)}?unit={code}&period={PERIOD}{more}"])


def _opened(page: Page) -> Callable[[], object]:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(page.person)
    return partial(client.get, page.paths[0])


# --- the data -----------------------------------------------------------------------------------------------------


def _book() -> tuple[Book, PackVersion]:
    administrator = organisation.NewPerson("findings-admin", "管理员")
    organisation.create_book(
        code="C", name="问题市", level="county", created_on=BEGAN, administrator=administrator, by="bench"
    )
    book, admin = Book.objects.get(code="C"), person_by_username("findings-admin")
    pack = install(folder=builtin_folder("street-office"), by="bench")
    organisation.adopt(book=book, pack_version=pack, by=admin)
    organisation.create_units(book=book, rows=_units(), by=admin)
    _reader(book, admin)
    return book, pack


def _reader(book: Book, admin: Person) -> None:
    """Who asks for the pages: leader of the whole."""
    reader = organisation.create_person(book=book, username=READER, name="分管领导", password=None, by=admin)
    post = organisation.create_post(unit=unit_by_code(book, "C"), name="分管领导", roles=["leader"], by=admin)
    organisation.appoint(person=reader, post=post, start=BEGAN, by=admin)


def _units() -> Iterator[organisation.UnitRow]:
    for county in range(COUNTIES):
        above = f"C{county}"
        yield organisation.UnitRow(above, f"区{county}", "department", "C", BEGAN)
        for street in range(STREETS):
            here = f"{above}S{street}"
            yield organisation.UnitRow(here, f"街道{street}", "street", above, BEGAN)
            for village in range(VILLAGES):
                yield organisation.UnitRow(f"{here}V{village}", f"社区{village}", "community", here, BEGAN)


def _findings(book: Book, pack: PackVersion, count: int) -> None:
    """As a city has them after some years: seven of ten closed, the rest in every state. Set-based, with the
    triggers of states off: nobody verified a hundred thousand findings."""
    admin = person_by_username("findings-admin")
    low, high = (
        Unit.objects.filter(book=book).order_by(by).values_list("pk", flat=True)[0] for by in ("pk", "-pk")
    )
    asked: dict[str, Any] = {
        "book": book.pk, "pack": pack.pk, "by": admin.pk, "low": low, "span": high - low + 1, "count": count,
        "today": clock.today(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE findings_finding DISABLE TRIGGER finding_state")
        cursor.execute(MAKE, asked)
        cursor.execute("ALTER TABLE findings_finding ENABLE TRIGGER finding_state")
        cursor.execute("VACUUM (ANALYZE)")


MAKE = """
INSERT INTO findings_finding (book_id, number, pack_version_id, source, origin_id, unit_id, owner_id, category,
       severity, description, found_on, counted_from, term, due_on, state, submitted_on, reported_by_id,
       reported_at)
SELECT %(book)s, '2026-' || n, %(pack)s, 'self_checks', u, u, CASE WHEN state = 'found' THEN NULL ELSE %(by)s END,
       'safety', 'minor', '问题' || n, day, day, 20, day + 28, state,
       CASE WHEN state IN ('found', 'assigned', 'correcting') THEN NULL ELSE day + 10 END, %(by)s, now()
  FROM (SELECT n, %(low)s + (hashint4(n) & 2147483647) %% %(span)s AS u,
               (ARRAY['closed', 'closed', 'closed', 'closed', 'confirmed', 'confirmed', 'follow_up_due', 'found',
                      'assigned', 'correcting', 'submitted', 'verified', 'closed']
                     )[1 + (hashint4(n + 7) & 2147483647) %% 13] AS state,
               %(today)s::date - (hashint4(n + 3) & 2147483647) %% 700 AS day
          FROM generate_series(1, %(count)s) AS n) AS made
"""
