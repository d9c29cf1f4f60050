"""Entries that come of no sheet: what fell due, was found, was inspected. What they say, each area knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from mingzhang.audit import append as audit
from mingzhang.ledger.appending import append
from mingzhang.ledger.lines import Line
from mingzhang.organisation.models import Book, Person

What = TypeVar("What")


def post_accrued(
    lines: Sequence[tuple[What, Line]], *, book: Book, by: Person | None, actor: str
) -> list[tuple[What, int]]:
    """Append the lines, each with what it is about, in their order, and have the log tell them. Answers at which
    position the entry stands now that says something of it: the reversals among them are not named. Call inside the
    transaction that changed it, with the book's last position locked."""
    done = append([line for _what, line in lines], book=book, by=by)
    said = {"first": done.positions[0], "last": done.positions[-1], "entries": done.digest_of(done.positions)}
    audit.event(book=book.code, actor=actor, verb="ledger.accrue", subject=f"book:{book.code}", data=said)
    return [(what, seq) for seq, (what, line) in zip(done.positions, lines, strict=True) if line.sign == 1]
