"""Findings as lists show them: what is wrong where, who has it, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.core.workdays import WorkCalendar
from mingzhang.duties.wording import Stand
from mingzhang.findings.addresses import finding_page
from mingzhang.findings.flows import STATES
from mingzhang.findings.models import CLOSED, GONE, Closing, Finding
from mingzhang.findings.wording import category_name, severity_name, source_name
from mingzhang.organisation.queries import work_calendar
from mingzhang.ui.templatetags.ui import day as short_day

DAY = timedelta(days=1)
SOON = 2  # working days left from which a finding is said to be due soon
TITLE = 60


@dataclass(frozen=True)
class Line:
    """One finding of a list. `closed_on` is the day on which it was closed last."""

    finding: Finding
    title: str
    stand: Stand
    closed_on: date | None
    address: str

    @property
    def number(self) -> str:
        return self.finding.number

    @property
    def where(self) -> str:
        """The place, or else the unit."""
        return self.finding.place or self.finding.unit.name

    @property
    def who(self) -> str:
        """Who answers for it."""
        return self.finding.owner.name if self.finding.owner else ""

    @property
    def category(self) -> str:
        return category_name(self.finding)

    @property
    def severity(self) -> str:
        return severity_name(self.finding)

    @property
    def source(self) -> str:
        return source_name(self.finding.source)

    @property
    def about(self) -> str:
        """Where it is, if that is said, what it is about, and where it came from."""
        return _("，").join(one for one in (self.finding.place, self.category, self.source) if one)

    @property
    def to_assign(self) -> bool:
        """Whether it waits for somebody to be named."""
        return self.finding.state == "found"


def title_of(finding: Finding) -> str:
    """What it is called: the first line of its description, cut where it is long."""
    first = finding.description.strip().splitlines()[0]
    return first if len(first) <= TITLE else f"{first[: TITLE - 1]}…"


def rest_of(finding: Finding) -> str:
    """What its description says beyond its title."""
    said = finding.description.strip()
    title = title_of(finding)
    return said if title.endswith("…") else said.removeprefix(title).strip()


def lines_of(findings: Sequence[Finding], today: date) -> list[Line]:
    """The findings as a page shows them; they come with what `queries.SHOWN` names. A fixed number of queries."""
    calendar, closed = work_calendar(), closed_on(findings)
    return [
        Line(
            finding=one,
            title=title_of(one),
            stand=stand_of(one, today, calendar, closed.get(one.pk)),
            closed_on=closed.get(one.pk),
            address=finding_page(one.pk),
        )
        for one in findings
    ]


def closed_on(findings: Sequence[Finding]) -> Mapping[int, date]:
    """The day on which each was closed in the round that it is in. One query where any was."""
    rounds = {one.pk: one.round for one in findings if one.state in ("closed", "confirmed")}
    if not rounds:
        return {}
    found = Closing.objects.filter(finding__in=rounds).values_list("finding_id", "round", "on")
    return {finding: on for finding, round, on in found if rounds[finding] == round}


def stand_of(finding: Finding, today: date, calendar: WorkCalendar, closed: date | None = None) -> Stand:
    """Late before anything else: that is what somebody has to know."""
    state = finding.state
    if state == "follow_up_due":
        return Stand(str(STATES[state]), "is-soon", "walk")
    if state in CLOSED:
        said = _("%(day)s销号") % {"day": short_day(closed)} if closed else str(STATES[state])
        return Stand(str(STATES[state]) if state == "confirmed" else said, "is-done", "check2")
    if state in GONE:
        return Stand(str(STATES[state]), "is-draft", "x")
    if state in ("suspended", "doubted"):
        return Stand(str(STATES[state]), "is-draft", "clock")
    if state in ("submitted", "verified"):
        return _handed_in(finding, today)
    return _running(finding, today, calendar)


def _handed_in(finding: Finding, today: date) -> Stand:
    days = (today - (finding.submitted_on or today)).days
    said = ngettext("等了%(days)d天", "等了%(days)d天", days) % {"days": days}
    return Stand(said if days else str(STATES[finding.state]), "", "eye")


def _running(finding: Finding, today: date, calendar: WorkCalendar) -> Stand:
    days = (today - finding.deadline).days
    if days > 0:
        return Stand(ngettext("逾期%(days)d天", "逾期%(days)d天", days) % {"days": days}, "is-late", "late")
    if days == 0:
        return Stand(_("今天到期"), "is-soon", "clock")
    left = calendar.count(today + DAY, finding.deadline)
    said = ngettext("还有%(count)d个工作日", "还有%(count)d个工作日", left) % {"count": left}
    return Stand(said, "is-soon" if left <= SOON else "", "clock" if left <= SOON else "half")
