"""Inspections and draws in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
