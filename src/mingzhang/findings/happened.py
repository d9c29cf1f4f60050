"""Findings by what happened to them on which days, as the figures count them: found, closed, looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from mingzhang.findings.models import CLOSED, UNSOLVED, Closing, Finding, FollowUp
from mingzhang.organisation.scopes import AnyOf
from mingzhang.packs.schema import FINDING_OUTCOMES, FOLLOW_UP_RESULTS

EVENTS = ("found", "closed", "followed_up")
HANDED_IN = ("submitted", "verified")


@dataclass(frozen=True)
class Happened:
    """That findings were found, closed or looked at again from `first` to `last`, and how: an outcome for those
    found; closed in time, closed again, or not; confirmed or recurred. What is empty is not asked."""

    event: str
    first: date
    last: date
    outcome: str = ""
    in_time: bool | None = None
    again: bool | None = None
    result: str = ""

    def __post_init__(self) -> None:
        if self.event not in EVENTS or self.outcome not in ("", *FINDING_OUTCOMES):
            raise ValueError(self)
        if self.result not in ("", *FOLLOW_UP_RESULTS):
            raise ValueError(self)


def found_then(findings: QuerySet[Finding], asked: Happened, today: date) -> QuerySet[Finding]:
    """Of `findings`, those found on these days, with their outcome as of today."""
    findings = findings.filter(found_on__range=(asked.first, asked.last))
    return findings.filter(_outcome(asked.outcome, today)) if asked.outcome else findings


def _outcome(outcome: str, today: date) -> Q:
    late = Q(state__in=UNSOLVED, by_day__lt=today) | Q(state__in=HANDED_IN, by_day__lt=F("submitted_on"))
    return {
        "closed": Q(state__in=CLOSED),
        "suspended": Q(state="suspended"),
        "overdue": late,
        "open": Q(state__in=(*UNSOLVED, *HANDED_IN)) & ~late,
    }[outcome]


def settled_then(
    findings: QuerySet[Finding], asked: Happened, units: tuple[int, ...] | None, sort: dict[str, str]
) -> QuerySet[Finding]:
    """Of `findings`, those closed or looked at again on these days, as they were then: of one of `units` (None: of
    any), of the category and severity of `sort`. One that was closed twice stands there once."""
    closings = Closing.objects.filter(**{name: value for name, value in sort.items() if value})
    if units is not None:
        closings = closings.filter(AnyOf(F("unit"), units))
    days = (asked.first, asked.last)
    if asked.event == "followed_up":
        seen = FollowUp.objects.filter(on__range=days, **({"result": asked.result} if asked.result else {}))
        return findings.filter(pk__in=closings.filter(pk__in=seen.values("closing")).values("finding"))
    how: dict[str, Any] = {} if asked.in_time is None else {"in_time": asked.in_time}
    if asked.again is not None:
        how["round__gt" if asked.again else "round"] = 1
    return findings.filter(pk__in=closings.filter(on__range=days, **how).values("finding"))
