"""All measurements, one after another."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from django.db import connection
from rich.console import Console

from bench import book, draw, figures, finding_lists, first_page, log, pages, posting, records, reports
from bench.database import own_database
from bench.results import Result
from mingzhang.core import clock, database
from mingzhang.figures.rollups import fold

TAIL = 5_000
MOST_FINDINGS = 100_000
MOST_RECORDS = 1_000_000  # what pages are measured with
WHOLE_COUNTY = 1_000_000  # entries from which on the demonstration is loaded whole, which takes minutes

console = Console(highlight=False)
if not console.is_terminal:
    console.width = 150


def run(entries: int, *, keep: bool) -> Iterator[Result]:
    """Measure with a ledger of `entries` entries. With `keep` the data is taken over from an earlier run that kept
    it, and stays for the next."""
    name = f"{connection.settings_dict['NAME']}_bench_{entries}"
    with clock.at(book.MOMENT), own_database(name, keep=keep) as was_there:
        if not was_there:
            yield from _make(entries)
        yield from _in_book(entries)
    with _step("draw"):
        yield from draw.measure()
    with _step("findings"):
        yield from finding_lists.run(min(entries, MOST_FINDINGS), keep=keep)
    yield from _pages(min(entries, MOST_RECORDS), keep=keep)
    yield from _demonstration(whole=entries >= WHOLE_COUNTY, keep=keep)


def _make(entries: int) -> Iterator[Result]:
    with _step("units, people and pack"):
        made = book.make()
    with _step(f"{entries:,} entries"):
        book.add_entries(made, entries, total=entries)
    began = perf_counter()
    with _step("rollups"):
        fold(book=made.book)
    rate = entries / (perf_counter() - began)
    yield Result(f"folding {entries:,} entries into the rollups of 21 units", rate, "entries/s")


def _in_book(entries: int) -> Iterator[Result]:
    made = book.read()
    with _step("entries beyond the rollups"):
        fold(book=made.book)
        book.add_tail(made, TAIL, total=entries)
    with _step("figures"):
        yield from figures.measure(made)
    with _step("report"):
        yield from reports.measure(made)
    with _step("posting"):
        yield from posting.measure(made)
    with _step("log"):
        yield from log.measure(min(entries, log.FULL))


def _pages(count: int, *, keep: bool) -> Iterator[Result]:
    name = f"{connection.settings_dict['NAME']}_bench_pages_{count}"
    with clock.at(book.MOMENT), own_database(name, keep=keep) as was_there:
        if not was_there:
            with _step(f"{count:,} records"):
                records.make(book.make(), count)
        with _step("pages"):
            yield from pages.measure(book.read(), count)


def _demonstration(*, whole: bool, keep: bool) -> Iterator[Result]:
    county = database.data_folder() / ("county" if whole else "county-known")
    try:
        with _step("the demonstration"):
            yield from first_page.measure(county, whole=whole)
    finally:
        if not keep:
            shutil.rmtree((county / "pgdata").resolve(), ignore_errors=True)
            shutil.rmtree(county, ignore_errors=True)


@contextmanager
def _step(name: str) -> Iterator[None]:
    """Say how long a step took."""
    began = perf_counter()
    yield
    console.print(f"{name}: {perf_counter() - began:.1f} s")
