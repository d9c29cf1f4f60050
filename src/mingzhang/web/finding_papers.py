"""Findings as files: the list of problems, and the account of how they were put right, as asked; and the sheet by
which one of them was closed. On the page of official documents, and as workbooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.core.workbooks import XLSX, of_one_table
from mingzhang.findings import queries
from mingzhang.findings.finding_page import finding_by_id
from mingzhang.findings.flows import STATES
from mingzhang.findings.listing import Asked
from mingzhang.findings.models import Closing, Finding, FindingStep, Measure
from mingzhang.findings.showing import Line, lines_of
from mingzhang.findings.wording import category_name, severity_name, source_name
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.reports.document import Block, Document, Heading, Paragraph, Table, paper, table_of, words
from mingzhang.reports.files import FORMS
from mingzhang.reports.writers import docx, pdf
from mingzhang.ui.saving import saved
from mingzhang.ui.templatetags.ui import day as short_day
from mingzhang.ui.templatetags.ui import full_day

MOST = 1000
NOTHING = "—"


@dataclass(frozen=True)
class Paper:
    """A kind of list: what it is called, what its columns are and how wide in a workbook, and what a row says."""

    name: Promise
    columns: Sequence[tuple[Promise, int]]
    row: Callable[[int, Line, Told], Sequence[object]]


@dataclass(frozen=True)
class Told:
    """What findings of a list do not tell themselves: measures, how each was put right, and its closing."""

    measures: dict[int, list[Measure]]
    results: dict[int, str]
    closings: dict[int, Closing]

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> Told:
        """Three queries, however many findings there are."""
        rounds = {one.pk: one.round for one in findings}
        measures: dict[int, list[Measure]] = {}
        for one in Measure.objects.filter(finding__in=rounds).order_by("finding", "id"):
            if one.round == rounds[one.finding_id]:
                measures.setdefault(one.finding_id, []).append(one)
        steps = FindingStep.objects.filter(finding__in=rounds, verb="submit").order_by("id")
        results = {one.finding_id: one.reason for one in steps if one.round == rounds[one.finding_id]}
        closings = Closing.objects.filter(finding__in=rounds).select_related("verification__verifier", "by")
        return cls(measures, results, {c.finding_id: c for c in closings if c.round == rounds[c.finding_id]})

    def measures_said(self, finding: Finding) -> str:
        """The measures, one after the other."""
        return "；".join(_measure(one) for one in self.measures.get(finding.pk, ())) or NOTHING


def _measure(one: Measure) -> str:
    if one.done_on:
        return _("%(what)s（%(day)s做完）") % {"what": one.what, "day": short_day(one.done_on)}
    if one.by_when:
        return _("%(what)s（%(day)s前）") % {"what": one.what, "day": short_day(one.by_when)}
    return one.what


def _problem(number: int, line: Line, told: Told) -> Sequence[object]:
    found = line.finding
    return (
        number, found.number, found.description, line.where, line.category, line.severity, line.source,
        found.found_on, found.unit.name, line.who or NOTHING, found.deadline,
    )  # fmt: skip


def _correction(number: int, line: Line, told: Told) -> Sequence[object]:
    found = line.finding
    closing = told.closings.get(found.pk)
    return (
        number, found.number, found.description, found.unit.name, line.who or NOTHING,
        found.sponsor.name if found.sponsor else NOTHING, told.measures_said(found), found.deadline,
        told.results.get(found.pk, NOTHING), closing.verification.verifier.name if closing else NOTHING,
        closing.on if closing else NOTHING, str(STATES[found.state]),
    )  # fmt: skip


def _printed(cell: object, year: int) -> object:
    """A day without the year where it is this one: tables are narrow."""
    if not isinstance(cell, date):
        return cell
    return short_day(cell) if cell.year == year else full_day(cell)


PAPERS: dict[str, Paper] = {
    "problems": Paper(
        gettext_lazy("问题清单"),
        [
            (gettext_lazy("序号"), 6), (gettext_lazy("编号"), 12), (gettext_lazy("问题"), 50),
            (gettext_lazy("地点"), 20), (gettext_lazy("类别"), 14), (gettext_lazy("程度"), 8),
            (gettext_lazy("来源"), 10), (gettext_lazy("发现日期"), 12), (gettext_lazy("责任单位"), 18),
            (gettext_lazy("责任人"), 10), (gettext_lazy("期限"), 12),
        ],
        _problem,
    ),
    "corrections": Paper(
        gettext_lazy("整改台账"),
        [
            (gettext_lazy("序号"), 6), (gettext_lazy("编号"), 12), (gettext_lazy("问题"), 50),
            (gettext_lazy("责任单位"), 18), (gettext_lazy("责任人"), 10), (gettext_lazy("领办"), 10),
            (gettext_lazy("整改措施"), 40), (gettext_lazy("期限"), 12), (gettext_lazy("整改结果"), 40),
            (gettext_lazy("验收人"), 10), (gettext_lazy("销号日期"), 12), (gettext_lazy("状态"), 10),
        ],
        _correction,
    ),
}  # fmt: skip
# On paper there is room for fewer columns: these are left to the workbook.
ON_PAPER: dict[str, Sequence[int]] = {
    "problems": (1, 2, 3, 5, 8, 9, 10),
    "corrections": (1, 2, 3, 4, 6, 8, 10),
}


@require_safe
@placed(Permission.FINDING_VIEW)
def finding_list_file(request: HttpRequest, place: Place, kind: str, form: str) -> HttpResponse:
    """The list as the address asks for it, at most MOST findings, in the language of the book."""
    if kind not in PAPERS or form not in LIST_FORMS:
        raise NotFound(_("没有这种格式的文件。"))
    with override(place.person.book.language):
        asked = Asked(place, request.GET)
        found, count = queries.page_of(asked.wanted(), size=MOST)
        lines, told = lines_of(found, asked.today), Told.of(found)
        media_type, write = LIST_FORMS[form]
        content = write(kind, asked, _rows(PAPERS[kind], lines, told), count)
        name = _("%(unit)s%(paper)s") % {"unit": place.unit.name, "paper": PAPERS[kind].name}
        return saved(HttpResponse(content, content_type=media_type), f"{name}.{form}")


def _rows(paper_kind: Paper, lines: Sequence[Line], told: Told) -> list[Sequence[object]]:
    return [paper_kind.row(number, line, told) for number, line in enumerate(lines, start=1)]


def _list(kind: str, asked: Asked, rows: Sequence[Sequence[object]], count: int) -> Document:
    shown = ON_PAPER[kind]
    header = [str(PAPERS[kind].columns[column][0]) for column in shown]
    told: list[Block] = [Paragraph(words(line)) for line in _head(asked, len(rows), count)]
    table = table_of(header, [[_printed(row[column], asked.today.year) for column in shown] for row in rows])
    title = _("%(unit)s%(paper)s") % {"unit": asked.place.unit.name, "paper": PAPERS[kind].name}
    return paper(title, asked.today, [*told, table] if rows else told, asked.place.person.book.language)


def _head(asked: Asked, shown: int, count: int) -> Iterator[str]:
    """What is listed, and what was left out."""
    said = {"day": full_day(asked.today), "state": asked.state_name, "count": shown}
    yield _("截至%(day)s，“%(state)s”的问题共%(count)d件。") % said
    if asked.tokens:
        yield _("条件：%(conditions)s。") % {"conditions": "；".join(token.said for token in asked.tokens)}
    if count > shown:
        yield _("只列出前%(most)d件，别的请缩小单位或者加条件再导出。") % {"most": shown}


def _docx(kind: str, asked: Asked, rows: Sequence[Sequence[object]], count: int) -> bytes:
    return docx.write(_list(kind, asked, rows, count))


def _pdf(kind: str, asked: Asked, rows: Sequence[Sequence[object]], count: int) -> bytes:
    return pdf.write(_list(kind, asked, rows, count))


def _xlsx(kind: str, asked: Asked, rows: Sequence[Sequence[object]], count: int) -> bytes:
    columns = [(str(name), width) for name, width in PAPERS[kind].columns]
    cells = ([cell if isinstance(cell, int) else str(cell) for cell in row] for row in rows)
    return of_one_table(str(PAPERS[kind].name), columns, cells)


LIST_FORMS: dict[str, tuple[str, Callable[[str, Asked, Sequence[Sequence[object]], int], bytes]]] = {
    "docx": (FORMS["docx"].media_type, _docx),
    "pdf": (FORMS["pdf"].media_type, _pdf),
    "xlsx": (XLSX, _xlsx),
}


# --- one finding --------------------------------------------------------------------------------------------------


@require_safe
@placed(Permission.FINDING_VIEW)
def finding_file(request: HttpRequest, place: Place, finding_id: int, form: str) -> HttpResponse:
    """The sheet of one finding: what it was, how it was put right, who verified and closed it; with lines to sign
    on while it is not closed."""
    if form not in ONE_FORMS:
        raise NotFound(_("没有这种格式的文件。"))
    found = finding_by_id(place, finding_id)
    with override(place.person.book.language):
        content = ONE_FORMS[form](_sheet(place, found))
        name = _("问题%(number)s销号单") % {"number": found.number}
        return saved(HttpResponse(content, content_type=FORMS[form].media_type), f"{name}.{form}")


def _sheet(place: Place, found: Finding) -> Document:
    told = Told.of([found])
    closing = told.closings.get(found.pk)
    blocks: list[Block] = [
        _facts(found),
        Heading(1, words(_("一、问题"))),
        *_paragraphs(found.description),
        Heading(1, words(_("二、整改"))),
        *_paragraphs(_("措施：%(said)s") % {"said": told.measures_said(found)}),
        *_paragraphs(_("原因：%(said)s") % {"said": found.cause or NOTHING}),
        *_paragraphs(_("举一反三：%(said)s") % {"said": found.systemic or NOTHING}),
        *_paragraphs(_("结果：%(said)s") % {"said": told.results.get(found.pk, NOTHING)}),
        Heading(1, words(_("三、验收和销号"))),
        *(_closed(found, closing) if closing else _to_sign()),
    ]
    title = _("问题销号单\n（%(number)s）") % {"number": found.number}
    day = closing.on if closing else _today(place)
    return paper(title, day, blocks, place.person.book.language)


def _today(place: Place) -> date:
    return Asked(place, QueryDict()).today


def _facts(found: Finding) -> Table:
    rows = [
        (_("责任单位"), found.unit.name, _("责任人"), found.owner.name if found.owner else NOTHING),
        (_("类别"), category_name(found), _("程度"), severity_name(found)),
        (_("来源"), source_name(found.source), _("地点"), found.place or NOTHING),
        (_("发现日期"), full_day(found.found_on), _("期限"), full_day(found.deadline)),
    ]
    header = (_("编号"), found.number, _("领办"), found.sponsor.name if found.sponsor else NOTHING)
    return table_of(header, rows)


def _paragraphs(said: str) -> list[Block]:
    return [Paragraph(words(line)) for line in said.splitlines() if line.strip()]


def _closed(found: Finding, closing: Closing) -> Iterator[Block]:
    verification = closing.verification
    names = {"who": verification.verifier.name, "day": full_day(verification.on)}
    names["note"] = verification.note or NOTHING
    yield Paragraph(words(_("%(who)s在%(day)s验收通过。验收意见：%(note)s") % names))
    yield Paragraph(words(_("验收人没有参与整改。")))
    told = {"who": closing.by.name, "day": full_day(closing.on), "days": closing.days}
    yield Paragraph(words(_("%(who)s在%(day)s销号，用时%(days)d个工作日。") % told))
    in_time = _("在期限内整改到位。") if closing.in_time else _("整改到位时超过了期限。")
    yield Paragraph(words(in_time))
    if closing.follow_up_on:
        yield Paragraph(words(_("%(day)s回头看一次。") % {"day": full_day(closing.follow_up_on)}))
    if found.round > 1:
        yield Paragraph(words(_("这个问题反弹过，这是第%(round)d轮整改。") % {"round": found.round}))


def _to_sign() -> Iterator[Block]:
    yield Paragraph(words(_("还没有销号。")))
    for who in (_("责任人"), _("验收人"), _("领导")):
        yield Paragraph(words(_("%(who)s（签字）：　　　　　　　　　　年　　月　　日") % {"who": who}))


ONE_FORMS: dict[str, Callable[[Document], bytes]] = {"docx": docx.write, "pdf": pdf.write}
