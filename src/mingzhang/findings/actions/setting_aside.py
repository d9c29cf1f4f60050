"""More time, a lawful suspension, and whether it is a problem at all."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.findings.actions.assigning import drop_transfers
from mingzhang.findings.actions.moving import locked, move, needed
from mingzhang.findings.models import Finding, Pause
from mingzhang.findings.reckoning import DAY, day_of, pauses_of
from mingzhang.findings.rules import check_user_can
from mingzhang.findings.wording import vocabulary
from mingzhang.ledger.contents import clean_note
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in, work_calendar


@transaction.atomic
def extend(*, finding: Finding, until: date, reason: str, by: Person) -> Finding:
    """More time, to the end of the day `until`. Raises NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "extend")
    if until <= max(finding.deadline, today_in(finding.book)):
        raise InvalidInput(
            _("延期要延到%(day)s以后。") % {"day": max(finding.deadline, today_in(finding.book)).isoformat()},
            remedy=_("请选更晚的一天。"),
        )
    finding.until = until
    return move(finding, "extend", by=by, reason=needed(reason, _("延期的原因")), until=until)


@transaction.atomic
def suspend(*, finding: Finding, basis: str, by: Person, reason: str = "") -> Finding:
    """Correcting rests for a lawful reason, `basis` of the pack: the days do not count until it goes on. Raises
    NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "suspend")
    words = vocabulary(finding)
    if words is None or basis not in words.suspensions_by_id:
        raise InvalidInput(_("中止整改要有依法的理由。"), remedy=_("请从体系包列出的理由里选。"))
    said = clean_note(reason, _("中止的说明"))
    drop_transfers(finding, _("中止整改"), by)
    Pause.objects.create(finding=finding, round=finding.round, basis=basis, first=today_in(finding.book))
    finding.resumes = finding.state
    return move(finding, "suspend", by=by, reason=said, basis=basis)


@transaction.atomic
def resume(*, finding: Finding, by: Person, reason: str = "") -> Finding:
    """Correcting goes on, with as many working days as were left. Raises NotAllowed, StateRefused."""
    finding = locked(finding)
    check_user_can(by, finding, "resume")
    today, calendar = today_in(finding.book), work_calendar()
    pause = Pause.objects.select_for_update().get(finding=finding, last=None)
    pause.last = max(pause.first, today - DAY)
    pause.save(update_fields=["last"])
    pauses = pauses_of(finding, today)
    finding.due_on = day_of(finding.counted_from, finding.term, finding.asked_for, calendar, pauses)
    if finding.until:
        rested = calendar.count(pause.first, pause.last)
        finding.until = calendar.add(finding.until, rested)
        finding.until = finding.until if finding.until > finding.due_on else None
    case = finding.resumes
    return move(finding, "resume", by=by, case=case, reason=clean_note(reason, _("恢复的说明")))


@transaction.atomic
def doubt(*, finding: Finding, reason: str, by: Person) -> Finding:
    """Say that it is no problem; somebody else decides. Raises NotAllowed, StateRefused, InvalidInput."""
    finding = locked(finding)
    check_user_can(by, finding, "doubt")
    said = needed(reason, _("为什么不算问题"))
    drop_transfers(finding, _("提出不算问题"), by)
    finding.resumes = finding.state
    return move(finding, "doubt", by=by, reason=said)


@transaction.atomic
def decide_doubt(*, finding: Finding, is_problem: bool, reason: str, by: Person) -> Finding:
    """Whether it is one after all. Raises NotAllowed for whoever doubted it, StateRefused, InvalidInput."""
    finding = locked(finding)
    verb = "uphold" if is_problem else "dismiss"
    check_user_can(by, finding, verb)
    said = needed(reason, _("裁定的理由"))
    return move(finding, verb, by=by, case=finding.resumes if is_problem else "", reason=said)
