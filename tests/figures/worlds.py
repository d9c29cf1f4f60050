"""Random small worlds: a pack of figures, a tree of units that is reorganised, a ledger with reversals."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st

from mingzhang.core import clock
from mingzhang.core.digests import canonical_json, digest
from mingzhang.core.errors import StateRefused
from mingzhang.core.periods import Period
from mingzhang.figures.engine import Request
from mingzhang.ledger.models import Entry, Position
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.packs.models import PackVersion, RecordKind
from mingzhang.packs.trees import (
    And,
    Between,
    Compare,
    FieldRef,
    FieldType,
    In,
    Literal,
    Not,
    Or,
    Where,
    unparse,
)
from tests.cast import BEGINNING, open_book

TODAY = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
FIRST, LAST = date(2024, 11, 1), date(2026, 9, 30)
FORMS = ("group", "seminar", "visit")
SHEET = {
    "form": FieldType("choice", FORMS),
    "topic": FieldType("text"),
    "people": FieldType("integer"),
    "seats": FieldType("integer"),
    "fee": FieldType("money"),
    "share": FieldType("decimal"),
    "done_on": FieldType("date"),
    "open": FieldType("boolean"),
    "tags": FieldType("choices", FORMS),
    "owner": FieldType("person"),
    "deputy": FieldType("person"),
}
ROWS = {"cause": FieldType("choice", FORMS), "weight": FieldType("decimal")}
BUILTIN = {"unit": FieldType("unit"), "occurred_on": FieldType("date"), "posted_on": FieldType("date")}
KINDS = {
    "study": SHEET | BUILTIN,
    "study.problems": ROWS | {f"sheet.{name}": kind for name, kind in SHEET.items()} | BUILTIN,
    "visit": SHEET | BUILTIN,
}
SHIFTS = ("same", "previous", "year_to_date", "same_last_year")
TEXTS = st.sampled_from(["", "甲", "乙", "it's", "50%", "{}", "a b"])
NUMBERS = st.integers(-3, 60)
days = st.dates(FIRST, LAST)
_serial = itertools.count(1)


def literals(kind: FieldType) -> st.SearchStrategy[Literal]:
    """Constants that may stand beside a field of this type."""
    values: dict[str, st.SearchStrategy[Any]] = {
        "choice": st.sampled_from(kind.options or ("",)),
        "choices": st.sampled_from(kind.options or ("",)),
        "text": TEXTS,
        "integer": NUMBERS,
        "money": st.decimals("-3", "60", places=2),
        "decimal": st.decimals("-3", "60", places=1),
        "date": days,
        "boolean": st.booleans(),
    }
    return values[kind.type].map(Literal)


@st.composite
def comparisons(draw: st.DrawFn, fields: dict[str, FieldType]) -> Where:
    """One comparison over `fields`."""
    name = draw(st.sampled_from(sorted(fields)))
    kind = fields[name]
    left = FieldRef(name, kind.type)
    if kind.type in ("person", "unit"):
        other = draw(st.sampled_from([n for n, k in fields.items() if k.type == kind.type]))
        return Compare(draw(st.sampled_from(["=", "!="])), left, FieldRef(other, kind.type))
    constant = literals(kind)
    forms: list[st.SearchStrategy[Where]] = [
        st.builds(In, st.just(left), st.lists(constant, min_size=1, max_size=3).map(tuple))
    ]
    if kind.type == "choices":
        forms.append(st.builds(Compare, st.just("="), st.just(left), constant))
    else:
        others = [FieldRef(n, k.type) for n, k in fields.items() if k.type == kind.type]
        ordered = kind.type in ("integer", "decimal", "money", "date")
        operators = st.sampled_from(["=", "!=", "<", "<=", ">", ">="] if ordered else ["=", "!="])
        forms.append(st.builds(Compare, operators, st.just(left), constant | st.sampled_from(others)))
        if ordered:
            forms.append(st.builds(Between, st.just(left), constant, constant))
    return draw(st.one_of(forms))


def conditions(fields: dict[str, FieldType]) -> st.SearchStrategy[Where]:
    """Any condition over `fields`."""
    return st.recursive(
        comparisons(fields),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        ),
        max_leaves=4,
    )


@st.composite
def counted(draw: st.DrawFn) -> dict[str, Any]:
    """A figure counted from entries, as a pack says it."""
    of = draw(st.sampled_from(sorted(KINDS)))
    fields = KINDS[of]
    sums = [n for n, k in fields.items() if k.type in ("integer", "decimal", "money")]
    distincts = [n for n, k in fields.items() if k.type in ("choice", "text", "unit", "person", "date", "boolean")]
    value = draw(
        st.one_of(
            st.just("count"),
            st.sampled_from(sums).map("sum({})".format),
            st.sampled_from([*distincts, "unit", "unit"]).map("distinct({})".format),
        )
    )
    where = draw(st.none() | conditions(fields))
    figure = {"of": of, "value": value, "scope": draw(st.sampled_from(["unit", "subtree", "subtree"]))}
    return figure | ({"where": unparse(where)} if where else {})


@st.composite
def figure_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The figures of a pack: some counted, some derived from those before them."""
    figures: list[dict[str, Any]] = []
    for index in range(draw(st.integers(1, 8))):
        known = [figure["id"] for figure in figures]
        figure = draw(counted()) if index < 2 or draw(st.booleans()) else draw(_derived(known))
        named = {"id": f"f{index}", "name": {"en": f"F{index}"}, "measure": "次"}
        figures.append(named | figure | {"period": draw(st.sampled_from(SHIFTS))})
    return figures


