"""When a person is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mingzhang.notifications.models import Preference

# How long after a failed try a message is tried again; after the last it has failed for good.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))


def is_quiet(preference: Preference, hour: int) -> bool:
    """Whether an hour lies in the quiet hours; equal ends mean that there are none."""
    start, end = preference.quiet_from, preference.quiet_to
    return start <= hour < end if start <= end else hour >= start or hour < end


def not_before(preference: Preference, at: datetime, zone: ZoneInfo) -> datetime:
    """`at`, or the end of the quiet hours that it lies in."""
    local = at.astimezone(zone)
    if not is_quiet(preference, local.hour):
        return at
    end = local.replace(hour=preference.quiet_to, minute=0, second=0, microsecond=0)
    return (end if end > local else end + timedelta(days=1)).astimezone(at.tzinfo)
