"""What is asked about jobs. A fixed number of queries each, whatever has run."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from mingzhang.jobs.models import Run

BAD = Q(outcome__in=("failed", "lost"))
IDLE = Q(outcome="done", said="")
OPEN = BAD & Q(retry_at=None, settled_at=None)
MOST = 100

# The newest try of each job, by its index.
_NEWEST = """
SELECT run.* FROM unnest(%s::text[]) AS asked
 CROSS JOIN LATERAL (SELECT * FROM jobs_run WHERE name = asked ORDER BY id DESC LIMIT 1) AS run
"""


def newest(names: Collection[str]) -> dict[str, Run]:
    """The newest try of each of these jobs."""
    return {run.name: run for run in Run.objects.raw(_NEWEST, [list(names)])}


def waiting() -> set[str]:
    """The names of the jobs that wait in the queue."""
    return set(ProcrastinateJob.objects.filter(status="todo").values_list("task_name", flat=True).distinct())


def failed_for_good() -> list[str]:
    """The names of the jobs that will not be tried again and have not succeeded since."""
    return sorted(set(Run.objects.filter(OPEN).values_list("name", flat=True)[:MOST]))


def workers() -> int:
    """How many workers have been heard of lately."""
    since = Now() - timedelta(seconds=settings.JOBS_STALLED_SECONDS)
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=since).count()


def tries(*, name: str = "", which: str = "", before: int | None = None) -> QuerySet[Run]:
    """The tries, the newest first: of one job, before another one. Those that found something to do, else as
    `which` says: `bad` those that went wrong, `all` every one."""
    found = Run.objects.order_by("-id")
    found = found.filter(name=name) if name else found
    if which != "all":
        found = found.filter(BAD if which == "bad" else ~IDLE)
    return found.filter(id__lt=before) if before is not None else found
