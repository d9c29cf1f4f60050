"""The list and the calendar of tasks: what was asked in the address, and which tasks that finds."""

from __future__ import annotations

from calendar import Calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from mingzhang.core.composed import Given
from mingzhang.core.errors import InvalidInput
from mingzhang.core.workdays import Day
from mingzhang.duties.models import CLOSED_TASKS, OPEN_TASKS, Adaptation, Task
from mingzhang.duties.whose import tasks_of
from mingzhang.ledger.listing import Pages, Tab, read_day, read_page
from mingzhang.organisation.models import Adoption, Book
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import below, today_in, work_calendar
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import AnyOf
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import language

SIZE = 20
MOST_COUNTED = 10_000
A_DAYS_LINES = 3
WEEKS = Calendar()  # from Monday
FIRST_YEAR, LAST_YEAR = 2000, 2099

STATES: dict[str, Promise] = {
    "open": gettext_lazy("要办的"),
    "late": gettext_lazy("逾期的"),
    "done": gettext_lazy("办完的"),
    "excused": gettext_lazy("免办的"),
    "all": gettext_lazy("全部"),
}


class Asked:
    """What the address asks for. Raises InvalidInput for an unreadable day or month."""

    def __init__(self, place: Place, query: QueryDict) -> None:
        self.place = place
        self.today = today_in(place.person.book)
        mine = "mine" if Permission.RECORD_ADD in place.held else "below"
        self.usual = mine
        self.whose = query.get("whose", "") if query.get("whose") in ("mine", "below") else mine
        self.state = query.get("state", "") if query.get("state") in STATES else "open"
        self.text = query.get("q", "").strip()[:100]
        self.first = read_day(query.get("from", ""))
        self.last = read_day(query.get("to", ""))
        self.month = _month(query.get("month", ""), self.today)
        self.monthly = query.get("view") == "month"
        self.page = read_page(query.get("page", ""))
        if self.state == "all" and not self.monthly and not (self.first and self.last):
            # Of everything that ever was, the month at hand: nobody wants a list of millions.
            self.first, self.last = self.month, _next(self.month) - timedelta(days=1)
        if self.first and self.last and self.first > self.last:
            raise InvalidInput(_("开始的日子晚于结束的日子。"), remedy=_("请把两个日期对调。"))

    @property
    def active(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text or self.first or self.last)

    @property
    def clear(self) -> str:
        """The list without conditions."""
        return self.address(**{"from": "", "to": "", "q": ""})

    @property
    def plain(self) -> str:
        """The same as a list."""
        return self.address(view="", month="")

    @property
    def calendar(self) -> str:
        """The same as a calendar of the month."""
        return self.month_of(self.month)

    @property
    def before(self) -> str:
        """The month before."""
        return self.month_of((self.month - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> str:
        """The month after."""
        return self.month_of(_next(self.month))

    def month_of(self, first: date) -> str:
        """The calendar of the month that begins with `first`."""
        return self.address(view="month", month=f"{first:%Y-%m}", **{"from": "", "to": ""})

    def days(self, first: date, last: date) -> str:
        """The list of everything due from `first` to `last`."""
        return self.address(view="", month="", state="all", **{"from": first, "to": last})

    def address(self, **changes: object) -> str:
        """This page with something else asked for; what is empty is left out, and the page starts over."""
        held: dict[str, object] = {
            "whose": "" if self.whose == self.usual else self.whose,
            "state": "" if self.state == "open" else self.state,
            "from": self.first or "",
            "to": self.last or "",
            "q": self.text,
            "view": "month" if self.monthly else "",
        }
        said = {name: value for name, value in {**held, **changes}.items() if value}
        return f"{reverse('duties:list')}?{self.place.query}{f'&{urlencode(said)}' if said else ''}"

    def whose_tabs(self) -> list[Tab]:
        """Mine, or those of the unit and below it."""
        names = {
            "mine": pgettext("duty", "我的"),
            "below": _("“%(unit)s”和下级的") % {"unit": self.place.unit.name},
        }
        return [
            Tab(name, None, self.address(whose="" if code == self.usual else code), code == self.whose)
            for code, name in names.items()
        ]

    def pages(self, count: int) -> Pages:
        """The pages of a list of so many."""
        of = max(1, -(-count // SIZE))
        page = min(self.page, of)
        before, after = (self.address(page=number) for number in (page - 1, page + 1))
        return Pages(page, of, before if page > 1 else "", after if page < of else "")


def _month(text: str, today: date) -> date:
    """The first day of a month written as 2026-11; of this month where nothing is written. Raises InvalidInput."""
    if not text:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = date.min
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise InvalidInput(
            _("看不懂月份“%(text)s”。") % {"text": text[:20]}, remedy=_("请写成2026-05这样。")
        ) from None
    return first


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def asked_tasks(asked: Asked) -> QuerySet[Task]:
    """The tasks asked for, whatever their days, in no order."""
    tasks = tasks_of(asked.place.person) if asked.whose == "mine" else tasks_below(asked.place)
    return _named(_in_state(tasks, asked.state, asked.today), asked)


def tasks_below(place: Place) -> QuerySet[Task]:
    """The tasks of the unit at hand and those below it."""
    return below(place.unit).filter(Task.objects.exclude(state="withdrawn"))


def late(today: date | Given) -> Q:
    """That a task is not done although its day has passed. By `due` first, which has an index."""
    return Q(state__in=OPEN_TASKS, due__lt=today) & (Q(until=None) | Q(until__lt=today))


def _in_state(tasks: QuerySet[Task], state: str, today: date) -> QuerySet[Task]:
    match state:
        case "open":
            return tasks.filter(state__in=OPEN_TASKS)
        case "late":
            return tasks.filter(late(today))
        case "all":
            return tasks.filter(Q(state__in=OPEN_TASKS) | Q(state__in=CLOSED_TASKS))  # each has an index
        case _:
            return tasks.filter(state=state)


def _versions(book: Book) -> list[int]:
    """Every version by which the book worked at some time: the tasks of then keep its words."""
    return list(Adoption.objects.filter(book=book).values_list("pack_version_id", flat=True).distinct())


def _named(tasks: QuerySet[Task], asked: Asked) -> QuerySet[Task]:
    if not asked.text:
        return tasks
    book, text = asked.place.person.book, asked.text.casefold()
    found = Q(pk__in=[])
    for version in _versions(book):
        duties = [duty.id for duty in pack_of(version).duties if text in duty.name.text(language()).casefold()]
        if duties:
            found |= Q(AnyOf(F("duty"), duties), pack_version=version)
    own = Adaptation.objects.filter(unit__book=book, content__name__icontains=asked.text)
    for unit, pack, duty in own.values_list("unit", "pack", "duty")[:SIZE]:
        found |= Q(unit=unit, pack=pack, duty=duty)
    return tasks.filter(found)


def page_of(asked: Asked) -> tuple[list[Task], int]:
    """The tasks of the page, and how many there are, at most MOST_COUNTED. What is to be done by its day, the next
    first; what was done, the last first. One's own by the day until which there is time; those of many units in the
    order of `due`, which has an index: more time that was granted is told beside it."""
    tasks = _between(asked_tasks(asked), asked.first, asked.last)
    count = tasks.order_by()[:MOST_COUNTED].count()
    back = "-" if asked.state in ("done", "excused") else ""
    start = (asked.pages(count).page - 1) * SIZE
    tasks = tasks.annotate(by=Coalesce("until", "due") if asked.whose == "mine" else F("due"))
    shown = tasks.select_related("unit", "kind", "handler").order_by(f"{back}by", f"{back}pk")
    return list(shown[start : start + SIZE]), count


def _between(tasks: QuerySet[Task], first: date | None, last: date | None) -> QuerySet[Task]:
    """Those that have to be done from `first` to `last`, by what was granted."""
    if first:
        tasks = tasks.filter(Q(due__gte=first) | Q(until__gte=first))
    if last:
        tasks = tasks.filter(Q(until=None) | Q(until__lte=last), due__lte=last)
    return tasks


# --- the month ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Several:
    """How many tasks of one duty fall on a day, and where they are listed."""

    name: str
    count: int
    address: str


@dataclass(frozen=True)
class Cell:
    """A day of the calendar, what falls on it, and where all of it is listed."""

    day: Day
    lines: Sequence[Several]
    count: int
    late: bool
    address: str

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - sum(line.count for line in self.lines)


def month_of(asked: Asked) -> list[list[Cell | None]]:
    """The month by weeks, with what has to be done on each day, in one question. Days of other months are None."""
    calendar, found = work_calendar(), _by_day(asked)
    return [
        [_cell(asked, calendar.day(day), found[day]) if day.month == asked.month.month else None for day in week]
        for week in WEEKS.monthdatescalendar(asked.month.year, asked.month.month)
    ]


def _cell(asked: Asked, day: Day, found: Sequence[Several]) -> Cell:
    count = sum(one.count for one in found)
    late = day.date < asked.today and asked.state in ("open", "late") and bool(count)
    return Cell(day, found[:A_DAYS_LINES], count, late, asked.days(day.date, day.date))


def _by_day(asked: Asked) -> dict[date, list[Several]]:
    last = _next(asked.month) - timedelta(days=1)
    tasks = _between(asked_tasks(asked), asked.month, last)
    grouped = tasks.annotate(by=Coalesce("until", "due")).values("by", "pack_version", "duty")
    found: dict[date, list[Several]] = defaultdict(list)
    for row in grouped.annotate(count=Count("pk")).order_by("by", "duty"):
        found[row["by"]].append(_several(asked, row))
    return found


def _several(asked: Asked, row: Mapping[str, Any]) -> Several:
    day, duty = row["by"], pack_of(row["pack_version"]).duties_by_id.get(row["duty"])
    name = duty.name.text(language()) if duty else row["duty"]
    address = asked.address(view="", month="", state="all", q=name, **{"from": day, "to": day})
    return Several(name, row["count"], address)
