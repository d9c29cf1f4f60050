"""Tasks in words: what they are called, how they stand, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.core.periods import Period
from mingzhang.core.workdays import WorkCalendar
from mingzhang.duties.answering import Seating, names_of
from mingzhang.duties.flows import STATES
from mingzhang.duties.models import OPEN_TASKS, Task
from mingzhang.duties.queries import sheets_of, words_for
from mingzhang.ledger.addresses import new_sheet
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import visible_units, work_calendar
from mingzhang.organisation.roles import Permission
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.wording import language

DAY = timedelta(days=1)
SOON = 2  # working days left from which a task is said to be due soon


@dataclass(frozen=True)
class Stand:
    """How a task stands on a day: in a word or two, as a look and an icon."""

    said: str
    look: str
    icon: str


@dataclass(frozen=True)
class Line:
    """One task of a list: what it is called, what it belongs to, when it is due, and where its sheet is written.
    `who` has it: a person, or those who hold the post. `sheets` of `task.needed` are in the books."""

    task: Task
    name: str
    period: str
    unit: str
    stand: Stand
    left: str
    who: str
    sheets: int
    address: str
    fill: str = ""

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.task.state in OPEN_TASKS

    @property
    def counted(self) -> bool:
        """Whether it takes several sheets, so that a bar says more than a word."""
        return self.task.needed > 1 and self.task.kind_id is not None


def name_of(task: Task, duty: Duty | None) -> str:
    """What the task is called; its code where nobody knows the words any more."""
    return duty.name.text(language()) if duty else task.duty


def lines_of(tasks: Sequence[Task], person: Person, today: date) -> list[Line]:
    """The tasks as a page shows them. They come with `unit` and `kind`; a fixed number of queries."""
    if not tasks:
        return []
    words, sheets, calendar = words_for(tasks), sheets_of(tasks), work_calendar()
    seating = Seating({task.unit_id for task in tasks}, today)
    scope = visible_units(person, Permission.RECORD_ADD)
    return [
        Line(
            task=task,
            name=name_of(task, words[task.pk]),
            period=period_said(task),
            unit=task.unit.name,
            stand=stand_of(task, today, calendar),
            left=left_said(task, today, calendar),
            who=task.handler.name if task.handler else names_of(seating.handlers(task)),
            sheets=len(sheets.get(task.pk, ())),
            address=reverse("duties:task", args=(task.pk,)),
            fill=sheet_address(task, today) if scope.contains(task.unit) else "",
        )
        for task in tasks
    ]


def period_said(task: Task) -> str:
    """The period for which it is: 2026年10月, 2026年第四季度; or after which day something happened."""
    if task.comes_after:
        return _("%(day)s的事以后") % {"day": date_format(task.nominal, "DATE_FORMAT")}
    period = Period.parse(task.period)
    return period.label_en if language() == "en" else period.label


def stand_of(task: Task, today: date, calendar: WorkCalendar) -> Stand:
    """Late before anything else: that is what somebody has to know."""
    if task.state == "done":
        late = task.late_on(today)
        return Stand(_("办完了，晚了") if late else str(STATES["done"]), "" if late else "is-done", "check")
    if task.state not in OPEN_TASKS:
        return Stand(str(STATES[task.state]), "is-draft", "x")
    days = (today - task.deadline).days
    if days > 0:
        return Stand(ngettext("逾期%(days)d天", "逾期%(days)d天", days) % {"days": days}, "is-late", "warn")
    if days == 0:
        return Stand(_("今天到期"), "is-soon", "clock")
    soon = calendar.count(today + DAY, task.deadline) <= SOON
    return Stand(str(STATES[task.state]), "is-soon" if soon else "", "clock")


def left_said(task: Task, today: date, calendar: WorkCalendar) -> str:
    """How many working days are left; nothing where none are, or the task is done."""
    if task.state not in OPEN_TASKS or task.deadline <= today:
        return ""
    left = calendar.count(today + DAY, task.deadline)
    return ngettext("还有%(count)d个工作日", "还有%(count)d个工作日", left) % {"count": left}


def day_to_write(task: Task, today: date) -> date | None:
    """The day that a sheet for the task begins with: today, or the last day of a period that is over; None while
    the period has not begun."""
    return None if today < task.first else min(today, task.last)


def sheet_address(task: Task, today: date) -> str:
    """Where the sheet that counts for the task is written, with unit and day filled in; empty where none is."""
    day = day_to_write(task, today)
    if task.kind is None or task.state not in OPEN_TASKS or day is None:
        return ""
    return new_sheet(kind=str(task.kind), unit=task.unit.code, on=day.isoformat())
