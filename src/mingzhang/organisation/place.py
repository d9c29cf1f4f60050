"""Where a signed-in person is working: the unit and the period that a page speaks of.

Both stand in the address (`?unit=QH&period=2026H1`), so that a page can be sent to a colleague; the session only
remembers the last ones for addresses that say nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.composed import Composed, Given
from mingzhang.core.errors import NotAllowed, NotFound
from mingzhang.core.once import reading
from mingzhang.core.periods import Period
from mingzhang.organisation import queries
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.roles import ROLES, Permission
from mingzhang.organisation.scopes import UnitScope
from mingzhang.packs.schema import REVIEW_ROLES

P = ParamSpec("P")

SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Place:
    """A person at a unit and a period, and the units they may see with the permission of the page."""

    person: Person
    scope: UnitScope
    unit: Unit
    above: Unit | None
    period: Period

    @cached_property
    def held(self) -> frozenset[Permission]:
        """Every permission that the person holds anywhere today."""
        seats = queries.seats_of(self.person, clock.today())
        return frozenset(held for seat in seats for role in seat.roles for held in ROLES[role])

    @cached_property
    def review_scopes(self) -> dict[str, UnitScope]:
        """Where the person holds each role that a review may ask for."""
        return queries.role_scopes(self.person, REVIEW_ROLES)

    def units(self) -> QuerySet[Unit]:
        """The units that the person may see on this page, closed ones too."""
        return visible(self.scope)

    @cached_property
    def query(self) -> str:
        """The part of an address that says this place: the layout alone asks a dozen times."""
        return self.query_at(self.unit.code, self.period)

    def query_at(self, unit_code: str, period: Period) -> str:
        return urlencode({"unit": unit_code, "period": period.code})


def placed(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Place, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """A view for signed-in people that is given its `Place`, of units where they hold `permission`.

    The view may raise NotAllowed (they hold it nowhere), NotFound (no such unit, or not theirs to see: the two
    are not told apart) and InvalidInput (an unreadable period).
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, Place, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def at_place(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, Person):
                return _to_sign_in(request)
            with reading() if request.method in SAFE else nullcontext():
                place = _place_of(request, request.user, permission)
                request.META["mingzhang.place"] = place
                return view(request, place, *args, **kwargs)

        return at_place

    return decorate


def visible(scope: UnitScope) -> QuerySet[Unit]:
    """The units of a scope, as rows."""
    units = Unit.objects.filter(book=scope.book_id)
    return units if scope.everything else units.filter(id__in=scope.unit_ids)


def current(request: HttpRequest) -> Place | None:
    """The place that `placed` gave this request's view, for the layout around it."""
    place: Place | None = request.META.get("mingzhang.place")
    return place


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    response = redirect_to_login(request.get_full_path())
    if "HX-Request" in request.headers:
        page = HttpResponse()
        page["HX-Redirect"] = response.url
        return page
    return response


def _place_of(request: HttpRequest, person: Person, permission: Permission) -> Place:
    scope = queries.visible_units(person, permission)
    unit = _unit_of(request, person, scope)
    person.book = unit.book
    place = Place(person, scope, unit, unit.parent, _period_of(request))
    _remember(request, unit=unit.code, period=place.period.code)
    return place


def _remember(request: HttpRequest, **said: str) -> None:
    """Only what is new: a session that was touched is written to the database at the end of the request."""
    for name, value in said.items():
        if request.session.get(name) != value:
            request.session[name] = value


def _unit_of(request: HttpRequest, person: Person, scope: UnitScope) -> Unit:
    if scope.nowhere:
        raise NotAllowed(_("您现在没有任职，或者任职的岗位看不了这一页。"), remedy=_("请找本单位的管理员。"))
    if code := request.GET.get("unit"):
        found = _BY_CODE.ask(book=scope.book_id, code=code)
        if found and scope.contains(found[0]):
            return found[0]
        raise NotFound(_("没有找到单位“%(code)s”。") % {"code": code[:40]}, remedy=_("请从首页重选一个单位。"))
    last = _BY_CODE.ask(book=scope.book_id, code=request.session.get("unit", ""))
    if last and scope.contains(last[0]):
        return last[0]
    own = {seat.unit_id for seat in queries.seats_of(person, clock.today())}
    units = visible(scope).select_related("parent", "book")
    return units.filter(id__in=own).order_by("ancestors__len", "id")[0]


_BY_CODE = Composed(
    lambda: Unit.objects.filter(book=Given("book"), code=Given("code")).select_related("parent", "book")
)


def _period_of(request: HttpRequest) -> Period:
    if code := request.GET.get("period") or request.session.get("period"):
        return Period.parse(code)
    today = clock.today()
    return Period.of_months(today.year, 1 if today.month <= 6 else 7, 6)
