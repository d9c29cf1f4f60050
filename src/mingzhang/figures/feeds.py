"""What a sheet of one kind will be counted in once it is posted: for the person who writes it, so that nobody
reports the same fact twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.figures.definitions import Counted, Definition, Derived, definitions
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import packs_in_force
from mingzhang.organisation.roles import Permission
from mingzhang.packs.marks import FigureMark, TableMark, parse
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Pack
from mingzhang.packs.wording import language

SHOWN = 6


@dataclass(frozen=True)
class Fed:
    """A figure that a sheet feeds: `once` when each sheet adds one, `table` the name of the table whose rows count,
    `sometimes` when only sheets that meet a condition count."""

    figure_id: str
    name: str
    once: bool
    sometimes: bool
    table: str

    @property
    def adds(self) -> str:
        """How much."""
        if not self.once:
            return _("按填写")
        if self.table:
            return _("每行+1")
        return _("符合条件+1") if self.sometimes else "+1"


@dataclass(frozen=True)
class Feeds:
    """The figures counted from a kind, those that count every sheet first, and the reports that print them or what
    is made of them."""

    figures: tuple[Fed, ...]
    reports: tuple[str, ...]


@lru_cache(maxsize=512)
def feeds(pack_version_id: int, kind: str, spoken: str) -> Feeds:
    """What sheets of `kind` feed, named in the language `spoken`; kept, because a version never changes."""
    known = definitions(pack_version_id)
    fed = [
        _fed(one, known.pack, spoken) for one in known.values() if isinstance(one, Counted) and _is_of(one, kind)
    ]
    ids = {one.figure_id for one in fed}
    reached = {id for id, one in known.items() if _reaches(one, ids)}
    reports = [
        report.name.text(spoken) for report in known.pack.reports if not reached.isdisjoint(_printed(report.text))
    ]
    return Feeds(tuple(sorted(fed, key=lambda one: (one.sometimes, not one.once))), tuple(reports))


def _is_of(counted: Counted, kind: str) -> bool:
    return (counted.figure.of or "").partition(".")[0] == kind


def _fed(counted: Counted, pack: Pack, spoken: str) -> Fed:
    figure, line = counted.figure, pack.line(counted.figure.of or "")
    return Fed(
        figure_id=figure.id,
        name=figure.name.text(spoken),
        once=(figure.value or "count") == "count",
        sometimes=figure.where is not None,
        table=line.name.text(spoken) if line.table else "",
    )


def _reaches(one: Definition, ids: set[str]) -> bool:
    """Whether a figure is, or is made of, one of `ids`."""
    if isinstance(one, Derived):
        return any(_reaches(part, ids) for part, _shift in one.parts)
    return one.figure.id in ids


def _printed(text: str) -> Iterator[str]:
    segments, _faults = parse(text)
    for segment in segments:
        if isinstance(segment, FigureMark):
            yield segment.figure
        elif isinstance(segment, TableMark):
            yield from segment.figures


@require_safe
@placed(Permission.FIGURES_VIEW)
def show(request: HttpRequest, place: Place, pack: str, kind: str) -> HttpResponse:
    """The figures and reports that sheets of a kind feed: as a part beside the form, or as a page."""
    version = next((one for one in packs_in_force(place.unit.book) if one.pack == pack), None)
    if version is None or kind not in {one.id for one in pack_of(version.pk).kinds}:
        raise NotFound(_("没有找到这种记录单。"))
    found = feeds(version.pk, kind, language())
    context = {
        "first": found.figures[:SHOWN],
        "rest": found.figures[SHOWN:],
        "reports": found.reports,
        "kind": pack_of(version.pk).kind(kind).name.text(language()),
        "pack": pack,
    }
    part = "HX-Request" in request.headers
    response = render(request, "figures/feeds_part.html" if part else "figures/feeds.html", context)
    response["Vary"] = "HX-Request"
    return response
