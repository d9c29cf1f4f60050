"""The one place where an area above the ledger has its say about posting: in its transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

from django.conf import settings
from django.utils.module_loading import import_string

from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person

Heard: TypeAlias = Callable[[Sequence[Record], Person], None]


def tell(records: Sequence[Record], by: Person) -> None:
    """Tell those named in the setting WHEN_POSTED that the sheets were posted or taken back, as they stand then,
    and by whom. What one of them raises undoes it."""
    for path in settings.WHEN_POSTED:
        _named(path)(records, by)


@cache
def _named(path: str) -> Heard:
    heard: Heard = import_string(path)
    return heard
