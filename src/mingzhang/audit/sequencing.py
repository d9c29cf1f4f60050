"""The sequencer: gives events their positions and grows the tree.

Whoever holds a book's log lock sequences it; nobody else does meanwhile, so positions have no gaps however many
append and sequence at once. It takes the events that it can see. One whose transaction is still open takes its
place later: a position says when an event entered the tree, not when it was numbered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from mingzhang.audit import merkle
from mingzhang.audit.leaves import COLUMNS, hash_of_row
from mingzhang.audit.models import Leaf, Pending

BATCH = 2000

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_NEXT = f"""
SELECT {COLUMNS}
  FROM (SELECT event_id FROM audit_pending WHERE book = %s AND event_id > %s ORDER BY event_id LIMIT %s) p
  JOIN audit_event e ON e.id = p.event_id
 ORDER BY e.id
"""  # noqa: S608 - put together from constants
_DONE = "DELETE FROM audit_pending WHERE book = %s AND event_id = ANY(%s)"


def sequence(book: str) -> int:
    """Give a position to every event of `book` that nobody is still writing, and answer the size of its log. Each
    batch is a transaction of its own."""
    after = 0
    while True:
        with transaction.atomic():
            lock(book)
            grown = _Growing(book, after)
            if not grown.batch():
                return grown.peaks.size
            after = grown.after


def sequence_locked(book: str) -> merkle.Peaks:
    """As `sequence`, but in the transaction at hand, whose own events are taken in too: the tree as it then is. Its
    log stays locked until the transaction ends."""
    lock(book)
    grown = _Growing(book)
    while grown.batch():
        pass
    return grown.peaks


def books_waiting() -> list[str]:
    """The books with events that have no position yet."""
    return list(Pending.objects.order_by("book").values_list("book", flat=True).distinct())


def lock(book: str) -> None:
    """Hold the log of `book` until the transaction ends. Taken after every other lock of an action."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"mingzhang.audit/log/{book}"])


def size_of(book: str) -> int:
    """How many events of `book` have a position."""
    return Leaf.objects.filter(book=book).order_by("-seq").values_list("seq", flat=True).first() or 0


def hashes_of(book: str, nodes: Sequence[merkle.Node]) -> dict[merkle.Node, bytes]:
    """The stored hashes of these nodes, in two queries. Those that are missing are missing from the answer."""
    leaves = Leaf.objects.filter(book=book, seq__in=[node.number + 1 for node in nodes if node.level == 0])
    found = {merkle.Node(0, seq - 1): bytes(value) for seq, value in leaves.values_list("seq", "hash")}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.level, n.index, n.hash FROM unnest(%s::int[], %s::bigint[]) AS asked(level, index)"
            " JOIN audit_node n ON n.book = %s AND n.level = asked.level AND n.index = asked.index",
            [[node.level for node in nodes], [node.number for node in nodes], book],
        )
        return found | {merkle.Node(level, index): bytes(value) for level, index, value in cursor.fetchall()}


def peaks_at(book: str, size: int) -> merkle.Peaks:
    """The right edge of the tree of the first `size` events, from what is stored."""
    nodes = merkle.peaks(size)
    hashes = hashes_of(book, nodes)
    return merkle.Peaks(size, [hashes[node] for node in nodes])


class _Growing:
    """The tree of a locked book while batches of events are added. Each begins behind the one before, so that
    nobody reads again past what has just left the queue; what turns up there meanwhile waits for the next time."""

    def __init__(self, book: str, after: int = 0) -> None:
        self._book = book
        self.after = after
        self.peaks = peaks_at(book, size_of(book))

    def batch(self) -> int:
        """Add the next events that wait, in the order of their ids, and answer how many."""
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [self._book, self.after, BATCH])
            rows = cursor.fetchall()
            if not rows:
                return 0
            leaves, nodes = self._grow(rows)
            _copy(cursor, "audit_leaf (seq, event_id, hash, book)", leaves, self._book)
            _copy(cursor, "audit_node (level, index, hash, book)", nodes, self._book)
            cursor.execute(_DONE, [self._book, [row[0] for row in rows]])
            self.after = rows[-1][0]
        return len(rows)

    def _grow(self, events: Sequence[tuple[Any, ...]]) -> tuple[list[str], list[str]]:
        """The rows of the new leaves and of the nodes that they complete."""
        leaves, nodes = [], []
        for event in events:
            value = hash_of_row(event)
            above = self.peaks.append(value)
            leaves.append(f"{self.peaks.size}\t{event[0]}\t\\\\x{value.hex()}")
            nodes += [f"{node.level}\t{node.number}\t\\\\x{made.hex()}" for node, made in above]
        return leaves, nodes


def _copy(cursor: CursorWrapper, target: str, rows: Sequence[str], book: str) -> None:
    """`rows` in COPY's text format, each ended with the book: a code, so that nothing in it needs escaping."""
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        copy.write("".join(f"{row}\t{book}\n" for row in rows))
