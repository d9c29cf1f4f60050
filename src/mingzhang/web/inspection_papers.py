"""The report of an inspection on the page of official documents, and every answer of it as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.core.workbooks import XLSX, Styles, Value, add_table, new_workbook
from mingzhang.findings.flows import STATES
from mingzhang.inspections import flows, queries
from mingzhang.inspections.answers import is_wrong, value_said
from mingzhang.inspections.models import Round
from mingzhang.inspections.outcome import Outcome, Visited, outcome_of
from mingzhang.inspections.result_words import draws_said, limits_of
from mingzhang.inspections.rosters import SCRIPT
from mingzhang.inspections.rounds_query import checklist_of
from mingzhang.inspections.saying import STANCES, WHY
from mingzhang.inspections.views.results import started
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import today_in
from mingzhang.organisation.roles import Permission
from mingzhang.packs.wording import language
from mingzhang.reports.document import Block, Document, Heading, Paragraph, paper, table_of, words
from mingzhang.reports.files import FORMS
from mingzhang.reports.writers import docx, pdf
from mingzhang.ui.saving import saved
from mingzhang.ui.templatetags.ui import day as short_day
from mingzhang.ui.templatetags.ui import full_day

NOTHING = "—"
NUMERALS = "一二三四五六七八九"


@require_safe
@placed(Permission.INSPECTION_VIEW)
def inspection_file(request: HttpRequest, place: Place, number: int, form: str) -> HttpResponse:
    """The report of one inspection that has started, as things stand today, in the language of the book."""
    if form not in _FORMS:
        raise NotFound(_("没有这种格式的文件。"))
    found = started(place, number)
    with override(place.person.book.language):
        media_type, write = _FORMS[form]
        content = write(outcome_of(found))
        name = _("%(title)s检查报告") % {"title": found.title}
        return saved(HttpResponse(content, content_type=media_type), f"{name}.{form}")


# --- on paper -----------------------------------------------------------------------------------------------------


def report_of(outcome: Outcome) -> Document:
    """The whole report; parts about which there is nothing to say are left out."""
    inspection = outcome.inspection
    blocks: list[Block] = []
    parts = [(title, list(said(outcome))) for title, said in _parts()]
    for numeral, (title, said) in zip(NUMERALS, [one for one in parts if one[1]], strict=False):
        heading = f"{numeral}、{title}" if inspection.book.language != "en" else title
        blocks += [Heading(1, words(heading)), *said]
    title = _("%(title)s\n检查报告") % {"title": inspection.title}
    return paper(title, today_in(inspection.book), blocks, inspection.book.language)


def _parts() -> list[tuple[str, Callable[[Outcome], Iterator[Block]]]]:
    return [
        (_("基本情况"), _plan),
        (_("随机抽取"), _draws),
        (_("检查情况"), _numbers),
        (_("各对象的结果"), _objects),
        (_("各项目的结果"), _items),
        (_("发现的问题"), _findings),
        (_("回头看"), _followed),
        (_("被检查单位的意见"), _statements),
        (_("需要说明的"), _limits),
    ]


def _said(*lines: str) -> Iterator[Block]:
    for line in lines:
        yield from (Paragraph(words(one)) for one in line.splitlines() if one.strip())


def _plan(outcome: Outcome) -> Iterator[Block]:
    one = outcome.inspection
    said = {
        "unit": one.unit.name, "first": full_day(one.first), "last": full_day(one.last),
        "how": _("预告") if one.announced else _("不预告"), "state": flows.INSPECTION.states[one.state],
    }  # fmt: skip
    yield from _said(
        _("%(unit)s组织，%(first)s至%(last)s检查，%(how)s，现在是“%(state)s”。") % said,
        _("为什么查：%(said)s") % {"said": one.reason},
    )
    if one.basis:
        yield from _said(_("依据：%(said)s") % {"said": one.basis})
    checklist = queries.checklist_of(one)
    if checklist:
        asked = {"name": checklist.name.text(language()), "count": checklist.count}
        yield from _said(_("检查表：%(name)s，%(count)d项。") % asked)


def _draws(outcome: Outcome) -> Iterator[Block]:
    for one in draws_said(outcome.inspection):
        yield from _said("".join(one.lines))
        yield from _said(
            _("名单校验码（每8位隔开）：%(digest)s") % {"digest": one.grouped},
            _("重算的命令：%(command)s") % {"command": f"python3 {SCRIPT.name} {one.file}"},
        )


def _numbers(outcome: Outcome) -> Iterator[Block]:
    if not outcome.rounds:
        return
    tally = outcome.tally
    said = {
        "planned": len(outcome.rounds), "visited": len(outcome.visited), "off": len(outcome.called_off),
        "waiting": len(outcome.waiting), "items": tally.items, "right": tally.right, "wrong": tally.wrong,
        "na": tally.na,
    }  # fmt: skip
    yield from _said(
        _("抽中%(planned)d个对象，查完%(visited)d个，不查了%(off)d个，还没有查完%(waiting)d个。") % said
    )
    if outcome.judges:
        seen = _("一共看了%(items)d项次，合格%(right)d项次，不合格%(wrong)d项次，不涉及%(na)d项次。")
        yield from _said(seen % said)
    for one in outcome.called_off:
        why = {"object": one.where, "why": one.called_off_because}
        yield from _said(_("没有查%(object)s：%(why)s") % why)


def _objects(outcome: Outcome) -> Iterator[Block]:
    if not outcome.rounds:
        return
    judged = (_("合格"), _("不合格"), _("不涉及")) if outcome.judges else ()
    found = (_("问题"),) if outcome.finds else ()
    header = (_("对象"), _("查完"), *judged, *found, _("谁查的"))
    yield table_of(header, [_object(one, outcome) for one in outcome.objects])


def _object(one: Visited, outcome: Outcome) -> Sequence[object]:
    tally, posts = one.tally, "、".join(one.posts)
    judged = (tally.right, tally.wrong, tally.na) if outcome.judges else ()
    found = (sum(each.stands != "gone" for each in one.findings),) if outcome.finds else ()
    if not one.done or one.on is None:
        return one.round.where, flows.ROUND.states[one.round.state], *[NOTHING] * len(judged + found), posts
    return one.round.where, short_day(one.on), *judged, *found, posts


def _items(outcome: Outcome) -> Iterator[Block]:
    if outcome.items:
        header = (_("项目"), _("合格"), _("不合格"), _("不涉及"))
        rows = [(one.name, one.tally.right, one.tally.wrong, one.tally.na) for one in outcome.items]
        total = (_("合计"), outcome.tally.right, outcome.tally.wrong, outcome.tally.na)
        yield table_of(header, [*rows, total], total=True)


def _findings(outcome: Outcome) -> Iterator[Block]:
    if not outcome.visited or not outcome.finds:
        return
    held = [one for one in outcome.findings if one.stands != "gone"]
    if not held:
        yield from _said(_("没有发现问题。"))
        return
    said = {
        "count": len(held), "closed": len(outcome.closed), "day": full_day(today_in(outcome.inspection.book)),
    }  # fmt: skip
    yield from _said(_("发现问题%(count)d件，到%(day)s已销号%(closed)d件。") % said)
    groups = (
        _("%(category)s（%(severity)s）%(count)d件")
        % {"category": one.category, "severity": one.severity, "count": len(one.findings)}
        for one in outcome.groups
    )
    yield from _said(_("按类别和程度：%(groups)s。") % {"groups": "，".join(groups)})
    header = (_("编号"), _("在哪里发现"), _("类别"), _("程度"), _("状态"))
    rows = (
        (one.finding.number, one.round.where, one.category, one.severity,
         STATES[one.finding.state])
        for one in outcome.findings
    )  # fmt: skip
    yield table_of(header, rows)


def _followed(outcome: Outcome) -> Iterator[Block]:
    if not outcome.followed:
        return
    said = {
        "drawn": len(outcome.followed), "good": len(outcome.seen_again("confirmed")),
        "back": len(outcome.seen_again("recurred")),
    }  # fmt: skip
    yield from _said(_("抽中销过号的问题%(drawn)d件，没有反弹%(good)d件，反弹了%(back)d件。") % said)
    header = (_("编号"), _("单位"), _("类别"), _("程度"), _("看的结果"), _("状态"))
    rows = (
        (one.finding.number, one.finding.unit.name, one.category, one.severity, one.result_said,
         STATES[one.finding.state])
        for one in outcome.followed
    )  # fmt: skip
    yield table_of(header, rows)


def _statements(outcome: Outcome) -> Iterator[Block]:
    if not outcome.visited:
        return
    yield from _said(
        _("查完的%(visited)d个对象，有%(said)d个签认。")
        % {"visited": len(outcome.visited), "said": len(outcome.said)}
    )
    for one in outcome.said:
        said = {"object": one.where, "post": one.said_by, "stance": STANCES[one.agrees]}
        line = _("%(object)s（%(post)s）%(stance)s") % said
        yield from _said(f"{line}：{one.statement}" if one.statement else f"{line}。")


def _limits(outcome: Outcome) -> Iterator[Block]:
    yield from _said(*limits_of(outcome))


def _docx(outcome: Outcome) -> bytes:
    return docx.write(report_of(outcome))


def _pdf(outcome: Outcome) -> bytes:
    return pdf.write(report_of(outcome))


# --- as a workbook ------------------------------------------------------------------------------------------------


def _xlsx(outcome: Outcome) -> bytes:
    """Every object on one sheet, every answer on another."""
    file = io.BytesIO()
    book = new_workbook(file)
    styles = Styles(book)
    add_table(book, styles, _("对象"), _object_columns(), _object_rows(outcome))
    add_table(book, styles, _("答案"), _answer_columns(), _answer_rows(outcome))
    book.close()
    return file.getvalue()


def _object_columns() -> list[tuple[str, int]]:
    return [
        (_("编号"), 8), (_("对象"), 30), (_("状态"), 12), (_("查完"), 12), (_("为什么"), 12), (_("合格"), 10),
        (_("不合格"), 10), (_("不涉及"), 10), (_("问题"), 10), (_("已销号"), 10), (_("谁查的"), 40),
    ]  # fmt: skip


def _object_rows(outcome: Outcome) -> Iterator[list[Value]]:
    for one in outcome.objects:
        held = [each for each in one.findings if each.stands != "gone"]
        yield [
            one.round.number, one.round.where, str(flows.ROUND.states[one.round.state]), one.on, _why(one.round),
            one.tally.right, one.tally.wrong, one.tally.na, len(held),
            sum(each.stands == "closed" for each in held), "、".join(one.posts),
        ]  # fmt: skip


def _answer_columns() -> list[tuple[str, int]]:
    return [
        (_("编号"), 8), (_("对象"), 30), (_("查完"), 12), (_("部分"), 20), (_("项目"), 40), (_("答案"), 14),
        (_("结果"), 12), (_("说明"), 40),
    ]  # fmt: skip


def _answer_rows(outcome: Outcome) -> Iterable[list[Value]]:
    for round in outcome.visited:
        answers = outcome.readings[round.pk].answers
        for part in checklist_of(round).parts:
            for item in part.items:
                said = answers[item.id]
                yield [
                    round.number, round.where, round.finished_on,
                    part.name.text(language()), item.name.text(language()), value_said(item, said.value),
                    _("不合格") if is_wrong(item, said.value) else "", said.note,
                ]  # fmt: skip


def _why(round: Round) -> str:
    return str(WHY[round.drawn.why]) if round.drawn else ""


_FORMS: dict[str, tuple[str, Callable[[Outcome], bytes]]] = {
    "docx": (FORMS["docx"].media_type, _docx),
    "pdf": (FORMS["pdf"].media_type, _pdf),
    "xlsx": (XLSX, _xlsx),
}
