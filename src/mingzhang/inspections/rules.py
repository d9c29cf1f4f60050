"""Who may do what with an inspection and a draw, and what must hold before. `check_…` raises with the reason that a
page shows beside the button; its twin answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, NotAllowed, StateRefused, is_allowed
from mingzhang.inspections import flows, queries
from mingzhang.inspections.models import Commitment, Draw, Inspection
from mingzhang.inspections.verify_draw import VALUE
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import can, check_can

SHOWN = 5
SHORTEST_SECRET, LONGEST_SECRET, LONGEST_VALUE = 8, 200, 200


def check_user_can_plan(person: Person, unit: Unit) -> None:
    """Raises NotAllowed."""
    check_can(person, Permission.INSPECTION_PLAN, unit)


def user_can_plan(person: Person, unit: Unit) -> bool:
    """Twin of `check_user_can_plan`."""
    return can(person, Permission.INSPECTION_PLAN, unit)


def check_user_can(person: Person, inspection: Inspection, verb: str) -> None:
    """Whether the person may do `verb`, of the flow, with the inspection as it stands. Raises NotAllowed,
    StateRefused."""
    check_can(person, Permission(flows.INSPECTION.permission(inspection.state, verb)), inspection.unit)
    if verb == "approve" and inspection.made_by_id == person.pk:
        raise NotAllowed(_("自己起草的检查不能由自己批准。"), remedy=_("请交给另一位审核人或领导。"))


def user_can(person: Person, inspection: Inspection, verb: str) -> bool:
    """Twin of `check_user_can`."""
    return is_allowed(check_user_can, person, inspection, verb)


def check_user_can_draw(person: Person, draw: Draw, verb: str) -> None:
    """Whether the person may do `verb` with the draw as it stands. Raises NotAllowed, StateRefused."""
    check_can(person, Permission(flows.DRAW.permission(draw.state, verb)), draw.inspection.unit)
    if verb in ("commit", "state"):
        check_source(draw, verb)
    _CHECKS.get(verb, _nothing_more)(person, draw)


def user_can_draw(person: Person, draw: Draw, verb: str) -> bool:
    """Twin of `check_user_can_draw`."""
    return is_allowed(check_user_can_draw, person, draw, verb)


def check_source(draw: Draw, verb: str) -> None:
    """Raises StateRefused for what belongs to the other source of the seed."""
    if (verb == "commit") != (draw.source == "commitments"):
        raise StateRefused(_("这次抽取的种子不从这里来。"), remedy=_("种子的来源在名单里写着，封存以后不能改。"))


def _check_commits_once(person: Person, draw: Draw) -> None:
    if Commitment.objects.filter(draw=draw, person=person).exists():
        raise NotAllowed(_("您已经承诺过了。"), remedy=_("另一份承诺要由另一个人来做。"))


def _check_reveals_own(person: Person, draw: Draw) -> None:
    own = Commitment.objects.filter(draw=draw, person=person).first()
    if own is None:
        raise NotAllowed(_("您没有为这次抽取承诺过。"), remedy=_("由承诺的两个人各自公开。"))
    if own.secret:
        raise StateRefused(_("您已经公开了。"), remedy=_("等另一个人公开，结果当场就有。"))


def _check_another_confirms(person: Person, draw: Draw) -> None:
    if draw.value_by_id == person.pk:
        raise NotAllowed(_("自己填写的数不能由自己核对。"), remedy=_("请另一个人对照出处，再填一遍。"))


def _nothing_more(_person: Person, _draw: Draw) -> None: ...


_CHECKS: dict[str, Callable[[Person, Draw], None]] = {
    "commit": _check_commits_once,
    "reveal": _check_reveals_own,
    "confirm": _check_another_confirms,
}


# --- what must hold -----------------------------------------------------------------------------------------------


def check_can_begin_draw(person: Person, inspection: Inspection) -> None:
    """A draw is begun for an approved plan, one at a time, and as often as was planned. Raises NotAllowed,
    StateRefused."""
    check_can(person, Permission.INSPECTION_DRAW, inspection.unit)
    if inspection.state not in ("approved", "under_way"):
        raise StateRefused(
            _("检查现在是“%(state)s”，还不能抽取。") % {"state": flows.INSPECTION.states[inspection.state]},
            remedy=_("检查批准以后、结束以前可以抽取。"),
        )
    if Draw.objects.filter(inspection=inspection, state__in=flows.OPEN_DRAWS).exists():
        raise StateRefused(_("上一次抽取还没有结果。"), remedy=_("先抽定，或者作废，再开始下一次。"))
    if queries.draws_left(inspection) < 1:
        raise StateRefused(
            _("计划抽%(draws)d次，都抽过了。") % {"draws": inspection.draws},
            remedy=_("结果不能用的，请在那一次写明原因重抽。"),
        )


def user_can_begin_draw(person: Person, inspection: Inspection) -> bool:
    """Twin of `check_can_begin_draw`."""
    return is_allowed(check_can_begin_draw, person, inspection)


def check_window(first: date, last: date) -> None:
    """Raises InvalidInput."""
    if last < first:
        raise InvalidInput(
            _("检查的最后一天早于第一天。"),
            problems={"last": [_("不早于第一天。")]},
            remedy=_("请把两个日期对调。"),
        )


def check_coverage(coverage: int | None, draws: int) -> None:
    """Raises InvalidInput for a minimum that so many draws cannot reach."""
    if coverage is not None and coverage > draws:
        raise InvalidInput(
            _("只抽%(draws)d次，做不到每个对象至少查%(times)d次。") % {"draws": draws, "times": coverage},
            problems={"coverage": [_("不多于抽取的次数。")]},
        )


def check_publishable(draw: Draw, today: date) -> None:
    """That the roster can be drawn from: there are objects, places and inspectors, and a public value is still to
    come. Raises InvalidInput."""
    counts = queries.counts_of_strata(draw)
    if not sum(stratum.size for stratum, _count in counts):
        raise InvalidInput(_("还没有写每一层抽几个。"), remedy=_("请先在“抽几个”里写名额。"))
    for stratum, count in counts:
        if stratum.size > count:
            said = {"name": stratum.name, "size": stratum.size, "count": count}
            raise InvalidInput(_("“%(name)s”要抽%(size)d个，名单里只有%(count)d个。") % said)
    if draw.value_on is not None and draw.value_on <= today:
        raise InvalidInput(
            _("%(day)s的数，要在那一天以前封存名单。") % {"day": draw.value_on.isoformat()},
            remedy=_("请换一个还没有公布的日子。"),
        )
    check_inspectors(draw)


def check_inspectors(draw: Draw) -> None:
    """That every object can have its inspectors, whatever is drawn. Raises InvalidInput, with the objects that
    cannot."""
    people = draw.inspectors.count()
    if people < draw.per_object:
        raise InvalidInput(
            _("每个对象要%(each)d名检查人，名单里只有%(people)d名。") % {"each": draw.per_object, "people": people},
            remedy=_("请添检查人，或者减少每个对象的检查人数。"),
        )
    lacking = queries.lacking(draw, people)
    if lacking:
        named = "、".join(one.where for one in lacking[:SHOWN])
        raise InvalidInput(
            _("回避之后，%(objects)s%(more)s凑不齐%(each)d名检查人。")
            % {"objects": named, "more": _("等") if len(lacking) > SHOWN else "", "each": draw.per_object},
            remedy=_("请添检查人，或者把这些对象移出名单。"),
        )


def check_secret(secret: str) -> None:
    """Raises InvalidInput for one that could be guessed."""
    if len(secret) < SHORTEST_SECRET:
        raise InvalidInput(
            _("这段话太短，至少%(least)d个字。") % {"least": SHORTEST_SECRET},
            problems={"secret": [_("至少%(least)d个字，别人猜不到的。") % {"least": SHORTEST_SECRET}]},
        )


def clean_value(given: str) -> str:
    """A public value in the one way in which it is written. Raises InvalidInput."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", given)).strip().replace("、", ",")
    if not VALUE.fullmatch(text) or len(text) > LONGEST_VALUE:
        raise InvalidInput(
            _("公开的数只写数字、字母和 . , : + -，几个数之间隔一个空格。"),
            problems={"value": [_("例如：03 11 17 22 25 31")]},
        )
    return text
