"""What the settings pages need to say days, roles and names from a pack."""

from __future__ import annotations

from datetime import date, timedelta

from django import template
from django.db.backends.postgresql.psycopg_any import DateRange

from mingzhang.core.workdays import Day, kind_said
from mingzhang.organisation.models import Appointment
from mingzhang.organisation.roles import ROLE_NAMES
from mingzhang.packs.base import Names
from mingzhang.packs.wording import language

register = template.Library()


@register.filter
def last_day(valid: DateRange) -> date:
    """The last day of a range that the database keeps half-open."""
    ends: date = valid.upper
    return ends - timedelta(days=1)


@register.filter
def runs_on(appointment: Appointment, day: date) -> bool:
    """Whether an appointment is not over on a day."""
    return appointment.valid.upper is None or appointment.valid.upper > day


@register.simple_tag
def role_name(role: str) -> str:
    """What a role is called."""
    return str(ROLE_NAMES.get(role, role))


@register.filter
def named(names: Names) -> str:
    """A text of a pack in the language of the page."""
    return names.text(language())


@register.filter
def day_kind(day: Day) -> str:
    """What sort of day it is, with its name: 放假 春节, 调休上班, 周末."""
    return f"{kind_said(day.kind)} {day.name}".strip()
