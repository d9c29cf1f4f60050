"""What the layout around every page needs: where we are, where else we can go, how long the book is."""

from __future__ import annotations

from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest

from mingzhang.core.periods import Period
from mingzhang.ledger.addresses import new_sheet
from mingzhang.notifications.queries import unread
from mingzhang.organisation import place as places
from mingzhang.organisation import type_size
from mingzhang.organisation.models import Book
from mingzhang.organisation.place import Place
from mingzhang.organisation.roles import Permission
from mingzhang.ui.addresses import path_of
from mingzhang.web import navigation, periods
from mingzhang.web.books import Standing, standing_of

AREAS = ("ledger", "duties", "findings", "figures", "reports")
# Pages that speak of any unit and period; from the others a switch leads to the list they belong to.
UNIT_PAGES = {"ledger:list", "duties:list", "duties:duties", "duties:coverage", "duties:changes"}
UNIT_PAGES |= {"findings:list", "findings:board"}
UNIT_PAGES |= {"figures:list", "figures:dashboard", "reports:list"}
PERIOD_PAGES = UNIT_PAGES | {"figures:figure", "reports:read", "reports:numbers"}
PERIOD_PAGES |= {"duties:handbook", "duties:handbook_of"}


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
        return type_size.is_large(self._request)

    @property
    def here(self) -> str:
        return self._request.get_full_path()

    @cached_property
    def unread(self) -> int:
        """How many notices in the inbox are unread."""
        return unread(self.place.person)

    @cached_property
    def groups(self) -> list[navigation.Group]:
        """The navigation: the pages that the person's roles open."""
        return navigation.groups_of(self.place, self._lit)

    @cached_property
    def new_sheet(self) -> str:
        """Where a new sheet is written, for those who write any."""
        return new_sheet() if Permission.RECORD_ADD in self.place.held else ""

    @property
    def books(self) -> Standing:
        """How the books stand, for the foot of the navigation."""
        return standing_of(self.book)

    @property
    def tabs(self) -> list[navigation.Section]:
        return self._tabs[0]

    @property
    def more_tabs(self) -> list[navigation.Section]:
        return self._tabs[1]

    @cached_property
    def _tabs(self) -> tuple[list[navigation.Section], list[navigation.Section]]:
        return navigation.tabs_of(self.groups, navigation.MOST_TABS - bool(self.new_sheet))

    @property
    def units_address(self) -> str:
        """Where the unit switcher gets its choices."""
        asked = {"unit": self.place.unit.code, "period": self.place.period.code, "next": self._path(UNIT_PAGES)}
        return f"{path_of('web:units')}?{urlencode(asked)}"

    @property
    def periods(self) -> periods.Switcher:
        return periods.Switcher(self.place.period, lambda period: self._address(self.period_page, period))

    @cached_property
    def period_page(self) -> str:
        """The page that a switch of the period leads to."""
        return self._path(PERIOD_PAGES)

    def _address(self, path: str, period: Period) -> str:
        return f"{path}?{self.place.query_at(self.place.unit.code, period)}"

    def _path(self, pages: set[str]) -> str:
        if self._view in pages:
            return self._request.path
        area = self._view.partition(":")[0]
        if area == "organisation":
            return path_of("organisation:settings")
        return path_of(f"{area if area in AREAS else 'ledger'}:list")

    @property
    def _lit(self) -> str:
        """The page to light in the navigation: a record opened from the review queue stays with the queue."""
        asked = self._request.POST if self._request.method == "POST" else self._request.GET
        return "ledger:queue" if self._view.startswith("ledger:") and "queue" in asked else self._view

    @cached_property
    def _view(self) -> str:
        match = self._request.resolver_match
        return match.view_name if match else ""


def layout(request: HttpRequest) -> dict[str, object]:
    """The context processor. Pages without a navigation never ask it anything."""
    return {"layout": Layout(request)}
