"""Posting: singly, in bulk, from eight connections and by import, against COPY of rows of the same form into the
same table.

Every commit is durable where the server is (`fsync` and `synchronous_commit` are on in Mingzhang's own). Each
record becomes one entry, the dearest case. The entry table keeps its indexes and foreign keys throughout; COPY is
measured with the entry trigger, which checks what is appended, and without.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from statistics import median
from time import perf_counter
from typing import TypeAlias

from django.db import connection, transaction

from bench import pack
from bench.book import LAST_DAY, MOMENT, Made
from bench.results import Result
from mingzhang.ledger import actions
from mingzhang.ledger.appending import COPY
from mingzhang.ledger.models import Position, Record
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import subtree_now
from mingzhang.packs.models import RecordKind
from mingzhang.packs.queries import kind_ids, pack_of

SINGLE, MANY, RUNS = 150, 5_000, 3
CONNECTIONS, EACH = 8, 60
IMPORTED = 4_000
SHARE = 0.25

Batch: TypeAlias = list[Record]
Post: TypeAlias = Callable[[Made, Batch], float]


def measure(made: Made) -> Iterator[Result]:
    """In the book as it is, with all its entries in the indexes."""
    single, alone = _rate(made, _post, 1, SINGLE), _rate(made, _copy_checked, 1, SINGLE)
    yield Result(
        "posting, one record a transaction", single, "entries/s",
        f"COPY of one row a transaction, entry trigger on: {alone:,.0f} rows/s", single / alone,
    )  # fmt: skip
    bulk, plain, checked = (_rate(made, work, MANY, RUNS) for work in (_post, _copy_plain, _copy_checked))
    yield Result(
        f"posting, {MANY:,} records a transaction", bulk, "entries/s",
        f"COPY with indexes and foreign keys: {plain:,.0f} rows/s", bulk / plain,
        f"≥ {SHARE:.2f} of COPY", bulk / plain >= SHARE,
    )  # fmt: skip
    yield Result(
        f"posting, {MANY:,} records a transaction, again", bulk, "entries/s",
        f"COPY with the entry trigger too: {checked:,.0f} rows/s", bulk / checked,
    )  # fmt: skip
    together = _concurrently(made)
    yield Result(
        f"posting, one record a transaction, {CONNECTIONS} connections", together, "entries/s",
        "one connection", together / single,
    )  # fmt: skip
    imported = _import(made)
    yield Result(
        "import: sheets checked, submitted, reviewed and posted", imported, "records/s",
        "COPY with indexes and foreign keys", imported / plain,
    )  # fmt: skip


def _rate(made: Made, work: Post, size: int, runs: int) -> float:
    """Entries a second: the median over batches of `size` records."""
    spent = []
    for _ in range(runs + 1):
        batch = _accepted(made, size)
        gc.collect()  # so that no batch pays for what was done before it
        spent.append(work(made, batch))
    return size / median(spent[1:])


ACCEPTED = """
WITH made AS (
  INSERT INTO ledger_record (book_id, kind_id, pack_version_id, unit_id, occurred_on, title, data, rows, state,
                             cycle, steps, created_by_id, created_at, submitted_by_id, submitted_at,
                             reversal_reason)
  SELECT %(book)s, (%(kinds)s::int[])[1 + n %% %(drawn)s], %(version)s, (%(units)s::int[])[1 + n %% %(among)s],
    %(last)s::date - n %% 150, 't' || n,
    jsonb_build_object('form', 'f' || n %% 8, 'topic', 't' || n, 'people', n %% 64, 'minutes', 30 + n %% 128), '{}',
    'accepted', 1, 1, %(clerk)s, %(now)s, %(clerk)s, %(now)s, ''
  FROM generate_series(1, %(count)s) AS n
  RETURNING id
)
INSERT INTO ledger_review (record_id, cycle, step, author_id, reviewer_id, passed, note, at)
SELECT id, 1, 1, %(clerk)s, %(reviewer)s, true, '', %(now)s FROM made
RETURNING record_id
"""


def _accepted(made: Made, count: int) -> Batch:
    """Records of a county's units that have been submitted and reviewed, ready to be posted."""
    kinds = sorted(kind_ids(pack_of(made.pack_version.pk)).values())
    units = list(subtree_now(made.other_county).parts[0].unit_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            ACCEPTED,
            {
                "book": made.book.pk, "kinds": kinds, "drawn": len(kinds), "version": made.pack_version.pk,
                "units": units, "among": len(units), "last": LAST_DAY, "now": MOMENT, "count": count,
                "clerk": made.clerk.pk, "reviewer": made.reviewer.pk,
            },
        )  # fmt: skip
        return [Record(pk=pk) for (pk,) in sorted(cursor.fetchall())]


