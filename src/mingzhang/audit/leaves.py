"""Events read from the database as the leaves of the tree: by the hundred thousand, so without models."""

from __future__ import annotations

from collections.abc import Sequence
from json import JSONDecoder
from typing import Any

from mingzhang.audit.merkle import leaf_hash
from mingzhang.audit.models import Event
from mingzhang.audit.texts import leaf_data, leaf_text
from mingzhang.core.digests import canonical_json

# The columns of `audit_event e` that `hash_of_row` wants, in its order. The moment as `texts.moment` writes it, but
# made by the server, which is faster.
COLUMNS = """
e.id, e.book, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), e.actor, e.verb, e.subject,
e.data::text
"""

_parse = JSONDecoder().raw_decode  # the server writes no space around JSON: nothing to skip


def hash_of_row(row: Sequence[Any]) -> bytes:
    """The hash of the leaf that an event is, from its COLUMNS."""
    id, book, at, actor, verb, subject, data = row
    said = canonical_json(_parse(data)[0]).decode()
    return leaf_hash(leaf_text(id=id, book=book, at=at, actor=actor, verb=verb, subject=subject, data=said))


def data_of(event: Event) -> bytes:
    """The leaf that `event` is."""
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
    """The hash of the leaf that `event` is."""
    return leaf_hash(data_of(event))
