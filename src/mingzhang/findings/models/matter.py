"""What rows of sheets decided should be done."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Book, Person, Unit


class Matter(models.Model):
    """交办事项: what a row of a posted sheet decided should be done, in the words of the row. It is known by the
    row. `post` is the post that the row names, `handler` the person it was handed to."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    record = models.ForeignKey(Record, models.PROTECT, related_name="+", db_index=False)
    table = models.TextField()
    row = models.IntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    words = models.TextField()
    post = models.TextField(default="", db_default="")
    decided_on = models.DateField()
    due_on = models.DateField(null=True)
    handler = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.TextField(default="open", db_default="open")
    done_on = models.DateField(null=True)
    result = models.TextField(default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "table", "row"], name="matter_row_once"),
            models.CheckConstraint(
                condition=Q(state__in=("open", "done", "dropped", "withdrawn")), name="matter_state"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on=None)),
                name="matter_done_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "due_on"], condition=Q(state="open"), name="matter_unit_open"),
            models.Index(fields=["book", "due_on"], condition=Q(state="open"), name="matter_book_open"),
            models.Index(fields=["handler"], condition=Q(state="open"), name="matter_handler_open"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.words

    @property
    def ref(self) -> str:
        """How the event log names it."""
        return f"matter:{self.pk}"

    def late_on(self, day: date) -> bool:
        """Whether it is not done although its day has passed by `day`."""
        return self.state == "open" and self.due_on is not None and day > self.due_on


class MatterStep(models.Model):
    """What somebody did about a matter, and why. Append-only."""

    id = models.BigAutoField(primary_key=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="steps")
    verb = models.TextField()
    reason = models.TextField(default="", db_default="")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.matter_id}: {self.verb}"
