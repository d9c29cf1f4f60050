"""Writing record sheets down, and submitting them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from mingzhang.core import clock
from mingzhang.ledger import flows, queries, rules
from mingzhang.ledger.actions.events import tell
from mingzhang.ledger.binding import commit_to
from mingzhang.ledger.contents import Content, draft_content, full_content
from mingzhang.ledger.locks import lock_record
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import check_can
from mingzhang.packs.models import RecordKind


@transaction.atomic
def add_record(
    *,
    kind: RecordKind,
    unit: Unit,
    occurred_on: date,
    data: Mapping[str, Any],
    rows: Mapping[str, Any] | None = None,
    title: str = "",
    replaces: Record | None = None,
    source_key: str | None = None,
    by: Person,
) -> Record:
    """A new draft for `unit`, under the version of the kind's pack that the book works by. What is written must be
    well formed, but may be incomplete until it is submitted. `replaces` names the reversed record that this one
    corrects. Raises NotAllowed, InvalidInput, StateRefused."""
    check_can(by, Permission.RECORD_ADD, unit)
    version = queries.version_in_force(unit.book, kind)
    rules.check_level(queries.kind_in(version, kind), unit)
    rules.check_occurred(unit, occurred_on)
    if replaces is not None:
        rules.check_replaces(replaces, unit)
    record = Record(
        book=unit.book,
        kind=kind,
        pack_version=version,
        unit=unit,
        occurred_on=occurred_on,
        created_by=by,
        created_at=clock.now(),
        replaces=replaces,
        source_key=source_key,
    )
    _write(record, draft_content(record, data, rows or {}, title))
    record.save(force_insert=True)
    tell(record, "record.add", by, {"kind": str(kind), "unit": unit.code, "occurred_on": occurred_on.isoformat()})
    return record


@transaction.atomic
def edit_record(
    *,
    record: Record,
    occurred_on: date,
    data: Mapping[str, Any],
    rows: Mapping[str, Any] | None = None,
    title: str = "",
    version: int | None = None,
    by: Person,
) -> Record:
    """Write a draft or a returned sheet anew. With `version`, only if nobody has done so since it had that version.
    Raises NotAllowed, InvalidInput, StateRefused, Stale."""
    record = lock_record(record)
    rules.check_user_can_edit(by, record)
    rules.check_version(record, version)
    rules.check_occurred(record.unit, occurred_on)
    record.occurred_on, record.version = occurred_on, record.version + 1
    _write(record, draft_content(record, data, rows or {}, title))
    record.save(update_fields=["occurred_on", "version", "data", "rows", "title"])
    tell(record, "record.edit", by, {"occurred_on": occurred_on.isoformat()})
    return record


@transaction.atomic
def submit_record(*, record: Record, by: Person) -> Record:
    """Hand a draft or a returned sheet in. Now it must be complete. Without a review step it is accepted at once.
    Raises NotAllowed, InvalidInput, StateRefused."""
    record = lock_record(record)
    rules.check_user_can_submit(by, record)
    kind = queries.kind_of(record)
    rules.check_occurred(record.unit, record.occurred_on)
    rules.check_evidence_count(kind, record.evidence.count())
    _write(record, full_content(record, record.data, record.rows, record.title))
    record.cycle += 1
    record.steps = len(kind.review)
    record.state = flows.after_submit(record.steps)
    record.due = queries.role_due(record, 0) if record.state == "submitted" else ""
    record.submitted_by, record.submitted_at = by, clock.now()
    record.save()
    said = {"cycle": record.cycle, "state": record.state, "content": commit_to([record])[0]}
    tell(record, "record.submit", by, said)
    return record


def _write(record: Record, content: Content) -> None:
    record.data, record.rows, record.title = content.data, content.rows, content.title
