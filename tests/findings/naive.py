"""What the ledger should say of findings, worked out one finding at a time from the findings alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from mingzhang.core import clock
from mingzhang.findings.models import Closing, Finding, FollowUp
from mingzhang.ledger.models import Entry

KINDS = ("findings.found", "findings.closed", "findings.followed_up")
Told = tuple[str, int, date, tuple[tuple[str, object], ...]]


def wanted() -> Counter[Told]:
    """The entries that should stand."""
    return Counter(_wanted(clock.today()))


def standing() -> Counter[Told]:
    """The entries that do: each that was posted and not taken back."""
    found: Counter[Told] = Counter()
    for entry in Entry.objects.filter(kind__code__in=KINDS).select_related("kind"):
        told = (entry.kind.code, entry.unit_id, entry.occurred_on, tuple(sorted(entry.data.items())))
        found[told] += entry.sign
    return Counter({told: count for told, count in found.items() if count})


def _wanted(today: date) -> Iterator[Told]:
    for finding in Finding.objects.all():
        if finding.state not in ("not_a_problem", "merged", "split", "withdrawn"):
            data = {**_sort(finding, finding), "outcome": _outcome(finding, today)}
            yield _told("findings.found", finding.unit_id, finding.found_on, data)
    for closing in Closing.objects.select_related("finding"):
        sort = _sort(closing.finding, closing)
        data = {**sort, "days": closing.days, "in_time": closing.in_time, "again": closing.round > 1}
        yield _told("findings.closed", closing.unit_id, closing.on, data)
    for seen in FollowUp.objects.select_related("closing__finding"):
        sort = _sort(seen.closing.finding, seen.closing)
        yield _told("findings.followed_up", seen.closing.unit_id, seen.on, {**sort, "result": seen.result})


def _sort(finding: Finding, of: Finding | Closing) -> dict[str, object]:
    sort = {"category": of.category, "severity": of.severity}
    return {**sort, "source": finding.source, "finding": finding.number}


def _outcome(finding: Finding, today: date) -> str:
    if finding.state in ("closed", "follow_up_due", "confirmed"):
        return "closed"
    if finding.state == "suspended":
        return "suspended"
    handed_in = finding.submitted_on if finding.state in ("submitted", "verified") else None
    return "overdue" if (handed_in or today) > (finding.until or finding.due_on) else "open"


def _told(kind: str, unit: int, day: date, data: dict[str, object]) -> Told:
    return kind, unit, day, tuple(sorted(data.items()))