@st.composite
def _derived(draw: st.DrawFn, known: Sequence[str]) -> dict[str, Any]:
    function = draw(st.sampled_from(["ratio", "difference", "growth", "total"]))
    refs = [
        draw(st.sampled_from(known)) + draw(st.sampled_from(["", *(f"@{shift}" for shift in SHIFTS)]))
        for _ in range(draw(st.integers(1, 3)) if function == "total" else 2)
    ]
    return {"derive": f"{function}({', '.join(refs)})"}


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def _sheets() -> st.SearchStrategy[dict[str, Any]]:
    """The data of a sheet as it is posted: missing fields are absent."""
    return st.fixed_dictionaries(
        {
            "form": _maybe(st.sampled_from(FORMS)),
            "topic": _maybe(TEXTS),
            "people": _maybe(NUMBERS),
            "seats": _maybe(NUMBERS),
            "fee": _maybe(st.decimals("-3", "60", places=2).map(str)),
            "share": _maybe(st.decimals("-3", "60", places=1).map(str)),
            "done_on": _maybe(days.map(date.isoformat)),
            "open": _maybe(st.booleans()),
            "tags": _maybe(st.lists(st.sampled_from(FORMS), unique=True)),
            "owner": _maybe(st.integers(1, 2)),
            "deputy": _maybe(st.integers(1, 2)),
        }
    ).map(present)


def present(data: dict[str, Any]) -> dict[str, Any]:
    """`data` without what is missing."""
    return {key: value for key, value in data.items() if value is not None}


@dataclass(frozen=True)
class Line:
    """An entry to be: `unit` is an index into the world's units; `reverses` an index of an earlier line."""

    kind: str
    unit: int
    day: date
    data: dict[str, Any]
    posted_after: int
    reversed_after: int | None


@st.composite
def lines(draw: st.DrawFn, units: int) -> Line:
    """One posted line, and perhaps how long after it is reversed."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    data = draw(_sheets())
    if kind == "study.problems":
        row = {
            "cause": draw(_maybe(st.sampled_from(FORMS))),
            "weight": draw(_maybe(st.decimals("0", "9", places=1).map(str))),
        }
        data = present(row) | {"sheet": data}
    day = draw(days)
    reversal = draw(st.none() | st.integers(0, 12))
    return Line(kind, draw(st.integers(0, units - 1)), day, data, draw(st.integers(0, 40)), reversal)


@dataclass(frozen=True)
class Change:
    """A reorganisation: unit `unit` moves below, or is merged into, unit `other`."""

    verb: str
    unit: int
    other: int
    on: date


@dataclass(frozen=True)
class Plan:
    """All that is drawn of a world. `parents[i]` is the index of the unit that unit i + 1 stands below at first."""

    figures: list[dict[str, Any]]
    parents: list[int]
    changes: list[Change]
    lines: list[Line]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A whole world."""
    parents = [draw(st.integers(0, index)) for index in range(draw(st.integers(1, 7)))]
    size = len(parents) + 1
    index = st.integers(1, size - 1)
    change = st.builds(Change, st.sampled_from(["move", "merge"]), index, st.integers(0, size - 1), days)
    changes = sorted(draw(st.lists(change, max_size=4)), key=lambda change: change.on)
    return Plan(draw(figure_lists()), parents, changes, draw(st.lists(lines(size), max_size=25)))


@dataclass
class World:
    """A plan carried out."""

    book: Book
    admin: Person
    units: list[Unit]
    pack_version: PackVersion
    kinds: dict[str, int]
    figures: list[str] = field(default_factory=list)

    def entry(self, seq: int) -> Entry:
        """The entry at a position."""
        return Entry.objects.get(book=self.book, seq=seq)

    def requests(self, units: Sequence[int], periods: Sequence[Period]) -> list[Request]:
        """Every figure for these units (by index), with those below and alone, and periods."""
        return [
            Request(figure, self.pack_version.id, self.units[unit].id, period, alone)
            for alone in (False, True)
            for figure in self.figures
            for unit in units
            for period in periods
        ]


