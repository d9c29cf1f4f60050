"""What is said of an inspection's result beside the numbers, in the same words on the page and on paper: how the
objects were drawn, and what the numbers do not say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.inspections.draw_page import DrawPage
from mingzhang.inspections.models import Draw, Inspection
from mingzhang.inspections.outcome import Outcome
from mingzhang.organisation.queries import today_in
from mingzhang.ui.templatetags.ui import full_day


@dataclass(frozen=True)
class DrawSaid:
    """How the objects of a draw were chosen, and how anybody draws them again."""

    draw: Draw
    lines: tuple[str, ...]
    digest: str
    command: str
    file: str

    @property
    def grouped(self) -> str:
        """The digest for paper, where a line must be able to break: eight digits at a time."""
        kind, digits = self.digest.split(":")
        return " ".join([f"{kind}:", *(digits[at : at + 8] for at in range(0, len(digits), 8))])


def draws_said(inspection: Inspection) -> list[DrawSaid]:
    """The draws that came to a result, the first first."""
    found = Draw.objects.filter(inspection=inspection, state__in=("drawn", "redrawn")).order_by("number")
    return [_draw_said(DrawPage(one)) for one in found.select_related("inspection__book")]


def _draw_said(page: DrawPage) -> DrawSaid:
    draw = page.draw
    said = {
        "number": draw.number, "objects": page.objects, "inspectors": len(page.roster["inspectors"]),
        "wanted": page.wanted, "each": draw.per_object, "recusals": page.recusals,
        "day": full_day(draw.published_on),
    }  # fmt: skip
    lines = [
        _("第%(number)d次：%(day)s封存名单，有%(objects)d个对象、%(inspectors)d名检查人，回避%(recusals)d条。")
        % said,
        _source(page),
        _("抽%(wanted)d个对象，每个对象%(each)d名检查人。") % said,
    ]
    if draw.state == "redrawn":
        lines.append(_("这次的结果没有用：%(why)s") % {"why": draw.ended_because})
    return DrawSaid(draw, tuple(lines), draw.roster_digest, page.command, page.file)


def _source(page: DrawPage) -> str:
    draw = page.draw
    if draw.value_on is not None:
        said = {"day": full_day(draw.value_on), "name": draw.value_name, "value": draw.value}
        return _("种子来自封存以前写定的一个公开的数：%(day)s的%(name)s，%(value)s。") % said
    posts = "、".join(one.post for one in page.commitments)
    return _("种子来自两个人事先承诺、一起公开的话：%(posts)s。") % {"posts": posts}


def limits_of(outcome: Outcome) -> Iterator[str]:
    """What the numbers do not say."""
    if not outcome.rounds:
        yield _("这次检查没有用检查表，系统里没有现场的记录，只能说抽到了谁。")
        return
    yield _("结果说的是查完的对象。没有抽中的怎么样，不能从这里推出来。")
    missing = len(outcome.called_off) + len(outcome.waiting)
    if missing:
        said = ngettext("抽中的还有%(count)d个没有查完，它们怎么样不知道。",
                        "抽中的还有%(count)d个没有查完，它们怎么样不知道。", missing)  # fmt: skip
        yield said % {"count": missing}
    if outcome.tally.na:
        count = outcome.tally.na
        said = ngettext("“不涉及”的%(count)d项次不算合格，也不算不合格。",
                        "“不涉及”的%(count)d项次不算合格，也不算不合格。", count)  # fmt: skip
        yield said % {"count": count}
    yield _("各对象抽中的机会和适用的项目不一样，查到的多少不用来排名。")
    day = full_day(today_in(outcome.inspection.book))
    yield _("问题的状态是%(day)s的，以后还会变。") % {"day": day}
