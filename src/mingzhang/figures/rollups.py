"""Keeping the rollups of large subtrees: entries are folded in behind the watermark, in batches.

Each step is one transaction that moves rollups and watermark together, so a fold that is killed leaves them
agreeing and the next one goes on. One fold of a book runs at a time. How rollups are read is in `rolled`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import QuerySet

from mingzhang.figures.definitions import Component, Counted, definitions
from mingzhang.figures.expressions_sql import Row, Sql
from mingzhang.figures.fold_sql import Delta, Members, deltas, recounted
from mingzhang.figures.models import Rollup, RollupComponent, RollupMonth, Watermark
from mingzhang.figures.rolled import (
    bits_of,
    can_roll,
    month_days,
    of_units,
    packed,
    scope_digests,
    unpacked,
    whole_month,
)
from mingzhang.figures.sql import Span, run
from mingzhang.ledger.queries import position
from mingzhang.organisation import queries as organisation
from mingzhang.organisation.models import Book, Unit
from mingzhang.organisation.scopes import Scope

BATCH = 500_000
LARGE = 500
LOCK = 0x4D5A46  # the first key of a fold's advisory lock; the second is the book


def fold(*, book: Book, batch: int = BATCH, large: int = LARGE) -> int:
    """Bring the rollups of the units with more than `large` units below them up to the book's last position, its
    tree and its packs, `batch` entries at a time; returns the position. Doing it again changes nothing; a second
    fold of the same book waits for the first."""
    with _alone(book):
        last = position(book)
        with _step_by_position():
            keeper = _keeper(book, large)
            _catch_up(keeper)
        while keeper.tops and (mark := _mark(book)) < last:
            with _step_by_position():
                _step(keeper, Span(mark, min(mark + batch, last)))
        return last


def rebuild(*, book: Book, batch: int = BATCH, large: int = LARGE) -> int:
    """Throw the book's rollups away and fold all of it again; returns the position."""
    with _alone(book), transaction.atomic():
        _clear(book)
    return fold(book=book, batch=batch, large=large)


@contextmanager
def _alone(book: Book) -> Iterator[None]:
    """Hold the book's fold lock. It belongs to the connection, so a process that is killed lets go of it."""
    run(Sql("SELECT pg_advisory_lock(%s, %s)::text", (LOCK, book.pk)))
    try:
        yield
    finally:
        run(Sql("SELECT pg_advisory_unlock(%s, %s)", (LOCK, book.pk)))


