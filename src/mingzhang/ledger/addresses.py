"""Where sheets are written. Empty when the site has no such page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from mingzhang.ledger.models import Record


def new_sheet(**asked: object) -> str:
    """The form for a new sheet: of a `kind`, or one that `replaces` a reversed record."""
    return _written("ledger:new") and f"{_written('ledger:new')}{'?' if asked else ''}{urlencode(asked)}"


def edit_sheet(record: Record) -> str:
    """The form that a draft or a returned sheet is written on."""
    return _written("ledger:edit", record.pk)


def _written(name: str, *of: object) -> str:
    try:
        return reverse(name, args=of)
    except NoReverseMatch:
        return ""
