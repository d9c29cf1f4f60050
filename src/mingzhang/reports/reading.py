"""What the report pages ask: which reports a unit can have, and one of them made for a period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.core.errors import NotFound
from mingzhang.core.periods import Period
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Pack, ReportTemplate
from mingzhang.packs.wording import language
from mingzhang.reports.compose import Composition, compose
from mingzhang.reports.queries import standing, visible_to

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True)
class Offer:
    """A report that a unit of this level can have, and whether it is made for a period of this length."""

    pack_version: PackVersion
    pack: Pack
    template: ReportTemplate
    fits: bool

    @property
    def title(self) -> str:
        return self.template.name.text(language())


@dataclass(frozen=True)
class Choice:
    """A period that a report is made for, and its page then."""

    period: Period
    address: str


@dataclass(frozen=True)
class Listed:
    """A report in the list: its preview for the period at hand, the page of the one that is kept already, and the
    periods around it that it is made for."""

    title: str
    pack: str
    pack_id: str
    template: str
    address: str
    standing: str
    periods: list[Choice]


def offers(unit: Unit, period: Period) -> Iterator[Offer]:
    """The reports of the packs in force that are meant for units of this level."""
    for version in packs_in_force(unit.book):
        pack = pack_of(version.pk)
        for template in pack.reports:
            if not template.levels or unit.level in template.levels:
                yield Offer(version, pack, template, period.kind in template.periods)


def listed(place: Place) -> tuple[list[Listed], list[Listed]]:
    """The reports for this period, and those that are made for periods of another length."""
    ready: list[Listed] = []
    others: list[Listed] = []
    for offer in offers(place.unit, place.period):
        (ready if offer.fits else others).append(as_listed(offer, place))
    return ready, others


def offered(unit: Unit, period: Period, pack: str, template: str) -> Offer:
    """The report `template` of pack `pack`, as the unit can have it for the period. Raises NotFound when it has no
    such report or the period is of another length."""
    for offer in offers(unit, period):
        if (offer.pack.id, offer.template.id) == (pack, template) and offer.fits:
            return offer
    raise NotFound(
        _("“%(unit)s”在%(period)s没有这份报告。") % {"unit": unit.name, "period": period.label},
        remedy=_("请在报告列表里选一份。"),
    )


def composed(unit: Unit, period: Period, pack: str, template: str, as_of: int | None) -> Composition:
    """The report `template` of pack `pack`, in the template's own words. Raises as `offered` does."""
    offer = offered(unit, period, pack, template)
    return compose(pack_version=offer.pack_version, template=offer.template, unit=unit, period=period, as_of=as_of)


def offered_by_name(unit: Unit, period: Period, template: str) -> Offer:
    """The report named `template`, or `pack/template` where two packs in force have one of that name. Raises
    NotFound, saying which there are."""
    pack, _slash, name = template.rpartition("/")
    known = list(offers(unit, period))
    found = [offer for offer in known if offer.template.id == name and pack in ("", offer.pack.id)]
    if len(found) == 1:
        return offered(unit, period, found[0].pack.id, name)
    there = "、".join(f"{offer.pack.id}/{offer.template.id}" for offer in known) or _("（没有）")
    raise NotFound(
        _("“%(unit)s”没有报告“%(template)s”，或者不止一个。") % {"unit": unit.name, "template": template[:60]},
        remedy=_("可以生成的报告：%(there)s。") % {"there": there},
    )


def composed_by_name(unit: Unit, period: Period, template: str, as_of: int | None) -> Composition:
    """The report named `template`, in its own words. Raises as `offered_by_name` does."""
    offer = offered_by_name(unit, period, template)
    return compose(pack_version=offer.pack_version, template=offer.template, unit=unit, period=period, as_of=as_of)


def as_listed(offer: Offer, place: Place) -> Listed:
    """A report as the list shows it."""
    spans = [_around(place.period, MONTHS[kind]) for kind in offer.template.periods]
    return Listed(
        title=offer.title,
        pack=offer.pack.name.text(language()),
        pack_id=offer.pack.id,
        template=offer.template.id,
        standing=standing_address(place, offer.pack.id, offer.template.id),
        address=_address(offer, place, place.period),
        periods=[Choice(span, _address(offer, place, span)) for span in spans],
    )


def _around(period: Period, months: int) -> Period:
    """The calendar period of so many months that holds the last day of `period`."""
    first = (period.end.month - 1) // months * months + 1
    return Period.of_months(period.end.year, first, months)


def _address(offer: Offer, place: Place, period: Period) -> str:
    path = reverse("reports:read", args=(offer.pack.id, offer.template.id))
    return f"{path}?{place.query_at(place.unit.code, period)}"


def standing_address(place: Place, pack: str, template: str) -> str:
    """The page of the report that already is kept for this place, if the person may read it."""
    found = standing(place.unit, pack, template, place.period)
    if found is None or not visible_to(place.person).filter(pk=found.pk).exists():
        return ""
    return f"{reverse('reports:report', args=(found.pk,))}?{place.query}"
