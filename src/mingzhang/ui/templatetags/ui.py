"""What the templates of every area need to say numbers, days and periods, and to draw an icon."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Protocol

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()

MINUS = "\u2212"


class Labelled(Protocol):
    """A period as pages need it: it names itself in both languages."""

    @property
    def label(self) -> str: ...

    @property
    def label_en(self) -> str: ...


def _english() -> bool:
    return (get_language() or "").startswith("en")


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A picture from the sprite, hidden from screen readers: words stand beside it, or label its control."""
    sprite = static("ui/icons.svg")
    return format_html('<svg class="i" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.filter
def number(value: Decimal | int | None) -> str:
    """A number as pages print it: thousands commas, a true minus sign, '—' where there is no value."""
    if value is None:
        return "—"
    return f"{value:,}".replace("-", MINUS)


@register.filter
def day(value: date | str | None) -> str:
    """A date without its year: 5月18日, 18 May."""
    if value is None:
        return "—"
    when = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{when.day} {when:%b}" if _english() else f"{when.month}月{when.day}日"


@register.filter
def full_day(value: date | str | None) -> str:
    """A date with its year: 2026年5月18日, 18 May 2026."""
    if value is None:
        return "—"
    when = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{when.day} {when:%b %Y}" if _english() else f"{when.year}年{when.month}月{when.day}日"


@register.filter
def day_of_week(value: date) -> str:
    """A date with its day of the week: 7月8日 星期三, Wednesday 8 July."""
    name = str(WEEKDAYS[value.weekday()])
    return f"{name} {day(value)}" if _english() else f"{day(value)} {name}"


@register.filter
def short_weekday(value: date) -> str:
    """A day of the week in as few letters as a narrow column holds: 三, Wed."""
    return str(WEEKDAYS_ABBR[value.weekday()]) if _english() else str(WEEKDAYS[value.weekday()])[-1]


@register.filter
def moment(value: datetime | None) -> str:
    """A time of day where the book is kept: 5月22日 08:51."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    return f"{full_day(local.date())} {local:%H:%M}"


@register.filter
def when(value: datetime | None) -> str:
    """A time as a colleague says it: 今天09:12, 昨天16:40, 7月7日16:40, with the year when it is another one."""
    if value is None:
        return "—"
    local, today = timezone.localtime(value), timezone.localdate()
    days = (today - local.date()).days
    if days in (0, 1):
        said = _("今天%(time)s") if days == 0 else _("昨天%(time)s")
        return said % {"time": f"{local:%H:%M}"}
    date_said = day(local.date()) if local.year == today.year else full_day(local.date())
    return f"{date_said}{' ' if _english() else ''}{local:%H:%M}"


@register.filter
def waited(value: datetime | None) -> str:
    """How long something has waited, in plain words: 刚交, 3小时, 2天."""
    if value is None:
        return "—"
    passed = timezone.now() - value
    if passed.days:
        return ngettext("%(days)d天", "%(days)d天", passed.days) % {"days": passed.days}
    hours = passed.seconds // 3600
    if hours:
        return ngettext("%(hours)d小时", "%(hours)d小时", hours) % {"hours": hours}
    return _("不到1小时")


@register.filter
def period(value: Labelled) -> str:
    """A period in the language of the page: 2026年上半年, first half of 2026."""
    return value.label_en if _english() else value.label


@register.filter
def short_digest(value: str) -> str:
    """The first and last hexadecimal digits of `sha256:…`, enough to tell two apart by eye."""
    digits = value.partition(":")[2]
    return f"{digits[:10]}…{digits[-6:]}"


@register.filter
def moment_day(value: datetime | None) -> str:
    """The day of a time, where the book is kept: 7月6日."""
    return day(timezone.localtime(value).date()) if value else "—"


@register.filter
def short_moment(value: datetime | None) -> str:
    """A time without its year: 7月6日17:20."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    return f"{day(local.date())}{' ' if _english() else ''}{local:%H:%M}"
