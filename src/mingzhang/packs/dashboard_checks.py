"""What a dashboard may not say although each of its parts is well formed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from mingzhang.packs.expressions import suggestion
from mingzhang.packs.faults import Fault, Place
from mingzhang.packs.figure_checks import PERCENT
from mingzhang.packs.kind_checks import level_faults, repeated
from mingzhang.packs.schema import Dashboard, DashboardFigure, DashboardGroup, Figure, Pack

Spot = tuple[str | int, ...]

_RATIO = re.compile(r"\s*ratio\s*\(\s*[a-z][a-z0-9_]*\s*,\s*[a-z][a-z0-9_]*\s*\)\s*")


def _is_share(figure: Figure) -> bool:
    """Whether it is a share of counts of the same period."""
    return figure.measure == PERCENT and bool(_RATIO.fullmatch(figure.derive or ""))


def dashboard_faults(dashboard: Dashboard, place: Place, pack: Pack, broken: Collection[str]) -> Iterator[Fault]:
    """Everything wrong with `dashboard`. Figures in `broken`, which could not be read, are let pass."""
    yield from level_faults(dashboard.levels, place, pack.levels)
    yield from repeated([group.id for group in dashboard.groups], place.inside("groups"))
    for spot, figure in _figures(dashboard):
        if figure not in pack.figures_by_id and figure not in broken:
            wrong = _("没有数据项“%(figure)s”") % {"figure": figure[:60]}
            yield place.fault(*spot, wrong=wrong, right=suggestion(figure[:60], pack.figures_by_id))
    for nth, group in enumerate(dashboard.groups):
        yield from _interval_faults(group, place.inside("groups", nth), pack)
        yield from _group_faults(group, place.inside("groups", nth))


def _figures(dashboard: Dashboard) -> Iterator[tuple[Spot, str]]:
    """Every figure that is named, with where."""
    yield from ((("headline", nth), figure) for nth, figure in enumerate(dashboard.headline))
    yield ("trend",), dashboard.trend
    for nth, group in enumerate(dashboard.groups):
        if group.interval:
            yield ("groups", nth, "interval"), group.interval
        for place, column in enumerate(group.figures):
            spot = ("groups", nth, "figures", place)
            yield (*spot, "figure"), column.figure
            if column.open:
                yield (*spot, "open"), column.open


def _interval_faults(group: DashboardGroup, place: Place, pack: Pack) -> Iterator[Fault]:
    figure = pack.figures_by_id.get(group.interval or "")
    if figure and not _is_share(figure):
        wrong = _("%(figure)s 不是由两个计数相除得出的百分比，算不出区间") % {"figure": figure.id}
        yield place.fault("interval", wrong=wrong, right=_("写一个量词是 %、derive 是 ratio(a, b) 的数据项"))


def _group_faults(group: DashboardGroup, place: Place) -> Iterator[Fault]:
    seen: set[str] = set()
    for nth, column in enumerate(group.figures):
        spot = place.inside("figures", nth)
        if column.figure in seen:
            wrong = _("“%(figure)s”在这一组里写了两次") % {"figure": column.figure}
            yield spot.fault("figure", wrong=wrong, right=_("留一个"))
        seen.add(column.figure)
        yield from _band_faults(column, spot)


def _band_faults(column: DashboardFigure, place: Place) -> Iterator[Fault]:
    if column.bands and column.better == "none":
        right = _("加上 better: higher 或 better: lower，或不写 bands")
        yield place.key_fault("bands", wrong=_("没说高好还是低好，分不出颜色"), right=right)
    if list(column.bands) != sorted(set(column.bands)):
        yield place.fault("bands", wrong=_("bands 要从小到大，不重复"), right=_("如 [75, 85, 95]"))
