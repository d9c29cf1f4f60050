"""Weights that come from what is known of units: how many findings are open, late or came back there, and how many
items were wrong at the last visit. A weight is a whole number from one on, and says itself how it came about. Units
are weighed, and never people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.findings.models import OPEN, UNSOLVED, Finding, FollowUp
from mingzhang.inspections.models import DONE, Round
from mingzhang.inspections.verify_draw import MOST_WEIGHT
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Book, Unit
from mingzhang.ui.templatetags.ui import full_day

YEAR = timedelta(days=365)
MOST_FACTOR = 100


@dataclass(frozen=True)
class Weighed:
    """A weight, and in words how it came about."""

    weight: int
    because: str


def _open(book: Book, _today: date) -> Counter[int]:
    return _counted(Finding.objects.filter(book=book, state__in=OPEN).values_list("unit").annotate(Count("pk")))


def _late(book: Book, today: date) -> Counter[int]:
    late = Finding.objects.filter(book=book, state__in=UNSOLVED, by_day__lt=today)
    return _counted(late.values_list("unit").annotate(Count("pk")))


def _came_back(book: Book, today: date) -> Counter[int]:
    seen = FollowUp.objects.filter(closing__finding__book=book, result="recurred", on__gt=today - YEAR)
    return _counted(seen.values_list("closing__finding__unit").annotate(Count("pk")))


def _wrong(book: Book, _today: date) -> Counter[int]:
    """Items that were wrong at the last visit of each unit, as its entry says."""
    visits = Round.objects.filter(book=book, kind="visit", state__in=DONE, entry__isnull=False)
    last = visits.order_by("unit", "-finished_on", "-pk").distinct("unit").values_list("entry", "unit")
    units = {int(entry): unit for entry, unit in last if entry is not None}
    entries = Entry.objects.filter(book=book, seq__in=units).values_list("seq", "data__wrong")
    return _counted((units[seq], int(wrong or 0)) for seq, wrong in entries)


def _counted(rows: Iterable[tuple[int, int]]) -> Counter[int]:
    found: Counter[int] = Counter()
    for unit, count in rows:
        found[unit] += count
    return found


# What is counted: its name, in a word for the weight of an object, and how.
FIGURES: dict[str, tuple[Promise, Promise, Callable[[Book, date], Counter[int]]]] = {
    "open": (gettext_lazy("没有销号的问题"), gettext_lazy("未销号"), _open),
    "late": (gettext_lazy("逾期的问题"), gettext_lazy("逾期"), _late),
    "came_back": (gettext_lazy("近一年反弹的问题"), gettext_lazy("反弹"), _came_back),
    "wrong": (gettext_lazy("最近一次检查不合格的项目"), gettext_lazy("不合格"), _wrong),
}


def formula_of(factors: Mapping[str, int], today: date) -> str:
    """How weights are reckoned, in words."""
    parts = [f"{FIGURES[key][0]}{_times(factor)}" for key, factor in factors.items()]
    said = {"parts": " + ".join(parts), "day": full_day(today), "most": f"{MOST_WEIGHT:,}"}
    return _("权重 = 1 + %(parts)s，最多%(most)s；按%(day)s单位和下级单位的数") % said


def _times(factor: int) -> str:
    return f"×{factor}" if factor > 1 else ""


def weigh(units: Iterable[int], factors: Mapping[str, int], book: Book, today: date) -> dict[int, Weighed]:
    """The weight of an object in each unit by what is counted of it and those below it, each times its factor. A
    fixed number of queries."""
    counted = [
        (str(FIGURES[key][1]), factor, _with_below(FIGURES[key][2](book, today))) for key, factor in factors.items()
    ]
    return {unit: _weighed(unit, counted) for unit in units}


def _with_below(counts: Counter[int]) -> Counter[int]:
    found: Counter[int] = Counter()
    for unit, ancestors in Unit.objects.filter(pk__in=counts).values_list("pk", "ancestors"):
        for one in ancestors:
            found[one] += counts[unit]
    return found


def _weighed(unit: int, counted: Sequence[tuple[str, int, Counter[int]]]) -> Weighed:
    weight = min(1 + sum(factor * counts[unit] for _name, factor, counts in counted), MOST_WEIGHT)
    parts = [f"{name}{counts[unit]}{_times(factor)}" for name, factor, counts in counted if counts[unit]]
    return Weighed(weight, f"{weight} = {' + '.join(['1', *parts])}")
