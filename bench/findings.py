"""`python -m bench.findings`: lists and boards of 100,000 findings, asked for by eight at once."""

from __future__ import annotations

import os
from pathlib import Path

import click
import django

os.environ.setdefault("MINGZHANG_DATA", str(Path("build/bench").absolute()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
django.setup()

from collections.abc import Callable, Iterator  # noqa: E402 - models need Django set up
from datetime import date  # noqa: E402
from functools import partial  # noqa: E402
from multiprocessing import get_context  # noqa: E402
from statistics import median, quantiles  # noqa: E402
from time import perf_counter  # noqa: E402
from typing import Any  # noqa: E402

from django.db import connection, connections  # noqa: E402

from bench.book import MOMENT  # noqa: E402
from bench.database import own_database  # noqa: E402
from bench.results import Result, show  # noqa: E402
from bench.run import console  # noqa: E402
from mingzhang.core import clock, database  # noqa: E402
from mingzhang.core.once import reading  # noqa: E402
from mingzhang.findings.queries import Wanted, board, page_of  # noqa: E402
from mingzhang.organisation import actions as organisation  # noqa: E402
from mingzhang.organisation.models import Book, Unit  # noqa: E402
from mingzhang.organisation.queries import person_by_username, unit_by_code  # noqa: E402
from mingzhang.packs.actions import install  # noqa: E402
from mingzhang.packs.models import PackVersion  # noqa: E402
from mingzhang.packs.queries import builtin_folder  # noqa: E402

COUNTIES, STREETS, VILLAGES = 10, 20, 14  # 3,011 units
CLIENTS, EACH, CALM = 8, 20, 20
LIST_BAR, BOARD_BAR = 100, 150
BEGAN = date(2024, 1, 1)


@click.command()
@click.option("--findings", "count", type=click.IntRange(min=1), default=100_000, help="how many findings to make")
def main(count: int) -> None:
    database.ensure()
    name = f"{connection.settings_dict['NAME']}_bench_findings"
    with clock.at(MOMENT), own_database(name, keep=False):
        book, pack = _book()
        _findings(book, pack, count)
        show(list(measure(book, count)), console)


def measure(book: Book, count: int) -> Iterator[Result]:
    """Each list and board, at a street, a county and the root."""
    today = clock.today()
    places = {"a street": "C0S0", "a county": "C0", "the root": "C"}
    for where, code in places.items():
        unit = unit_by_code(book, code)
        for state in ("open", "late", "closed"):
            wanted = Wanted(unit, today, state)
            yield from _timed(f"list of {where}, {state}, {count:,} findings", partial(page_of, wanted), LIST_BAR)
        yield from _timed(f"board of {where}, {count:,} findings", partial(board, Wanted(unit, today)), BOARD_BAR)


def _timed(name: str, ask: Callable[[], object], bar: int) -> Iterator[Result]:
    """What it takes when nobody else asks, and what 95 of 100 take at most while eight processes do."""
    ask()
    yield Result(f"{name}, alone", median(_milliseconds(ask) for _number in range(CALM)), "ms")
    connections.close_all()  # each process has its own
    with get_context("fork").Pool(CLIENTS) as pool:
        times = pool.map(_milliseconds, [ask] * CLIENTS * EACH, chunksize=EACH)
    p95 = quantiles(times, n=20)[-1]
    yield Result(f"{name}, p95 of {CLIENTS}", p95, "ms", bar=f"≤ {bar} ms", ok=p95 <= bar)


def _milliseconds(ask: Callable[[], object]) -> float:
    began = perf_counter()
    with clock.at(MOMENT), reading():  # as pages do
        ask()
    return (perf_counter() - began) * 1000


def _book() -> tuple[Book, PackVersion]:
    administrator = organisation.NewPerson("findings-admin", "管理员")
    organisation.create_book(
        code="C", name="问题市", level="county", created_on=BEGAN, administrator=administrator, by="bench"
    )
    book, admin = Book.objects.get(code="C"), person_by_username("findings-admin")
    pack = install(folder=builtin_folder("street-office"), by="bench")
    organisation.adopt(book=book, pack_version=pack, by=admin)
    organisation.create_units(book=book, rows=_units(), by=admin)
    return book, pack


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
        cursor.execute("VACUUM (ANALYZE) findings_finding")


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

main()
