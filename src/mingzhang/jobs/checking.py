"""Everything that verifying checks, put together: the log of the installation, then each book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from mingzhang.audit.findings import Checked, snapshot
from mingzhang.audit.keys import NO_BOOK
from mingzhang.audit.models import Verification
from mingzhang.audit.sequencing import size_of
from mingzhang.audit.verification import verify_installation, verify_log
from mingzhang.core import clock
from mingzhang.figures.verification import verify_figures
from mingzhang.ledger.queries import position
from mingzhang.ledger.verification import verify_ledger
from mingzhang.organisation.models import Book
from mingzhang.reports.verification import verify_reports


@dataclass(frozen=True)
class Outcome:
    """What was found in one book; `book` is empty for what belongs to the installation."""

    book: str
    checks: Sequence[Checked]
    seconds: float
    size: int
    position: int

    @property
    def faults(self) -> int:
        return sum(one.faults for one in self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "book": self.book,
            "events": self.size,
            "entries": self.position,
            "seconds": round(self.seconds, 2),
            "differences": self.faults,
            "checks": [one.as_json() for one in self.checks],
        }


def verify(book: Book | None, *, evidence: bool, told: Callable[[Checked], None] = lambda one: None) -> Outcome:
    """Check one book, or what belongs to the installation, as it stands at one moment. `told` hears of each check
    when it is done."""
    began = perf_counter()
    with snapshot():
        checks = []
        for one in _checks(book, evidence=evidence):
            told(one)
            checks.append(one)
        code = book.code if book else NO_BOOK
        entries = position(book) if book else 0
        return Outcome(code, checks, perf_counter() - began, size_of(code), entries)


def _checks(book: Book | None, *, evidence: bool) -> Iterator[Checked]:
    if book is None:
        yield from verify_log(NO_BOOK)
        yield from verify_installation()
        return
    yield from verify_log(book.code)
    yield from verify_ledger(book, evidence=evidence)
    yield verify_figures(book)
    yield verify_reports(book)


def remember(outcome: Outcome) -> Verification:
    """Keep what was found for the page about the books."""
    return Verification.objects.create(
        book=outcome.book,
        at=clock.now(),
        seconds=outcome.seconds,
        size=outcome.size,
        position=outcome.position,
        differences=outcome.faults,
        checks=[one.as_json() for one in outcome.checks],
    )