@contextmanager
def built(plan: Plan) -> Iterator[World]:
    """A world that is gone afterwards: hundreds in one transaction would make each slower than the last."""
    with transaction.atomic():
        yield build(plan)
        transaction.set_rollback(True)


def build(plan: Plan) -> World:
    """Carry the plan out: book and units by the real actions, entries put straight into the ledger."""
    with clock.at(TODAY):
        code = f"W{next(_serial)}"
        book, admin = open_book(code, code, code.lower())
        root = queries.root(book)
        codes = [root.code] + [f"{code}-{index}" for index in range(1, len(plan.parents) + 1)]
        rows = [
            actions.UnitRow(codes[index], codes[index], "community", codes[parent], BEGINNING)
            for index, parent in enumerate(plan.parents, start=1)
        ]
        units = [root, *actions.create_units(book=book, rows=rows, by=admin)]
        for change in plan.changes:
            reorganise(units, change, admin)
        version, kinds = install(plan.figures, code.lower())
        world = World(book, admin, units, version, kinds, [figure["id"] for figure in plan.figures])
        Position.objects.get_or_create(book=book)
        post(world, plan.lines)
        return world


def reorganise(units: Sequence[Unit], change: Change, admin: Person) -> None:
    """Move or merge, unless the rules refuse it: then the tree stays as it is."""
    unit, other = units[change.unit], units[change.other]
    try:
        if change.verb == "move":
            actions.move_unit(unit=unit, parent=other, on=change.on, by=admin)
        else:
            actions.merge_unit(unit=unit, into=other, on=change.on, by=admin)
    except StateRefused:
        return


def install(figures: list[dict[str, Any]], name: str) -> tuple[PackVersion, dict[str, int]]:
    """A pack version with the three kinds and these figures."""
    content = {
        "id": name,
        "version": "1.0.0",
        "name": {"en": name},
        "levels": {"county": {"en": "County"}, "community": {"en": "Community"}},
        "kinds": [
            {
                "id": "study", "name": {"zh-hans": "集中学习", "en": "Group study"}, "fields": _fields(SHEET),
                "tables": [{"id": "problems", "name": {"en": "Problems"}, "fields": _fields(ROWS)}],
            },
            {"id": "visit", "name": {"en": "Visit"}, "fields": _fields(SHEET)},
        ],
        "figures": figures,
    }  # fmt: skip
    version = PackVersion.objects.create(
        pack=name,
        version="1.0.0",
        digest=digest(canonical_json(content)),
        content=content,
        installed_at=clock.now(),
    )
    return version, {code: RecordKind.objects.create(pack=name, code=code).id for code in sorted(KINDS)}


def _fields(fields: dict[str, FieldType]) -> list[dict[str, Any]]:
    return [
        {"id": name, "name": {"en": name}, "type": kind.type}
        | ({"options": [{"id": option, "name": {"en": option}} for option in kind.options]} if kind.options else {})
        for name, kind in fields.items()
    ]


def post(world: World, planned: Sequence[Line]) -> None:
    """Append the lines and their reversals in the order in which they come due."""
    due: list[tuple[int, int, Line, bool]] = []
    for index, line in enumerate(planned):
        due.append((10 * index, index, line, False))
        if line.reversed_after is not None:
            due.append((10 * index + 10 * line.reversed_after + 1, index, line, True))
    start = Position.objects.get(book=world.book).seq + 1
    entries: list[Entry] = []
    placed: dict[int, int] = {}
    for seq, (_, index, line, reversal) in enumerate(sorted(due, key=lambda item: item[:2]), start=start):
        placed.setdefault(index, seq)
        entries.append(_entry(world, line, seq, placed[index] if reversal else None))
    Entry.objects.bulk_create(entries)


def _entry(world: World, line: Line, seq: int, reverses: int | None) -> Entry:
    late = timedelta(days=line.posted_after + (3 if reverses else 0))
    return Entry(
        book=world.book, seq=seq, record=None, line=0, kind_id=world.kinds[line.kind],
        unit=world.units[line.unit], occurred_on=line.day, sign=-1 if reverses else 1, data=line.data,
        reverses=reverses, posted_at=datetime.combine(line.day + late, datetime.min.time(), UTC),
        posted_by=world.admin, digest=digest(b"%d" % seq),
    )  # fmt: skip


def periods() -> st.SearchStrategy[Period]:
    """Calendar periods and odd ranges."""
    named = st.sampled_from(["2026H1", "2025", "2026Q2", "2025-12", "2026"]).map(Period.parse)
    odd = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair)))
    return named | odd
