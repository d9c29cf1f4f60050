"""Where sheets are written."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from mingzhang.ledger.models import Record


def new_sheet(**asked: object) -> str:
    """The form for a new sheet: of a `kind`, or one that `replaces` a reversed record."""
    return f"{reverse('ledger:new')}{'?' if asked else ''}{urlencode(asked)}"


def edit_sheet(record: Record) -> str:
    """The form that a draft or a returned sheet is written on."""
    return reverse("ledger:edit", args=(record.pk,))