def _post(made: Made, batch: Batch) -> float:
    """Seconds to post the batch by the ordinary action."""
    began = perf_counter()
    actions.post_records(records=batch, by=made.reviewer)
    return perf_counter() - began


ROWS = """
COPY (SELECT book_id, %(after)s + row_number() OVER (ORDER BY id), id, 0, kind_id, unit_id, occurred_on, 1, data,
             NULL, submitted_at, %(reviewer)s, '\\x1220'::bytea || sha256(int8send(id))
      FROM ledger_record WHERE id = ANY(%(ids)s)) TO STDOUT
"""


def _copy_checked(made: Made, batch: Batch) -> float:
    """Seconds to append the batch by COPY of its finished rows, with everything that guards the table."""
    ids = [record.pk for record in batch]
    with connection.cursor() as cursor:
        constants = {"after": position(made.book), "reviewer": made.reviewer.pk, "ids": ids}
        with cursor.copy(ROWS, constants) as rows:
            text = b"".join(bytes(row) for row in rows)
        began = perf_counter()
        with transaction.atomic(), cursor.copy(COPY) as copy:
            copy.write(text)
        spent = perf_counter() - began
    Record.objects.filter(pk__in=ids).update(state="posted")
    return spent


def _copy_plain(made: Made, batch: Batch) -> float:
    """The same without the entry trigger."""
    with _no_entry_trigger():
        spent = _copy_checked(made, batch)
    Position.objects.filter(book=made.book).update(seq=position(made.book) + len(batch))
    return spent


@contextmanager
def _no_entry_trigger() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER entry_check")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER entry_check")


def _concurrently(made: Made) -> float:
    """Entries a second of CONNECTIONS processes that each post EACH records one by one."""
    records = _accepted(made, CONNECTIONS * EACH)
    connection.close()
    context = get_context("fork")
    start, told = context.Barrier(CONNECTIONS), context.SimpleQueue()
    shares = [records[number::CONNECTIONS] for number in range(CONNECTIONS)]
    posters = [context.Process(target=_poster, args=(made, share, start, told)) for share in shares]
    for poster in posters:
        poster.start()
    for poster in posters:
        poster.join()
    times: list[tuple[float, float]] = [told.get() for poster in posters if poster.exitcode == 0]
    if len(times) < CONNECTIONS:
        raise RuntimeError("a process that posts has failed")
    return len(records) / (max(ended for _, ended in times) - min(began for began, _ in times))


def _poster(made: Made, records: Sequence[Record], start: Barrier, told: SimpleQueue[tuple[float, float]]) -> None:
    connection.ensure_connection()
    start.wait()
    began = perf_counter()
    for record in records:
        actions.post_record(record=record, by=made.reviewer)
    told.put((began, perf_counter()))
    connection.close()


def _import(made: Made) -> float:
    """Records a second of an import by the ordinary action."""
    units = list(Unit.objects.filter(ancestors__contains=[made.other_county.pk]).select_related("book"))
    kinds = list(RecordKind.objects.filter(pack=pack.PACK).order_by("pk"))
    first = position(made.book)
    drafts = [
        actions.Draft(
            source_key=f"bench/{first}/{number}",
            kind=kinds[number % len(kinds)],
            unit=units[number % len(units)],
            occurred_on=LAST_DAY - timedelta(days=number % 150),
            data={"form": f"f{number % 8}", "topic": f"t{number}", "people": number % 64, "minutes": 30},
            author=made.clerk,
            reviewers=(made.reviewer,),
        )
        for number in range(IMPORTED)
    ]
    began = perf_counter()
    actions.import_records(book=made.book, drafts=drafts, by=made.reviewer)
    return IMPORTED / (perf_counter() - began)
