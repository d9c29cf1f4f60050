"""Whether the log is what it was: everything is derived again from the events, and set against what is stored.

The stored hashes are checked one by one, so that a difference is told where it is. The roots that checkpoints
signed are set against a tree grown from the events themselves: whoever changes an event and every hash above it as
well still cannot have signed the root that comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from mingzhang.audit import keys, merkle
from mingzhang.audit.checkpoints import text_of
from mingzhang.audit.commitments import ALGORITHM, commitment
from mingzhang.audit.findings import Checked, read_rows
from mingzhang.audit.leaves import COLUMNS, hash_of_row
from mingzhang.audit.merkle import Node, Peaks
from mingzhang.audit.models import Checkpoint, SigningKey
from mingzhang.core.digests import SHA2_256

LEAVES = f"""
SELECT l.seq, l.hash, l.event_id, {COLUMNS}
  FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event_id
 WHERE l.book = %s ORDER BY l.seq
"""  # noqa: S608 - put together from constants
# In the order in which a growing tree completes them.
NODES = """
SELECT level, index, hash FROM audit_node WHERE book = %s ORDER BY (index + 1) << level, level
"""
UNPLACED = """
SELECT e.id FROM audit_event e
 WHERE e.book = %s AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id)
   AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.book = e.book AND p.event_id = e.id)
 ORDER BY e.id
"""
DISCLOSURES = "SELECT digest, salt, value FROM audit_disclosure WHERE value IS NOT NULL"


def verify_log(book: str) -> list[Checked]:
    """Events, tree and checkpoints of one book."""
    checkpoints = list(Checkpoint.objects.filter(book=book).select_related("key").order_by("id"))
    events, tree, roots = _grow(book, {one.size for one in checkpoints})
    return [events, tree, _checkpoints(checkpoints, roots)]


def verify_installation() -> list[Checked]:
    """What belongs to no book: the keys, and the words behind commitments."""
    return [_keys(), _disclosures()]


def _grow(book: str, wanted: set[int]) -> tuple[Checked, Checked, dict[int, bytes]]:
    """Grow the tree again. Answers what was found about the events and the stored tree, and the roots at the
    `wanted` sizes as they come of the events."""
    events = Checked("events", _("操作记录"))
    tree = Checked("tree", _("校验树"))
    stored = _Stored(book, tree)
    growing = _Growing(stored)
    roots = {0: merkle.EMPTY_ROOT} if 0 in wanted else {}
    for row in read_rows(LEAVES, book):
        seq, own = row[0], row[1]
        if seq != growing.size + 1:
            events.differs(_place(seq), _("前面缺位置：应是第%(seq)s条。") % {"seq": growing.size + 1})
        found = hash_of_row(row[3:]) if row[3] is not None else None
        if found != own:
            said = _("内容和入账时不一样。") if found else _("操作记录不见了。")
            events.differs(_place(seq, row[2]), said)
        growing.append(own, found or own)
        if growing.size in wanted:
            roots[growing.size] = growing.root()
    stored.finish()
    events.count = growing.size
    _unplaced(book, events)
    return events, tree, roots


def _place(seq: int, event_id: int | None = None) -> str:
    place = _("日志第%(seq)s条") % {"seq": seq}
    return f"{place}（audit_event {event_id}）" if event_id else place


def _unplaced(book: str, events: Checked) -> None:
    """Events that neither have a position nor wait for one, and those that wait."""
    for (event_id,) in read_rows(UNPLACED, book):
        events.differs(f"audit_event {event_id}", _("没有位置，也不在等候排位。"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_pending WHERE book = %s", [book])
        (waiting,) = cursor.fetchone()
    if waiting:
        events.notes.append(_("还有%(count)s条在等候排位，尚未进入校验树。") % {"count": f"{waiting:,}"})


class _Growing:
    """The tree of the stored leaves, and that of the events from where they first differ."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored
        self._leaves = Peaks()
        self._events: Peaks | None = None

    @property
    def size(self) -> int:
        return self._leaves.size

    def append(self, leaf: bytes, event: bytes) -> None:
        if self._events is None and event != leaf:
            self._events = self._leaves.copy()
        if self._events is not None:
            self._events.append(event)
        for node, value in self._leaves.append(leaf):
            self._stored.check(node, value)

    def root(self) -> bytes:
        """What the root should be by what the events say."""
        return (self._events or self._leaves).root()


