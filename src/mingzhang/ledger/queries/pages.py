"""Pages of the ledger, with what is carried forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from mingzhang.core.composed import Composed, Given
from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.ledger.models import OPEN_STATES, Entry, Record
from mingzhang.ledger.queries.records import line_in_force
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import subtree_now, subtree_then
from mingzhang.organisation.scopes import AnyOf, ScopePart, UnitScope
from mingzhang.packs.models import RecordKind
from mingzhang.packs.schema import Field

NUMBERS = frozenset({"integer", "decimal", "money", "people"})  # as they are posted
# Counting and adding up stop here: beyond, a reader narrows the question, and figures answer it.
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asks the ledger for: a unit with all below it, and at choice a period of days on which things
    happened, one kind (a sheet or a table), who wrote it, and words of the title."""

    unit: Unit
    period: Period | None = None
    kind: RecordKind | None = None
    author: Person | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """Σ sign, and Σ sign × value of each measure."""

    count: int
    measures: tuple[Decimal, ...]

    def __add__(self, other: Totals) -> Totals:
        measures = tuple(a + b for a, b in zip(self.measures, other.measures, strict=True))
        return Totals(self.count + other.count, measures)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an entry: how many files its sheet has; the position that took it back; the sheet that
    corrects its own, by number, with the position where that is posted; the position of the sheet that it
    corrects."""

    evidence: int = 0
    undone: int | None = None
    newer: int | None = None
    newer_seq: int | None = None
    older_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One entry with its record; `values` are those of the page's measures, with the entry's sign."""

    entry: Entry
    around: Around
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One page of entries by position. `measures` are the number fields of the kind asked for; without a kind the
    page lists sheets only, and there are none, since unlike measures are not added up. `before` 承前页, `here`
    本页合计, `carried` 过次页 and `total` 累计 are missing when there are more than MOST_COUNTED entries: then
    `count` is MOST_COUNTED and `capped` is set."""

    rows: list[Row]
    number: int
    pages: int
    count: int
    capped: bool
    measures: tuple[Field, ...]
    before: Totals | None
    here: Totals
    total: Totals | None

    @property
    def carried(self) -> Totals | None:
        """What is carried over to the next page."""
        return self.before + self.here if self.before else None


def ledger_page(scope: UnitScope, filters: Filters, *, page: int = 1, size: int = 20) -> LedgerPage:
    """Page `page` (from 1; a page past the end is the last one) of what `filters` ask, for someone whose `scope`
    is where they may see records. A fixed number of queries. Raises NotFound for a unit outside the scope."""
    entries, measures = _entries(scope, filters), _measures(filters)
    count, total = _counted(entries, measures)
    capped = total is None
    pages = max(1, -(-count // size))
    number = min(max(1, page), pages)
    rows = _rows(_shown(_in_order(entries, filters), (number - 1) * size, number * size), measures)
    before = None if capped else _before(entries, rows, number, measures)
    here = _here(rows, measures)
    return LedgerPage(rows, number, pages, count, capped, measures, before, here, total)


def _counted(entries: QuerySet[Entry], measures: Sequence[Field]) -> tuple[int, Totals | None]:
    """How many there are, and what they add up to; of more than MOST_COUNTED, that there are more. Counting reads
    an index, adding up measures the entries themselves."""
    if measures and entries[: MOST_COUNTED + 1].count() > MOST_COUNTED:
        return MOST_COUNTED, None
    count, total = _sums(entries[: MOST_COUNTED + 1], measures)
    return (count, total) if count <= MOST_COUNTED else (MOST_COUNTED, None)


def _in_order(entries: QuerySet[Entry], filters: Filters) -> QuerySet[Entry]:
    """By position. Those of a whole book are walked through from the first of the days asked for to the last; of a
    part of it, the database shall rather sort the few that there are: it does so for a sum."""
    if filters.unit.parent_id is not None:
        return entries.order_by(F("seq") + 0)
    if filters.period is None:
        return entries.order_by("seq")
    with connection.cursor() as cursor:
        cursor.execute(_SPAN, [filters.unit.book_id, filters.period.start, filters.period.end])
        first, last = cursor.fetchone()
    return entries.filter(seq__range=(first, last)).order_by("seq")


# From which position to which the entries of some days stand: each day is looked up, its entries are not read.
_SPAN = """
SELECT coalesce(min(first.seq), 1), coalesce(max(last.seq), 0)
  FROM (SELECT %s::int, %s::date, %s::date) AS asked (book, start, until)
  CROSS JOIN generate_series(start, until, '1 day') AS day
  CROSS JOIN LATERAL (SELECT seq FROM ledger_entry WHERE book_id = book AND occurred_on = day::date
                       ORDER BY seq LIMIT 1) AS first
  CROSS JOIN LATERAL (SELECT seq FROM ledger_entry WHERE book_id = book AND occurred_on = day::date
                       ORDER BY seq DESC LIMIT 1) AS last
