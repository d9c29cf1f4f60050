"""Who corrects a finding: assigned, handed to another unit, decided by the superior."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.findings.actions.moving import locked, locked_all, move, needed, note
from mingzhang.findings.models import Finding, Transfer
from mingzhang.findings.rules import (
    check_owner,
    check_sponsor,
    check_transfer_to,
    check_user_can,
    waiting_transfer,
)
from mingzhang.ledger.contents import clean_note
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import check_can

MOST_AT_ONCE = 200


@transaction.atomic
def assign(
    *,
    finding: Finding,
    owner: Person,
    by: Person,
    unit: Unit | None = None,
    sponsor: Person | None = None,
    note: str = "",
) -> Finding:
    """`owner` of `unit` (default: where it was found) corrects it; `sponsor` is the leader who sees to it. Again,
    it is handed to somebody else of the same unit. Raises NotAllowed, StateRefused, InvalidInput."""
    return _assign(locked(finding), owner, unit, sponsor, clean_note(note, _("派办的要求")), by)


@transaction.atomic
def assign_findings(
    *,
    findings: Sequence[Finding],
    owner: Person,
    by: Person,
    unit: Unit | None = None,
    sponsor: Person | None = None,
    note: str = "",
) -> list[Finding]:
    """Many at once, all or none. Raises as `assign`."""
    if not 1 <= len(findings) <= MOST_AT_ONCE:
        raise InvalidInput(_("一次派办1到%(most)d个问题。") % {"most": MOST_AT_ONCE})
    said = clean_note(note, _("派办的要求"))
    return [_assign(one, owner, unit, sponsor, said, by) for one in locked_all(findings)]


def _assign(
    finding: Finding, owner: Person, unit: Unit | None, sponsor: Person | None, said: str, by: Person
) -> Finding:
    check_user_can(by, finding, "assign")
    unit = unit or finding.unit
    check_can(by, Permission.FINDING_ASSIGN, unit)
    if finding.state != "found" and unit.pk != finding.unit_id:
        raise InvalidInput(
            _("已经派办给“%(unit)s”了，换单位要转办。") % {"unit": finding.unit.name},
            remedy=_("请用“转给别的单位”。"),
        )
    _give(finding, unit, owner, sponsor)
    return move(finding, "assign", by=by, reason=said, unit=unit, person=owner)


def _give(finding: Finding, unit: Unit, owner: Person, sponsor: Person | None) -> None:
    check_owner(owner, unit)
    check_sponsor(sponsor, unit)
    finding.unit, finding.owner = unit, owner
    finding.sponsor = sponsor or finding.sponsor


@transaction.atomic
def transfer(*, finding: Finding, to: Unit, reason: str, by: Person) -> Transfer:
    """Say that `to` should correct it, which then accepts or refuses; until it accepts, it stays where it is.
    Raises NotAllowed, StateRefused (decided, refused twice, handed on by that unit before), InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "transfer")
    check_transfer_to(finding, to)
    said = needed(reason, _("转办的原因"))
    made = Transfer.objects.create(
        finding=finding, round=finding.round, giver=finding.unit, to=to, reason=said, by=by, at=clock.now()
    )
    move(finding, "transfer", by=by, reason=said, unit=to)
    return made


@transaction.atomic
def accept_transfer(*, finding: Finding, owner: Person, by: Person, sponsor: Person | None = None) -> Finding:
    """The receiving unit takes it, and names who corrects it. Raises NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "accept")
    waiting = waiting_transfer(finding)
    finding.sponsor, finding.transfers_refused = None, 0
    _give(finding, waiting.to, owner, sponsor)
    _answer(waiting, "accepted", "", by)
    return move(finding, "accept", by=by, unit=waiting.to, person=owner)


@transaction.atomic
def refuse_transfer(*, finding: Finding, reason: str, by: Person) -> Finding:
    """The receiving unit does not take it; after the second time the superior decides. Raises NotAllowed,
    StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "refuse")
    waiting = waiting_transfer(finding)
    said = needed(reason, _("不接收的原因"))
    finding.transfers_refused += 1
    _answer(waiting, "refused", said, by)
    return move(finding, "refuse", by=by, reason=said, unit=waiting.to)


@transaction.atomic
def decide_transfer(
    *, finding: Finding, unit: Unit, owner: Person, reason: str, by: Person, sponsor: Person | None = None
) -> Finding:
    """The common superior says which unit corrects it, for good. Raises NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "decide")
    check_can(by, Permission.FINDING_DECIDE, unit)
    said = needed(reason, _("裁定的理由"))
    for waiting in Transfer.objects.filter(finding=finding, outcome="waiting"):
        _answer(waiting, "dropped", said, by)
    if unit.pk != finding.unit_id:
        finding.sponsor = None
    _give(finding, unit, owner, sponsor)
    finding.decided, finding.transfers_refused = True, 0
    return move(finding, "decide", by=by, reason=said, unit=unit, person=owner)


def _answer(waiting: Transfer, outcome: str, said: str, by: Person) -> None:
    waiting.outcome, waiting.answer, waiting.answered_by, waiting.answered_at = outcome, said, by, clock.now()
    waiting.save(update_fields=["outcome", "answer", "answered_by", "answered_at"])


def drop_transfers(finding: Finding, said: str, by: Person) -> None:
    """What waits for an answer is not asked any more, since the finding went on without it."""
    for waiting in Transfer.objects.filter(finding=finding, outcome="waiting"):
        _answer(waiting, "dropped", said, by)
        note(finding, "drop_transfer", by=by)
