"""The choices of the period switcher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dates import MONTHS_3
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mingzhang.core.periods import Period, PeriodKind


@dataclass(frozen=True)
class Choice:
    text: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class Row:
    kind: str
    choices: list[Choice]


class Switcher:
    """Steps to the neighbouring periods, and every year, half, quarter and month of the year shown.
    `address` gives the page for a period."""

    def __init__(self, period: Period, address: Callable[[Period], str]) -> None:
        self._period = period
        self._address = address
        self._year = period.end.year

    @property
    def previous(self) -> Choice:
        return self._choice(_("上一期"), self._period.previous())

    @property
    def next(self) -> Choice:
        return self._choice(_("下一期"), following(self._period))

    @property
    def year(self) -> Choice:
        return self._choice(_year_name(self._year), Period.of_months(self._year, 1, 12))

    @property
    def year_before(self) -> Choice:
        return self._choice(_year_name(self._year - 1), self._period.same_last_year())

    @property
    def year_after(self) -> Choice:
        return self._choice(_year_name(self._year + 1), _year_later(self._period))

    @property
    def rows(self) -> list[Row]:
        return [
            self._row("year", [_("全年")], 12),
            self._row("half", [_("上半年"), _("下半年")], 6),
            self._row("quarter", [_("一季度"), _("二季度"), _("三季度"), _("四季度")], 3),
            self._row("month", [_month_name(month) for month in range(1, 13)], 1),
        ]

    def _row(self, kind: str, names: list[str], months: int) -> Row:
        spans = [Period.of_months(self._year, 1 + nth * months, months) for nth in range(len(names))]
        return Row(kind, [self._choice(name, span) for name, span in zip(names, spans, strict=True)])

    def _choice(self, text: str, period: Period) -> Choice:
        return Choice(text, self._address(period), period == self._period)


def following(period: Period) -> Period:
    """The period of the same kind right after; a range moves on by as many days."""
    if period.kind is PeriodKind.RANGE:
        first = period.end + timedelta(days=1)
        return Period(first, first + timedelta(days=period.days - 1))
    months = len(period.months())
    start = period.start.month - 1 + months
    return Period.of_months(period.start.year + start // 12, start % 12 + 1, months)


def _year_later(period: Period) -> Period:
    if period.kind is PeriodKind.RANGE:
        return Period.of_months(period.end.year + 1, 1, 12)
    return Period.of_months(period.start.year + 1, period.start.month, len(period.months()))


def _year_name(year: int) -> str:
    return Period(date(year, 1, 1), date(year, 12, 31)).label if not _english() else str(year)


def _month_name(month: int) -> str:
    return str(MONTHS_3[month]).capitalize() if _english() else f"{month}月"


def _english() -> bool:
    return (get_language() or "").startswith("en")
