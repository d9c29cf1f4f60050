"""Others look whether it is solved: verified or sent back, closed, looked at again."""

from __future__ import annotations

from typing import Literal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.findings import flows
from mingzhang.findings.actions.accruing import SYSTEM
from mingzhang.findings.actions.moving import locked, move, needed
from mingzhang.findings.models import Closing, Finding, FindingStep, FollowUp, Verification
from mingzhang.findings.reckoning import day_of, days_taken, follow_up_day
from mingzhang.findings.rules import check_other_hands, check_user_can
from mingzhang.findings.wording import severity_of
from mingzhang.ledger.contents import clean_note
from mingzhang.organisation.models import Book, Person
from mingzhang.organisation.queries import today_in, work_calendar

Result = Literal["confirmed", "recurred"]


@transaction.atomic
def verify(*, finding: Finding, by: Person, remark: str = "") -> Finding:
    """It is solved. Raises NotAllowed for whoever had a hand in it, StateRefused."""
    finding = locked(finding)
    check_user_can(by, finding, "verify")
    said = clean_note(remark, _("验收意见"))
    _verification(finding, True, said, by)
    return move(finding, "verify", by=by, reason=said)


@transaction.atomic
def send_back(*, finding: Finding, reason: str, by: Person) -> Finding:
    """It is not solved, says who verifies it, or, once that is done, who should close it. Raises NotAllowed,
    StateRefused, InvalidInput without a reason."""
    finding = locked(finding)
    check_user_can(by, finding, "send_back")
    said = needed(reason, _("退回的原因"))
    _verification(finding, False, said, by)
    finding.submitted_on = None
    return move(finding, "send_back", by=by, reason=said)


def _verification(finding: Finding, passed: bool, said: str, by: Person) -> None:
    submitted = FindingStep.objects.filter(finding=finding, round=finding.round, verb="submit")
    corrector = submitted.order_by("-id").values_list("by_id", flat=True)[0]
    Verification.objects.create(
        finding=finding, round=finding.round, corrector_id=corrector, verifier=by,
        passed=passed, note=said, on=today_in(finding.book), at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def close(*, finding: Finding, by: Person, remark: str = "") -> Closing:
    """Strike it off. Raises NotAllowed for whoever had a hand in it, StateRefused."""
    finding = locked(finding)
    check_user_can(by, finding, "close")
    today, said = today_in(finding.book), clean_note(remark, _("销号意见"))
    finding.follow_up_on = follow_up_day(severity_of(finding), today, work_calendar())
    verified = Verification.objects.filter(finding=finding, round=finding.round).order_by("-id")
    made = Closing.objects.create(
        finding=finding, round=finding.round, verification=verified[0], by=by, on=today, at=clock.now(), note=said,
        unit=finding.unit, category=finding.category, severity=finding.severity, deadline=finding.deadline,
        days=days_taken(finding, today), in_time=(finding.submitted_on or today) <= finding.deadline,
        follow_up_on=finding.follow_up_on,
    )  # fmt: skip
    move(finding, "close", by=by, reason=said)
    return made


@transaction.atomic
def follow_up(*, finding: Finding, result: Result, by: Person, remark: str = "") -> Finding:
    """Look at it again: it stays solved, or it came back and is opened anew under its old number, for the same
    person to correct. Raises NotAllowed for whoever had a hand in it, StateRefused, InvalidInput where it came back
    and nothing is said about it."""
    finding = locked(finding)
    check_user_can(by, finding, _VERBS[result])
    return follow_up_sent(finding=finding, result=result, by=by, remark=remark)


_VERBS: dict[Result, str] = {"confirmed": "confirm", "recurred": "recur"}


@transaction.atomic
def follow_up_sent(*, finding: Finding, result: Result, by: Person, remark: str = "") -> Finding:
    """The same for somebody whom an inspection sent to look. Whoever calls says by its own rules that `by` was;
    raises NotAllowed for whoever had a hand in it, as `follow_up`."""
    finding = locked(finding)
    verb = _VERBS[result]
    flows.check(finding, verb)
    check_other_hands(by, finding)
    said = needed(remark, _("反弹的情况")) if verb == "recur" else clean_note(remark, _("回头看的情况"))
    today, round = today_in(finding.book), finding.round
    FollowUp.objects.create(
        closing=Closing.objects.get(finding=finding, round=round), result=result, on=today, by=by, note=said,
        at=clock.now(),
    )  # fmt: skip
    if verb == "recur":
        _open_anew(finding)
    return move(finding, verb, by=by, reason=said, round=round)


def _open_anew(finding: Finding) -> None:
    """A new round, with the time that its severity gives."""
    severity, today = severity_of(finding), today_in(finding.book)
    finding.round += 1
    finding.counted_from, finding.asked_for, finding.until = today, None, None
    finding.term = severity.correct_within if severity else finding.term
    finding.due_on = day_of(today, finding.term, None, work_calendar())
    finding.submitted_on = finding.follow_up_on = None
    finding.decided, finding.transfers_refused = False, 0


@transaction.atomic
def fall_due(*, book: Book) -> int:
    """What was closed and is to be looked at again by today waits for that from now on; answers how many. Doing it
    again changes nothing."""
    target = flows.FINDING.target("closed", "fall_due")
    with connection.cursor() as cursor:
        cursor.execute(_FALL_DUE, {"book": book.pk, "today": today_in(book), "state": target, "at": clock.now()})
        found = cursor.fetchall()
    at = clock.now()
    append.events(
        [append.NewEvent(book.code, at, SYSTEM, "finding.fall_due", f"finding:{number}", {}) for (number,) in found]
    )
    return len(found)


_FALL_DUE = """
WITH due AS (
  UPDATE findings_finding SET state = %(state)s
   WHERE book_id = %(book)s AND state = 'closed' AND follow_up_on <= %(today)s
  RETURNING id, number, round
), steps AS (
  INSERT INTO findings_findingstep (finding_id, round, verb, before, after, at)
  SELECT id, round, 'fall_due', 'closed', %(state)s, %(at)s FROM due
)
SELECT number FROM due ORDER BY number
"""
