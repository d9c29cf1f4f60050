"""A large book to measure on: 50,041 units and millions of entries, the same at every run.

The book, its units, people and pack come in by the ordinary actions. Entries are made by the server with
generate_series, because no measurement here asks how they came in: they pass the entry trigger like any others, but
no record stands behind them and their digests are those of their positions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from django.db.backends.utils import CursorWrapper

from bench import pack
from mingzhang.ledger.models import Position
from mingzhang.organisation import actions
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.queries import packs_in_force, person_by_username, root
from mingzhang.packs.actions import install
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import kind_ids, pack_of

CODE = "bench"
CODES = (CODE, "city-0", "county-0", "street-0", "county-1")
SIZES = (1, 20, 820, 4_100, 45_100)
BEGAN = date(2020, 1, 1)
LAST_DAY = date(2026, 6, 30)
MOMENT = datetime(2026, 7, 1, 1, tzinfo=UTC)
DAYS = 3 * 365
BATCH = 1_000_000


@dataclass(frozen=True)
class Made:
    """What there is to ask about. The street has 11 communities below it, the county 61 units, the city 2,502. What
    is posted goes to another county, so that measuring again finds the same numbers below these."""

    book: Book
    pack_version: PackVersion
    root: Unit
    city: Unit
    county: Unit
    street: Unit
    other_county: Unit
    clerk: Person
    reviewer: Person


def make() -> Made:
    """The book with its units, people and pack, without entries."""
    administrator = actions.NewPerson("bench-admin", "管理员")
    actions.create_book(
        code=CODE, name="测量省", level=pack.LEVELS[0], created_on=BEGAN, administrator=administrator, by="bench"
    )
    found = Book.objects.get(code=CODE)
    admin = person_by_username(administrator.username)
    with TemporaryDirectory() as folder:
        version = install(folder=pack.write(Path(folder) / pack.PACK), by="bench")
    actions.adopt(book=found, pack_version=version, by=admin)
    actions.create_units(book=found, rows=_units(), by=admin)
    for role in ("clerk", "reviewer"):
        person = actions.create_person(book=found, username=f"bench-{role}", name=role, password=None, by=admin)
        post = actions.create_post(unit=root(found), name=role, roles=[role], by=admin)
        actions.appoint(person=person, post=post, start=BEGAN, by=admin)
    return read()


def read() -> Made:
    """The book that was made."""
    book = Book.objects.get(code=CODE)
    units = {unit.code: unit for unit in Unit.objects.filter(book=book, code__in=CODES)}
    [version] = packs_in_force(book)
    top, city, county, street, other = (units[code] for code in CODES)
    return Made(
        book, version, top, city, county, street, other,
        person_by_username("bench-clerk"), person_by_username("bench-reviewer"),
    )  # fmt: skip


def _units() -> Iterator[actions.UnitRow]:
    above = [CODE]
    for level, size in zip(pack.LEVELS[1:], SIZES[1:], strict=True):
        codes = [f"{level}-{number}" for number in range(size)]
        for number, code in enumerate(codes):
            yield actions.UnitRow(code, f"{level} {number}", level, above[number % len(above)], BEGAN)
        above = codes


def add_entries(made: Made, count: int, *, total: int) -> None:
    """Append `count` entries of a book that is to have `total`: kinds by Zipf's law, three years in order of
    posting with a quarter of them backdated by up to a month, and one in a hundred reversing the one 37 before."""
    with connection.cursor() as cursor, _bare_entries(cursor):
        Position.objects.get_or_create(book=made.book)
        for begin in range(1, count + 1, BATCH):
            _insert(cursor, made, begin, min(begin + BATCH - 1, count), total=total, back=37)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) ledger_entry, organisation_unit, organisation_unitspan")


def add_tail(made: Made, count: int, *, total: int) -> None:
    """Append `count` entries more, beyond the rollups of `total`; one in a hundred reverses an old one."""
    last = Position.objects.get(book=made.book).seq
    months = last // 1000 * 100 + 38  # a tenth of three years; reversals within the ledger end in 63, these in 62
    with connection.cursor() as cursor:
        _insert(cursor, made, last + 1, last + count, total=total, back=months)


def _insert(cursor: CursorWrapper, made: Made, begin: int, end: int, *, total: int, back: int) -> None:
    numbers = kind_ids(pack_of(made.pack_version.pk))
    drawn = [numbers[pack.kind(rank)] for rank in range(1, pack.KINDS + 1) for _ in range(round(1000 / rank))]
    cursor.execute(
        ENTRIES,
        {
            "begin": begin, "end": end, "back": back, "total": total, "last": LAST_DAY, "days": DAYS,
            "book": made.book.pk, "person": made.reviewer.pk, "kinds": drawn, "drawn": len(drawn),
            "first": made.root.pk, "units": sum(SIZES),
        },
    )  # fmt: skip


ENTRIES = """
INSERT INTO ledger_entry (book_id, seq, line, kind_id, unit_id, occurred_on, sign, data, reverses,
                          posted_at, posted_by_id, digest)
SELECT %(book)s, i, 0, (%(kinds)s::int[])[1 + (hashint8extended(j, 1) & 2147483647) %% %(drawn)s],
  %(first)s + (hashint8extended(j, 2) & 2147483647) %% %(units)s,
  day - CASE WHEN hashint8extended(j, 3) & 3 = 0 THEN (hashint8extended(j, 4) & 31)::int ELSE 0 END,
  CASE WHEN i = j THEN 1 ELSE -1 END,
  jsonb_build_object('form', 'f' || (hashint8extended(j, 5) & 7), 'topic', 't' || (j & 255),
                     'people', (hashint8extended(j, 6) & 63), 'minutes', 30 + (j & 127)),
  CASE WHEN i = j THEN NULL ELSE j END,
  day + interval '9 hours', %(person)s, '\\x1220'::bytea || sha256(int8send(i))
FROM generate_series(%(begin)s::bigint, %(end)s::bigint) AS i,
     LATERAL (SELECT CASE WHEN i %% 100 = 0 AND i > %(back)s THEN i - %(back)s ELSE i END AS j) AS original,
     LATERAL (SELECT %(last)s::date - greatest(%(days)s - j * %(days)s / %(total)s, 0)::int AS day) AS told
"""


@contextmanager
def _bare_entries(cursor: CursorWrapper) -> Iterator[None]:
    """Within the block the entry table has neither its unit index nor foreign keys; both are made afterwards, which
    checks every row at once instead of queueing five checks a row."""
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'entry_unit_day'")
    again = [cursor.fetchone()[0]]
    cursor.execute("DROP INDEX entry_unit_day")
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'ledger_entry'::regclass AND contype = 'f'"
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE ledger_entry DROP CONSTRAINT "{name}"')
        again.append(f'ALTER TABLE ledger_entry ADD CONSTRAINT "{name}" {definition}')
    yield
    for statement in again:
        cursor.execute(statement)
