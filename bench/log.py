"""The log: appending events, giving them their positions, and verifying all of it, in a log of its own."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from django.db import connection

from bench.results import Result
from mingzhang.audit import append
from mingzhang.audit.checkpoints import make_checkpoint
from mingzhang.audit.findings import snapshot
from mingzhang.audit.sequencing import sequence, size_of
from mingzhang.audit.verification import verify_log
from mingzhang.core import clock

BOOK = "bench-log"
FULL = 1_000_000
BATCH, RUNS = 50_000, 3
BAR_SECONDS = 30


def measure(events: int) -> Iterator[Result]:
    """With a log of `events` events such as posting writes."""
    began, had = perf_counter(), size_of(BOOK)
    for first in range(had, events, BATCH):
        append.events(_event(number) for number in range(first, min(first + BATCH, events)))
    appended = perf_counter()
    sequence(BOOK)
    sequenced = perf_counter()
    if events > had:
        yield Result("appending events, 50,000 a statement", (events - had) / (appended - began), "events/s")
        yield Result("sequencing events", (events - had) / (sequenced - appended), "events/s")
    make_checkpoint(book=BOOK, reason="asked")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE audit_event, audit_leaf, audit_node, audit_pending")
    seconds = median(_verify() for _ in range(RUNS))
    kept = seconds <= BAR_SECONDS if events >= FULL else None
    bar = f"≤ {BAR_SECONDS} s for {FULL:,}"
    yield Result(f"verifying {events:,} events, their tree and checkpoints", seconds, "s", bar=bar, ok=kept)


def _event(number: int) -> append.NewEvent:
    said = {"first": number, "last": number, "entries": f"sha256:{number:064x}"}
    return append.NewEvent(BOOK, clock.now(), "person:bench", "record.post", f"record:{number}", said)


def _verify() -> float:
    began = perf_counter()
    with snapshot():
        found = verify_log(BOOK)
    if any(one.faults for one in found):
        raise AssertionError(f"an untouched log differs: {found}")
    return perf_counter() - began
