"""Creating, renaming, moving, merging and closing units.

History is kept in spans that are cut at the date of a change; the unit itself is the present. A change may be
dated in the past, but not before the unit's newest change, and not in the future (see `rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.organisation import rules
from mingzhang.organisation.actions import words
from mingzhang.organisation.models import Book, Person, Unit, UnitSpan
from mingzhang.organisation.roles import Permission


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit to be created. `parent` is the code of an existing unit or of an earlier row."""

    code: str
    name: str
    level: str
    parent: str
    created_on: date


@transaction.atomic
def create_unit(*, parent: Unit, code: str, name: str, level: str, created_on: date, by: Person) -> Unit:
    """A new unit below `parent`. Raises NotAllowed, InvalidInput, StateRefused."""
    row = UnitRow(code=code, name=name, level=level, parent=parent.code, created_on=created_on)
    return create_units(book=parent.book, rows=[row], by=by)[0]


@transaction.atomic
def create_units(*, book: Book, rows: Iterable[UnitRow], by: Person) -> list[Unit]:
    """Many units at once, in the order given, all or none. Raises InvalidInput with every faulty row at
    `rows.<index>`, StateRefused for a parent that cannot take units in on the day, NotAllowed."""
    rows = list(rows)
    lock_tree(book)
    parents = _existing_parents(book, rows)
    _check_rows(book, rows, parents)
    _check_parents(rows, parents, by)
    units = _build(book, rows, parents)
    insert_units(units)
    append.events(
        append.NewEvent(
            book=book.code, at=clock.now(), actor=by.ref, verb="unit.create", subject=unit.ref, data=_facts(unit)
        )
        for unit in units
    )
    return units


def lock_tree(book: Book) -> None:
    """One change of a book's tree at a time. Rows that refer to the book are not held up."""
    Book.objects.select_for_update(no_key=True).get(pk=book.pk)


