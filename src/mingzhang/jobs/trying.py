"""What is around every try at a job: it is left out while an earlier one waits or runs, and what became of it is
written down."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from procrastinate import jobs, retry
from procrastinate.job_context import JobContext
from procrastinate.middleware import SyncCallNext
from procrastinate.worker import Worker

from mingzhang.core import clock
from mingzhang.core.errors import Refusal
from mingzhang.jobs.models import Run
from mingzhang.jobs.waits import wait_after

MOST_SAID = 2000

# A few rows at a time have one of these states, and an index of their own.
_EARLIER = (
    "SELECT EXISTS (SELECT FROM procrastinate_jobs"
    " WHERE id < %s AND task_name = %s AND status IN ('todo', 'doing'))"
)


class BackOff(retry.BaseRetryStrategy):
    """Try again after `waits.WAITS`, whatever went wrong."""

    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision | None:
        wait = wait_after(job.attempts)
        return retry.RetryDecision(retry_at=clock.now() + wait) if wait is not None else None


def watched(call_next: SyncCallNext, context: JobContext, worker: Worker) -> Any:
    """The middleware. Every job works through whatever there is to do, so one at a time is enough: an earlier one
    that waits for another try does for this one too."""
    job = context.job
    if _earlier(job):
        return None
    run = Run.objects.create(
        job=job.id or 0,
        name=job.task_name,
        by=str(job.task_kwargs.get("by", "")),
        attempt=job.attempts + 1,
        began_at=clock.now(),
    )
    try:
        said = call_next()
    except Exception as fault:
        _failed(run, fault, job.attempts)
        raise
    _done(run, said)
    return said


def _earlier(job: jobs.Job) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [job.id, job.task_name])
        return bool(cursor.fetchone()[0])


def _done(run: Run, said: object) -> None:
    """The alarms of earlier tries are over with this one."""
    now = clock.now()
    run.outcome, run.ended_at, run.said = "done", now, str(said or "")[:MOST_SAID]
    run.save()
    Run.objects.filter(
        name=run.name, outcome__in=("failed", "lost"), retry_at=None, settled_at=None, id__lt=run.pk
    ).update(settled_at=now)


def _failed(run: Run, fault: Exception, attempts: int) -> None:
    now, wait = clock.now(), wait_after(attempts)
    run.outcome, run.ended_at, run.said = "failed", now, in_words(fault)
    run.retry_at = now + wait if wait is not None else None
    run.save()


def in_words(fault: Exception) -> str:
    """What went wrong, for the page: a refusal's own words, else the kind of fault and what it says."""
    if isinstance(fault, Refusal):
        return str(fault)[:MOST_SAID]
    said = {"kind": type(fault).__name__, "what": str(fault).strip()}
    return (_("程序出了错（%(kind)s）：%(what)s") % said)[:MOST_SAID]
