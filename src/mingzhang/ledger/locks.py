"""Locks, always taken in one order: records by number, then the book's position."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.utils.translation import gettext as _

from mingzhang.core.errors import NotFound
from mingzhang.ledger.models import Record
from mingzhang.organisation.scopes import AnyOf

# What posting reads of a record; the rest is fetched if somebody asks.
POSTED = ("book", "kind", "pack_version", "unit", "occurred_on", "data", "rows", "state")


def lock_records(records: Iterable[Record]) -> list[Record]:
    """The records as they stand now with their units and kinds, locked until the transaction ends, in the order
    given and each once. Records of one unit share its object. Raises NotFound when one is gone."""
    wanted = list(dict.fromkeys(record.pk for record in records))
    locked = Record.objects.select_for_update().filter(AnyOf(F("pk"), wanted)).order_by("pk").only(*POSTED)
    found = {record.pk: record for record in locked.prefetch_related("unit", "kind")}
    if len(found) < len(wanted):
        raise NotFound(_("没有找到这张记录单。"))
    return [found[key] for key in wanted]


def lock_whole_records(records: Iterable[Record]) -> list[Record]:
    """As `lock_records`, with everything that each holds and who handed it in."""
    wanted = list(dict.fromkeys(record.pk for record in records))
    rows = Record.objects.select_for_update(of=("self",)).filter(AnyOf(F("pk"), wanted)).order_by("pk")
    found = {record.pk: record for record in rows.select_related("unit__book", "kind", "book", "submitted_by")}
    if len(found) < len(wanted):
        raise NotFound(_("没有找到这张记录单。"))
    return [found[key] for key in wanted]


def lock_record(record: Record) -> Record:
    """One record as it stands now, locked until the transaction ends. Raises NotFound."""
    rows = Record.objects.select_for_update(of=("self",)).filter(pk=record.pk)
    found = rows.select_related("unit__book", "kind", "book", "submitted_by").first()
    if found is None:
        raise NotFound(_("没有找到这张记录单。"))
    return found
