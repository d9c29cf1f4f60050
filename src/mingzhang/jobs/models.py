"""What became of jobs. The jobs that wait and run are in procrastinate's tables, which keep no words."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

OUTCOMES = ("running", "done", "failed", "lost")


class Run(models.Model):
    """One try at a job. `job` is its number in the queue, where finished jobs are kept for a shorter time. `lost`:
    the process that ran it ended before it did. `retry_at` is when it is tried again; a failed or lost try without
    it stands open, as an alarm, until the job has succeeded once more (`settled_at`)."""

    id = models.BigAutoField(primary_key=True)
    job = models.BigIntegerField()
    name = models.TextField(help_text="of `table.TABLE`")
    by = models.TextField(default="", help_text="the username of whoever asked for it; empty: the clock")
    attempt = models.IntegerField(default=1)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="running")
    said = models.TextField(default="", help_text="what was done, or what went wrong, in words")
    retry_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="run_outcome"),
            models.CheckConstraint(condition=Q(outcome="running") ^ Q(ended_at__isnull=False), name="run_ended"),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="run_name"),
            models.Index(fields=["ended_at"], name="run_ended_at"),
            models.Index(fields=["job"], condition=Q(outcome="running"), name="run_running"),
            models.Index(
                fields=["id"],
                condition=Q(outcome__in=("failed", "lost"), retry_at=None, settled_at=None),
                name="run_open",
            ),
            models.Index(fields=["id"], condition=Q(outcome__in=("failed", "lost")), name="run_bad"),
            models.Index(fields=["id"], condition=~Q(outcome="done", said=""), name="run_worth"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.job}.{self.attempt} {self.outcome}"
