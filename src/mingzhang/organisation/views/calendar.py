"""The working calendar: a year as twelve small months, and entering a notice."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput, NotFound, Refusal
from mingzhang.core.workdays import Day, WorkCalendar, weekday_said
from mingzhang.organisation import actions, calendars, queries, rules
from mingzhang.organisation.calendars import FIRST_YEAR, LAST_YEAR, Change, Row
from mingzhang.organisation.forms import NoticeForm
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission

MOST_BYTES = 200_000
WEEKS = Calendar()  # from Monday
A_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True)
class Month:
    """A month by weeks; the days before its first and after its last are None. `working` counts working days."""

    first: date
    weeks: Sequence[Sequence[Day | None]]
    working: int


@dataclass(frozen=True)
class Run:
    """Days one after the other that are alike, said in one line."""

    first: Day
    last: Day


@require_safe
@placed(Permission.UNIT_MANAGE)
def this_year(request: HttpRequest, place: Place) -> HttpResponse:
    """The year in which we are."""
    return _year(request, place, clock.today().year)


@require_safe
@placed(Permission.UNIT_MANAGE)
def year(request: HttpRequest, place: Place, year: int) -> HttpResponse:
    """Any year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(_("日历从%(first)d年到%(last)d年。") % {"first": FIRST_YEAR, "last": LAST_YEAR})
    return _year(request, place, year)


def _year(request: HttpRequest, place: Place, year: int) -> HttpResponse:
    calendar = queries.work_calendar()
    months = [_month(calendar, year, month) for month in range(1, 13)]
    context = {
        "year": year,
        "before": max(year - 1, FIRST_YEAR),
        "after": min(year + 1, LAST_YEAR),
        "months": months,
        "weekdays": weekdays(),
        "working": sum(month.working for month in months),
        "today": clock.today(),
        "runs": _runs(calendar.special(year)),
        "notice": queries.calendar_notice(year),
        "provisional": calendars.provisional_said(year),
        "imports": rules.user_can_import_notice(place.person),
    }
    return render(request, "organisation/calendar.html", context)


def weekdays() -> list[tuple[str, str]]:
    """The head of a month: each day of the week, short and in full."""
    short = (
        pgettext("weekday", "一"),
        pgettext("weekday", "二"),
        pgettext("weekday", "三"),
        pgettext("weekday", "四"),
        pgettext("weekday", "五"),
        pgettext("weekday", "六"),
        pgettext("weekday", "日"),
    )
    return [(name, weekday_said(A_MONDAY + timedelta(days=n))) for n, name in enumerate(short)]


def _month(calendar: WorkCalendar, year: int, month: int) -> Month:
    weeks = [
        [calendar.day(day) if day.month == month else None for day in week]
        for week in WEEKS.monthdatescalendar(year, month)
    ]
    working = sum(day.working for week in weeks for day in week if day)
    return Month(date(year, month, 1), weeks, working)


def _runs(days: Sequence[Day]) -> list[Run]:
    """The special days, those next to each other that are alike as one."""
    runs: list[Run] = []
    for day in days:
        if runs and _goes_on(runs[-1].last, day):
            runs[-1] = Run(runs[-1].first, day)
        else:
            runs.append(Run(day, day))
    return runs


def _goes_on(last: Day, day: Day) -> bool:
    return day.date - last.date == timedelta(days=1) and (last.kind, last.name) == (day.kind, day.name)


# --- entering -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@placed(Permission.UNIT_MANAGE)
def import_(request: HttpRequest, place: Place) -> HttpResponse:
    """Look at what a list would change, then enter it."""
    rules.check_user_can_import_notice(place.person)
    if request.method != "POST":
        form = NoticeForm(place, initial={"year": clock.today().year + 1})
        return _page(request, form)
    form = NoticeForm(place, data=request.POST)
    try:
        form = _with_file(request, place)
        return _looked_at(request, place, form) if form.is_valid() else _page(request, form, status=422)
    except Refusal as refusal:
        form.is_valid()
        form.refuse(refusal)
        return _page(request, form, status=refusal.status)


def _with_file(request: HttpRequest, place: Place) -> NoticeForm:
    """The form as it was sent, with the list of the file in it, so that it need not be chosen again. Raises
    InvalidInput."""
    given = request.POST.copy()
    if file := request.FILES.get("file"):
        if (file.size or 0) > MOST_BYTES:
            raise InvalidInput(_("文件太大，最多%(limit)dKB。") % {"limit": MOST_BYTES // 1000})
        given["lines"] = calendars.text_of(file.read())
    return NoticeForm(place, data=given)


def _looked_at(request: HttpRequest, place: Place, form: NoticeForm) -> HttpResponse:
    given = form.cleaned_data
    rows = calendars.read(given["lines"])
    if "enter" in request.POST:
        return _entered(request, place, form, rows)
    calendars.check(given["year"], rows)
    return _page(request, form, calendars.changes(queries.work_calendar(), given["year"], rows))


def _entered(request: HttpRequest, place: Place, form: NoticeForm, rows: Sequence[Row]) -> HttpResponse:
    given = form.cleaned_data
    actions.import_notice(
        year=given["year"], rows=rows, number=given["number"], issued_on=given["issued_on"], by=place.person
    )
    messages.success(request, _("%(year)d年的工作日历录好了。") % {"year": given["year"]})
    return redirect("organisation:calendar_year", given["year"])


def _page(
    request: HttpRequest, form: NoticeForm, changes: Sequence[Change] | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "changes": changes}
    return render(request, "organisation/calendar_import.html", context, status=status)
