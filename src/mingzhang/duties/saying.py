"""A duty in words: of which kind, on which basis, how often, and what it takes to be done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from mingzhang.duties.lists import Held
from mingzhang.organisation.roles import ROLE_NAMES
from mingzhang.packs.base import Names
from mingzhang.packs.duty_schema import DUTY_KINDS, LAST_DAYS, Duty, Part
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Kind, Pack
from mingzhang.packs.wording import language

PARTS: dict[Part, Promise] = {
    "head": pgettext_lazy("duty", "抓总"),
    "sponsor": pgettext_lazy("duty", "分管"),
    "handler": pgettext_lazy("duty", "经办"),
}
CHANGES: dict[str, Promise] = {
    "added": gettext_lazy("本单位增加"),
    "narrowed": gettext_lazy("本单位改写"),
    "withdrawn": gettext_lazy("本单位撤下"),
}
EVERY: dict[str, Promise] = {
    "month": pgettext_lazy("duty", "每月"),
    "quarter": pgettext_lazy("duty", "每季度"),
    "half": pgettext_lazy("duty", "每半年"),
    "year": pgettext_lazy("duty", "每年"),
}
PLAIN_RULE = re.compile(r"FREQ=(MONTHLY|YEARLY;BYMONTH=([\d,]+));BYMONTHDAY=(-1|\d+)")


def said(names: Names | None) -> str:
    """A text of a pack in the language of the page; empty where there is none."""
    return names.text(language()) if names else ""


def kind_said(kind: str) -> str:
    """基本履职, 配合履职, 上级收回."""
    chinese, english = DUTY_KINDS[kind]
    return english if language() == "en" else chinese


def part_said(pack: Pack, part: Part) -> str:
    """What the pack calls a part in which somebody answers for a duty: 书记抓总; else 抓总."""
    return said(pack.parts.get(part)) or str(PARTS[part])


def part_role(duty: Duty, part: Part) -> str:
    """The role that answers for the duty in one part, by its code."""
    role: str = getattr(duty.answers, part)
    return role


def role_said(role: str) -> str:
    """A role by its name."""
    return str(ROLE_NAMES.get(role, role))


def basis_said(duty: Duty) -> str:
    """What it rests on, one after the other."""
    return "、".join(f"{one.regulation}{one.clause or ''}" for one in duty.basis)


def cadence_said(held: Held) -> str:
    """How often it comes, and by which day: 每季度，3、6、9、12月20日前."""
    duty = held.duty
    if duty.after:
        days = duty.after.within
        name = kind_named(pack_of(held.version.pk), duty.after.kind)
        return _("“%(kind)s”入账以后%(days)d个工作日内") % {"kind": name, "days": days}
    if duty.every is None:
        return _("不再有期限")
    return _("%(every)s，%(day)s") % {"every": EVERY[duty.every], "day": _day_said(duty)}


def _day_said(duty: Duty) -> str:
    day = _nominal_said(duty)
    if not duty.plus:
        return _("%(day)s以前") % {"day": day}
    words = ngettext("%(day)s以后%(plus)d个工作日内", "%(day)s以后%(plus)d个工作日内", duty.plus)
    return words % {"day": day, "plus": duty.plus}


def _nominal_said(duty: Duty) -> str:
    if duty.every and duty.days == LAST_DAYS[duty.every]:
        return _("期末")
    plain = PLAIN_RULE.fullmatch(duty.days)
    if plain is None:
        return _("照规则“%(rule)s”的那天") % {"rule": duty.days}
    months, day = plain[2], plain[3]
    if months is None:
        return _("月底") if day == "-1" else _("%(day)s日") % {"day": day}
    named = _months_said(months)
    if day == "-1":
        return _("%(months)s月底") % {"months": named}
    return _("%(months)s月%(day)s日") % {"months": named, "day": day}


def _months_said(months: str) -> str:
    numbers = [int(month) for month in months.split(",")]
    if language() == "en":
        return ", ".join(f"{date(2000, month, 1):%b}" for month in numbers)
    return "、".join(map(str, numbers))


def kind_named(pack: Pack, code: str) -> str:
    """A kind of sheet of the pack by its name; its code where the pack has none such."""
    kinds: Mapping[str, Kind] = {kind.id: kind for kind in pack.kinds}
    return said(kinds[code].name) if code in kinds else code


def closing_said(held: Held) -> str:
    """What it takes to be done."""
    duty = held.duty
    if duty.kind == "recalled":
        return _("由上级办理")
    if duty.fulfilled_by is None:
        return _("单位领导签字办结")
    kind = kind_named(pack_of(held.version.pk), duty.fulfilled_by)
    words = ngettext(
        "期间内“%(kind)s”入账%(count)d张，自动办结", "期间内“%(kind)s”入账%(count)d张，自动办结", duty.count
    )
    return words % {"kind": kind, "count": duty.count}


def levels_said(pack: Pack, duty: Duty) -> str:
    """The levels of units that have it."""
    return "、".join(said(pack.levels[level]) if level in pack.levels else level for level in duty.levels)
