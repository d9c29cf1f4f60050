"""The duty list as a file: docx and PDF on the page of official documents, and a workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from mingzhang.core.errors import NotFound
from mingzhang.core.workbooks import XLSX, Value, of_one_table
from mingzhang.duties.list_page import Asked, Group, Item, asked_items, grouped
from mingzhang.duties.saying import PARTS
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.packs.wording import language
from mingzhang.reports.document import Block, Document, Heading, Paragraph, Table, paper, table_of, words
from mingzhang.reports.files import FORMS
from mingzhang.reports.writers import docx, pdf
from mingzhang.ui.saving import saved
from mingzhang.ui.templatetags.ui import full_day

NOBODY = "—"
NUMERALS = "一二三四五六七八九"
WIDTHS = (6, 12, 18, 24, 50, 40, 18, 18, 18, 24, 30, 30, 16, 30)


@require_safe
@placed(Permission.DUTY_VIEW)
def duty_list_file(request: HttpRequest, place: Place, form: str) -> HttpResponse:
    """The list as the address asks for it, in the language of the book."""
    if form not in WRITERS:
        raise NotFound(_("没有这种格式的文件。"))
    with override(place.person.book.language):
        asked = Asked(place, request.GET)
        media_type, write = WRITERS[form]
        response = HttpResponse(write(asked, asked_items(asked)), content_type=media_type)
        name = _("%(unit)s责任清单") % {"unit": place.unit.name}
    return saved(response, f"{name}.{form}")


# --- on paper -----------------------------------------------------------------------------------------------------


def _document(asked: Asked, items: Sequence[Item]) -> Document:
    standing = [item for item in items if not item.withdrawn]
    gone = [item for item in items if item.withdrawn]
    blocks: list[Block] = [Paragraph(words(_head(asked, standing)))]
    groups = grouped(standing)
    for number, group in enumerate(groups, start=1):
        blocks += [Heading(1, words(_heading(number, group, groups))), _table(group.items)]
    if gone:
        heading = _("%(number)s、撤下的") % {"number": _numeral(len(groups) + 1)}
        blocks += [Heading(1, words(heading)), _gone(gone)]
    title = _("%(unit)s责任清单") % {"unit": asked.place.unit.name}
    return paper(title, asked.on, blocks, asked.place.person.book.language)


def _head(asked: Asked, items: Sequence[Item]) -> str:
    told = _("本清单照%(day)s的规定，共%(count)s项。责任岗位后面括号里是现在担任的人。")
    return told % {"day": full_day(asked.on), "count": len(items)}


def _heading(number: int, group: Group, groups: Sequence[Group]) -> str:
    several = len({one.pack for one in groups}) > 1
    named = {"number": _numeral(number), "kind": group.kind, "pack": group.pack}
    return (_("%(number)s、%(kind)s（%(pack)s）") if several else _("%(number)s、%(kind)s")) % named


def _numeral(number: int) -> str:
    """一, 二, 十一: headings of a Chinese text; a figure in English."""
    if language() == "en":
        return str(number)
    tens, ones = divmod(number, 10)
    before = NUMERALS[tens - 1] if tens > 1 else ""
    return before + ("十" if tens else "") + (NUMERALS[ones - 1] if ones else "")


def _table(items: Sequence[Item]) -> Table:
    header = (_("序号"), _("责任事项"), _("职责"), _("依据"), _("责任岗位"), _("时限"))
    rows = [
        (number, item.name, item.text, item.basis, _answers(item), item.cadence)
        for number, item in enumerate(items, start=1)
    ]
    return table_of(header, rows)


def _answers(item: Item) -> str:
    return "；".join(f"{answer.name}：{answer.said}" for answer in item.answers) or NOBODY


def _gone(items: Sequence[Item]) -> Table:
    rows = [(number, item.name, item.kind, item.reason) for number, item in enumerate(items, start=1)]
    return table_of((_("序号"), _("责任事项"), _("类别"), _("原因")), rows)


def _docx(asked: Asked, items: Sequence[Item]) -> bytes:
    return docx.write(_document(asked, items))


def _pdf(asked: Asked, items: Sequence[Item]) -> bytes:
    return pdf.write(_document(asked, items))


# --- a workbook ---------------------------------------------------------------------------------------------------


def _xlsx(asked: Asked, items: Sequence[Item]) -> bytes:
    heads = [
        _("序号"), _("类别"), _("体系包"), _("责任事项"), _("职责"), _("依据"), *map(str, PARTS.values()),
        _("多久一次"), _("怎样算办完"), _("佐证"), _("调整"), _("原因"),
    ]  # fmt: skip
    rows = (_row(number, item) for number, item in enumerate(items, start=1))
    return of_one_table(_("责任清单"), list(zip(heads, WIDTHS, strict=True)), rows)


def _row(number: int, item: Item) -> list[Value]:
    answers: list[Value] = [answer.said for answer in item.answers] or [NOBODY] * len(PARTS)
    return [
        number, item.kind, item.pack, item.name, item.text, item.basis, *answers, item.cadence, item.closing,
        item.evidence, item.mark, item.reason,
    ]  # fmt: skip


WRITERS: dict[str, tuple[str, Callable[[Asked, Sequence[Item]], bytes]]] = {
    "docx": (FORMS["docx"].media_type, _docx),
    "pdf": (FORMS["pdf"].media_type, _pdf),
    "xlsx": (XLSX, _xlsx),
}
