"""The days of a finding in one row: from where its term is counted to where it ends, with what happened on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from mingzhang.core.recurrence import Step
from mingzhang.core.workdays import WorkCalendar
from mingzhang.findings.models import OPEN, Finding, FindingStep
from mingzhang.findings.reckoning import reckoned
from mingzhang.organisation.queries import work_calendar

DAY = timedelta(days=1)
MOST = 42  # days in the row; of longer ones the middle is left out
KEPT = 20
PAUSED = "paused"


@dataclass(frozen=True)
class Cell:
    """A day: `mark` says that it does not count and why, `number` which working day it is, `events` what happened.
    A cell without a day stands for `left_out` days."""

    day: date | None
    number: int = 0
    mark: str = ""
    name: str = ""
    events: tuple[str, ...] = ()
    due: bool = False
    today: bool = False
    left_out: int = 0

    @property
    def off(self) -> bool:
        return bool(self.mark)

    @property
    def event(self) -> str:
        """The one that the cell has room for."""
        return self.events[0] if self.events else self.name


def strip_of(finding: Finding, steps: Sequence[FindingStep], today: date) -> list[Cell]:
    """The days of the round at hand."""
    due, calendar = reckoned(finding, today), work_calendar()
    known = {step.date: step for step in due.steps} if due else {}
    events = _events(finding, steps)
    ends = [finding.deadline, finding.due_on, *events]
    last = max([*ends, today] if finding.state in OPEN and today <= finding.deadline + 7 * DAY else ends)
    first = min(finding.counted_from, finding.deadline, finding.due_on, *events)
    days = [first + DAY * number for number in range((last - first).days + 1)]
    cells = [_cell(finding, day, known.get(day), events, calendar, today) for day in days]
    return list(_cut(cells))


def _cell(
    finding: Finding,
    day: date,
    step: Step | None,
    events: Mapping[date, list[str]],
    calendar: WorkCalendar,
    today: date,
) -> Cell:
    kind = calendar.day(day)
    mark = "" if kind.working else _("休")
    if step and step.why == PAUSED:
        mark = _("停")
    due = day == finding.deadline
    said = [*events.get(day, ()), *([_("到期")] if due else []), *([_("今天")] if day == today else [])]
    if day == finding.due_on and not due:
        said.append(_("原期限"))
    name = kind.name[:3] if kind.kind == "holiday" else ""
    return Cell(day, step.number if step else 0, mark, name, tuple(said), due, day == today)


def _events(finding: Finding, steps: Sequence[FindingStep]) -> dict[date, list[str]]:
    """What happened on which day of the round, the last thing of a day first."""
    zone = ZoneInfo(finding.book.timezone)
    names = {
        "report": _("发现"), "assign": _("派办"), "submit": _("改完"), "send_back": _("退回"), "verify": _("验收"),
        "close": _("销号"), "recur": _("反弹"),
    }  # fmt: skip
    found: dict[date, list[str]] = defaultdict(list)
    for step in steps:
        if step.verb in names and (step.round == finding.round or _opens(step, finding)):
            said = found[step.at.astimezone(zone).date()]
            if names[step.verb] not in said:
                said.insert(0, names[step.verb])
    return found


def _opens(step: FindingStep, finding: Finding) -> bool:
    """Whether it came back by this step, which is of the round before."""
    return step.verb == "recur" and step.round == finding.round - 1


def _cut(cells: list[Cell]) -> Iterator[Cell]:
    if len(cells) <= MOST:
        yield from cells
        return
    yield from cells[:KEPT]
    yield Cell(None, left_out=len(cells) - 2 * KEPT)
    yield from cells[-KEPT:]
