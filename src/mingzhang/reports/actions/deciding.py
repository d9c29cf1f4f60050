"""Reviewing, publishing and withdrawing a report."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.ledger.contents import clean_note
from mingzhang.organisation.models import Person
from mingzhang.reports import queries, rules
from mingzhang.reports.actions.keeping import lock_report, move, needed, tell
from mingzhang.reports.models import Report, ReportReview


@transaction.atomic
def review_report(*, report: Report, note: str = "", by: Person) -> Report:
    """Pass the report on to whoever signs. Raises NotAllowed, also for one who wrote any of it, and
    StateRefused."""
    report = lock_report(report)
    rules.check_user_can(by, report, "review")
    _decide(report, "review", clean_note(note, _("审核意见")), by)
    return report


@transaction.atomic
def return_report(*, report: Report, reason: str, by: Person) -> Report:
    """Give the report back to its writers, from review or instead of signing. Raises NotAllowed, StateRefused,
    InvalidInput without a reason."""
    report = lock_report(report)
    rules.check_user_can(by, report, "return")
    _decide(report, "return", needed(reason, _("退回原因"), _("退回时要写明原因。")), by)
    return report


def _decide(report: Report, verb: str, note: str, by: Person) -> None:
    version = queries.version_of(report)
    ReportReview.objects.create(
        version=version, reviewer=by, passed=verb == "review", note=note, at=clock.now()
    )  # fmt: skip
    move(report, verb)
    tell(report, verb, by, {"version": version.number})


@transaction.atomic
def publish_report(*, report: Report, by: Person) -> Report:
    """Let everybody who may view the unit's reports read it. Raises NotAllowed, StateRefused."""
    report = lock_report(report)
    rules.check_user_can(by, report, "publish")
    report.published_by, report.published_at = by, clock.now()
    move(report, "publish", "published_by", "published_at")
    tell(report, "publish", by, {})
    return report


@transaction.atomic
def withdraw_report(*, report: Report, reason: str, by: Person) -> Report:
    """Take the report back, with a reason that stays beside it. What was signed stays as it is. Raises NotAllowed,
    StateRefused, InvalidInput without a reason."""
    report = lock_report(report)
    rules.check_user_can(by, report, "withdraw")
    given = needed(reason, _("撤回原因"), _("撤回时要写明原因。"))
    report.withdrawn_by, report.withdrawn_at, report.withdrawal_reason = by, clock.now(), given
    move(report, "withdraw", "withdrawn_by", "withdrawn_at", "withdrawal_reason")
    tell(report, "withdraw", by, {}, private={"reason": given})
    return report
