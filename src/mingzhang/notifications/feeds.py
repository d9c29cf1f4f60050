"""Tasks as a calendar (RFC 5545): a day each, without anybody's name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from mingzhang.duties.addresses import task_page
from mingzhang.duties.reaching import Reached
from mingzhang.notifications.channels import absolute

DAY = timedelta(days=1)
PRODUCT = "-//Mingzhang//Tasks//ZH"
OFTEN = timedelta(hours=4)


def written(tasks: Iterable[Reached], stamp: datetime) -> bytes:
    """The calendar. The same tasks give the same bytes: `stamp`, which each event has to have, is when the address
    was made. An event has no time, so that no time zone matters, and is known by its task: when that is given
    another day, the event moves."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("明账任务"))
    calendar.add("refresh-interval", OFTEN, parameters={"value": "DURATION"})
    host = urlsplit(settings.SITE_ADDRESS).hostname or "localhost"
    for task in tasks:
        event = Event()
        event.add("uid", f"task-{task.task}@{host}")
        event.add("dtstamp", stamp)
        event.add("dtstart", task.deadline)
        event.add("dtend", task.deadline + DAY)
        event.add("summary", task.name)
        event.add("location", task.unit)
        event.add("description", task.text)
        event.add("url", absolute(task_page(task.task)))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
