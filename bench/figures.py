"""A large book made quickly, to measure figures on: units, and entries with realistic kinds, dates and reversals.

Everything is made by the server with generate_series, and is the same at every run. Units form five levels
(1 + 20 + 820 + 4,100 + 45,100 = 50,041): province-like root, cities, counties, street offices, communities.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from mingzhang.core.clock import now
from mingzhang.core.digests import digest
from mingzhang.organisation.models import Adoption
from mingzhang.packs.models import PackVersion

LEVELS = (1, 20, 820, 4_100, 45_100)
LEVEL_NAMES = ("root", "city", "county", "street", "community")
KINDS = 40
YEARS = 3
LAST_DAY = date(2026, 6, 30)
BATCH = 1_000_000

ENTRIES = """
INSERT INTO ledger_entry (book_id, seq, line, kind_id, unit_id, occurred_on, sign, data, reverses,
                          posted_at, posted_by_id, digest)
SELECT %(book)s, i, 0, (%(kinds)s::int[])[1 + (hashint8extended(j, 1) & 2147483647) %% %(drawn)s],
  %(first)s + (hashint8extended(j, 2) & 2147483647) %% %(units)s,
  day - CASE WHEN hashint8extended(j, 3) & 3 = 0 THEN (hashint8extended(j, 4) & 31)::int ELSE 0 END,
  CASE WHEN i = j THEN 1 ELSE -1 END,
  jsonb_build_object('form', 'f' || (hashint8extended(j, 5) & 7),
                     'people', (hashint8extended(j, 6) & 63), 'minutes', 30 + (j & 127)),
  CASE WHEN i = j THEN NULL ELSE j END,
  day + interval '9 hours', %(person)s, '\\x1220'::bytea || sha256(int8send(i))
FROM generate_series(%(begin)s::bigint, %(end)s::bigint) AS i,
     LATERAL (SELECT CASE WHEN i %% 100 = 0 THEN i - 37 ELSE i END AS j) AS original,
     LATERAL (SELECT %(last)s::date - (%(days)s - j * %(days)s / %(entries)s)::int AS day) AS told
"""


@dataclass(frozen=True)
class Made:
    """What was made: ids to ask for."""

    book_id: int
    pack_version_id: int
    root_id: int
    city_id: int
    county_id: int
    street_id: int


def pack_content() -> dict[str, Any]:
    """A pack of 40 kinds with five figures each: 200 figures."""
    forms = [{"id": f"f{n}", "name": {"en": f"Form {n}"}} for n in range(8)]
    fields = [
        {"id": "form", "name": {"en": "Form"}, "type": "choice", "options": forms},
        {"id": "people", "name": {"en": "People"}, "type": "integer"},
        {"id": "minutes", "name": {"en": "Minutes"}, "type": "integer"},
    ]
    kinds = [{"id": f"kind{k}", "name": {"en": f"Kind {k}"}, "fields": fields} for k in range(1, KINDS + 1)]
    return {
        "id": "bench",
        "version": "1.0.0",
        "name": {"en": "Bench"},
        "levels": {name: {"en": name} for name in LEVEL_NAMES},
        "kinds": kinds,
        "figures": [figure for k in range(1, KINDS + 1) for figure in _figures(f"kind{k}")],
    }


def _figures(kind: str) -> list[dict[str, Any]]:
    forms = [
        ("count", "次", "count", None, "same"),
        ("people", "人次", "sum(people)", None, "same"),
        ("minutes", "分钟", "sum(minutes)", "people >= 20", "same"),
        ("units", "个", "distinct(unit)", None, "same"),
        ("before", "次", "count", None, "previous"),
    ]
    return [
        {"id": f"{kind}_{name}", "name": {"en": f"{kind} {name}"}, "measure": measure, "of": kind, "value": value}
        | ({"where": where} if where else {})
        | {"period": period}
        for name, measure, value, where, period in forms
    ]


def make_units(book_id: int) -> list[int]:
    """Insert the units, level by level; returns the first id of each level."""
    firsts: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM organisation_unit")
        following = cursor.fetchone()[0]
        for depth, size in enumerate(LEVELS):
            above = firsts[-1] if firsts else 0
            cursor.execute(
                """INSERT INTO organisation_unit (id, book_id, code, name, level, parent_id, ancestors, created_on)
                   SELECT %(first)s + n, %(book)s, %(level)s || '-' || n, %(level)s || ' ' || n, %(level)s, p.id,
                          coalesce(p.ancestors, '{}'::int[]) || (%(first)s + n)::int, '2020-01-01'
                   FROM generate_series(0, %(size)s - 1) AS n
                   LEFT JOIN organisation_unit p ON p.id = %(above)s + n %% %(parents)s AND %(above)s > 0""",
                {
                    "first": following, "book": book_id, "level": LEVEL_NAMES[depth], "size": size,
                    "above": above, "parents": LEVELS[depth - 1] if depth else 1,
                },
            )  # fmt: skip
            firsts.append(following)
            following += size
        cursor.execute(
            """INSERT INTO organisation_unitspan (unit_id, valid, name, parent_id, ancestors)
               SELECT id, daterange(created_on, NULL), name, parent_id, ancestors
               FROM organisation_unit WHERE book_id = %s""",
            [book_id],
        )
        cursor.execute("SELECT setval(pg_get_serial_sequence('organisation_unit', 'id'), %s)", [following])
        cursor.execute("ANALYZE organisation_unit")
    return firsts


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


def make_entries(*, book_id: int, kinds: list[int], person_id: int, units: tuple[int, int], entries: int) -> None:
    """Insert `entries` entries over unit ids `units` (first, count), kinds by Zipf's law, three years in order of
    posting with a quarter of them backdated, and one in a hundred reversing an earlier one."""
    drawn = [kind for rank, kind in enumerate(kinds, start=1) for _ in range(round(1000 / rank))]
    with connection.cursor() as cursor, _bare_entries(cursor):
        cursor.execute("INSERT INTO ledger_position (book_id, seq) VALUES (%s, 0)", [book_id])
        for begin in range(1, entries + 1, BATCH):
            cursor.execute(
                ENTRIES,
                {
                    "begin": begin, "end": min(begin + BATCH - 1, entries), "book": book_id, "person": person_id,
                    "kinds": drawn, "drawn": len(drawn), "first": units[0], "units": units[1],
                    "entries": entries, "last": LAST_DAY, "days": YEARS * 365,
                },
            )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) ledger_entry")


def make_book(entries: int) -> Made:
    """A whole book with `entries` entries, in an otherwise empty database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisation_book (code, name, language, timezone)"
            " VALUES ('bench', 'Bench', 'en', 'Asia/Shanghai') RETURNING id"
        )
        book_id = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO organisation_person (book_id, username, name, is_active, password)"
            " VALUES (%s, 'bench', 'Bench', true, '!') RETURNING id",
            [book_id],
        )
        person_id = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO packs_recordkind (pack, code) SELECT 'bench', 'kind' || n"
            " FROM generate_series(1, %s) AS n RETURNING id",
            [KINDS],
        )
        kind_ids = [row[0] for row in cursor.fetchall()]
    firsts = make_units(book_id)
    make_entries(
        book_id=book_id, kinds=kind_ids, person_id=person_id,
        units=(firsts[0], sum(LEVELS)), entries=entries,
    )  # fmt: skip
    pack = PackVersion.objects.create(
        pack="bench", version="1.0.0", digest=digest(b"bench"), content=pack_content(), installed_at=now()
    )
    Adoption.objects.create(book_id=book_id, pack_version=pack, adopted_at=now())
    return Made(book_id, pack.id, *firsts[:4])
