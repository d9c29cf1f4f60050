"""The one way into the entry table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from mingzhang.core import clock
from mingzhang.core.digests import canonical_json, digest, show
from mingzhang.ledger.lines import Line, digest_with
from mingzhang.ledger.models import Position
from mingzhang.organisation.models import Book, Person

COPY = (
    "COPY ledger_entry (book_id, seq, record_id, line, kind_id, unit_id, occurred_on, sign, data, reverses,"
    " posted_at, posted_by_id, digest) FROM STDIN"
)


class Appended(NamedTuple):
    """Where lines were appended, and their digests in the order of their positions."""

    positions: range
    digests: list[bytes]

    def digest_of(self, positions: range) -> str:
        """One digest over those of the entries at `positions`: what the event of their posting says."""
        first = self.positions.start
        own = self.digests[positions.start - first : positions.stop - first]
        return show(digest(b"".join(own)))


def append(lines: Sequence[Line], *, book: Book, by: Person | None) -> Appended:
    """Append `lines` in their order at the end of `book`, now; `by` is None for the daily run. Call inside a
    transaction that has already locked the records: the last position is locked here, after them, and moved on by
    the entry trigger, which also checks what is appended."""
    first = lock_position(book) + 1
    moment = clock.now().astimezone(UTC)
    done = Appended(range(first, first + len(lines)), [])
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write("".join(_rows(lines, first, moment, book, by, done.digests)))
    return done


def lock_position(book: Book) -> int:
    """The last position of the book, held until the transaction ends: nobody else appends to it meanwhile."""
    with connection.cursor() as cursor:
        if (found := _locked(cursor, book)) is None:
            Position.objects.get_or_create(book=book)  # another's first posting may be making it, too
            found = _locked(cursor, book)
    return found or 0


def _locked(cursor: CursorWrapper, book: Book) -> int | None:
    cursor.execute("SELECT seq FROM ledger_position WHERE book_id = %s FOR UPDATE", [book.pk])
    row = cursor.fetchone()
    return int(row[0]) if row else None


def _rows(
    lines: Sequence[Line], first: int, moment: datetime, book: Book, by: Person | None, digests: list[bytes]
) -> Iterator[str]:
    """`lines` in COPY's text format; their digests are added to `digests`. In JSON text every control character is
    written as an escape, so that only backslashes need escaping again."""
    at, null = moment.isoformat(), "\\N"
    author, author_id = (by.username, by.pk) if by else ("", null)
    for seq, line in enumerate(lines, first):
        text = canonical_json(line.data)
        proof = digest_with(line, text, book=book.code, seq=seq, posted_at=moment, posted_by=author)
        digests.append(proof)
        data = text.decode().replace("\\", "\\\\")
        yield (
            f"{book.pk}\t{seq}\t{line.record_id or null}\t{line.line}\t{line.kind_id}\t{line.unit_id}\t"
            f"{line.occurred_on}\t{line.sign}\t{data}\t{line.reverses or null}\t{at}\t{author_id}\t"
            f"\\\\x{proof.hex()}\n"
        )
