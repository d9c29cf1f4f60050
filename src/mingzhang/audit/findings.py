"""What verifying found, said the same way by everything that verifies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

MOST_TOLD = 50
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what it was: where, and what is wrong there."""

    place: str
    what: str


@dataclass(slots=True)
class Checked:
    """One check over one book: how many things were looked at, and every difference, the first MOST_TOLD of them
    in words. `notes` say what is worth knowing and no difference, such as what could not be covered."""

    code: str
    name: str
    count: int = 0
    faults: int = 0
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def differs(self, place: str, what: str) -> None:
        """Tell of a difference."""
        self.faults += 1
        if len(self.differences) < MOST_TOLD:
            self.differences.append(Difference(place, what))

    def differ(self, found: Iterable[Difference]) -> None:
        """Tell of several."""
        for one in found:
            self.differs(one.place, one.what)

    def as_json(self) -> dict[str, Any]:
        return {
            "check": self.code,
            "name": self.name,
            "count": self.count,
            "differences": self.faults,
            "told": [{"place": one.place, "what": one.what} for one in self.differences],
            "notes": self.notes,
        }


@contextmanager
def snapshot() -> Iterator[None]:
    """Within this block everything is read as it stood at one moment, whatever others write meanwhile. Inside a
    transaction that is under way, as that one reads."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def read_rows(statement: str, *parameters: Any) -> Iterator[tuple[Any, ...]]:
    """A large answer, a piece at a time. While one piece is worked on, the next is fetched: the server's work and
    ours take place at the same time."""
    with connection.chunked_cursor() as cursor, ThreadPoolExecutor(1) as reader:
        cursor.execute(statement, parameters)
        coming = reader.submit(cursor.fetchmany, CHUNK)
        while rows := coming.result():
            coming = reader.submit(cursor.fetchmany, CHUNK)
            yield from rows
