"""The one place where an area above the ledger has its say about posting: in the same transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person

Heard = Callable[[Sequence[Record], Person], None]

_heard: list[Heard] = []


def when_posted(heard: Heard) -> None:
    """Have `heard` called whenever sheets were posted or taken back, with the sheets as they stand then and who did
    it. What it raises undoes the posting. Called once for each area, as it is set up."""
    if heard not in _heard:
        _heard.append(heard)


def tell(records: Sequence[Record], by: Person) -> None:
    """Tell everyone who asked to hear."""
    for heard in _heard:
        heard(records, by)
