"""Every number opened to the entries it was counted from. A figure without a trace does not exist."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import connection

from mingzhang.core.digests import SHA2_256, digest, show
from mingzhang.figures.definitions import Atom, Counted, Definition, atoms_of, definitions
from mingzhang.figures.engine import Request, Tree, Value, definition_of, evaluate, scans, units_of
from mingzhang.figures.sql import Scan, run, whole_scan
from mingzhang.figures.trace_sql import chosen_entries, distinct_values, qualifying
from mingzhang.ledger.models import Entry
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Unit
from mingzhang.organisation.scopes import Scope

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class HeldValue:
    """One of the different values that a distinct counts, and the positions that hold it: reversed ones too."""

    value: str
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """What a figure's value was counted from. `position` is the last position of the book that was read. A figure
    counted from entries has a `scan` and no parts; a derived figure has `parts`, in the order of its definition.

    `count` entries qualify: an entry and its reversal are both among them. `set_digest` is a SHA-256 multihash over
    their 34-byte digests in order of position; for a derived figure over its parts' set digests. `positions` are
    theirs, where they were asked for; `reversals` of them take an earlier one back."""

    request: Request
    definition: Definition
    unit: Unit
    tree: Tree
    position: int
    value: Value
    count: int
    set_digest: bytes
    scan: Scan | None
    parts: tuple[Trace, ...]
    positions: tuple[int, ...] = ()
    reversals: int = 0

    @property
    def scope(self) -> Scope | None:
        """The units that were counted; None for a derived figure."""
        return self.scan.scope if self.scan else None

    def entries(self, *, after: int = 0, limit: int = 50, reversals: bool = False) -> list[Entry]:
        """The qualifying entries with positions beyond `after`, in order, with kind, unit and record; with
        `reversals` only those that take an earlier one back."""
        if self.scan is None:
            return []
        seqs = [row[0] for row in run(chosen_entries(self.scan, after, limit, reversals=reversals))]
        found = Entry.objects.filter(book_id=self.unit.book_id, seq__in=seqs).order_by("seq")
        return list(found.select_related("kind", "unit", "record"))

    def values(self, *, after: str | None = None, limit: int = 50) -> list[HeldValue]:
        """For a distinct: the values counted that sort after `after`, as text; a unit is its number. Else none."""
        if self.scan is None or self.scan.atoms[0].component.value.aggregate != "distinct":
            return []
        return [HeldValue(value, tuple(seqs)) for value, seqs in run(distinct_values(self.scan, after, limit))]

    def as_json(self, *, entries: int = 0) -> dict[str, Any]:
        """The trace as JSON data, the same for equal traces; `entries` at most of the entries are listed."""
        known = definitions(self.request.pack_version_id)
        return {
            "figure": self.request.figure_id,
            "name": self.definition.figure.name.text(known.pack.language),
            "pack": known.pack.id,
            "version": known.pack.version,
            "unit": self.unit.code,
            "period": self.request.period.code,
            "counted_period": self.request.period.shifted(self.definition.figure.period).code,
            "alone": self.request.alone,
            "tree": self.tree,
            "position": self.position,
            "value": None if self.value.number is None else str(self.value.number),
            "measure": self.value.measure,
            "definition": _definition_json(self.definition),
            "scope": _scope_json(self.scan),
            "entry_count": self.count,
            "set_digest": show(self.set_digest),
            "positions": runs(self.positions),
            "entries": [_entry_json(entry) for entry in self.entries(limit=entries)] if entries else [],
            "parts": [part.as_json(entries=entries) for part in self.parts],
        }


def trace(request: Request, *, as_of: int | None = None, tree: Tree = "then") -> Trace:
    """The trace of one figure. Raises as `engine.evaluate` does."""
    return traces([request], as_of=as_of, tree=tree)[request]


def traces(
    requests: Sequence[Request], *, as_of: int | None = None, tree: Tree = "then", positions: bool = False
) -> dict[Request, Trace]:
    """The traces of many figures, from one statement for the values and one pass for the sets of entries; with the
    entries' `positions` if asked, which takes memory for each."""
    if not requests:
        return {}
    units = units_of(request.unit_id for request in requests)
    newest = position(next(iter(units.values())).book)
    at = newest if as_of is None else min(as_of, newest)
    every = list(dict.fromkeys(part for request in requests for part in _with_parts(request)))
    values = evaluate(every, as_of=at, tree=tree)
    atoms = {atom for request in requests for atom in _atoms(request)}
    sets = {
        atom: found for scan in scans(atoms, units, as_of=at, tree=tree) for atom, found in _sets(scan, positions)
    }

    def opened(request: Request) -> Trace:
        definition = definition_of(request)
        unit, value = units[request.unit_id], values[request]
        if isinstance(definition, Counted):
            held = sets[next(_atoms(request))]
            return Trace(
                request, definition, unit, tree, at, value, held.count, held.digest, held.scan, (), held.positions,
                held.reversals,
            )  # fmt: skip
        parts = tuple(opened(part) for part in _parts(request))
        together = digest(b"".join(part.set_digest for part in parts))
        count, back = sum(part.count for part in parts), sum(part.reversals for part in parts)
        return Trace(request, definition, unit, tree, at, value, count, together, None, parts, reversals=back)

    return {request: opened(request) for request in requests}