"""


def _shown(entries: QuerySet[Entry], start: int, end: int) -> list[Entry]:
    """The entries of one page. Which they are is found first, so that nothing is joined to the others."""
    chosen = list(entries[start:end].values_list("book", "seq"))
    return _SHOWN.ask(book=chosen[0][0], positions=[seq for _book, seq in chosen]) if chosen else []


def _by_position() -> QuerySet[Entry]:
    found = Entry.objects.filter(AnyOf(F("seq"), Given("positions")), book=Given("book"))
    return found.select_related("kind", "unit", "record__created_by").only(*SHOWN).order_by("seq")


_SHOWN = Composed(_by_position)
SHOWN = (
    "seq", "line", "occurred_on", "sign", "data", "reverses", "kind__pack", "kind__code", "unit__name",
    "record__title", "record__state", "record__replaces", "record__created_by__name",
)  # fmt: skip


def records_page(
    scope: UnitScope, filters: Filters, state: str, *, page: int = 1, size: int = 20
) -> tuple[list[Record], int]:
    """The records in an unposted `state`, the latest first, and how many there are (at most MOST_COUNTED). Raises
    NotFound for a unit outside the scope."""
    records = _records(scope, filters).filter(state=state)
    count = records[:MOST_COUNTED].count()
    found = records.select_related("kind", "unit", "created_by").order_by("-occurred_on", "-id")
    start = (max(1, page) - 1) * size
    return list(found[start : start + size]), count


def open_counts(scope: UnitScope, filters: Filters) -> dict[str, int]:
    """How many records are in each state before posting."""
    rows = _records(scope, filters).filter(state__in=OPEN_STATES).values_list("state").annotate(Count("id"))
    return dict.fromkeys(OPEN_STATES, 0) | dict(rows.order_by())


def _entries(scope: UnitScope, filters: Filters) -> QuerySet[Entry]:
    entries = Entry.objects.filter(_within(scope, filters), _asked(filters, "record__"))
    if filters.kind is None:
        return entries.filter(line=0, record__isnull=False)  # what was accrued has no sheet to list
    return entries.filter(kind=filters.kind)


def _records(scope: UnitScope, filters: Filters) -> QuerySet[Record]:
    records = Record.objects.filter(_within(scope, filters), _asked(filters, ""))
    return records if filters.kind is None else records.filter(kind=filters.kind)


def _within(scope: UnitScope, filters: Filters) -> Q:
    """The units and days asked for. In a period they are those that stood below the unit on each day, as figures
    count them; a unit that has since moved out of the reader's scope is left out. Without a period, as now."""
    if not scope.contains(filters.unit):
        raise NotFound(_("没有找到这个单位。"))
    period = filters.period
    held = subtree_then(filters.unit, period.start, period.end) if period else subtree_now(filters.unit)
    days = Q(occurred_on__range=(period.start, period.end)) if period else Q()
    if held.everything:
        return Q(book=held.book_id) & days
    parts = [_part(scope, part) for part in held.parts] or [Q(unit__in=[])]
    return reduce(or_, parts) & days