class _Stored:
    """The stored nodes, read along with the tree that grows."""

    def __init__(self, book: str, told: Checked) -> None:
        self._rows: Iterator[tuple[Any, ...]] = read_rows(NODES, book)
        self._told = told
        self._next = next(self._rows, None)

    def check(self, node: Node, value: bytes) -> None:
        """Compare the node that was completed now."""
        self._told.count += 1
        if self._next != (*node, value):
            self._differ(node, value)
        self._next = next(self._rows, None)

    def _differ(self, node: Node, value: bytes) -> None:
        while self._next and _order(self._next) < _order(node):
            self._told.differs(_named(self._next), _("多出来的。"))
            self._next = next(self._rows, None)
        if self._next is None or self._next[:2] != node:
            self._told.differs(_named(node), _("不见了。"))
            self._rows = chain([self._next] if self._next else [], self._rows)
        elif self._next[2] != value:
            self._told.differs(_named(node), _("和下面两个算出来的不一样。"))

    def finish(self) -> None:
        """What is left belongs to no leaf."""
        while self._next:
            self._told.differs(_named(self._next), _("多出来的。"))
            self._next = next(self._rows, None)


def _order(node: Sequence[Any]) -> tuple[int, int]:
    return (node[1] + 1) << node[0], node[0]


def _named(node: Sequence[Any]) -> str:
    return _("校验树第%(level)s层第%(number)s个（audit_node）") % {"level": node[0], "number": node[1]}


def _checkpoints(checkpoints: Sequence[Checkpoint], roots: dict[int, bytes]) -> Checked:
    checked = Checked("checkpoints", _("检查点"), count=len(checkpoints))
    size = 0
    for one in checkpoints:
        place = _("检查点%(id)s（前%(size)s条）") % {"id": one.pk, "size": one.size}
        if one.size < size:
            checked.differs(place, _("比前一个检查点短：日志被截短过。"))
        size = max(size, one.size)
        if one.size not in roots:
            checked.differs(place, _("日志没有这么长了。"))
        elif SHA2_256 + roots[one.size] != bytes(one.root):
            checked.differs(place, _("树根和操作记录算出来的不一样。"))
        if not _is_signed(one):
            checked.differs(place, _("签名不对。"))
    return checked


def _is_signed(checkpoint: Checkpoint) -> bool:
    key = checkpoint.key
    return checkpoint.algorithm == key.algorithm and keys.is_signed(
        algorithm=checkpoint.algorithm,
        public=bytes(key.public),
        signature=bytes(checkpoint.signature),
        text=text_of(checkpoint),
    )


def _keys() -> Checked:
    checked = Checked("keys", _("签名密钥"))
    before: SigningKey | None = None
    for key in SigningKey.objects.select_related("previous").order_by("id"):
        checked.count += 1
        place = _("第%(nth)s把密钥（audit_signingkey %(id)s）") % {"nth": checked.count, "id": key.pk}
        if not keys.is_introduced(key, key.previous):
            checked.differs(place, _("不是由前一把密钥签名交接的。"))
        elif before and key.previous is None:
            checked.notes.append(
                _("%(place)s没有由前一把交接：当时前一把打不开了，请核对是谁在什么时候换的。") % {"place": place}
            )
        elif key.previous != before:
            checked.differs(place, _("交接的不是它前面的那一把。"))
        before = key
    return checked


def _disclosures() -> Checked:
    checked = Checked("disclosures", _("操作记录里的文字"))
    for digest, salt, value in read_rows(DISCLOSURES):
        checked.count += 1
        if commitment(bytes(salt), value.encode()) != bytes(digest):
            place = f"{ALGORITHM}:{bytes(digest).hex()[:12]}…（audit_disclosure）"
            checked.differs(place, _("文字和当时写的不一样。"))
    return checked
