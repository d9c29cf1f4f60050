"""Inspections and draws in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mingzhang.inspections.models import Round
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import language

REASONS: dict[str, Promise] = {
    "kin": _("有亲属在那里"),
    "worked": _("曾在那里任职"),
    "interest": _("有利害关系"),
    "other": _("其他原因"),
}
WHY: dict[str, Promise] = {"coverage": _("最低覆盖"), "weight": _("权重够大"), "drawn": _("抽中")}
# The shape and colour of a state: class of the chip, and its icon.
INSPECTION_LOOKS = {
    "drafted": ("is-draft", "pen"),
    "approved": ("is-soon", "clock"),
    "under_way": ("", "flag"),
    "finished": ("is-done", "check"),
    "cancelled": ("is-draft", "x"),
}
DRAW_LOOKS = {
    "drafted": ("is-draft", "pen"),
    "published": ("is-soon", "clock"),
    "committed": ("is-soon", "clock"),
    "stated": ("is-soon", "clock"),
    "drawn": ("is-done", "check"),
    "void": ("is-draft", "x"),
    "redrawn": ("is-draft", "back"),
}
ROUND_LOOKS = {
    "planned": ("is-draft", "clock"),
    "begun": ("is-soon", "pen"),
    "finished": ("", "check"),
    "acknowledged": ("is-done", "check"),
    "called_off": ("is-draft", "x"),
}
SAID_NAMES: dict[str, Promise] = {"right": _("合格"), "wrong": _("不合格"), "na": _("不涉及")}
STAND_NAMES: dict[str, Promise] = {
    "open": _("还没有销号"), "closed": _("已销号"), "gone": _("不算问题或已合并"), "held": _("算问题的"),
}  # fmt: skip
FOLLOWED_NAMES: dict[str, Promise] = {
    "confirmed": _("没有反弹"), "recurred": _("反弹了"), "": _("这次没有看"),
}  # fmt: skip
STANCES: dict[bool | None, Promise] = {True: _("认可"), False: _("不认可"), None: _("不表态")}
KINDS: dict[str, Promise] = {"visit": _("现场检查"), "self_check": _("自查")}


def basis_said(item: Item) -> str:
    """What an item rests on, in one line."""
    return "；".join(f"{one.regulation}{one.clause or ''}" for one in item.basis)


def round_title(round: Round) -> str:
    """The inspection that it belongs to, or what a unit checks itself by."""
    if round.inspection is not None:
        return round.inspection.title
    name = pack_of(round.pack_version_id).checklists_by_id[round.checklist].name.text(language())
    return gettext("自查：%(checklist)s") % {"checklist": name}
