"""What the layout around every page needs: where we are, where else we can go, how long the book is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from mingzhang.core.periods import Period
from mingzhang.ledger import queries as ledger
from mingzhang.organisation import place as places
from mingzhang.organisation.models import Book
from mingzhang.organisation.place import Place
from mingzhang.organisation.roles import Permission
from mingzhang.web import periods

AREAS = ("ledger", "figures", "reports")
# Pages that speak of any unit and period; from the others a switch leads to the list they belong to.
UNIT_PAGES = {"ledger:list", "figures:list", "reports:list"}
PERIOD_PAGES = UNIT_PAGES | {"figures:figure", "reports:read", "reports:numbers"}


@dataclass(frozen=True)
class Section:
    """One entry of the navigation."""

    name: str
    icon: str
    address: str
    current: bool


class Layout:
    """Read by templates only; nothing is looked up before a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def place(self) -> Place:
        place = places.current(self._request)
        if place is None:
            raise LookupError("the layout needs a view under `placed`")
        return place

    @property
    def book(self) -> Book:
        return self.place.person.book

    @property
    def large(self) -> bool:
        return self._request.COOKIES.get("size") == "large"

    @property
    def here(self) -> str:
        return self._request.get_full_path()

    @property
    def position(self) -> int:
        return ledger.position(self.book)

    @property
    def sections(self) -> Iterator[Section]:
        """The areas that the person's roles open."""
        here = self._view.partition(":")[0]
        for area, name, icon, permission in (
            ("ledger", _("台账"), "book", Permission.RECORD_VIEW),
            ("figures", _("数据"), "chart", Permission.FIGURES_VIEW),
            ("reports", _("报告"), "paper", Permission.REPORT_VIEW),
        ):
            if permission in self.place.held:
                yield Section(name, icon, f"{reverse(f'{area}:list')}?{self.place.query}", area == here)
        if Permission.UNIT_MANAGE in self.place.held:
            address = f"{reverse('organisation:settings')}?{self.place.query}"
            yield Section(_("设置"), "gear", address, here == "organisation")

    @property
    def units_address(self) -> str:
        """Where the unit switcher gets its choices."""
        asked = {"unit": self.place.unit.code, "period": self.place.period.code, "next": self._path(UNIT_PAGES)}
        return f"{reverse('web:units')}?{urlencode(asked)}"

    @property
    def periods(self) -> periods.Switcher:
        path = self._path(PERIOD_PAGES)
        return periods.Switcher(self.place.period, lambda period: self._address(path, period))

    def _address(self, path: str, period: Period) -> str:
        return f"{path}?{self.place.query_at(self.place.unit.code, period)}"

    def _path(self, pages: set[str]) -> str:
        if self._view in pages:
            return self._request.path
        area = self._view.partition(":")[0]
        if area == "organisation":
            return reverse("organisation:settings")
        return reverse(f"{area if area in AREAS else 'ledger'}:list")

    @cached_property
    def _view(self) -> str:
        match = self._request.resolver_match
        return match.view_name if match else ""


def layout(request: HttpRequest) -> dict[str, object]:
    """The context processor. Pages without a navigation never evaluate it."""
    return {"layout": SimpleLazyObject(lambda: Layout(request))}
