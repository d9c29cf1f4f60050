"""What stands of the answers to one item that several people gave, perhaps without knowing of each other.

An answer names the one that its device had seen, `before`. It takes the place of that one; where another had come
between that says something else, both stand side by side: a conflict, until somebody who has been told of both
answers anew. What arrived together was written before anybody could be told: it settles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Said(NamedTuple):
    """One answer as it was sent. `sending` tells what arrived together."""

    op: UUID
    before: UUID | None
    value: str
    note: str
    category: str
    sending: UUID
    by: str
    at: datetime

    @property
    def content(self) -> tuple[str, str, str]:
        """What two answers are compared by."""
        return self.value, self.note, self.category


@dataclass(frozen=True)
class Head:
    """An answer that nothing has taken the place of, and all that it is known by: those who said the same."""

    said: Said
    names: frozenset[UUID]


def heads_of(answers: Iterable[Said]) -> list[Said]:
    """What stands of the answers to one item, given in the order in which they arrived: one, or several in
    conflict, the last to arrive last."""
    heads: list[Head] = []
    for said in answers:
        heads = _with(heads, said)
    return [head.said for head in heads]


def _with(heads: Sequence[Head], said: Said) -> list[Head]:
    if len(heads) > 1 and settles(said, heads[-1].said):
        return [Head(said, frozenset({said.op}))]
    names = frozenset({said.op})
    for head in heads:
        if head.said.content == said.content:
            names |= head.names
    kept = [head for head in heads if head.said.content != said.content and said.before not in head.names]
    return [*kept, Head(said, names)]


def settles(said: Said, last: Said) -> bool:
    """Whether an answer was given by somebody who knew of the conflict: it names the last to arrive, and did not
    arrive with it."""
    return said.before == last.op and said.sending != last.sending
