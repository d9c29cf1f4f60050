"""`python -m bench.search`: a million record sheets with Chinese titles over 50,000 units, searched.

Records come in by one INSERT of the server's own, with the triggers that keep what is searched, and the same number
without them: the difference is what the search costs whoever writes.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
import django

os.environ.setdefault("MINGZHANG_DATA", str(Path("build/bench").absolute()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
django.setup()

from collections.abc import Iterator  # noqa: E402 - models need Django set up
from statistics import median, quantiles  # noqa: E402
from time import perf_counter  # noqa: E402

from django.db import connection  # noqa: E402

from bench import book  # noqa: E402
from bench.database import own_database  # noqa: E402
from bench.results import Result, show  # noqa: E402
from bench.run import console  # noqa: E402
from mingzhang.core import clock, database  # noqa: E402
from mingzhang.ledger.queries import search_records  # noqa: E402
from mingzhang.organisation.models import Unit  # noqa: E402
from mingzhang.organisation.queries import subtree_now  # noqa: E402
from mingzhang.organisation.scopes import UnitScope  # noqa: E402
from mingzhang.packs.queries import kind_ids, pack_of  # noqa: E402

BAR, RUNS = 100, 21
BATCH = 100_000
# Commonest first: a word is drawn by Zipf's law, so that some stand in one title of five and some in one of 30,000.
ACTS = (
    "学习", "走访", "调解", "宣讲", "巡查", "会议", "培训", "清扫",
    "演练", "慰问", "公示", "登记", "回访", "协商", "整改",
)  # fmt: skip
ABOUT = (
    "物业管理", "电动车充电", "用气安全", "防汛", "垃圾分类", "独居老人", "加装电梯",
    "反诈", "老旧小区改造", "图书交换", "志愿服务", "医保缴费", "禁毒", "未成年人保护",
    "楼道堆物", "窨井盖", "噪声", "漏水", "停车位", "消防通道",
)  # fmt: skip
PLACES = (
    "柳岸", "新桥", "东园", "青禾", "石榴", "云溪", "南湖", "北苑",
    "西河", "龙泉", "凤山", "梅岭", "竹园", "松林", "桂花",
)  # fmt: skip
QUERIES = (
    ("very common, two characters", "学习"), ("common, three characters", "电动车"), ("rare word", "窨井盖"),
    ("unique", "第777777次"), ("one character, common", "学"), ("one character, rare", "窨"),
    ("two words", "学习 窨井盖"), ("two words that never meet", "学习 走访"), ("nothing", "鼋鼍"),
    ("number", "777777"), ("all that end so", "次"),
)  # fmt: skip


@click.command()
@click.option("--records", type=click.IntRange(min=1_000), default=1_000_000, help="how many records to make")
@click.option("--keep", is_flag=True, help="keep the data, or measure again on what was kept")
def main(records: int, keep: bool) -> None:
    database.ensure()
    name = f"{connection.settings_dict['NAME']}_bench_search_{records}"
    with clock.at(book.MOMENT), own_database(name, keep=keep) as was_there:
        found = [] if was_there else list(make(records))
        found += measure()
        show(found, console)


def make(records: int) -> Iterator[Result]:
    """The book with its records; with the triggers and, in the last batch, without."""
    made = book.make()
    rates = []
    for begin in range(0, records, BATCH):
        count = min(BATCH, records - begin)
        began = perf_counter()
        _insert(made, begin, count, records)
        rates.append(count / (perf_counter() - began))
        console.print(f"{begin + count:,} records, {rates[-1]:,.0f}/s")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_record DISABLE TRIGGER record_search_added")
        began = perf_counter()
        _insert(made, records, 20_000, records)
        bare = 20_000 / (perf_counter() - began)
        cursor.execute("DELETE FROM ledger_record WHERE title ~ '^无'")
        cursor.execute("ALTER TABLE ledger_record ENABLE TRIGGER record_search_added")
        cursor.execute("VACUUM (ANALYZE) ledger_record, ledger_searchtext, organisation_unit")
        cursor.execute("SELECT pg_total_relation_size('ledger_searchtext') / 1e6")
        size = cursor.fetchone()[0]
    yield Result("records written with what is searched", rates[-1], "records/s",
                 f"without: {bare:,.0f} records/s", rates[-1] / bare)  # fmt: skip
    yield Result("what is searched takes", float(size), "MB")


MAKE = """
INSERT INTO ledger_record (book_id, kind_id, pack_version_id, unit_id, occurred_on, title, data, rows, state, cycle,
                           created_by_id, created_at, reversal_reason)
SELECT %(book)s, %(kind)s, %(version)s, %(first)s + (hashint8extended(n, 2) & 2147483647) %% %(units)s,
  %(last)s::date - (%(days)s::bigint * (%(total)s - n) / %(total)s)::int,
  (%(places)s::text[])[1 + (hashint8extended(n, 3) & 2147483647) %% %(n_places)s] ||
  (%(about)s::text[])[1 + floor(%(n_about)s * power((hashint8extended(n, 4) & 1048575) / 1048576.0, 3))] ||
  (%(acts)s::text[])[1 + floor(%(n_acts)s * power((hashint8extended(n, 5) & 1048575) / 1048576.0, 2))] ||
  '第' || n || '次',
  jsonb_build_object('form', 'f' || n %% 8, 'topic',
    (%(about)s::text[])[1 + (hashint8extended(n, 6) & 2147483647) %% %(n_about)s] || '工作', 'people', n %% 64),
  '{}', 'draft', 0, %(clerk)s, %(now)s, ''
FROM generate_series(%(begin)s::bigint + 1, %(begin)s::bigint + %(count)s) AS n
"""


def _insert(made: book.Made, begin: int, count: int, total: int) -> None:
    kinds = kind_ids(pack_of(made.pack_version.pk))
    with connection.cursor() as cursor:
        cursor.execute(
            MAKE,
            {
                "book": made.book.pk, "kind": kinds["kind1"], "version": made.pack_version.pk,
                "first": made.root.pk, "units": sum(book.SIZES),
                "last": book.LAST_DAY, "days": book.DAYS, "total": total, "begin": begin,
                "count": count, "clerk": made.clerk.pk, "now": book.MOMENT, "places": list(PLACES),
                "about": list(ABOUT), "acts": list(ACTS), "n_places": len(PLACES), "n_about": len(ABOUT),
                "n_acts": len(ACTS),
            },
        )  # fmt: skip


def measure() -> Iterator[Result]:
    """Every query at the root, a city of 2,502 units, a county of 61 and a street of 12."""
    made = book.read()
    for place, unit in (("root", made.root), ("city", made.city), ("county", made.county), ("street", made.street)):
        scope = _scope(unit)
        for name, text in QUERIES:
            times = [_once(scope, text) for _ in range(RUNS)]
            found = search_records(scope, text)
            slow = quantiles(times, n=20)[-1]
            said = f"{found.count}{'+' if found.capped else ''} found, p95 {slow:.1f} ms"
            yield Result(f"{place}: {name} {text}", median(times), "ms", said, None, f"≤ {BAR} ms", slow <= BAR)


def _scope(unit: Unit) -> UnitScope:
    held = subtree_now(unit)
    ids = frozenset(held.parts[0].unit_ids) if held.parts else frozenset()
    return UnitScope(unit.book_id, held.everything, ids, (unit.pk,))


def _once(scope: UnitScope, text: str) -> float:
    began = perf_counter()
    search_records(scope, text)
    return (perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
