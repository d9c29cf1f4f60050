"""Telling those who watch over the books that a job has failed for good."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.jobs.models import Run
from mingzhang.jobs.queries import MOST, OPEN
from mingzhang.jobs.showing import job_title
from mingzhang.notifications.actions import tell_watchers
from mingzhang.organisation.models import Book

LATELY = timedelta(hours=1)


def tell() -> int:
    """Of what has lately failed for good, once for each person; answers how many were told."""
    runs = list(Run.objects.filter(OPEN, ended_at__gt=clock.now() - LATELY).order_by("-id")[:MOST])
    return sum(_tell(book, run) for run in runs for book in Book.objects.order_by("code"))


def _tell(book: Book, run: Run) -> int:
    with translation.override(book.language):
        title = _("后台任务没做成，不再试了：%(job)s") % {"job": job_title(run.name)}
    return tell_watchers(book=book, key=f"run:{run.pk}", title=title, address=reverse("jobs:jobs"))
