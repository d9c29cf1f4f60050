"""What is done about jobs."""

from __future__ import annotations

from datetime import timedelta

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate import jobs as procrastinate_jobs
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.jobs import rules
from mingzhang.jobs.models import Run
from mingzhang.jobs.waits import wait_after
from mingzhang.organisation.models import Person

KEPT_DONE, KEPT_BAD = timedelta(days=7), timedelta(days=90)


@transaction.atomic
def run_now(*, name: str, by: Person) -> int:
    """Have the job `name` run as soon as a worker is free; answers its number. One that waits for its time or for
    another try gives way to it. Raises NotAllowed."""
    rules.check_user_can_run(by)
    for waiting in ProcrastinateJob.objects.filter(task_name=name, status="todo").values_list("pk", flat=True):
        app.job_manager.cancel_job_by_id(waiting)
    number = app.configure_task(name).defer(by=by.username)
    append.event(book=by.book.code, actor=by.ref, verb="job.run", subject=f"job:{name}", data={"number": number})
    return number


def take_up_lost() -> int:
    """Have the jobs run again whose worker has ended without a word; answers how many. One whose tries are used up,
    such as one that takes its worker with it every time, has failed for good."""
    seconds = settings.JOBS_STALLED_SECONDS
    lost = async_to_sync(app.job_manager.get_stalled_jobs)(seconds_since_heartbeat=seconds)
    return sum(_taken_up(job, again=wait_after(job.attempts) is not None) for job in lost)


@transaction.atomic
def _taken_up(job: procrastinate_jobs.Job, *, again: bool) -> bool:
    """Of two that look at once, one does it."""
    rows = ProcrastinateJob.objects.select_for_update(skip_locked=True).filter(pk=job.id, status="doing")
    if job.id is None or not rows.exists():
        return False
    now = clock.now()
    if again:
        app.job_manager.retry_job_by_id(job.id, retry_at=now)
    else:
        finish = async_to_sync(app.job_manager.finish_job_by_id_async)
        finish(job.id, procrastinate_jobs.Status.FAILED, delete_job=False)
    said = _("运行它的进程中途没有了。")
    Run.objects.filter(job=job.id, outcome="running").update(
        outcome="lost", ended_at=now, said=said, retry_at=now if again else None
    )
    return True


def forget_old() -> int:
    """Delete what was done more than a week ago, and what failed more than a quarter ago and is settled; answers
    how many tries that were."""
    manager, now = app.job_manager, clock.now()
    for kept, bad in ((KEPT_DONE, False), (KEPT_BAD, True)):
        hours = kept // timedelta(hours=1)
        async_to_sync(manager.delete_old_jobs)(
            hours, include_failed=bad, include_cancelled=True, include_aborted=bad
        )
    done = Run.objects.filter(outcome="done", ended_at__lt=now - KEPT_DONE)
    bad_ones = Run.objects.filter(ended_at__lt=now - KEPT_BAD).exclude(
        outcome__in=("failed", "lost"), retry_at=None, settled_at=None
    )
    return int(done.delete()[0]) + int(bad_ones.delete()[0])