@dataclass(frozen=True, slots=True)
class _Set:
    """The entries that qualify for an atom: how many, the digest over them, and the scan that finds just them."""

    count: int
    digest: bytes
    scan: Scan
    positions: tuple[int, ...]
    reversals: int


def _parts(request: Request) -> list[Request]:
    """What a derived figure is made of."""
    definition = definition_of(request)
    if isinstance(definition, Counted):
        return []
    own = request.period.shifted(definition.figure.period)
    return [
        Request(part.figure.id, request.pack_version_id, request.unit_id, own.shifted(shift), request.alone)
        for part, shift in definition.parts
    ]


def _with_parts(request: Request) -> Iterator[Request]:
    yield request
    for part in _parts(request):
        yield from _with_parts(part)


def _atoms(request: Request) -> Iterator[Atom]:
    definition = definition_of(request)
    return atoms_of(definition, request.unit_id, request.period)


class _Gathered:
    """What is known so far of the entries that qualify for an atom."""

    def __init__(self) -> None:
        self.count = 0
        self.reversals = 0
        self.hash = hashlib.sha256()
        self.positions: list[int] = []

    def take(self, seq: int, own: bytes, sign: int, *, keep: bool) -> None:
        self.count += 1
        self.reversals += sign < 0
        self.hash.update(own)
        if keep:
            self.positions.append(seq)


def _sets(scan: Scan, keep: bool) -> Iterator[tuple[Atom, _Set]]:
    """Read the scan's entries once, in order of position, and tell them to every atom that they qualify for."""
    statement, owners = qualifying(scan)
    gathered = {atom: _Gathered() for atom in scan.atoms}
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        while rows := cursor.fetchmany(CHUNK):
            for seq, kind_id, own, sign, *slots in rows:
                for owner, qualifies in zip(owners, slots, strict=True):
                    if qualifies and kind_id in owner:
                        gathered[owner[kind_id]].take(seq, own, sign, keep=keep)
    for atom, found in gathered.items():
        alone = whole_scan(scan.scope, scan.span, scan.row, [atom])
        yield (
            atom,
            _Set(found.count, SHA2_256 + found.hash.digest(), alone, tuple(found.positions), found.reversals),
        )


def runs(positions: Sequence[int]) -> str:
    """Ascending positions as few words: `12-15 18 20-21`."""
    written: list[str] = []
    for _nth, group in groupby(enumerate(positions), key=lambda pair: pair[1] - pair[0]):
        run = [position for _place, position in group]
        written.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return " ".join(written)


def _definition_json(definition: Definition) -> dict[str, str]:
    figure = definition.figure
    said = {"of": figure.of, "value": figure.value, "where": figure.where, "derive": figure.derive}
    return {key: text for key, text in said.items() if text} | {"scope": figure.scope, "period": figure.period}


def _scope_json(scan: Scan | None) -> dict[str, Any] | None:
    if scan is None:
        return None
    period = scan.atoms[0].period
    parts = [
        {
            "units": len(part.unit_ids),
            "start": max(part.start, period.start).isoformat(),
            "end": min(part.end, period.end).isoformat(),
        }
        for part in scan.scope.parts
        if part.start <= period.end and part.end >= period.start
    ]
    return {"everything": scan.scope.everything, "parts": parts}


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "unit": entry.unit.code,
        "kind": entry.kind.code,
        "occurred_on": entry.occurred_on.isoformat(),
        "sign": entry.sign,
        "reverses": entry.reverses,
        "data": entry.data,
        "digest": show(bytes(entry.digest)),
    }