def new_ids(count: int) -> list[int]:
    """Numbers for new units, taken before they are written because `ancestors` holds the unit's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('organisation_unit', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [int(row[0]) for row in cursor.fetchall()]


def insert_units(units: Sequence[Unit]) -> None:
    """Writes new units with the first span of each, by COPY: 50,000 units take seconds."""
    with connection.cursor() as cursor:
        with cursor.copy(_COPY_UNITS) as copy:
            for one in units:
                place = (one.parent_id, one.ancestors, one.created_on)
                copy.write_row((one.pk, one.book_id, one.code, one.name, one.level, *place))
        cursor.execute(_FIRST_SPANS, [[one.pk for one in units]])


_COPY_UNITS = "COPY organisation_unit (id, book_id, code, name, level, parent_id, ancestors, created_on) FROM STDIN"
_FIRST_SPANS = """
INSERT INTO organisation_unitspan (unit_id, valid, name, parent_id, ancestors)
SELECT id, daterange(created_on, NULL), name, parent_id, ancestors FROM organisation_unit WHERE id = ANY(%s)
"""


def _existing_parents(book: Book, rows: Sequence[UnitRow]) -> dict[str, Unit]:
    return {unit.code: unit for unit in _with_codes(book, {row.parent for row in rows})}


def _with_codes(book: Book, codes: set[str]) -> QuerySet[Unit]:
    """Units of the book with these codes; what cannot be a code is not asked for."""
    return Unit.objects.filter(book=book, code__in=[code for code in codes if not words.code_problem(code)])


def _check_rows(book: Book, rows: Sequence[UnitRow], parents: dict[str, Unit]) -> None:
    taken = set(_with_codes(book, {row.code for row in rows}).values_list("code", flat=True))
    born = {code: unit.created_on for code, unit in parents.items()}
    problems: dict[str, list[str]] = {}
    for index, row in enumerate(rows):
        if said := [*_word_problems(row), *_place_problems(row, taken, born)]:
            problems[f"rows.{index}"] = said
        taken.add(row.code)
        born[row.code] = row.created_on
    if problems:
        raise InvalidInput(_("有些单位不能新建，一个也没有建。"), problems=problems)


def _word_problems(row: UnitRow) -> list[str]:
    found = [words.code_problem(row.code), words.name_problem(row.name), words.level_problem(row.level)]
    return [problem for problem in found if problem]


def _place_problems(row: UnitRow, taken: set[str], born: dict[str, date]) -> list[str]:
    found = []
    if row.code in taken:
        found.append(_("代码“%(code)s”已经有单位在用。") % {"code": row.code})
    if row.created_on > clock.today():
        found.append(_("设立日期%(day)s还没有到。") % {"day": row.created_on})
    if row.parent not in born:
        found.append(_("找不到上级单位“%(code)s”；上级要写在下级前面。") % {"code": row.parent})
    elif row.created_on < born[row.parent]:
        found.append(_("设立日期早于上级单位的设立日期%(day)s。") % {"day": born[row.parent]})
    return found


def _check_parents(rows: Sequence[UnitRow], parents: dict[str, Unit], by: Person) -> None:
    earliest: dict[str, date] = {}
    for row in rows:
        if row.parent in parents:
            earliest[row.parent] = min(row.created_on, earliest.get(row.parent, row.created_on))
    for code, day in earliest.items():
        rules.check_can(by, Permission.UNIT_MANAGE, parents[code])
        rules.check_unit_can_take_in(parents[code], day)


def _build(book: Book, rows: Sequence[UnitRow], parents: dict[str, Unit]) -> list[Unit]:
    known = dict(parents)
    units = []
    for row, unit_id in zip(rows, new_ids(len(rows)), strict=True):
        parent = known[row.parent]
        unit = Unit(
            id=unit_id,
            book=book,
            code=row.code,
            name=row.name.strip(),
            level=row.level,
            parent=parent,
            ancestors=[*parent.ancestors, unit_id],
            created_on=row.created_on,
        )
        known[row.code] = unit
        units.append(unit)
    return units


def _facts(unit: Unit) -> dict[str, str]:
    above = unit.parent.code if unit.parent else ""
    return {"name": unit.name, "level": unit.level, "parent": above, "on": unit.created_on.isoformat()}


# --- changes ------------------------------------------------------------------------------------------------------


@transaction.atomic
def rename_unit(*, unit: Unit, name: str, on: date, by: Person) -> Unit:
    """The unit bears a new name from `on`. Raises NotAllowed, InvalidInput, StateRefused."""
    unit = _fresh(unit)
    rules.check_can(by, Permission.UNIT_MANAGE, unit)
    rules.check_unit_can_change(unit, on)
    old, unit.name = unit.name, words.clean_name(name)
    _run(_CUT.format(where=_ALONE), unit, on)
    UnitSpan.objects.filter(unit=unit, valid__startswith=on).update(name=unit.name)
    unit.save(update_fields=["name"])
    _record(unit, "unit.rename", by, on, **{"from": old, "to": unit.name})
    return unit


@transaction.atomic
def move_unit(*, unit: Unit, parent: Unit, on: date, by: Person) -> Unit:
    """The unit, with all below it, stands below another from `on`. Raises NotAllowed, StateRefused."""
    unit, parent = _fresh(unit), _fresh(parent)
    rules.check_can(by, Permission.UNIT_MANAGE, unit.parent or unit)
    rules.check_can(by, Permission.UNIT_MANAGE, parent)
    rules.check_unit_can_move(unit, parent, on)
    old = unit.parent
    _run(_CUT.format(where=_SUBTREE), unit, on)
    _run(_RESEAT_SPANS.format(skip="0"), unit, on, prefix=parent.ancestors)
    _run(_RESEAT_UNITS.format(skip="0"), unit, on, prefix=parent.ancestors)
    UnitSpan.objects.filter(unit=unit, valid__startswith=on).update(parent=parent)
    Unit.objects.filter(pk=unit.pk).update(parent=parent)
    _record(unit, "unit.move", by, on, **{"from": old.code if old else "", "to": parent.code})
    return _fresh(unit)


@transaction.atomic
def merge_unit(*, unit: Unit, into: Unit, on: date, by: Person) -> Unit:
    """The unit ends on `on` and is carried on by `into`: the units below it stand below `into` from that day, and
    asked as-now its past counts below `into`, with the past of what had ended below it or been merged into it.
    Raises NotAllowed, StateRefused."""
    unit, into = _fresh(unit), _fresh(into)
    rules.check_can(by, Permission.UNIT_MANAGE, unit.parent or unit)
    rules.check_can(by, Permission.UNIT_MANAGE, into)
    rules.check_unit_can_merge(unit, into, on)
    _run(_CUT.format(where=_SUBTREE), unit, on)
    UnitSpan.objects.filter(unit=unit, valid__startswith=on).delete()
    _run(_RESEAT_SPANS.format(skip="1"), unit, on, prefix=into.ancestors)
    _run(_RESEAT_UNITS.format(skip=_UNLESS_ENDED), unit, on, prefix=into.ancestors)
    UnitSpan.objects.filter(parent=unit, valid__startswith__gte=on).update(parent=into)
    Unit.objects.filter(parent=unit, closed_on=None).update(parent=into)
    Unit.objects.filter(pk=unit.pk).update(closed_on=on, successor=into)
    _record(unit, "unit.merge", by, on, into=into.code)
    return _fresh(unit)


@transaction.atomic
def close_unit(*, unit: Unit, on: date, by: Person) -> Unit:
    """The unit ends on `on` and nothing carries it on. Raises NotAllowed, StateRefused."""
    unit = _fresh(unit)
    rules.check_can(by, Permission.UNIT_MANAGE, unit.parent or unit)
    rules.check_unit_can_close(unit, on)
    _run(_CUT.format(where=_ALONE), unit, on)
    UnitSpan.objects.filter(unit=unit, valid__startswith=on).delete()
    unit.closed_on = on
    unit.save(update_fields=["closed_on"])
    _record(unit, "unit.close", by, on)
    return unit


def _fresh(unit: Unit) -> Unit:
    """The unit as it stands, with its book's tree held still until the transaction ends."""
    lock_tree(unit.book)
    return Unit.objects.select_related("book", "parent").get(pk=unit.pk)


