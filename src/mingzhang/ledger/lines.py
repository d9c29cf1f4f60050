"""What a record becomes when it is posted: line 0 for the sheet, then a line for each row of its tables.

Only dimensions and measures are posted. Long texts and files stay with the record, and so does any personal data in
words: an entry can never be erased, a record's text can. Of the people who took part it is told how many they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from mingzhang.core.digests import canonical_json, digest
from mingzhang.ledger.models import Record
from mingzhang.packs.participants import head_count
from mingzhang.packs.schema import Field, Pack

WORDS = frozenset({"text", "long_text"})
UNPOSTED = frozenset({"long_text", "file"})


class Line(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet (`table` is empty) or one of its tables: which of its fields are posted, and which only
    as how many people they name, as which kind of entry."""

    table: str
    kind_id: int
    kind: str
    fields: frozenset[str]
    counted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """How records of one kind are posted: the sheet, then its tables in their order."""

    sheet: Part
    tables: tuple[Part, ...]

    @classmethod
    def of(cls, pack: Pack, code: str, numbers: Mapping[str, int]) -> Layout:
        """The layout of the kind `code` of `pack`; `numbers` are those of its kinds of entry."""
        parts = [
            Part(
                line.table.id if line.table else "",
                numbers[line.code],
                f"{pack.id}/{line.code}",
                frozenset(field.id for field in line.fields if not _stays(field)),
                frozenset(field.id for field in line.fields if field.type == "people"),
            )
            for line in pack.lines()
            if line.kind.id == code
        ]
        return cls(parts[0], tuple(parts[1:]))

    def lines(self, record: Record) -> list[Line]:
        """What `record` is posted as."""
        sheet = _kept(self.sheet, record.data)
        bodies = [(self.sheet, sheet)]
        for part in self.tables:
            bodies += [(part, {**_kept(part, row), "sheet": sheet}) for row in record.rows.get(part.table, ())]
        return [_line(record, number, part, data) for number, (part, data) in enumerate(bodies)]


def _stays(field: Field) -> bool:
    return field.type in UNPOSTED or (field.personal is not None and field.type in WORDS)


def _kept(part: Part, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: head_count(value) if name in part.counted else value
        for name, value in data.items()
        if name in part.fields
    }


def _line(record: Record, number: int, part: Part, data: dict[str, Any]) -> Line:
    return Line(
        record_id=record.pk,
        line=number,
        kind_id=part.kind_id,
        kind=part.kind,
        unit_id=record.unit_id,
        unit=record.unit.code,
        occurred_on=record.occurred_on,
        sign=1,
        data=data,
    )


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
