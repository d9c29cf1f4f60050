"""What a duty may not say although each of its parts is well formed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.core.recurrence import Cadence
from mingzhang.packs.duty_schema import DUTY_ROLES, Duty
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.faults import Fault, Place
from mingzhang.packs.kind_checks import Known, level_faults


def duty_faults(
    duty: Duty, place: Place, known: Known, duties: Mapping[str, Duty], broken: Collection[str]
) -> Iterator[Fault]:
    """Everything wrong with `duty`. Duties in `broken`, which could not be read, are let pass."""
    yield from level_faults(duty.levels, place, known.levels)
    yield from _role_faults(duty, place)
    yield from _time_faults(duty, place, known)
    yield from _closing_faults(duty, place, known)
    yield from _parent_faults(duty, place, duties, broken)


def _role_faults(duty: Duty, place: Place) -> Iterator[Fault]:
    for name, role in duty.answers:
        if role not in DUTY_ROLES:
            wrong = _("没有角色“%(role)s”") % {"role": role}
            yield place.fault("answers", name, wrong=wrong, right=suggestion(role, DUTY_ROLES))


def _time_faults(duty: Duty, place: Place, known: Known) -> Iterator[Fault]:
    """A duty comes by the calendar or after something, and by one of the two alone. What the parent unit takes over
    (上级收回) comes no more."""
    if duty.kind == "recalled":
        if duty.every or duty.after:
            yield place.fault("kind", wrong=_("上级收回的事项不再有期限"), right=_("去掉 every、rule 和 after"))
        return
    if (duty.every is None) == (duty.after is None):
        yield place.fault(wrong=_("要写明多久一次，或在什么之后"), right=_("every 和 after 写一个，只写一个"))
    if duty.rule and duty.every is None:
        yield place.fault(
            "rule", wrong=_("有 rule 就要有 every"), right=_("写明 every: month、quarter、half 或 year")
        )
    if duty.every:
        try:
            Cadence(duty.days, duty.roll, duty.plus, kind=duty.every)
        except InvalidInput as error:
            yield place.fault("rule", wrong=error.message, right=error.remedy)
    if duty.after:
        yield from _kind_faults(duty.after.kind, place, known, "after", "kind")


def _closing_faults(duty: Duty, place: Place, known: Known) -> Iterator[Fault]:
    if duty.after and duty.fulfilled_by:
        # Two sheets of one week and two of what follows: nobody could tell which answers which.
        wrong = _("某件事以后要办的，由领导签字办结，不写 fulfilled_by")
        yield place.fault("fulfilled_by", wrong=wrong, right=_("去掉 fulfilled_by 和 count"))
    elif duty.fulfilled_by is not None:
        yield from _kind_faults(duty.fulfilled_by, place, known, "fulfilled_by")
        kind = known.kinds.get(duty.fulfilled_by)
        for level in duty.levels:
            if kind and kind.levels and level not in kind.levels:
                wrong = _("层级“%(level)s”不填记录单“%(kind)s”") % {"level": level, "kind": kind.id}
                yield place.fault("levels", wrong=wrong, right=_("换一种记录单，或去掉这个层级"))
    elif duty.count != 1:
        yield place.fault("count", wrong=_("没有写由哪种记录单完成，不能写次数"), right=_("写明 fulfilled_by"))


def _kind_faults(kind: str, place: Place, known: Known, *spot: str) -> Iterator[Fault]:
    if kind not in known.kinds and kind not in known.broken:
        wrong = _("没有记录单“%(kind)s”") % {"kind": kind}
        yield place.fault(*spot, wrong=wrong, right=suggestion(kind, known.kinds))


def _parent_faults(
    duty: Duty, place: Place, duties: Mapping[str, Duty], broken: Collection[str]
) -> Iterator[Fault]:
    if duty.parent is None or duty.parent in broken:
        return
    if duty.parent not in duties:
        wrong = _("没有责任事项“%(duty)s”") % {"duty": duty.parent}
        yield place.fault("parent", wrong=wrong, right=suggestion(duty.parent, duties))
    elif duty.id in _line(duty, duties):
        yield place.fault("parent", wrong=_("责任事项一级级往上，又回到了自己"), right=_("去掉其中一个 parent"))


def _line(duty: Duty, duties: Mapping[str, Duty]) -> list[str]:
    """The duties that stand above `duty`, up to the first that comes again."""
    above: list[str] = []
    while duty.parent and duty.parent in duties and duty.parent not in above:
        duty = duties[duty.parent]
        above.append(duty.id)
    return above
