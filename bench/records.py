"""A million records with their entries, reviews and events behind them, in the large book of `bench.book`.

They are made by the server in a few statements, as `bench.book` makes its entries: the guards of the ledger, which
are measured elsewhere, stand aside meanwhile. What pages ask for is all there: titles as clerks write them, the
states on the way to posting, different authors and reviewers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from bench import pack
from bench.book import BEGAN, LAST_DAY, MOMENT, Made
from mingzhang.ledger.models import Position
from mingzhang.organisation import actions
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import person_by_username
from mingzhang.packs.queries import kind_ids, pack_of

DAYS = 3 * 365
BATCH = 50_000
# What is not posted, in thousandths: draft, submitted, returned, accepted.
OPEN = {"draft": 10, "submitted": 10, "returned": 5, "accepted": 5}
PLACES = [
    "柳溪", "桐花", "望湖", "长桥", "石榴园", "东篱", "新坵", "云坊",
    "双井", "白茅", "荻湾", "南垄", "竹园", "清泉", "麦田", "渡口",
]  # fmt: skip
TOPICS = [
    "楼道消防通道巡查", "加装电梯协调会", "公示栏更新", "独居老人走访", "物业维修调解", "邻里噪声调解",
    "暑期托管班开班", "河道清扫活动", "用气安全宣讲", "食堂留样检查", "停车位协商", "养老服务座谈",
    "防汛演练", "办事指南修订", "志愿者培训", "图书漂流活动",
]  # fmt: skip


@dataclass(frozen=True)
class People:
    """Who asks for the pages: clerk and reviewer of a street, reviewer of its county, leader at the root."""

    clerk: Person
    reviewer: Person
    county_reviewer: Person
    leader: Person


def make(made: Made, count: int) -> None:
    """Add `count` records to a book without entries, and the people who ask for pages about them."""
    admin = person_by_username("bench-admin")
    for name, unit, roles in _seats(made):
        person = actions.create_person(book=made.book, username=name, name=name, password=None, by=admin)
        post = actions.create_post(unit=unit, name=name, roles=roles, by=admin)
        actions.appoint(person=person, post=post, start=BEGAN, by=admin)
    with connection.cursor() as cursor, _unguarded(cursor):
        _insert(cursor, made, count)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def people() -> People:
    """Those who ask."""
    return People(*(person_by_username(f"bench-{name}") for name in ("writer", "checker", "county", "leader")))


def _seats(made: Made) -> Iterator[tuple[str, Unit, list[str]]]:
    yield "bench-writer", made.street, ["clerk"]
    yield "bench-checker", made.street, ["reviewer"]
    yield "bench-county", made.county, ["reviewer"]
    yield "bench-leader", made.root, ["leader", "reviewer", "auditor"]


def _insert(cursor: CursorWrapper, made: Made, count: int) -> None:
    numbers = kind_ids(pack_of(made.pack_version.pk))
    drawn = [numbers[pack.kind(rank)] for rank in range(1, pack.KINDS + 1) for _ in range(round(1000 / rank))]
    writer = person_by_username("bench-writer")
    constants: dict[str, Any] = {
        "count": count, "book": made.book.pk, "version": made.pack_version.pk, "kinds": drawn, "drawn": len(drawn),
        "first": made.root.pk, "units": Unit.objects.filter(book=made.book).count(), "last": LAST_DAY, "days": DAYS,
        "places": PLACES, "topics": TOPICS, "clerk": made.clerk.pk, "writer": writer.pk, "street": made.street.pk,
        "reviewer": made.reviewer.pk, "now": MOMENT, "ends": _ends(), "states": [*OPEN, "posted"],
    }  # fmt: skip
    for begin in range(1, count + 1, BATCH):
        cursor.execute(RECORDS, constants | {"begin": begin, "end": min(begin + BATCH - 1, count)})
    cursor.execute(REVIEWS, constants)
    cursor.execute(ENTRIES, constants)
    Position.objects.update_or_create(
        book=made.book, defaults={"seq": _one(cursor, "SELECT count(*) FROM ledger_entry")}
    )


def _ends() -> list[int]:
    ends, last = [], 0
    for share in OPEN.values():
        last += share
        ends.append(last)
    return ends


def _one(cursor: CursorWrapper, question: str) -> int:
    cursor.execute(question)
    return int(cursor.fetchone()[0])


RECORDS = """
INSERT INTO ledger_record (book_id, kind_id, pack_version_id, unit_id, occurred_on, title, data, rows, state, cycle,
                           steps, due, created_by_id, created_at, submitted_by_id, submitted_at, reversal_reason)
SELECT %(book)s, (%(kinds)s::int[])[1 + (hashint8extended(i, 1) & 2147483647) %% %(drawn)s], %(version)s, unit, day,
  (%(places)s::text[])[1 + (hashint8extended(i, 5) & 15)] || (%(topics)s::text[])[1 + (hashint8extended(i, 6) & 15)]
    || i,
  jsonb_build_object('form', 'f' || (hashint8extended(i, 7) & 7), 'topic', 't' || (i & 255),
                     'people', hashint8extended(i, 8) & 63, 'minutes', 30 + (i & 127)),
  '{}', state, CASE WHEN state = 'draft' THEN 0 ELSE 1 END, CASE WHEN state <> 'draft' THEN 1 END,
  CASE WHEN state = 'submitted' THEN 'reviewer' ELSE '' END, author, day + interval '9 hours',
  CASE WHEN state <> 'draft' THEN author END,
  CASE WHEN state <> 'draft' THEN day + interval '10 hours' END, ''
FROM generate_series(%(begin)s::bigint, %(end)s::bigint) AS i,
  LATERAL (SELECT %(first)s + (hashint8extended(i, 2) & 2147483647) %% %(units)s AS unit,
    %(last)s::date - greatest(%(days)s - i * %(days)s / %(count)s, 0)::int AS day,
    (%(states)s::text[])[1 + width_bucket((hashint8extended(i, 3) & 2147483647) %% 1000, %(ends)s::int[])] AS state
  ) AS told,
  LATERAL (SELECT CASE WHEN unit = %(street)s THEN %(writer)s ELSE %(clerk)s END AS author) AS by
"""

REVIEWS = """
INSERT INTO ledger_review (record_id, cycle, step, author_id, reviewer_id, passed, note, at)
SELECT id, 1, 1, submitted_by_id, %(reviewer)s, state <> 'returned',
  CASE WHEN state = 'returned' THEN '人数和签到表对不上。' ELSE '' END, submitted_at + interval '3 hours'
FROM ledger_record WHERE state IN ('posted', 'accepted', 'returned')
"""

ENTRIES = """
INSERT INTO ledger_entry (book_id, seq, record_id, line, kind_id, unit_id, occurred_on, sign, data, posted_at,
                          posted_by_id, digest)
SELECT book_id, row_number() OVER (ORDER BY id), id, 0, kind_id, unit_id, occurred_on, 1, data,
  submitted_at + interval '4 hours', %(reviewer)s, '\\x1220'::bytea || sha256(int8send(id))
FROM ledger_record WHERE state = 'posted'
"""

GUARDED = ("ledger_entry", "ledger_review")


@contextmanager
def _unguarded(cursor: CursorWrapper) -> Iterator[None]:
    for table in GUARDED:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in GUARDED:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
