"""The event log: what was done, by whom, to what. Text ids and no foreign keys, so that nothing that happens to
the things themselves can touch the log."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One action that took place. Written in the action's own transaction by `audit.append`."""

    id = models.BigAutoField(primary_key=True)
    book = models.TextField()
    at = models.DateTimeField()
    actor = models.TextField()
    verb = models.TextField()
    subject = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["book", "subject", "id"], name="event_subject")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
