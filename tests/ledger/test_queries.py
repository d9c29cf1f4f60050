"""Reading the ledger: pages with what is carried forward, and what happened to a record."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.ledger import actions, queries
from mingzhang.ledger.queries import Filters, LedgerPage
from mingzhang.organisation.actions import move_unit
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from tests.ledger.world import DAY, PROBLEMS, World


def visits(world: World, *homes: int) -> None:
    for count in homes:
        world.posted("visit", data={"topic": f"走访{count}户", "homes": count})


def page(world: World, by: Person | None = None, number: int = 1, size: int = 20, **asked: object) -> LedgerPage:
    scope = visible_units(by or world.cast.chen, Permission.RECORD_VIEW)
    filters = Filters(**{"unit": world.cast.street, **asked})  # type: ignore[arg-type]
    return queries.ledger_page(scope, filters, page=number, size=size)


def test_a_page_carries_forward_what_stood_before_it(world: World) -> None:
    visits(world, 1, 2, 3, 4, 5)
    found = page(world, number=2, size=2, kind=world.kind("visit"))
    assert [row.values for row in found.rows] == [(Decimal(3),), (Decimal(4),)]
    assert (found.number, found.pages, found.count) == (2, 3, 5)
    sums = [(totals.count, *totals.measures) for totals in (found.before, found.here, found.carried, found.total)]
    assert sums == [(2, 3), (2, 7), (4, 10), (5, 15)]


def test_a_reversal_counts_against(world: World) -> None:
    visits(world, 4)
    record = queries.visible_to(world.cast.chen).get()
    actions.reverse_record(record=record, reason="错", by=world.cast.zhou)
    found = page(world, kind=world.kind("visit"))
    assert [row.values for row in found.rows] == [(Decimal(4),), (Decimal(-4),)]
    assert found.total == queries.Totals(0, (Decimal(0),))


def test_unlike_measures_are_never_added_up(world: World) -> None:
    visits(world, 1)
    world.posted(rows=PROBLEMS)
    found = page(world)
    assert [str(row.entry.kind) for row in found.rows] == ["ledger-test/visit", "ledger-test/study"]
    assert found.measures == ()
    assert found.total == queries.Totals(2, ())


def test_money_and_counts_are_added_up_exactly_for_one_kind(world: World) -> None:
    for _ in range(3):
        world.posted()
    found = page(world, kind=world.kind("study"))
    assert [field.id for field in found.measures] == ["people", "cost"]
    assert found.total is not None
    assert found.total.measures == (Decimal(78), Decimal("37.50"))


def test_the_rows_of_a_table_are_a_kind_of_their_own(world: World) -> None:
    world.posted(rows=PROBLEMS)
    found = page(world, kind=world.kind("study.problems"))
    assert [row.entry.data["what"] for row in found.rows] == ["楼道堆物", "路灯不亮"]


def test_filters_by_period_unit_author_and_words(world: World) -> None:
    visits(world, 1)
    record = world.draft("visit", unit=world.cast.community, by=world.cast.lu, data={"topic": "漏水", "homes": 2})
    actions.post_record(record=actions.submit_record(record=record, by=world.cast.lu), by=world.cast.zhou)
    assert page(world).count == 2
    assert page(world, unit=world.cast.community).count == 1
    assert page(world, author=world.cast.lu).count == 1
    assert page(world, text="漏水").count == 1
    assert page(world, text="100%").count == 0
    assert page(world, period=Period.parse("2026-05")).count == 2
    assert page(world, period=Period(DAY, DAY)).count == 2
    assert page(world, period=Period.parse("2026-06")).count == 0


def test_a_page_past_the_end_is_the_last_one_and_an_empty_ledger_has_one(world: World) -> None:
    empty = page(world, number=9)
    assert (empty.number, empty.pages, empty.count, empty.rows) == (1, 1, 0, [])
    assert empty.before == empty.here == empty.total == queries.Totals(0, ())
    visits(world, 1, 2, 3)
    assert page(world, number=9, size=2).number == 2


@pytest.mark.parametrize("who", ["lu", "outsider", "unposted", "admin", "stranger"])
def test_a_unit_outside_ones_scope_is_not_there(world: World, who: str) -> None:
    with pytest.raises(NotFound):
        page(world, getattr(world.cast, who))


def test_above_the_limit_nothing_is_added_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingzhang.ledger.queries.pages.MOST_COUNTED", 2)
    visits(world, 1, 2, 3)
    found = page(world, size=1, kind=world.kind("visit"))
    assert (found.count, found.capped, found.before, found.total) == (2, True, None, None)


def test_a_whole_book_is_listed_by_position_whatever_the_order_of_the_days(world: World) -> None:
    days = [f"2026-0{month}-{day:02}" for month, day in ((5, 20), (3, 1), (5, 2), (6, 1), (5, 31), (4, 30), (5, 1))]
    for homes, day in enumerate(days, start=1):
        world.posted("visit", data={"topic": f"走访{homes}户", "homes": homes}, day=date.fromisoformat(day))
    asked = {"by": world.cast.wei, "unit": world.cast.county, "kind": world.kind("visit"), "size": 3}
    of_may = [page(world, number=number, period=Period.parse("2026-05"), **asked) for number in (1, 2)]  # type: ignore[arg-type]
    assert [[int(row.values[0] or 0) for row in one.rows] for one in of_may] == [[1, 3, 5], [7]]
    assert [(one.before, one.total) for one in of_may] == [
        (queries.Totals(0, (Decimal(0),)), queries.Totals(4, (Decimal(16),))),
        (queries.Totals(3, (Decimal(9),)), queries.Totals(4, (Decimal(16),))),
    ]
    assert page(world, period=Period.parse("2027"), **asked).rows == []  # type: ignore[arg-type]
    assert [int(row.values[0] or 0) for row in page(world, **asked).rows] == [1, 2, 3]  # type: ignore[arg-type]


def test_the_number_of_queries_does_not_grow_with_rows(world: World) -> None:
    def queries_of(size: int) -> int:
        with CaptureQueriesContext(connection) as ran:
            found = page(world, size=size, kind=world.kind("visit"))
            assert all(row.entry.record.created_by.name and row.entry.unit.name for row in found.rows)
        return len(ran)

    visits(world, 1, 2, 3, 4, 5, 6)
    assert queries_of(1) == queries_of(6)


def test_sheets_before_posting_are_counted_and_listed_by_state(world: World) -> None:
    for state in ("draft", "submitted", "returned", "accepted", "posted"):
        world.record_at(state)
    scope = visible_units(world.cast.chen, Permission.RECORD_VIEW)
    filters = Filters(unit=world.cast.street)
    assert queries.open_counts(scope, filters) == {"draft": 1, "submitted": 1, "returned": 1, "accepted": 1}
    records, count = queries.records_page(scope, filters, "returned")
    assert (count, [record.state for record in records]) == (1, ["returned"])


# who sees a record of: street, community below it, other street
VIEWERS = [
    ("chen", "yyn"),
    ("lu", "nyn"),
    ("wei", "yyy"),
    ("qin", "yyy"),
    ("outsider", "nny"),
    ("unposted", "nnn"),
    ("admin", "nnn"),
    ("stranger", "nnn"),
]


@pytest.mark.parametrize(("who", "sees"), VIEWERS)
def test_records_are_visible_in_ones_own_units_only(world: World, who: str, sees: str) -> None:
    cast = world.cast
    writers = ((cast.street, cast.chen), (cast.community, cast.lu), (cast.other_street, cast.outsider))
    records = [world.draft("visit", unit=unit, by=writer) for unit, writer in writers]
    seen = set(queries.visible_to(getattr(cast, who)))
    assert [record in seen for record in records] == [mark == "y" for mark in sees]
    for record, mark in zip(records, sees, strict=True):
        if mark == "n":
            with pytest.raises(NotFound):
                queries.record_by_id(getattr(cast, who), record.pk)


def test_the_history_tells_everything_that_happened_in_order(world: World) -> None:
    record = world.record_at("returned")
    cast = world.cast
    record = actions.submit_record(record=record, by=cast.chen)
    record = actions.review_record(record=record, passed=True, by=cast.he)
    record = actions.review_record(record=record, passed=True, note="可以", by=cast.zhou)
    actions.post_record(record=record, by=cast.zhou)
    actions.reverse_record(record=record, reason="重复了", by=cast.wei)
    record.refresh_from_db()
    told = [(moment.what, moment.person and moment.person.username) for moment in queries.record_history(record)]
    assert told == [
        ("added", "chen"),
        ("submitted", "chen"),
        ("returned", "he"),
        ("submitted", "chen"),
        ("passed", "he"),
        ("passed", "zhou"),
        ("posted", "zhou"),
        ("reversed", "wei"),
    ]
    last = queries.record_history(record)[-1]
    assert (last.note, last.positions) == ("重复了", (2, 2))


def test_a_kind_is_found_by_its_code_among_the_packs_in_force(world: World) -> None:
    book = world.cast.book
    assert queries.kind_by_code(book, "study") == queries.kind_by_code(book, "ledger-test/study")
    for unknown in ("nothing", "study.problems", "other/study"):
        with pytest.raises(NotFound):
            queries.kind_by_code(book, unknown)
    with pytest.raises(NotFound):
        queries.kind_by_code(world.cast.other_book, "study")


def test_the_newest_day_is_that_of_the_last_entries(world: World) -> None:
    assert queries.newest_day(world.cast.book) is None
    visits(world, 1)
    assert queries.newest_day(world.cast.book) == DAY


def test_a_period_lists_the_units_as_they_stood_in_it(world: World) -> None:
    world.posted("visit", data={"topic": "搬走以前的", "homes": 3}, unit=world.cast.community)
    before = Period(DAY, DAY)
    moved = DAY + timedelta(days=1)
    move_unit(unit=world.cast.community, parent=world.cast.other_street, on=moved, by=world.cast.admin)

    at_the_county = page(world, by=world.cast.wei, period=before)
    without_a_period = page(world, by=world.cast.wei)
    at_the_street = page(world, by=world.cast.chen, period=before)

    assert at_the_county.count == 1
    assert without_a_period.count == 0
    assert at_the_street.count == 0  # it stood there then, but those who work there may no longer read it