@contextmanager
def _step_by_position() -> Iterator[None]:
    """One transaction that reads runs of positions. They lie together on disk, which the planner does not see
    behind an index that begins with the book: it would read the whole ledger for each."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        yield


@dataclass(frozen=True)
class _Keeper:
    """What one fold works with: the components by number, and the large units, the root first."""

    book: Book
    row: Row
    components: Mapping[int, Component]
    fresh: frozenset[int]
    tops: Sequence[Unit]


def _keeper(book: Book, large: int) -> _Keeper:
    tops = list(Unit.objects.filter(pk__in=_large(book, large)).order_by("ancestors__len", "pk"))
    wanted = {component.identity: component for component in _wanted(book)}
    _retire(book, list(wanted))
    known = {bytes(row.identity): row.pk for row in RollupComponent.objects.filter(book=book)}
    fresh = [identity for identity in wanted if identity not in known]
    made = RollupComponent.objects.bulk_create(
        RollupComponent(book=book, identity=identity, kind_id=wanted[identity].kind_id) for identity in fresh
    )
    known |= {bytes(row.identity): row.pk for row in made}
    components = {known[identity]: component for identity, component in wanted.items()}
    return _Keeper(book, Row(book.timezone), components, frozenset(row.pk for row in made), tops)


def _retire(book: Book, wanted: Sequence[bytes]) -> None:
    """Forget the components that no pack in force has any more."""
    old = list(RollupComponent.objects.filter(book=book).exclude(identity__in=wanted).values_list("pk", flat=True))
    if old:
        Rollup.objects.filter(component__in=old).delete()
        RollupComponent.objects.filter(pk__in=old).delete()
        _move_mark(book)


def _large(book: Book, large: int) -> list[int]:
    """The units with more than `large` units below them now."""
    statement = Sql(
        "SELECT top FROM organisation_unit, unnest(ancestors) AS top WHERE book_id = %s"
        " GROUP BY top HAVING count(*) > %s + 1",
        (book.pk, large),
    )
    return [row[0] for row in run(statement)]


def _wanted(book: Book) -> Iterator[Component]:
    """The components of the packs in force that can be rolled up."""
    for version in organisation.packs_in_force(book):
        for definition in definitions(version.pk).values():
            counted = isinstance(definition, Counted) and definition.figure.scope == "subtree"
            if counted and isinstance(definition, Counted) and can_roll(definition.component):
                yield definition.component


def _mark(book: Book) -> int:
    return Watermark.objects.get(book=book).seq


def _move_mark(book: Book, seq: int | None = None) -> None:
    """Move the watermark, and tell readers that what they planned with no longer holds."""
    Watermark.objects.get_or_create(book=book)
    statement = "UPDATE figures_watermark SET version = version + 1, seq = coalesce(%s, seq) WHERE book_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [seq, book.pk])


def _clear(book: Book) -> None:
    Rollup.objects.filter(unit__in=_units_of(book)).delete()
    RollupMonth.objects.filter(unit__book=book).delete()
    RollupComponent.objects.filter(book=book).delete()
    _move_mark(book, 0)


def _units_of(book: Book) -> QuerySet[Unit]:
    """For deleting: a join to the unit would make Django delete by row values, which PostgreSQL plans badly."""
    return Unit.objects.filter(book=book)


def _catch_up(keeper: _Keeper) -> None:
    """Count again, up to the watermark, what a reorganisation, a unit grown large or a new pack version changed."""
    if not keeper.tops:
        _clear(keeper.book)
        return
    Watermark.objects.get_or_create(book=keeper.book)
    _drop(keeper.book, [unit.pk for unit in keeper.tops])
    root = keeper.tops[0]
    months = list(RollupMonth.objects.filter(unit=root).order_by("month").values_list("month", flat=True))
    stale: dict[int, list[date]] = {}
    changed = False
    for top in keeper.tops if months else ():
        said = scope_digests(_scope(top, months), months)
        held = {row.month: bytes(row.scope) for row in RollupMonth.objects.filter(unit=top)}
        stale[top.pk] = [month for month in months if said.get(month) != held.get(month)]
        changed = changed or bool(stale[top.pk])
        _forget(top, stale[top.pk])
        _record(top, {month: said[month] for month in stale[top.pk] if month in said})
    _count_again(keeper, stale, keeper.components)
    if keeper.fresh and months:
        fresh = {id: keeper.components[id] for id in keeper.fresh}
        others = {top.pk: [month for month in months if month not in stale[top.pk]] for top in keeper.tops}
        _count_again(keeper, others, fresh)
    if changed or keeper.fresh:
        _move_mark(keeper.book)


def _drop(book: Book, tops: Sequence[int]) -> None:
    """Forget units that are no longer large."""
    small = RollupMonth.objects.filter(unit__book=book).exclude(unit__in=tops)
    if small.exists():
        Rollup.objects.filter(unit__in=_units_of(book)).exclude(unit__in=tops).delete()
        small.delete()
        _move_mark(book)


def _forget(top: Unit, months: Sequence[date]) -> None:
    Rollup.objects.filter(unit=top, month__in=months).delete()
    RollupMonth.objects.filter(unit=top, month__in=months).delete()


def _record(top: Unit, digests: Mapping[date, bytes]) -> None:
    RollupMonth.objects.bulk_create(
        RollupMonth(unit=top, month=month, scope=said) for month, said in digests.items()
    )


def _count_again(
    keeper: _Keeper, months: Mapping[int, Sequence[date]], components: Mapping[int, Component]
) -> None:
    mark = _mark(keeper.book)
    asked = {(top, month) for top, chosen in months.items() for month in chosen}
    members = _members(keeper, sorted({month for _top, month in asked}))
    members.months = [pair for pair in members.months if pair in asked]
    if members.months and components and mark:
        _write(keeper, list(deltas(members, components, keeper.row, Span(0, mark))), mark)


def _step(keeper: _Keeper, span: Span) -> None:
    """Fold one batch in and move the watermark behind it."""
    months = _months(keeper.book, span)
    recorded = set(RollupMonth.objects.filter(unit=keeper.tops[0]).values_list("month", flat=True))
    if new := [month for month in months if month not in recorded]:
        for top in keeper.tops:
            _record(top, scope_digests(_scope(top, new), new))
    if keeper.components and months:
        found = deltas(_members(keeper, months), keeper.components, keeper.row, span)
        _write(keeper, list(found), span.upto or 0)
    _move_mark(keeper.book, span.upto)


def _months(book: Book, span: Span) -> list[date]:
    statement = Sql(
        "SELECT DISTINCT date_trunc('month', occurred_on)::date FROM ledger_entry"
        " WHERE book_id = %s AND seq > %s AND seq <= %s ORDER BY 1",
        (book.pk, span.after, span.upto),
    )
    return [row[0] for row in run(statement)]


def _scope(top: Unit, months: Sequence[date]) -> Scope:
    return organisation.subtree_then(top, months[0], month_days(months[-1])[1])


def _members(keeper: _Keeper, months: Sequence[date]) -> Members:
    """Who counts for the large units in those of `months` (in order) that are recorded for them."""
    root, *others = keeper.tops
    members = Members(keeper.book.pk, root.pk)
    kept = RollupMonth.objects.filter(unit__in=keeper.tops, month__in=months).order_by("unit", "month")
    members.months = list(kept.values_list("unit_id", "month"))
    for top in others if months else ():
        scope = _scope(top, months)
        whole = [month for month in months if whole_month(scope, month) is not None]
        members.months = [pair for pair in members.months if pair[0] != top.pk or pair[1] in whole]
        for part in scope.parts:
            members.add(top.pk, part.unit_ids, part.start, part.end)
    return members


def _write(keeper: _Keeper, found: Sequence[Delta], upto: int) -> None:
    _add_totals([delta for delta in found if delta.total is not None])
    _hold_units(keeper, [delta for delta in found if delta.total is None], upto)


def _add_totals(found: Sequence[Delta]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO figures_rollup (unit_id, component_id, month, total)"
            " SELECT * FROM unnest(%s::int[], %s::int[], %s::date[], %s::numeric[])"
            " ON CONFLICT (unit_id, component_id, month)"
            " DO UPDATE SET total = figures_rollup.total + excluded.total",
            _columns((delta.top, delta.component_id, delta.month, delta.total) for delta in found),
        )


def _hold_units(keeper: _Keeper, found: Sequence[Delta], upto: int) -> None:
    """Set the bits of the units that entries add; count those anew that a reversal touches."""
    touched = sorted({(unit, delta.month) for delta in found for unit in delta.touched})
    components = {id: component for id, component in keeper.components.items() if of_units(component)}
    held = recounted(keeper.book.pk, touched, components, keeper.row, upto) if touched else set()
    before = _held({(delta.top, delta.component_id) for delta in found}, {delta.month for delta in found})
    root_id, rows = keeper.tops[0].pk, []
    for delta in found:
        place = delta.top, delta.component_id, delta.month
        again = [unit for unit in delta.touched if (unit, delta.month, delta.component_id) in held]
        bits = before.get(place, 0) & ~bits_of(delta.touched, root_id)
        bits |= bits_of(delta.held, root_id) | bits_of(again, root_id)
        rows.append((*place, packed(bits)))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO figures_rollup (unit_id, component_id, month, held)"
            " SELECT * FROM unnest(%s::int[], %s::int[], %s::date[], %s::bytea[])"
            " ON CONFLICT (unit_id, component_id, month) DO UPDATE SET held = excluded.held",
            _columns(rows),
        )


def _held(places: set[tuple[int, int]], months: set[date]) -> dict[tuple[int, int, date], int]:
    rows = Rollup.objects.filter(
        unit__in={top for top, _ in places}, component__in={id for _, id in places}, month__in=months
    ).values_list("unit_id", "component_id", "month", "held")
    return {(top, id, month): unpacked(bytes(held)) for top, id, month, held in rows if held is not None}


def _columns(rows: Iterable[tuple[object, ...]]) -> list[list[object]]:
    """Rows of four as four columns."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[], [], [], []]
