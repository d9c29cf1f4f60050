"""What the search box finds: one function for each kind of thing.

To let another kind of thing be found, write a function that takes a `Question` and answers a `Group`, and name it
in `SOURCES`. It answers only what the person may see; `None` stands for a kind that the person's roles do not open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, TypeVar
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.figures.definitions import definitions
from mingzhang.figures.wording import name_of
from mingzhang.findings import queries as finding_queries
from mingzhang.findings.addresses import finding_page
from mingzhang.findings.flows import STATES as FINDING_STATES
from mingzhang.findings.models import Finding
from mingzhang.findings.searching import search_findings
from mingzhang.findings.showing import title_of
from mingzhang.inspections.flows import INSPECTION
from mingzhang.inspections.models import Inspection
from mingzhang.inspections.searching import search_inspections
from mingzhang.ledger import queries as ledger
from mingzhang.ledger.flows import STATES
from mingzhang.ledger.listing import Pages, kinds_of
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import packs_in_force, visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.searching import find_units, folded, search_people
from mingzhang.packs.schema import Kind
from mingzhang.packs.wording import language
from mingzhang.reports.flows import STATES as REPORT_STATES
from mingzhang.reports.models import Report
from mingzhang.reports.reading import as_listed, offers
from mingzhang.reports.searching import search_reports
from mingzhang.ui.templatetags.ui import full_day, period

T = TypeVar("T")

LONGEST = 100
# So many of a kind are counted beside the others, and so many are listed page by page.
MOST, MOST_LISTED = 200, 1_000


@dataclass(frozen=True)
class Question:
    """What is asked by whom, and how many hits of each kind are wanted: the best, or one of their pages."""

    place: Place
    text: str
    size: int
    page: int = 0

    @property
    def most(self) -> int:
        """How many are counted."""
        return MOST_LISTED if self.page else MOST

    @property
    def after(self) -> int:
        """How many stand on the pages before."""
        return max(0, self.page - 1) * self.size

    def shown(self, found: Sequence[T]) -> Sequence[T]:
        """What is wanted of everything found."""
        return found[: self.most][self.after : self.after + self.size]

    @property
    def words(self) -> list[str]:
        return folded(self.text).split()

    def holds(self, *names: str) -> bool:
        """Whether the names together hold every word."""
        known = folded("\x01".join(names))
        return all(word in known for word in self.words)


@dataclass(frozen=True)
class Hit:
    """One thing that was found: its name in pieces, those asked for told apart, what it is, and its page."""

    parts: list[tuple[str, bool]]
    said: list[str]
    address: str


@dataclass(frozen=True)
class Group:
    """The hits of one kind of thing, the best first; `count` of all, which is more than that when `capped`."""

    key: str
    name: str
    hits: list[Hit]
    count: int
    capped: bool = False


Source: TypeAlias = Callable[[Question], Group | None]


def records(question: Question) -> Group | None:
    """Record sheets by number, position, title and short texts."""
    place = question.place
    if Permission.RECORD_VIEW not in place.held:
        return None
    scope = visible_units(place.person, Permission.RECORD_VIEW)
    most = question.most if question.page else ledger.MOST_FOUND
    found = ledger.search_records(scope, question.text, size=question.size, after=question.after, most=most)
    kinds = kinds_of(place.unit.book) if found.hits else {}
    hits = [_record(hit, question, kinds) for hit in found.hits]
    return Group("records", _("记录单"), hits, found.count, found.capped)


def _record(hit: ledger.Hit, question: Question, kinds: dict[str, Kind]) -> Hit:
    record = hit.record
    kind = kinds.get(str(record.kind))
    said = [
        kind.name.text(language()) if kind else record.kind.code,
        record.unit.name,
        full_day(record.occurred_on),
        str(STATES[record.state]),
        _("第%(number)s号") % {"number": record.pk},
    ]
    if hit.position:
        said.append(_("账上第%(position)s笔") % {"position": hit.position})
    if hit.passage:
        said.append(_("写有“%(passage)s”") % {"passage": hit.passage})
    return Hit(marked(record.title, question.words), said, reverse("ledger:record", args=(record.pk,)))


def findings(question: Question) -> Group | None:
    """Findings by their first line, place and number."""
    if Permission.FINDING_VIEW not in question.place.held:
        return None
    found = search_findings(question.place.person, question.text, question.most + 1)
    shown = question.shown(found)
    rows = finding_queries.rows_of(shown) if shown else {}
    hits = [_finding(rows[pk], question) for pk in shown]
    return _group("findings", _("问题"), hits, len(found), question)


def _finding(finding: Finding, question: Question) -> Hit:
    said = [finding.number, finding.unit.name, *([finding.place] if finding.place else [])]
    said += [_("%(day)s发现") % {"day": full_day(finding.found_on)}, str(FINDING_STATES[finding.state])]
    return Hit(marked(title_of(finding), question.words), said, finding_page(finding.pk))


def inspections(question: Question) -> Group | None:
    """Inspections by their title, unannounced ones for their team alone."""
    if Permission.INSPECTION_VIEW not in question.place.held:
        return None
    found = search_inspections(question.place.person, question.text, question.most + 1)
    rows = Inspection.objects.select_related("unit").in_bulk(question.shown(found)) if found else {}
    hits = [_inspection(rows[pk], question) for pk in question.shown(found)]
    return _group("inspections", _("检查"), hits, len(found), question)


def _inspection(inspection: Inspection, question: Question) -> Hit:
    days = f"{full_day(inspection.first)} — {full_day(inspection.last)}"
    said = [inspection.unit.name, days, str(INSPECTION.states[inspection.state])]
    address = reverse("inspections:inspection", args=(inspection.pk,))
    return Hit(marked(inspection.title, question.words), said, address)


def units(question: Question) -> Group | None:
    """Units by name and code, among those that the person sees anything of."""
    place = question.place
    found = find_units(place.scope, question.text, question.most + 1)
    area = "ledger" if Permission.RECORD_VIEW in place.held else "figures"
    hits = []
    for unit in question.shown(found):
        said = [unit.code, *([unit.parent.name] if unit.parent else [])]
        said += [_("%(day)s撤销") % {"day": full_day(unit.closed_on)}] if unit.closed_on else []
        address = f"{reverse(f'{area}:list')}?{place.query_at(unit.code, place.period)}"
        hits.append(Hit(marked(unit.name, question.words), said, address))
    return _group("units", _("单位"), hits, len(found), question)


def people(question: Question) -> Group | None:
    """People, for those who arrange who does what where."""
    if Permission.PEOPLE_MANAGE not in question.place.held:
        return None
    scope = visible_units(question.place.person, Permission.PEOPLE_MANAGE)
    found = list(search_people(scope, question.text)[: question.most + 1])
    hits = [
        Hit(
            marked(person.name, question.words),
            [person.username, *([] if person.is_active else [_("已停用")])],
            reverse("organisation:person", args=(person.username,)),
        )
        for person in question.shown(found)
    ]
    return _group("people", _("人员"), hits, len(found), question)


def figures(question: Question) -> Group | None:
    """Figures of the packs in force, by what they are called in either language."""
    if Permission.FIGURES_VIEW not in question.place.held:
        return None
    return _of("figures", _("数据项"), _figures(question), question)


def _figures(question: Question) -> Iterator[Hit]:
    place = question.place
    for version in packs_in_force(place.unit.book):
        known = definitions(version.pk)
        for code, definition in known.items():
            figure = definition.figure
            if question.holds(*figure.name.root.values(), code):
                address = f"{reverse('figures:figure', args=(known.pack.id, code))}?{place.query}"
                said = [known.pack.name.text(language())]
                yield Hit(marked(name_of(figure), question.words), said, address)


def reports(question: Question) -> Group | None:
    """Kept reports by title and number, among those that the person may read."""
    place = question.place
    if Permission.REPORT_VIEW not in place.held:
        return None
    found = list(search_reports(place.person, question.text)[: question.most + 1])
    hits = [_report(report, question) for report in question.shown(found)]
    return _group("reports", _("报告"), hits, len(found), question)


def _report(report: Report, question: Question) -> Hit:
    said = [
        report.unit.name,
        period(report.period),
        str(REPORT_STATES[report.state]),
        _("第%(number)s号") % {"number": report.pk},
    ]
    query = question.place.query_at(report.unit.code, report.period)
    return Hit(
        marked(report.title, question.words), said, f"{reverse('reports:report', args=(report.pk,))}?{query}"
    )


def templates(question: Question) -> Group | None:
    """Reports that the unit at hand can have."""
    if Permission.REPORT_VIEW not in question.place.held:
        return None
    return _of("templates", _("能做的报告"), _templates(question), question)


def _templates(question: Question) -> Iterator[Hit]:
    place = question.place
    found = [one for one in offers(place.unit, place.period) if question.holds(one.title)]
    for offer in sorted(found, key=lambda one: not one.fits):
        one = as_listed(offer, place)
        said = [place.unit.name, one.pack]
        yield Hit(marked(one.title, question.words), said, one.address if offer.fits else one.periods[0].address)


def _of(key: str, name: str, hits: Iterator[Hit], question: Question) -> Group:
    found = list(islice(hits, question.most + 1))
    return _group(key, name, list(question.shown(found)), len(found), question)


def _group(key: str, name: str, hits: list[Hit], found: int, question: Question) -> Group:
    return Group(key, name, hits, min(found, question.most), found > question.most)


SOURCES: tuple[Source, ...] = (records, findings, inspections, units, people, figures, reports, templates)


def find(place: Place, text: str, *, size: int) -> list[Group]:
    """The kinds of things in which something was found, with the best of each."""
    groups = (source(Question(place, text, size)) for source in SOURCES if text.strip())
    return [group for group in groups if group and group.hits]


def find_page(place: Place, text: str, only: str, *, size: int, page: int) -> tuple[list[Group], Pages]:
    """One page of what was found of one kind, named `only`; the last one when there are not so many."""
    source = next((one for one in SOURCES if getattr(one, "__name__", "") == only), None)
    if source is None or not text.strip():
        return [], Pages(1, 1, "", "")
    group = source(Question(place, text, size, page))
    last = max(1, -(-group.count // size)) if group else 1
    if page > last:
        return find_page(place, text, only, size=size, page=last)
    before = address(place, text, only, page - 1) if page > 1 else ""
    after = address(place, text, only, page + 1) if page < last else ""
    return [group] if group and group.hits else [], Pages(page, last, before, after)


def marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it is one of `words`."""
    plain = folded(text)
    if len(plain) != len(text) or not words:
        return [(text, False)]
    held = [False] * len(text)
    for word in words:
        at = plain.find(word)
        while at >= 0:
            held[at : at + len(word)] = [True] * len(word)
            at = plain.find(word, at + 1)
    return _runs(text, held)


def _runs(text: str, held: list[bool]) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    for character, mark in zip(text, held, strict=True):
        if runs and runs[-1][1] == mark:
            runs[-1] = (runs[-1][0] + character, mark)
        else:
            runs.append((character, mark))
    return runs


def address(place: Place, text: str, only: str = "", page: int = 1) -> str:
    """The page of what is found."""
    asked: dict[str, str | int] = {
        "q": text,
        **({"only": only} if only else {}),
        **({"page": page} if page > 1 else {}),
    }
    return f"{reverse('web:search')}?{urlencode(asked)}&{place.query}"
