"""The pages of the navigation, in one table: a line adds one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingzhang.ledger import queries as ledger
from mingzhang.organisation.place import Place
from mingzhang.organisation.roles import Permission
from mingzhang.ui.addresses import path_of

_P = Permission
MOST_TABS = 5


def waiting_for(place: Place) -> int:
    """How many sheets wait for the person's review, at most `queries.MOST_WAITING`."""
    return ledger.waiting_count(place.person)


@dataclass(frozen=True)
class Page:
    """A page that the navigation leads to, for those who hold any of `permissions` somewhere. `lit` names the
    other pages that belong to it: URL names, or a whole area such as `ledger:`, which yields to a page that names
    one of its pages. `tab` is its rank on a phone, where four find room and the rest stand under 更多. `waiting`
    counts what waits there for the person."""

    group: str
    view: str
    name: Promise
    icon: str
    permissions: Collection[Permission]
    tab: int
    lit: Collection[str] = ()
    waiting: Callable[[Place], int] | None = None


TASK_PAGES = tuple(
    f"duties:{one}" for one in ("task", "absence", "hand_over_all", "handed", "handbook", "handbook_of")
)
DUTY_PAGES = tuple(f"duties:{one}" for one in ("duty", "duty_new", "adapt", "coverage", "changes"))
# In the order of the page; a change of group draws a line, with the group's name where it has one.
GROUPS: dict[str, Promise | str] = {"today": "", "keep": _("记"), "check": _("查"), "read": _("看"), "office": ""}
PAGES: tuple[Page, ...] = (
    Page("today", "web:today", _("今日"), "home", (_P.RECORD_ADD, _P.RECORD_REVIEW), 1),
    Page("keep", "duties:list", pgettext_lazy("duty", "任务"), "flag", (_P.DUTY_VIEW,), 4, TASK_PAGES),
    Page("keep", "duties:duties", _("责任清单"), "paper", (_P.DUTY_VIEW,), 5, DUTY_PAGES),
    Page("keep", "ledger:list", _("台账"), "book", (_P.RECORD_VIEW,), 2, ("ledger:",)),
    Page("keep", "ledger:queue", _("审核"), "check", (_P.RECORD_REVIEW,), 3, ("ledger:batch",), waiting_for),
    Page("check", "findings:list", pgettext_lazy("finding", "问题"), "flag", (_P.FINDING_VIEW,), 4, ("findings:",)),
    Page(
        "check",
        "inspections:list",
        pgettext_lazy("inspections", "检查"),
        "shield",
        (_P.INSPECTION_VIEW,),
        6,
        ("inspections:",),
    ),
    Page("read", "figures:list", _("数据"), "chart", (_P.FIGURES_VIEW,), 5, ("figures:",)),
    Page("read", "reports:list", _("报告"), "paper", (_P.REPORT_VIEW,), 4, ("reports:",)),
    Page("office", "web:books", _("账本"), "seal", (_P.FIGURES_VIEW,), 6, ("web:checkpoint", "web:log", "jobs:")),
    Page("office", "organisation:settings", _("设置"), "gear", (_P.UNIT_MANAGE,), 7, ("organisation:",)),
)


@dataclass(frozen=True)
class Section:
    """One entry of the navigation. `waiting` is how many things wait there; `more` that there are more still."""

    name: str
    icon: str
    address: str
    current: bool
    tab: int
    waiting: int = 0

    @property
    def more(self) -> bool:
        return self.waiting >= ledger.MOST_WAITING


@dataclass(frozen=True)
class Group:
    name: str
    sections: list[Section]


def groups_of(place: Place, view: str) -> list[Group]:
    """The groups of the navigation with what the person's roles open. `view` is the page they are on."""
    current = current_page(view)
    found = [(code, list(_sections(place, code, current))) for code in GROUPS]
    return [Group(str(GROUPS[code]), sections) for code, sections in found if sections]


def _sections(place: Place, group: str, current: Page | None) -> Iterator[Section]:
    for page in PAGES:
        if page.group == group and not place.held.isdisjoint(page.permissions):
            address = f"{path_of(page.view)}?{place.query}"
            waiting = page.waiting(place) if page.waiting else 0
            yield Section(str(page.name), page.icon, address, page is current, page.tab, waiting)


def current_page(view: str) -> Page | None:
    """The page of the navigation that the page `view` belongs to."""
    exact = (page for page in PAGES if view == page.view or view in page.lit)
    area = (page for page in PAGES if f"{view.partition(':')[0]}:" in page.lit)
    return next(exact, None) or next(area, None)


def tabs_of(groups: Sequence[Group], room: int = MOST_TABS) -> tuple[list[Section], list[Section]]:
    """What stands in the bar of a phone with `room` places, and what stands under 更多 there."""
    ranked = sorted((section for group in groups for section in group.sections), key=lambda section: section.tab)
    if len(ranked) <= room:
        return ranked, []
    return ranked[: room - 1], ranked[room - 1 :]
