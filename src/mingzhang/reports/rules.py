"""Who may do what with a report in its state, and what must hold of its words. `check_…` raises with the reason
that a page shows on the disabled button; its twin answers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, NotAllowed, NotFound, StateRefused, is_allowed
from mingzhang.core.periods import Period
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import can, check_can
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.marks import FigureMark
from mingzhang.packs.schema import Pack, ReportTemplate
from mingzhang.reports import flows, queries
from mingzhang.reports.models import Report
from mingzhang.reports.prose import Prose, pieces

SHOWN = 5
LONGEST_TEXT = 20_000

# --- people and states --------------------------------------------------------------------------------------------


def check_user_can_create(person: Person, unit: Unit) -> None:
    """Raises NotAllowed."""
    check_can(person, Permission.REPORT_BUILD, unit)


def user_can_create(person: Person, unit: Unit) -> bool:
    """Twin of `check_user_can_create`."""
    return can(person, Permission.REPORT_BUILD, unit)


def check_user_can(person: Person, report: Report, verb: str) -> None:
    """Whether the person may do `verb`, of the flow, with the report as it stands. Raises NotAllowed,
    StateRefused."""
    check_can(person, flows.permission(report, verb), report.unit)
    if report.state == "in_review":
        check_other_person(person, report)


def user_can(person: Person, report: Report, verb: str) -> bool:
    """Twin of `check_user_can`."""
    return is_allowed(check_user_can, person, report, verb)


def check_other_person(person: Person, report: Report) -> None:
    """Nobody reviews what they wrote or handed in. Raises NotAllowed."""
    if person.pk in queries.authors(report):
        raise NotAllowed(_("自己写的报告不能由自己审核。"), remedy=_("请交给另一位审核人。"))


def check_user_can_comment(person: Person, report: Report) -> None:
    """Whoever works on reports of the unit, until the report is signed. Raises NotAllowed, StateRefused."""
    check_can(person, queries.WORKING, report.unit)
    if report.state in flows.FROZEN:
        raise StateRefused(_("这份报告已经签发或撤回，不能再写意见。"), remedy=_("要改的，请先撤回，再起草一份。"))


def user_can_comment(person: Person, report: Report) -> bool:
    """Twin of `check_user_can_comment`."""
    return is_allowed(check_user_can_comment, person, report)


# --- templates and words ------------------------------------------------------------------------------------------


def check_fits(template: ReportTemplate, unit: Unit, period: Period) -> None:
    """Whether the template is made for units of this level and periods of this length. Raises InvalidInput."""
    if (template.levels and unit.level not in template.levels) or period.kind not in template.periods:
        raise InvalidInput(
            _("“%(unit)s”在%(period)s没有这份报告。") % {"unit": unit.name, "period": period.label},
            remedy=_("请在报告列表里选一份。"),
        )


def check_figure(pack: Pack, figure: str) -> None:
    """Raises NotFound when the pack has no such figure."""
    if figure not in pack.figures_by_id:
        raise NotFound(
            _("没有数据项“%(figure)s”。") % {"figure": figure[:60]},
            remedy=suggestion(figure[:60], pack.figures_by_id),
        )


def check_prose(prose: Prose, pack: Pack) -> None:
    """Words can be printed: there is a title, no block is empty, and their marks name figures of the pack. Raises
    InvalidInput, NotFound."""
    if not prose.title.strip():
        raise InvalidInput(_("报告要有标题。"), problems={"title": [_("标题是空的。")]})
    if not prose.blocks:
        raise InvalidInput(_("报告里一段话也没有了。"), remedy=_("至少留一段。"))
    for block in prose.blocks:
        if len(block.texts) == 1 and not block.texts[0].strip():
            raise InvalidInput(_("这一段是空的。"), problems={block.id: [_("不要这一段，请用“删去这一段”。")]})
        if any(len(text) > LONGEST_TEXT for text in block.texts):
            raise InvalidInput(_("这一段太长了，最多%(most)d字。") % {"most": LONGEST_TEXT})
        for text in block.texts if block.kind != "by_unit" else ():
            for piece in pieces(text):
                if isinstance(piece, FigureMark):
                    check_figure(pack, piece.figure)


def check_supported(prose: Prose) -> None:
    """Every number in the words is a figure or has a source. Raises InvalidInput with where the others stand."""
    found = prose.unsupported()
    if not found:
        return
    shown = _("、").join(f"“{spot.claim.text}”" for spot in found[:SHOWN])
    raise InvalidInput(
        _("还有%(count)d个手打的数没有依据：%(numbers)s%(more)s。")
        % {"count": len(found), "numbers": shown, "more": _("等") if len(found) > SHOWN else ""},
        problems={spot.block: [_("“%(number)s”没有依据。") % {"number": spot.claim.text}] for spot in found},
        remedy=_("请换成数据项，或写明出处，或改成不带数的说法。"),
    )


def check_seen(report: Report, seen: int) -> None:
    """Raises StateRefused when somebody has changed the words since the person read version `seen`."""
    if report.version != seen:
        raise StateRefused(_("您打开之后，别人又改过这份报告。"), remedy=_("请回到报告看看新的内容，再改一次。"))
