"""What the log is told about a record sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mingzhang.audit import append as audit
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person


def tell(
    record: Record, verb: str, by: Person, data: dict[str, Any], private: Mapping[str, str] | None = None
) -> None:
    """One event about one sheet. Call in the transaction of what it tells."""
    audit.event(book=by.book.code, actor=by.ref, verb=verb, subject=record.ref, data=data, private=private)
