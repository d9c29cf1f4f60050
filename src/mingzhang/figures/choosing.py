"""Which dashboard is looked at, and which of its figures: what packs declare, and what the address asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.figures.definitions import Counted, definitions
from mingzhang.figures.wording import name_of
from mingzhang.organisation.models import Unit
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.base import Names
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.models import PackVersion
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Dashboard, DashboardFigure, DashboardGroup, Pack
from mingzhang.packs.wording import language

MOST_COLUMNS = 12


@dataclass(frozen=True)
class Column:
    """A figure with its short head, and how it is coloured."""

    figure: str
    label: str
    better: str = "none"
    bands: tuple[Decimal, ...] = ()
    open: str | None = None


@dataclass(frozen=True)
class Chosen:
    """What is looked at. `group` is one of the dashboard's, or nothing when the viewer chose the columns;
    `interval` is the share that is shown with its interval."""

    version: PackVersion
    pack: Pack
    dashboard: Dashboard
    group: str
    columns: tuple[Column, ...]
    interval: str | None
    trend: str
    others: tuple[tuple[PackVersion, Dashboard], ...]

    @property
    def headline(self) -> tuple[str, ...]:
        """The key figures on top."""
        return self.dashboard.headline

    def column(self, figure: str) -> Column:
        """The figure as a column, whether it is shown as one or not."""
        return next(
            (one for one in self.columns if one.figure == figure), _column(self.pack, self.dashboard, figure)
        )

    def query(self, **other: object) -> str:
        """The part of an address that asks for this choice, or with one thing in it changed."""
        asked: dict[str, object] = {"board": f"{self.pack.id}/{self.dashboard.id}", "group": self.group}
        if not self.group:
            asked["show"] = [column.figure for column in self.columns]
        asked |= {"trend": self.trend} | other
        return urlencode({key: value for key, value in asked.items() if value}, doseq=True)


def chosen(unit: Unit, asked: QueryDict) -> Chosen:
    """What the address asks for, or what the packs in force offer units of this level first. Raises NotFound for a
    dashboard, group or figure that there is not, InvalidInput for too many figures."""
    offered = _offered(unit)
    if not offered:
        raise NotFound(_("这个账套还没有启用体系包。"), remedy=_("请管理员先启用一个。"))
    version, dashboard = _asked_board(offered, asked.get("board", ""))
    pack = pack_of(version.pk)
    show = list(dict.fromkeys(asked.getlist("show")))
    group = "" if show else asked.get("group") or dashboard.groups[0].id
    columns = _own_columns(pack, dashboard, show) if show else _group_columns(pack, dashboard, group)
    interval = next((one.interval for one in dashboard.groups if one.id == group), None)
    trend = _known(pack, asked.get("trend") or dashboard.trend)
    return Chosen(version, pack, dashboard, group, columns, interval, trend, tuple(offered))


def _offered(unit: Unit) -> list[tuple[PackVersion, Dashboard]]:
    """The dashboards for the unit's level; of a pack that declares none, its first figures."""
    found = []
    for version in packs_in_force(unit.book):
        pack = pack_of(version.pk)
        boards = pack.dashboards or _made_up(version)
        found += [(version, board) for board in boards if not board.levels or unit.level in board.levels]
    return found


def _made_up(version: PackVersion) -> tuple[Dashboard, ...]:
    """What a pack without a dashboard is looked at by: the first figures that are counted from its records."""
    pack = pack_of(version.pk)
    counted = [id for id, one in definitions(version.pk).items() if isinstance(one, Counted)][:10]
    if not counted:
        return ()
    figures = tuple(DashboardFigure(figure=id) for id in counted)
    group = DashboardGroup(id="first", name=pack.name, figures=figures)
    return (Dashboard(id="first", name=pack.name, headline=tuple(counted[:5]), trend=counted[0], groups=(group,)),)


def _asked_board(offered: Sequence[tuple[PackVersion, Dashboard]], asked: str) -> tuple[PackVersion, Dashboard]:
    known = {f"{version.pack}/{board.id}": (version, board) for version, board in offered}
    if asked and asked not in known:
        raise NotFound(_("没有统计页“%(board)s”。") % {"board": asked[:60]}, remedy=_("请从统计页里选。"))
    return known[asked] if asked else offered[0]


def _group_columns(pack: Pack, dashboard: Dashboard, asked: str) -> tuple[Column, ...]:
    groups = {group.id: group for group in dashboard.groups}
    if asked not in groups:
        raise NotFound(
            _("统计页里没有“%(group)s”这一组。") % {"group": asked[:60]}, remedy=suggestion(asked, groups)
        )
    return tuple(_column(pack, dashboard, one.figure, one) for one in groups[asked].figures)


def _own_columns(pack: Pack, dashboard: Dashboard, show: Sequence[str]) -> tuple[Column, ...]:
    if len(show) > MOST_COLUMNS:
        raise InvalidInput(_("一次最多看%(most)d个数据项。") % {"most": MOST_COLUMNS}, remedy=_("请去掉几个。"))
    return tuple(_column(pack, dashboard, _known(pack, figure)) for figure in show)


def _known(pack: Pack, figure: str) -> str:
    if figure not in pack.figures_by_id:
        known = pack.figures_by_id
        raise NotFound(
            _("没有数据项“%(figure)s”。") % {"figure": figure[:60]}, remedy=suggestion(figure[:60], known)
        )
    return figure


def _column(pack: Pack, dashboard: Dashboard, figure: str, said: DashboardFigure | None = None) -> Column:
    """The figure as the dashboard says it is shown; by its own name where it says nothing."""
    every = (one for group in dashboard.groups for one in group.figures)
    found = said or next((one for one in every if one.figure == figure), DashboardFigure(figure=figure))
    names: Names | None = found.name
    label = names.text(language()) if names else name_of(pack.figure(figure))
    return Column(figure, label, found.better, found.bands, found.open)
