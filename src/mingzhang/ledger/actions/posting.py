"""Posting accepted records to the ledger, and taking posted ones back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from mingzhang.audit import append as audit
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.ledger import flows
from mingzhang.ledger.appending import Appended, append
from mingzhang.ledger.contents import needed_note
from mingzhang.ledger.holdings import Holdings
from mingzhang.ledger.lines import Layout, Line
from mingzhang.ledger.locks import lock_record, lock_records
from mingzhang.ledger.models import Entry, Record
from mingzhang.ledger.posting import tell
from mingzhang.ledger.queries import entries_of
from mingzhang.ledger.rules import check_user_can_reverse
from mingzhang.organisation.models import Person
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import AnyOf
from mingzhang.packs.queries import kind_ids, pack_of


@transaction.atomic
def post_records(*, records: Iterable[Record], by: Person) -> range:
    """Post accepted records in the order given and answer the positions of their entries. All or none: one that
    may not be posted refuses them all. Raises NotAllowed, StateRefused, NotFound, InvalidInput."""
    locked = lock_records(records)
    if not locked:
        raise InvalidInput(_("没有选中要入账的记录单。"))
    holdings = Holdings([by])
    for unit in {record.unit_id: record.unit for record in locked}.values():
        holdings.check_can(by, Permission.RECORD_POST, unit)
    for record in {record.state: record for record in locked}.values():
        flows.check(record, "post")
    return post_locked(locked, by)


def post_record(*, record: Record, by: Person) -> range:
    """Post one accepted record: `post_records` with a single one."""
    return post_records(records=[record], by=by)


def post_locked(records: Sequence[Record], by: Person) -> range:
    """The posting itself, of records that were locked, or made in this transaction, and found fit."""
    sheets = _lines_of_each(records)
    done = append([line for sheet in sheets for line in sheet], book=by.book, by=by)
    Record.objects.filter(AnyOf(F("pk"), [record.pk for record in records])).update(state="posted")
    audit.events(_posted(records, sheets, done, by))
    tell(records, by)
    return done.positions


def _lines_of_each(records: Sequence[Record]) -> list[list[Line]]:
    """The lines that each record is posted as."""
    numbers = {version: kind_ids(pack_of(version)) for version in {record.pack_version_id for record in records}}
    layouts = {
        (version, kind.pk): Layout.of(pack_of(version), kind.code, numbers[version])
        for version, kind in {(record.pack_version_id, record.kind) for record in records}
    }
    return [layouts[record.pack_version_id, record.kind_id].lines(record) for record in records]


def _posted(
    records: Sequence[Record], sheets: Sequence[Sequence[Line]], done: Appended, by: Person
) -> Iterator[audit.NewEvent]:
    book, at, actor, first = by.book.code, clock.now(), by.ref, done.positions.start
    for record, sheet in zip(records, sheets, strict=True):
        data = _told(done, range(first, first + len(sheet)))
        yield audit.NewEvent(book, at, actor, "record.post", record.ref, data)
        first += len(sheet)


def _told(done: Appended, positions: range) -> dict[str, Any]:
    """What an event says of the entries at `positions`: it binds them, so that one changed later is found out."""
    return {"first": positions[0], "last": positions[-1], "entries": done.digest_of(positions)}


@transaction.atomic
def reverse_record(*, record: Record, reason: str, by: Person) -> range:
    """Take a posted record back: each of its entries is mirrored with the opposite sign, same unit, day and data.
    Answers the positions of the mirroring entries. To correct a record, reverse it and add another that
    `replaces` it. Raises NotAllowed, InvalidInput without a reason, StateRefused."""
    record = lock_record(record)
    check_user_can_reverse(by, record)
    reason = needed_note(reason, _("冲销原因"), _("冲销要写明原因。"), _("请写清哪里记错了。"))
    done = append([_mirror(entry, record) for entry in entries_of(record)], book=by.book, by=by)
    record.state, record.reversal_reason = "reversed", reason
    record.save(update_fields=["state", "reversal_reason"])
    audit.event(
        book=by.book.code,
        actor=by.ref,
        verb="record.reverse",
        subject=record.ref,
        data=_told(done, done.positions),
        private={"reason": reason},
    )
    tell([record], by)
    return done.positions


def _mirror(entry: Entry, record: Record) -> Line:
    return Line(
        record_id=entry.record_id,
        line=entry.line,
        kind_id=entry.kind_id,
        kind=str(entry.kind),
        unit_id=entry.unit_id,
        unit=record.unit.code,
        occurred_on=entry.occurred_on,
        sign=-1,
        data=entry.data,
        reverses=entry.seq,
    )
