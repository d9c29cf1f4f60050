"""Figures at every height of the tree, against the same figures as plain SQL; every number must agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db import connection

from bench import pack, plain_sql
from bench.book import LAST_DAY, Made
from bench.results import FULL_SIZE, Result, milliseconds, sql_milliseconds
from mingzhang.core.periods import Period
from mingzhang.figures.engine import Request, evaluate
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import subtree_then
from mingzhang.packs.queries import kind_ids, pack_of

PERIOD = Period.parse("2026H1")
FIRST_DAY = date(2026, 1, 1)
STREET_BAR, ROOT_BAR, TIMES_BAR, TREE_BAR = 5, 50, 20, 10


class Disagreement(Exception):
    """Two ways of counting gave different numbers."""


def measure(made: Made) -> Iterator[Result]:
    """Street office, county and city by scan or rollup, the root by rollup and tail; then the units below each."""
    yield from _street(made)
    for name, unit in (("county (61 units)", made.county), ("city (2,502 units)", made.city)):
        yield _below(made, name, unit)
    yield from _root(made)
    for name, unit in (("street office", made.street), ("county", made.county), ("city", made.city)):
        yield _tree(name, unit)


def _requests(made: Made, unit: Unit) -> list[Request]:
    return [Request(figure, made.pack_version.pk, unit.pk, PERIOD) for figure in pack.figure_ids()]


def _numbers(made: Made) -> dict[str, int]:
    return kind_ids(pack_of(made.pack_version.pk))


def _below_ids(unit: Unit) -> list[int]:
    return list(subtree_then(unit, FIRST_DAY, LAST_DAY).parts[0].unit_ids)


def _agree(made: Made, unit: Unit, expected: dict[str, int]) -> None:
    said = {asked.figure_id: value.number for asked, value in evaluate(_requests(made, unit)).items()}
    wrong = [figure for figure in expected if said[figure] != expected[figure]]
    if wrong:
        raise Disagreement(f"{unit.code}: {wrong[0]} is {said[wrong[0]]}, plain SQL says {expected[wrong[0]]}")


def _street(made: Made) -> Iterator[Result]:
    requests, numbers, units = _requests(made, made.street), _numbers(made), _below_ids(made.street)
    _agree(made, made.street, plain_sql.one_by_one(numbers, units))
    spent, statements = sql_milliseconds(lambda: evaluate(requests))
    apart, _count = sql_milliseconds(lambda: plain_sql.one_by_one(numbers, units), runs=5)
    yield Result(
        f"200 figures of a street office, half-year, in SQL ({statements} statements)", spent, "ms",
        f"the same 200 figures as 200 statements: {apart:.1f} ms", apart / spent,
        f"≤ {STREET_BAR} ms", spent <= STREET_BAR,
    )  # fmt: skip
    yield Result("200 figures of a street office, all told", milliseconds(lambda: evaluate(requests)), "ms")


def _below(made: Made, name: str, unit: Unit) -> Result:
    requests, numbers, units = _requests(made, unit), _numbers(made), _below_ids(unit)

    def scan() -> dict[str, int]:
        return plain_sql.scanned(made.book.pk, numbers, units)

    _agree(made, unit, scan())
    spent, _statements = sql_milliseconds(lambda: evaluate(requests), runs=7)
    plain, _count = sql_milliseconds(scan, runs=5)
    reference = f"one hand-written scan: {plain:.1f} ms"
    return Result(f"200 figures of a {name}, half-year, in SQL", spent, "ms", reference, plain / spent)


def _root(made: Made) -> Iterator[Result]:
    """The rollups end where the tail begins, so both are measured."""
    requests, numbers = _requests(made, made.root), _numbers(made)

    def scan() -> dict[str, int]:
        return plain_sql.scanned(made.book.pk, numbers)

    _agree(made, made.root, scan())
    spent, _statements = sql_milliseconds(lambda: evaluate(requests))
    plain, _count = sql_milliseconds(scan, runs=3)
    full = position(made.book) >= FULL_SIZE
    kept = spent <= ROOT_BAR and plain / spent >= TIMES_BAR
    yield Result(
        "200 figures of the root (50,041 units), half-year, rollup + tail, in SQL", spent, "ms",
        f"one hand-written scan: {plain:.0f} ms", plain / spent,
        f"≤ {ROOT_BAR} ms and ≥ {TIMES_BAR} times as fast at {FULL_SIZE:,} entries", kept if full else None,
    )  # fmt: skip
    whole = milliseconds(lambda: evaluate(requests))
    yield Result("200 figures of the root, all told", whole, "ms", "one hand-written scan", plain / whole)


WALK = """
WITH RECURSIVE below AS (
  SELECT id FROM organisation_unit WHERE id = %s
  UNION ALL SELECT unit.id FROM organisation_unit AS unit JOIN below ON unit.parent_id = below.id
) SELECT id FROM below
"""


def _tree(name: str, unit: Unit) -> Result:
    spent = milliseconds(lambda: subtree_then(unit, FIRST_DAY, LAST_DAY), runs=15)
    walked = milliseconds(lambda: _walk(unit), runs=15)
    if sorted(_walk(unit)) != _below_ids(unit):
        raise Disagreement(f"the units below {unit.code}")
    return Result(
        f"units below a {name} ({len(_below_ids(unit)):,}), as the tree stood then", spent, "ms",
        f"walking from parent to children: {walked:.2f} ms", walked / spent, f"< {TREE_BAR} ms", spent < TREE_BAR,
    )  # fmt: skip


def _walk(unit: Unit) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(WALK, [unit.pk])
        return [row[0] for row in cursor.fetchall()]
