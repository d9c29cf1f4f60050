"""Reviewing sheets that were handed in, one by one or alike ones together, and sending accepted ones back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.digests import canonical_json
from mingzhang.core.errors import Refusal
from mingzhang.ledger import flows, queries, rules
from mingzhang.ledger.actions.events import tell
from mingzhang.ledger.contents import clean_note
from mingzhang.ledger.locks import lock_record, lock_whole_records
from mingzhang.ledger.models import Record, Review, SendBack
from mingzhang.ledger.remarks import clean_remarks
from mingzhang.organisation.models import Person

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of reviewing many: those that were passed, and those that stay as they are with the reason."""

    passed: list[Record]
    refused: list[tuple[Record, Refusal]]


@transaction.atomic
def review_record(
    *, record: Record, passed: bool, note: str = "", remarks: Mapping[str, str] | None = None, by: Person
) -> Record:
    """Take the review step that is due: pass it, or return the sheet with a note that says what to mend, or remarks
    that do, tied to places on the sheet. After the last step it is accepted. Raises NotAllowed, InvalidInput,
    StateRefused."""
    record = lock_record(record)
    rules.check_user_can_review(by, record)
    note, said = _said(record, note, remarks or {})
    if not passed:
        rules.check_reason(note, said)
    return _take_step(record, passed, note, said, by)


@transaction.atomic
def review_records(*, records: Iterable[Record], note: str = "", by: Person) -> Reviewed:
    """Pass the step that is due of several alike sheets, with one note for all. One that may not be passed stays as
    it is, is told with its reason, and hinders no other. Raises InvalidInput for sheets of several kinds, for none
    and for too many, NotFound."""
    locked = lock_whole_records(records)
    rules.check_alike(locked, MOST_AT_ONCE)
    note = clean_note(note, _("审核意见"))
    done = Reviewed([], [])
    for record in locked:
        try:
            rules.check_user_can_review(by, record)
        except Refusal as refusal:
            done.refused.append((record, refusal))
        else:
            done.passed.append(_take_step(record, True, note, {}, by))
    return done


@transaction.atomic
def send_back_record(
    *, record: Record, note: str = "", remarks: Mapping[str, str] | None = None, by: Person
) -> Record:
    """Return an accepted sheet instead of posting it, with a reason as in a review. Once mended it is submitted and
    reviewed anew. Raises NotAllowed, InvalidInput, StateRefused."""
    record = lock_record(record)
    rules.check_user_can_send_back(by, record)
    note, said = _said(record, note, remarks or {})
    rules.check_reason(note, said)
    SendBack.objects.create(record=record, cycle=record.cycle, by=by, note=note, remarks=said, at=clock.now())
    record.state = flows.after_send_back()
    record.save(update_fields=["state"])
    tell(record, "record.send_back", by, {"cycle": record.cycle}, _words(note, said))
    return record


def _said(record: Record, note: str, remarks: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    return clean_note(note, _("审核意见")), clean_remarks(record, queries.kind_of(record), remarks)


def _take_step(record: Record, passed: bool, note: str, remarks: dict[str, str], by: Person) -> Record:
    step = len(queries.reviewers(record)) + 1
    Review.objects.create(
        record=record,
        cycle=record.cycle,
        step=step,
        author=cast(Person, record.submitted_by),
        reviewer=by,
        passed=passed,
        note=note,
        remarks=remarks,
        at=clock.now(),
    )
    record.state = flows.after_review(passed, step, record.steps or 0)
    record.due = queries.role_due(record, step) if record.state == "submitted" else ""
    record.save(update_fields=["state", "due"])
    said = {"cycle": record.cycle, "step": step}
    tell(record, "record.pass" if passed else "record.return", by, said, _words(note, remarks))
    return record


def _words(note: str, remarks: Mapping[str, str]) -> dict[str, str]:
    """What was written, for the event to be committed to."""
    said = {"note": note, "remarks": canonical_json(remarks).decode() if remarks else ""}
    return {name: text for name, text in said.items() if text}
