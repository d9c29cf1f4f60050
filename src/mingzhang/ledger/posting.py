"""The one place where an area above the ledger has its say: about posting, in its transaction or not at all; about
where an entry of its own leads; and about what came of a sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from mingzhang.ledger.models import Entry, Record
from mingzhang.organisation.models import Person


def tell(records: Sequence[Record], by: Person) -> None:
    """Tell those named in the setting WHEN_POSTED that the sheets were posted or taken back, as they stand then,
    and by whom. What one of them raises undoes it."""
    for path in settings.WHEN_POSTED:
        _named(path)(records, by)


def behind(entry: Entry) -> str:
    """The address of what an entry without a sheet was posted for, by the setting BEHIND_ENTRIES; empty where
    nothing is known of its kind."""
    path = settings.BEHIND_ENTRIES.get(entry.kind.code)
    return str(_named(path)(entry)) if path else ""


def came_of(record: Record) -> str:
    """The address of what came of a sheet, by the setting CAME_OF_SHEETS; empty where nothing did."""
    found = (str(_named(path)(record)) for path in settings.CAME_OF_SHEETS)
    return next(filter(None, found), "")


@cache
def _named(path: str) -> Callable[..., object]:
    named: Callable[..., object] = import_string(path)
    return named
