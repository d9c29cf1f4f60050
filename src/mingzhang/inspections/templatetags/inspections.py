"""What the templates of inspections need to say of a checklist."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mingzhang.inspections.saying import STANCES, basis_said
from mingzhang.packs.base import Names
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.wording import language

register = template.Library()


@register.filter
def in_language(names: Names) -> str:
    """A text of a pack in the language of the page."""
    return names.text(language())


@register.filter
def answered(item: Item) -> str:
    """How an item is answered."""
    if item.answer == "choice":
        return " / ".join(option.name.text(language()) for option in item.options)
    if item.answer == "number":
        return _number(item)
    return _("是、否、不适用") if item.answer == "yes_no" else _("文字")


def _number(item: Item) -> str:
    unit = item.unit or ""
    if item.min is not None and item.max is not None:
        if item.min == item.max:
            return _("填数，应为%(count)s%(unit)s") % {"count": item.min, "unit": unit}
        return _("填数，应为%(min)s到%(max)s%(unit)s") % {"min": item.min, "max": item.max, "unit": unit}
    if item.min is not None and item.min > 0:
        return _("填数，不少于%(count)s%(unit)s") % {"count": item.min, "unit": unit}
    if item.max is not None:
        return _("填数，不多于%(count)s%(unit)s") % {"count": item.max, "unit": unit}
    return _("填数%(unit)s") % {"unit": f"（{unit}）" if unit else ""}


@register.filter
def basis(item: Item) -> str:
    """What an item rests on."""
    return basis_said(item)


@register.filter
def stance(agrees: bool | None) -> Promise:
    """What the inspected party thinks of what was found."""
    return STANCES[agrees]


@register.filter
def of_iso(day: str) -> date:
    """A day of a file as a day."""
    return date.fromisoformat(day)