def _record(unit: Unit, verb: str, by: Person, on: date, **facts: str) -> None:
    data = {"on": on.isoformat(), **facts}
    append.event(book=unit.book.code, actor=by.ref, verb=verb, subject=unit.ref, data=data)


_ALONE = "span.unit_id = %(unit)s"
_SUBTREE = "span.ancestors @> ARRAY[%(unit)s]"

# Joining a row with itself gives RETURNING the values from before the update; each remainder is inserted after
# its row was cut, so the two never overlap.
_CUT = """
WITH cut AS (
  UPDATE organisation_unitspan AS span
  SET valid = daterange(lower(old.valid), %(on)s)
  FROM organisation_unitspan AS old
  WHERE old.id = span.id AND {where} AND span.valid @> %(on)s AND lower(span.valid) < %(on)s
  RETURNING old.unit_id, old.valid, old.name, old.parent_id, old.ancestors
)
INSERT INTO organisation_unitspan (unit_id, valid, name, parent_id, ancestors)
SELECT unit_id, daterange(%(on)s, upper(valid)), name, parent_id, ancestors FROM cut
"""

# What stood above the unit is exchanged for `prefix`; with skip=1 the unit itself drops out too.
_RESEAT_SPANS = """
UPDATE organisation_unitspan
SET ancestors = %(prefix)s || ancestors[array_position(ancestors, %(unit)s) + {skip}:]
WHERE ancestors @> ARRAY[%(unit)s] AND lower(valid) >= %(on)s
"""
_RESEAT_UNITS = """
UPDATE organisation_unit AS held
SET ancestors = %(prefix)s || held.ancestors[array_position(held.ancestors, %(unit)s) + {skip}:]
WHERE held.ancestors @> ARRAY[%(unit)s]
"""
# What goes on stands below the successor itself; what had ended below the unit stays with it, as its past.
_UNLESS_ENDED = """
(SELECT count(*) FROM organisation_unit AS next
 WHERE next.closed_on IS NULL AND next.id = held.ancestors[array_position(held.ancestors, %(unit)s) + 1])::int
"""


def _run(statement: str, unit: Unit, on: date, prefix: Sequence[int] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"unit": unit.pk, "on": on, "prefix": list(prefix)})
