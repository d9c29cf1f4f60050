"""The half-year report of the demonstration, written, reviewed, signed and published by its own people."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.demo.history import LAST_DAY
from mingzhang.demo.staff import Staff
from mingzhang.organisation.models import Unit
from mingzhang.reports import actions, queries
from mingzhang.reports.models import Report, Signature
from mingzhang.reports.reading import Offer, offered_by_name
from mingzhang.reports.signed import Signed
from mingzhang.reports.stored import proposal


def signed_report(unit: Unit, period: Period, template: str) -> Signed | None:
    """The unit's report as it was signed, signed now if it was not begun yet; None when a visitor has begun one and
    not signed it."""
    offer = offered_by_name(unit, period, template)
    ours = Signature.objects.filter(
        report__unit=unit, report__template=offer.template.id, report__pack=offer.pack.id
    )
    ours = ours.filter(report__start=period.start, report__end=period.end).select_related("checkpoint")
    if (found := ours.order_by("-report_id").first()) is not None:
        return Signed(found)
    if queries.standing(unit, offer.pack.id, offer.template.id, period):
        return None
    signature = queries.signature_of(_sign(unit, period, offer))
    return Signed(signature) if signature else None


@transaction.atomic
def _sign(unit: Unit, period: Period, offer: Offer) -> Report:
    staff = Staff(unit.book)
    clerk, reviewer, leader = staff.clerk(unit), staff.reviewers(unit)[0], staff.by_role[unit.pk, "leader"][0]
    with clock.at(_on_last_day(unit, 16, 10)):
        report = actions.create_report(
            pack_version=offer.pack_version, template=offer.template, unit=unit, period=period, by=clerk
        )
    with clock.at(_on_last_day(unit, 16, 25)):
        report = actions.submit_report(report=report, by=clerk)
    with clock.at(_on_last_day(unit, 16, 50)):
        report = actions.review_report(report=report, note="数字抽查了十处，都能点开。", by=reviewer)
    with clock.at(_on_last_day(unit, 17, 20)):
        report = actions.sign_report(report=report, seen=proposal(report, leader).digest, by=leader)
        return actions.publish_report(report=report, by=leader)


def _on_last_day(unit: Unit, hour: int, minute: int) -> datetime:
    return datetime.combine(LAST_DAY, time(hour, minute), ZoneInfo(unit.book.timezone)).astimezone(UTC)
