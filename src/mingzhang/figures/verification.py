"""Whether figures are what a plain count of the entries says: samples of those that are answered from rollups, and
of others, against the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import SystemRandom
from typing import TypeVar

from django.utils.translation import gettext as _

from mingzhang.audit.findings import Checked
from mingzhang.core.periods import Period
from mingzhang.figures import oracle
from mingzhang.figures.definitions import Counted, definitions
from mingzhang.figures.engine import Request, definition_of, evaluate
from mingzhang.figures.models import RollupMonth
from mingzhang.figures.rolled import month_days
from mingzhang.ledger.models import Entry
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Book, Unit
from mingzhang.organisation.queries import packs_in_force, root

Thing = TypeVar("Thing")

MONTHS, FIGURES, UNITS = 2, 10, 3

_random = SystemRandom()


def verify_figures(book: Book, *, months: int = MONTHS) -> Checked:
    """Count some figures of a few units again, entry by entry, in `months` months chosen by chance."""
    checked = Checked("figures", _("数据项"))
    at = position(book)
    units = _units(book)
    plain = oracle.read_ledger(book, as_of=0)
    for month in _months(book, months):
        asked = _requests(book, units, Period.of_months(month.year, month.month, 1))
        ledger = replace(plain, entries=_entries(book, asked, month, at))
        for request, value in evaluate(asked, as_of=at).items():
            checked.count += 1
            found = oracle.figure(ledger, definition_of(request), request.unit_id, request.period, "then")
            if found != value.number:
                said = _("汇总说是%(said)s，逐笔数出来是%(found)s。") % {"said": value.number, "found": found}
                checked.differs(_place(request, units), said)
    return checked


def _place(request: Request, units: Sequence[Unit]) -> str:
    [unit] = [unit for unit in units if unit.pk == request.unit_id]
    return f"{request.figure_id} {unit.code} {request.period.code}"


def _months(book: Book, count: int) -> list[date]:
    """The first days of months that have entries, half of them rolled up where any are."""
    days = Entry.objects.filter(book=book)
    known = {day.replace(day=1) for day in days.dates("occurred_on", "month")}
    rolled = set(RollupMonth.objects.filter(unit__book=book).values_list("month", flat=True)) & known
    chosen = _some(sorted(rolled), -(-count // 2))
    return chosen + _some(sorted(known - set(chosen)), count - len(chosen))


def _units(book: Book) -> list[Unit]:
    """The root, some whose figures are kept, and some others."""
    kept = list(RollupMonth.objects.filter(unit__book=book).values_list("unit_id", flat=True).distinct())
    every = list(Unit.objects.filter(book=book).values_list("pk", flat=True))
    chosen = {root(book).pk, *_some(kept, UNITS), *_some(every, UNITS)}
    return list(Unit.objects.filter(pk__in=chosen).order_by("pk"))


def _requests(book: Book, units: Sequence[Unit], period: Period) -> list[Request]:
    """Figures counted from entries of the period itself: the others are made of such."""
    known = [
        (version.pk, figure)
        for version in packs_in_force(book)
        for figure, definition in definitions(version.pk).items()
        if isinstance(definition, Counted) and definition.figure.period == "same"
    ]
    chosen = _some(known, FIGURES)
    return [Request(figure, version, unit.pk, period) for version, figure in chosen for unit in units]


def _entries(book: Book, asked: Sequence[Request], month: date, at: int) -> list[Entry]:
    """The entries that could count, read once for all of `asked`."""
    found = [definition_of(request) for request in asked]
    kinds = {one.component.kind_id for one in found if isinstance(one, Counted)}
    entries = Entry.objects.filter(book=book, seq__lte=at, kind__in=kinds, occurred_on__range=month_days(month))
    return list(entries.defer("digest").order_by("seq"))


def _some(things: Sequence[Thing], count: int) -> list[Thing]:
    return _random.sample(things, min(count, len(things)))
