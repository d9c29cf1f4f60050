"""What a record becomes when it is posted: line 0 for the sheet, then a line for each row of its tables.

Only dimensions and measures are posted. Long texts and files stay with the record, and so does any personal data in
words: an entry can never be erased, a record's text can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mingzhang.core.digests import canonical_json, digest
from mingzhang.packs.schema import Field, Kind

WORDS = frozenset({"text", "long_text"})
UNPOSTED = frozenset({"long_text", "file"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line about to be posted; with its position and moment it is an entry. `kind` is written `pack/code`."""

    record_id: int | None
    line: int
    kind_id: int
    kind: str
    unit_id: int
    unit: str
    occurred_on: date
    sign: int
    data: Mapping[str, Any]
    reverses: int | None = None


def posted_fields(fields: Iterable[Field]) -> frozenset[str]:
    """The ids of the fields whose values go into entries."""
    return frozenset(field.id for field in fields if not _stays(field))


def _stays(field: Field) -> bool:
    return field.type in UNPOSTED or (field.personal is not None and field.type in WORDS)


def bodies(
    kind: Kind, data: Mapping[str, Any], rows: Mapping[str, list[dict[str, Any]]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind code and data of every line of a record of `kind`, in the order of the kind's tables."""
    kept = posted_fields(kind.fields)
    sheet = {name: value for name, value in data.items() if name in kept}
    yield kind.id, sheet
    for table in kind.tables:
        columns = posted_fields(table.fields)
        for row in rows.get(table.id, ()):
            own = {name: value for name, value in row.items() if name in columns}
            yield f"{kind.id}.{table.id}", {**own, "sheet": sheet}


def entry_digest(line: Line, *, book: str, seq: int, posted_at: datetime, posted_by: str) -> bytes:
    """The multihash over the canonical JSON of everything an entry says. `book` and `posted_by` are the book's
    code and the person's username; moments are written in UTC."""
    return digest_with(
        line, canonical_json(line.data), book=book, seq=seq, posted_at=posted_at, posted_by=posted_by
    )


def digest_with(line: Line, data: bytes, *, book: str, seq: int, posted_at: datetime, posted_by: str) -> bytes:
    """As `entry_digest`, for one who already has the canonical JSON of the line's data. The keys stand in the
    order of canonical JSON, where `data` is the second."""
    rest = canonical_json(
        {
            "kind": line.kind,
            "line": line.line,
            "occurred_on": line.occurred_on.isoformat(),
            "posted_at": posted_at.isoformat(),
            "posted_by": posted_by,
            "record": line.record_id,
            "reverses": line.reverses,
            "seq": seq,
            "sign": line.sign,
            "unit": line.unit,
        }
    )
    return digest(b'{"book":%s,"data":%s,%s' % (canonical_json(book), data, rest[1:]))
