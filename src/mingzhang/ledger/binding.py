"""What binds a record sheet to the event of its submission: a commitment to everything that was on it.

It is salted, and only its salt is kept beside the log: sheets hold personal words that may have to be erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mingzhang.audit.commitments import keep, seal_elsewhere
from mingzhang.core.digests import canonical_json, show
from mingzhang.ledger.models import Record, RecordEvidence


def commit_to(records: Sequence[Record]) -> list[str]:
    """What the events that hand these records in say of their content. Their evidence must have been attached."""
    files = files_of([record.pk for record in records])
    sealed = [seal_elsewhere(bound(record, files.get(record.pk, {}))) for record in records]
    keep(sealed)
    return [one.text for one in sealed]


def bound(record: Record, files: Mapping[str, str]) -> bytes:
    """Everything that is on the sheet; `files` are the names of its evidence by digest."""
    return canonical_json(
        {
            "data": record.data,
            "evidence": files,
            "kind": str(record.kind),
            "occurred_on": record.occurred_on.isoformat(),
            "rows": record.rows,
            "source_key": record.source_key,
            "title": record.title,
            "unit": record.unit.code,
        }
    )


def files_of(records: Iterable[int]) -> dict[int, dict[str, str]]:
    """The names of the evidence of each record, by digest."""
    uses = RecordEvidence.objects.filter(record__in=list(records))
    found: dict[int, dict[str, str]] = {}
    for record, digest, name in uses.values_list("record_id", "evidence__digest", "name"):
        found.setdefault(record, {})[show(bytes(digest))] = name
    return found
