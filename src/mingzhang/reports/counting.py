"""What a signed report was counted from, as those who check it elsewhere need it: the entries, the types of the
fields that its definitions read, and the digests of the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.core.digests import canonical_json, digest, show
from mingzhang.core.errors import Corrupt
from mingzhang.figures.definitions import Counted, Definition
from mingzhang.figures.engine import definition_of
from mingzhang.ledger.models import Entry, RecordEvidence
from mingzhang.organisation.models import Book
from mingzhang.packs.models import RecordKind
from mingzhang.reports.compose import Composition

Json = dict[str, Any]
BATCH = 5_000


def positions_in(numbers: Iterable[Mapping[str, Any]]) -> list[int]:
    """The positions of every entry that any of these numbers was counted from, each once, in order."""
    return sorted({seq for number in numbers for runs in _runs(number) for seq in _spread(runs)})


def _runs(number: Mapping[str, Any]) -> Iterator[str]:
    yield number["positions"]
    for part in number["parts"]:
        yield from _runs(part)


def _spread(runs: str) -> Iterator[int]:
    """The inverse of `traces.runs`."""
    for run in runs.split():
        first, _dash, last = run.partition("-")
        yield from range(int(first), int(last or first) + 1)


def entries_json(book: Book, positions: Sequence[int]) -> list[Json]:
    """The entries at `positions`, each as its digest was taken over. Raises Corrupt for one that is not what was
    posted any more."""
    return [_entry_json(entry, book) for entry in _entries(book, positions)]


def _entries(book: Book, positions: Sequence[int]) -> Iterator[Entry]:
    found = Entry.objects.filter(book=book).select_related("kind", "unit", "posted_by").order_by("seq")
    batches = (positions[at : at + BATCH] for at in range(0, len(positions), BATCH))
    return chain.from_iterable(found.filter(seq__in=batch) for batch in batches)


def _entry_json(entry: Entry, book: Book) -> Json:
    said = {
        "book": book.code,
        "data": entry.data,
        "kind": str(entry.kind),
        "line": entry.line,
        "occurred_on": entry.occurred_on.isoformat(),
        "posted_at": entry.posted_at.astimezone(UTC).isoformat(),
        "posted_by": entry.posted_by.username if entry.posted_by else "",
        "record": entry.record_id,
        "reverses": entry.reverses,
        "seq": entry.seq,
        "sign": entry.sign,
        "unit": entry.unit.code,
    }
    if digest(canonical_json(said)) != bytes(entry.digest):
        raise Corrupt(
            _("账目第%(seq)s笔和入账时不一样。") % {"seq": entry.seq}, remedy=_("请运行 mingzhang verify 查明。")
        )
    return said


def evidence_of(book: Book, positions: Sequence[int]) -> dict[str, list[str]]:
    """The digests of the evidence of each record that these entries were posted from, by the record's number."""
    records = sorted(set(_records(book, positions)))
    uses = RecordEvidence.objects.filter(record__in=records).order_by("record_id", "evidence__digest")
    rows = uses.values_list("record_id", "evidence__digest")
    return {
        str(record): [show(bytes(own)) for _record, own in found] for record, found in groupby(rows, itemgetter(0))
    }


def _records(book: Book, positions: Sequence[int]) -> Iterator[int]:
    entries = Entry.objects.filter(book=book).exclude(record=None)
    for at in range(0, len(positions), BATCH):
        yield from entries.filter(seq__in=positions[at : at + BATCH]).values_list("record_id", flat=True)


def told(evidence: Mapping[str, Sequence[str]]) -> Json:
    """What the signed body says of the evidence: enough to tell whether a list of it is complete and unchanged."""
    return {
        "digest": show(digest(canonical_json(evidence))),
        "files": sum(map(len, evidence.values())),
        "records": len(evidence),
    }


def types_of(made: Composition) -> dict[str, dict[str, str]]:
    """The types of the fields that the definitions read, by kind of entry: text and numbers compare differently."""
    counted = {
        part.component
        for number in made.numbers
        for part in _counted(definition_of(number.request))
        if part.component.fields
    }
    kinds = {kind.pk: str(kind) for kind in RecordKind.objects.filter(pk__in={one.kind_id for one in counted})}
    found: dict[str, dict[str, str]] = {}
    for one in counted:
        found.setdefault(kinds[one.kind_id], {}).update({field.name: field.type for field in one.fields})
    return found


def _counted(definition: Definition) -> Iterator[Counted]:
    if isinstance(definition, Counted):
        yield definition
        return
    for part, _shift in definition.parts:
        yield from _counted(part)
