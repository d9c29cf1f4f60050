"""What has changed since a report was signed: 'signed 41, now 40, because …', without touching what was signed.

All values of now come from one statement. For the numbers that differ, one more pass over the entries posted since
finds those that qualify.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mingzhang.figures.definitions import Atom, Counted, Definition, atoms_of
from mingzhang.figures.engine import Request, Value, definition_of, evaluate, scans, units_of
from mingzhang.figures.sql import Scan, Span, run
from mingzhang.figures.trace_sql import qualifying
from mingzhang.ledger.models import Entry, Record
from mingzhang.ledger.queries import position
from mingzhang.reports.models import Report, ReportNumber
from mingzhang.reports.numerals import Amount


@dataclass(frozen=True)
class Cause:
    """Entries posted since that changed a number for one reason: `late` ones, about things of the period posted
    only afterwards; `reversed` ones, with the reason; `corrected` ones, which replace a reversed record. `effect`
    is what they add to a count or a sum; None for other figures, whose parts do not add up."""

    what: str
    reason: str
    effect: Amount | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Restatement:
    """A signed number that counts differently now. Without causes the units have been arranged anew since."""

    number: ReportNumber
    request: Request
    signed: Amount | None
    now: Value
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Restated:
    """Everything that has changed in a report since its signing, as the ledger stands at `position`."""

    signed_at: int
    position: int
    changes: tuple[Restatement, ...]

    @property
    def marks(self) -> frozenset[int]:
        """The marks of the numbers that differ."""
        return frozenset(change.number.mark for change in self.changes)

    def of(self, mark: int) -> Restatement | None:
        """What changed in one number."""
        return next((change for change in self.changes if change.number.mark == mark), None)


def request_of(report: Report, number: ReportNumber) -> Request:
    """The request that a frozen number answers."""
    period = replace(report.period, start=number.start, end=number.end)
    return Request(number.figure, report.pack_version_id, number.unit_id, period, number.alone)


def exact(number: ReportNumber) -> Amount | None:
    """The value as it was frozen: whole numbers as such."""
    if number.value is None:
        return None
    return Decimal(number.value) if "." in number.value or "E" in number.value else int(number.value)


def restated(report: Report, numbers: Sequence[ReportNumber], *, marks: Iterable[int] | None = None) -> Restated:
    """What has changed since the report was signed, for all its numbers or those with the given `marks`."""
    latest = position(report.book)
    signed_at = numbers[0].position if numbers else latest
    wanted = [one for one in numbers if marks is None or one.mark in set(marks)]
    if latest == signed_at and marks is None:
        return Restated(signed_at, latest, ())
    requests = {one.mark: request_of(report, one) for one in wanted}
    values = evaluate(list(dict.fromkeys(requests.values())), as_of=latest)
    differing = [one for one in wanted if values[requests[one.mark]].number != exact(one)]
    found = _since({requests[one.mark] for one in differing}, signed_at, latest)
    changes = (
        Restatement(one, request, exact(one), values[request], found[request])
        for one in differing
        for request in [requests[one.mark]]
    )
    return Restated(signed_at, latest, tuple(changes))


def _since(requests: set[Request], after: int, upto: int) -> dict[Request, tuple[Cause, ...]]:
    """Why each of `requests` differs: one pass over the entries since, one query for those that qualify."""
    if not requests:
        return {}
    atoms = {
        request: list(atoms_of(definition_of(request), request.unit_id, request.period)) for request in requests
    }
    every = {atom for own in atoms.values() for atom in own}
    units = units_of(request.unit_id for request in requests)
    span = Span(after=after, upto=upto)
    held: dict[Atom, set[int]] = {atom: set() for atom in every}
    for scan in scans(every, units, as_of=upto, tree="then"):
        for atom, seq in _qualifying(replace(scan, span=span)):
            held[atom].add(seq)
    entries = _entries(next(iter(units.values())).book_id, {seq for seqs in held.values() for seq in seqs})
    return {
        request: _causes(entries, sorted({seq for atom in own for seq in held[atom]}), definition_of(request))
        for request, own in atoms.items()
    }


def _qualifying(scan: Scan) -> Iterator[tuple[Atom, int]]:
    statement, owners = qualifying(scan)
    for seq, kind_id, _digest, _sign, *slots in run(statement):
        for owner, qualifies in zip(owners, slots, strict=True):
            if qualifies and kind_id in owner:
                yield owner[kind_id], seq


def _entries(book_id: int, seqs: set[int]) -> dict[int, Entry]:
    found = Entry.objects.filter(book_id=book_id, seq__in=seqs).select_related("unit", "kind", "record__replaces")
    return {entry.seq: entry for entry in found}


def _causes(entries: Mapping[int, Entry], seqs: Sequence[int], definition: Definition) -> tuple[Cause, ...]:
    grouped: dict[tuple[str, str], list[Entry]] = {}
    for seq in seqs:
        entry = entries[seq]
        grouped.setdefault(_why(entry, entry.record), []).append(entry)
    return tuple(
        Cause(what, reason, _effect(own, definition), tuple(own)) for (what, reason), own in grouped.items()
    )


def _effect(entries: Sequence[Entry], definition: Definition) -> Amount | None:
    taken = definition.component.value if isinstance(definition, Counted) else None
    if taken is None or taken.aggregate == "distinct":
        return None
    if taken.field is None:
        return sum(entry.sign for entry in entries)
    name = taken.field.name
    amounts = (entry.sign * Decimal(_held(entry, name)) for entry in entries)
    total = sum(amounts, Decimal(0))
    return int(total) if total == int(total) else total


def _held(entry: Entry, name: str) -> int | str:
    """What an entry holds under a field's name, which may be one of its sheet's."""
    data = entry.data.get("sheet", {}) if name.startswith("sheet.") else entry.data
    value: int | str = data[name.removeprefix("sheet.")]
    return value


def _why(entry: Entry, record: Record | None) -> tuple[str, str]:
    if entry.sign < 0:
        return "reversed", record.reversal_reason if record else ""
    if record and record.replaces_id:
        return "corrected", ""
    return "late", ""
