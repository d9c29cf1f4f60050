"""The handbook and the list of what was handed over as docx, on the page of official documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from mingzhang.core import clock
from mingzhang.duties.counted import Counted
from mingzhang.duties.handbook import Handbook, handbook_of
from mingzhang.duties.handed import Handed, handed_by
from mingzhang.duties.models import Task
from mingzhang.duties.reading import whose_handbook
from mingzhang.duties.wording import Line, lines_of
from mingzhang.organisation.models import Appointment, Book
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.roles import Permission
from mingzhang.reports.document import Block, Document, Heading, Paragraph, paper, table_of, words
from mingzhang.reports.files import FORMS
from mingzhang.reports.writers import docx
from mingzhang.ui.saving import saved
from mingzhang.ui.templatetags.ui import day as short_day
from mingzhang.ui.templatetags.ui import full_day


@require_safe
@placed(Permission.DUTY_VIEW)
def handbook_docx(_request: HttpRequest, place: Place, username: str) -> HttpResponse:
    """The handbook of the period at hand."""
    person = whose_handbook(place, username)
    with override(place.person.book.language):
        book = handbook_of(person, place.period)
        return _file(_handbook(book), _("%(name)s责任手册") % {"name": person.name})


@require_safe
@placed(Permission.DUTY_VIEW)
def handed_docx(_request: HttpRequest, place: Place, step_id: int) -> HttpResponse:
    """The list of what was handed over in one go, with lines to sign on."""
    handed = handed_by(place.person, step_id)
    with override(place.person.book.language):
        lines = lines_of(handed.tasks, place.person, clock.today())
        return _file(_handed(handed, lines, place.person.book), _("%(name)s交接清单") % {"name": handed.giver.name})


def _file(document: Document, name: str) -> HttpResponse:
    form = FORMS["docx"]
    response = HttpResponse(docx.write(document), content_type=form.media_type)
    return saved(response, f"{name}.{form.ending}")


def _handbook(book: Handbook) -> Document:
    title = _("责任手册\n（%(name)s，%(period)s）") % {"name": book.person.name, "period": _period(book)}
    blocks: list[Block] = [Heading(1, words(_("一、岗位"))), *_posts(book)]
    blocks += [Heading(1, words(_("二、责任事项"))), *_duties(book)]
    blocks += [Heading(1, words(_("三、抓总、分管的"))), *_led(book)]
    blocks += [Heading(1, words(_("四、还没办的"))), *_open(book)]
    blocks += [Heading(1, words(_("五、办了什么"))), *_done(book)]
    return paper(title, book.today, blocks, book.person.book.language)


def _period(book: Handbook) -> str:
    return book.period.label_en if book.person.book.language == "en" else book.period.label


def _posts(book: Handbook) -> Iterable[Block]:
    for seat in book.posts:
        where = {"unit": seat.post.unit.name, "post": seat.post.name, "days": _days(seat)}
        if seat.stands_in_for:
            said = _("%(unit)s%(post)s，%(days)s，代理%(who)s。")
            yield Paragraph(words(said % (where | {"who": seat.stands_in_for.person.name})))
        else:
            yield Paragraph(words(_("%(unit)s%(post)s，%(days)s。") % where))
    for seat in book.away:
        said = _("“%(post)s”由%(who)s代理，%(days)s。")
        yield Paragraph(words(said % {"post": seat.post.name, "who": seat.person.name, "days": _days(seat)}))
    for step in book.handed:
        names = {"giver": step.giver.name if step.giver else "", "to": step.to.name if step.to else ""}
        said = _("%(day)s，%(giver)s的任务一起移交给%(to)s，原因：%(why)s")
        yield Paragraph(words(said % (names | {"day": full_day(step.at.date()), "why": step.reason})))
    if not (book.posts or book.away or book.handed):
        yield Paragraph(words(_("这段时间没有任职。")))


def _days(seat: Appointment) -> str:
    first, upper = full_day(seat.valid.lower), seat.valid.upper
    if upper is None:
        return _("%(first)s起") % {"first": first}
    last = full_day(date.fromordinal(upper.toordinal() - 1))
    return _("%(first)s至%(last)s") % {"first": first, "last": last}


def _duties(book: Handbook) -> Iterable[Block]:
    if not book.duties:
        yield Paragraph(words(_("这段时间没有任务。")))
        return
    rows = [(one.name, one.basis, *_numbers(one)) for one in book.duties]
    yield _counted(_("依据"), rows, book.sum)


def _led(book: Handbook) -> Iterable[Block]:
    """What others do for whom the person answers: of the unit's tasks, not the person's own."""
    if not book.led:
        yield Paragraph(words(_("没有。")))
        return
    rows = [(one.name, one.parts, *_numbers(one)) for one in book.led]
    yield _counted(_("分工"), rows, book.led_sum)


def _counted(second: str, rows: Sequence[tuple[object, ...]], total: Counted) -> Block:
    header = (_("责任事项"), second, _("应办"), _("按时"), _("晚了"), _("免办"), _("逾期"), _("没到期"))
    return table_of(header, [*rows, (_("合计"), "", *_numbers(total))], total=True)


def _numbers(one: Counted) -> tuple[int, ...]:
    return one.all, one.done, one.late, one.excused, one.overdue, one.coming


def _open(book: Handbook) -> Iterable[Block]:
    header = (_("责任事项"), _("单位"), _("时段"), _("期限"), _("情况"))
    year = book.period.end.year
    rows = [
        (line.name, line.unit, line.period, _day(line.task.deadline, year), line.stand.said) for line in book.open
    ]
    yield table_of(header, rows) if rows else Paragraph(words(_("没有。")))


def _done(book: Handbook) -> Iterable[Block]:
    header = (_("责任事项"), _("单位"), _("期限"), _("办完"), _("凭据"))
    rows = [_line(line, book.period.end.year) for line in book.done]
    yield table_of(header, rows) if rows else Paragraph(words(_("没有。")))


def _line(line: Line, year: int) -> tuple[str, ...]:
    task = line.task
    said = line.stand.said if task.done_on is None else _day(task.done_on, year)
    return line.name, line.unit, _day(task.deadline, year), said, _proof(task)


def _proof(task: Task) -> str:
    if task.record is None:
        return ""
    return _("第%(number)s号《%(title)s》") % {"number": task.record_id, "title": task.record.title}


def _day(day: date, year: int) -> str:
    """Without the year where it is the one that the paper speaks of: tables are narrow."""
    return full_day(day) if day.year != year else short_day(day)


def _handed(handed: Handed, lines: Sequence[Line], book: Book) -> Document:
    day = handed.at.date()
    names = {"giver": handed.giver.name, "to": handed.to.name, "by": handed.by.name}
    said = _("%(giver)s没有办完的%(count)s项任务，从%(day)s起由%(to)s办理，由%(by)s决定。原因：%(why)s")
    told = said % (names | {"count": len(lines), "day": full_day(day), "why": handed.reason})
    header = (_("序号"), _("责任事项"), _("单位"), _("时段"), _("期限"), _("情况"))
    rows = [
        (number, line.name, line.unit, line.period, _day(line.task.deadline, day.year), line.stand.said)
        for number, line in enumerate(lines, start=1)
    ]
    signed = [
        Paragraph(words(_("%(who)s（签字）：　　　　　　　　　　年　　月　　日") % {"who": who}))
        for who in (_("移交人"), _("接收人"), _("监交人"))
    ]
    return paper(_("任务交接清单"), day, [Paragraph(words(told)), table_of(header, rows), *signed], book.language)
