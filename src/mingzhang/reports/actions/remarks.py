"""Remarks in the margin."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.organisation.models import Person
from mingzhang.reports import queries, rules
from mingzhang.reports.actions.keeping import lock_report, needed, tell
from mingzhang.reports.models import Comment, Report

QUOTED = 200


@transaction.atomic
def comment(*, report: Report, block: str, text: str, quote: str = "", by: Person) -> Comment:
    """Write a remark beside a block, or beside the number `quote` in it. Raises NotAllowed, StateRefused,
    InvalidInput, NotFound."""
    report = lock_report(report)
    rules.check_user_can_comment(by, report)
    said = needed(text, _("意见"), _("意见是空的。"))
    if queries.prose_of(queries.version_of(report)).block(block) is None:
        raise NotFound(_("报告里没有这一段了。"), remedy=_("请回到报告看看新的内容。"))
    made = Comment.objects.create(
        report=report, version=report.version, block=block, quote=quote[:QUOTED], text=said, by=by, at=clock.now()
    )
    tell(report, "comment", by, {"comment": made.pk, "block": block})
    return made


@transaction.atomic
def resolve(*, report: Report, number: int, by: Person) -> Comment:
    """Mark a remark as dealt with. Raises NotAllowed, StateRefused, NotFound."""
    report = lock_report(report)
    rules.check_user_can_comment(by, report)
    found = Comment.objects.filter(report=report, pk=number).first()
    if found is None:
        raise NotFound(_("没有找到这条意见。"))
    if found.resolved_at is None:
        found.resolved_by, found.resolved_at = by, clock.now()
        found.save(update_fields=["resolved_by", "resolved_at"])
        tell(report, "resolve", by, {"comment": found.pk})
    return found
