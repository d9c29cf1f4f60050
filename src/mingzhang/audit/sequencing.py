"""The sequencer: gives events their positions and grows the tree.

Whoever holds a book's log lock sequences it; nobody else does meanwhile, so positions have no gaps however many
append and sequence at once. It takes the events that it can see. One whose transaction is still open takes its
place later: a position says when an event entered the tree, not when it was numbered.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from mingzhang.audit import merkle
from mingzhang.audit.models import Event, Leaf, Pending
from mingzhang.audit.texts import leaf_data

BATCH = 2000

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_DONE = "DELETE FROM audit_pending WHERE book = %s AND event_id = ANY(%s)"


def sequence(book: str) -> int:
    """Give a position to every event of `book` that nobody is still writing, and answer the size of its log. Each
    batch is a transaction of its own."""
    while True:
        with transaction.atomic():
            lock(book)
            grown = _Growing(book)
            if not grown.batch():
                return grown.peaks.size


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
    """The tree of a locked book while batches of events are added."""

    def __init__(self, book: str) -> None:
        self._book = book
        self.peaks = peaks_at(book, size_of(book))

    def batch(self) -> int:
        """Add the next events that wait, in the order of their ids, and answer how many."""
        waiting = Pending.objects.filter(book=self._book).order_by("event_id")
        ids = list(waiting.values_list("event_id", flat=True)[:BATCH])
        events = Event.objects.filter(id__in=ids, book=self._book).order_by("id") if ids else []
        leaves: list[tuple[object, ...]] = []
        nodes: list[tuple[object, ...]] = []
        for event in events:
            (_leaf, value), *above = self.peaks.append(hash_of(event))
            leaves.append((self._book, self.peaks.size, event.pk, value))
            nodes += [(self._book, node.level, node.number, made) for node, made in above]
        if leaves:
            _copy("audit_leaf (book, seq, event_id, hash)", leaves)
            _copy("audit_node (book, level, index, hash)", nodes)
            with connection.cursor() as cursor:
                cursor.execute(_DONE, [self._book, [leaf[2] for leaf in leaves]])
        return len(leaves)


def data_of(event: Event) -> bytes:
    """The leaf that `event` is in the tree."""
    return leaf_data(
        id=event.pk,
        book=event.book,
        at=event.at,
        actor=event.actor,
        verb=event.verb,
        subject=event.subject,
        data=event.data,
    )


def hash_of(event: Event) -> bytes:
    """The hash of that leaf."""
    return merkle.leaf_hash(data_of(event))


def _copy(target: str, rows: Sequence[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
