"""Signing a report: from here on nothing of it changes."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit.checkpoints import make_checkpoint
from mingzhang.core import clock
from mingzhang.core.digests import read
from mingzhang.core.errors import StateRefused
from mingzhang.organisation.models import Person
from mingzhang.reports import queries, rules
from mingzhang.reports.actions.keeping import lock_report, move, tell
from mingzhang.reports.compose import Told
from mingzhang.reports.freezing import Json
from mingzhang.reports.models import Report, ReportNumber, Signature
from mingzhang.reports.stored import proposal


@transaction.atomic
def sign_report(*, report: Report, seen: str, by: Person) -> Report:
    """Freeze the report as it was submitted and reviewed, with the position, entries and set digest of each of its
    numbers, and make a checkpoint over the log that says so. `seen` is the digest of what the signer was shown.
    Raises NotAllowed, InvalidInput while a typed number has neither figure nor source, StateRefused when the report
    is no longer what the signer was shown."""
    report = lock_report(report)
    rules.check_user_can(by, report, "sign")
    rules.check_supported(queries.prose_of(queries.version_of(report)))
    signed = proposal(report, by)
    if signed.digest != seen:
        raise StateRefused(_("您看过之后，这份报告又有变化。"), remedy=_("请重新看一遍，再签发。"))
    told = zip(signed.made.numbers, signed.body["numbers"], strict=True)
    ReportNumber.objects.bulk_create(_frozen(report, *one) for one in told)
    position, version = signed.made.position, queries.version_of(report)
    tell(report, "sign", by, {"version": version.number, "position": position, "body": signed.digest})
    Signature.objects.create(
        report=report,
        version=version,
        position=position,
        body=signed.text,
        digest=read(signed.digest),
        checkpoint=make_checkpoint(book=report.book.code, reason="signing"),
        signed_by=by,
        signed_at=clock.now(),
    )
    move(report, "sign")
    return report


def _frozen(report: Report, told: Told, said: Json) -> ReportNumber:
    period = told.request.period
    return ReportNumber(
        report=report,
        mark=told.mark,
        block=told.block,
        figure=told.request.figure_id,
        unit_id=told.request.unit_id,
        start=period.start,
        end=period.end,
        alone=told.request.alone,
        text=told.text,
        value=said["value"],
        measure=said["measure"],
        position=said["position"],
        entries=said["entry_count"],
        set_digest=read(said["set_digest"]),
    )