def _part(scope: UnitScope, part: ScopePart) -> Q:
    seen = part.unit_ids if scope.everything else [unit for unit in part.unit_ids if unit in scope.unit_ids]
    return Q(AnyOf(F("unit"), list(seen)), occurred_on__range=(part.start, part.end))


def _asked(filters: Filters, record: str) -> Q:
    asked = Q()
    if filters.author is not None:
        asked &= Q(**{f"{record}created_by": filters.author})
    if text := filters.text.strip().replace("\0", ""):
        asked &= Q(**{f"{record}title__icontains": text})
    return asked


def _measures(filters: Filters) -> tuple[Field, ...]:
    if filters.kind is None:
        return ()
    line = line_in_force(filters.unit.book, filters.kind)
    return tuple(field for field in line.fields if field.type in NUMBERS)


def _rows(entries: Sequence[Entry], measures: Sequence[Field]) -> list[Row]:
    around = _around(entries)
    return [Row(entry, around[entry.seq], _values(entry, measures)) for entry in entries]


def _around(entries: Sequence[Entry]) -> dict[int, Around]:
    """What stands around each of the entries of one book, in one statement."""
    if not entries:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, [entries[0].book_id, [entry.seq for entry in entries]])
        return {seq: Around(*told) for seq, *told in cursor.fetchall()}


_AROUND = """
SELECT entry.seq,
       (SELECT count(*) FROM ledger_recordevidence AS held WHERE held.record_id = entry.record_id),
       (SELECT seq FROM ledger_entry AS undone
         WHERE undone.book_id = entry.book_id AND undone.reverses = entry.seq),
       newer.id,
       (SELECT min(seq) FROM ledger_entry AS line
         WHERE line.record_id = newer.id AND line.sign = 1 AND line.line = 0),
       (SELECT min(seq) FROM ledger_entry AS line
         WHERE line.record_id = record.replaces_id AND line.sign = 1 AND line.line = 0)
  FROM ledger_entry AS entry
  LEFT JOIN ledger_record AS record ON record.id = entry.record_id
  LEFT JOIN LATERAL (SELECT id FROM ledger_record
                      WHERE replaces_id = record.id ORDER BY id DESC LIMIT 1) AS newer ON true
 WHERE entry.book_id = %s AND entry.seq = ANY (%s)
"""


def _values(entry: Entry, measures: Sequence[Field]) -> tuple[Decimal | None, ...]:
    given = [entry.data.get(field.id) for field in measures]
    return tuple(None if value is None else entry.sign * Decimal(value) for value in given)


def _here(rows: Sequence[Row], measures: Sequence[Field]) -> Totals:
    sums = [sum((row.values[at] or Decimal(0) for row in rows), Decimal(0)) for at in range(len(measures))]
    return Totals(sum(row.entry.sign for row in rows), tuple(sums))


def _sums(entries: QuerySet[Entry], measures: Sequence[Field]) -> tuple[int, Totals]:
    """How many entries there are, and what they add up to, in one statement."""
    asked: dict[str, Any] = {"rows": Count("seq"), "count": Sum("sign", default=0)}
    for field in measures:
        number = Cast(KeyTextTransform(field.id, "data"), DecimalField(max_digits=30, decimal_places=6))
        asked[f"sum_{field.id}"] = Sum(F("sign") * number, default=Decimal(0))
    sums = entries.aggregate(**asked)
    return sums["rows"], Totals(sums["count"], tuple(sums[f"sum_{field.id}"] for field in measures))


def _before(entries: QuerySet[Entry], rows: Sequence[Row], number: int, measures: Sequence[Field]) -> Totals:
    """What is brought forward to page `number`."""
    if number == 1:
        return Totals(0, (Decimal(0),) * len(measures))
    return _sums(entries.filter(seq__lt=rows[0].entry.seq), measures)[1]
