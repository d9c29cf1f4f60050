"""Duties as units have them, and the tasks that fall due by them.

What a unit has to do is declared in the packs of its book, by its level: nothing of that is copied. Kept here is
what a unit adapted, who of it answers for what, and every task.
"""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Book, Person, Post, Unit
from mingzhang.packs.models import PackVersion, RecordKind

OPEN_TASKS = ("open", "recorded")
CLOSED_TASKS = ("done", "excused")
# The bounds of `Terms`, in working days.
BEFORE, AFTER = (0, 20), (1, 60)


def event_period(day: date, record_id: int) -> str:
    """How a task that comes after a sheet says for what it is: the day of what happened, and the sheet."""
    return f"{day.isoformat()}#{record_id}"


class Adaptation(models.Model):
    """What one unit does otherwise than the pack says, from a day on: a duty added or narrowed, in the words of
    `content` (as `packs.duty_schema.Duty` has them), or withdrawn. `reason` says why."""

    id = models.AutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    pack = models.TextField()
    duty = models.TextField()
    what = models.TextField(choices=[("added", "added"), ("narrowed", "narrowed"), ("withdrawn", "withdrawn")])
    valid = DateRangeField()
    content = models.JSONField(null=True)
    reason = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="adaptation_once_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL), ("pack", RangeOperators.EQUAL), ("duty", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(what="withdrawn", content=None) | (
                ~Q(what="withdrawn") & Q(content__isnull=False)), name="adaptation_says_what"),
            models.CheckConstraint(condition=~Q(reason=""), name="adaptation_with_reason"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.what} {self.duty}"


class Assignment(models.Model):
    """Which post of a unit answers for a duty, and in which part. Without one, it is whoever holds the role that
    the duty names."""

    id = models.AutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    pack = models.TextField()
    duty = models.TextField()
    part = models.TextField(choices=[("head", "head"), ("sponsor", "sponsor"), ("handler", "handler")])
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "pack", "duty", "part"], name="assignment_once")]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.duty} {self.part}"


class Task(models.Model):
    """任务: one duty of one unit for one period. That is its identity, whatever becomes of its due date.

    `first` and `last` are the days of the period, `nominal` the day that the rule names, `due` the working day that
    came of it. `handler_role` and `sponsor_role` do it and answer for it, as the words say by which it was made.
    `needed` sheets of `kind` posted for the period fulfil it; without a kind somebody signs it off.
    `until` is a later day that was granted. `done_on` is the day on which it was fulfilled. From the day its period
    begins one entry stands for it in the ledger, at the position `entry` and on the day `accrued_on`, that says the
    `outcome` (of `packs.schema.OUTCOMES`)."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    pack = models.TextField()
    duty = models.TextField()
    period = models.TextField()
    first = models.DateField()
    last = models.DateField()
    nominal = models.DateField()
    due = models.DateField()
    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    kind = models.ForeignKey(RecordKind, models.PROTECT, null=True, related_name="+", db_index=False)
    needed = models.IntegerField(default=1, db_default=1)
    handler_role = models.TextField()
    sponsor_role = models.TextField()
    state = models.TextField(default="open", db_default="open")
    until = models.DateField(null=True)
    done_on = models.DateField(null=True)
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    handler = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    entry = models.BigIntegerField(null=True)
    outcome = models.TextField(null=True)
    accrued_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(entry=None, outcome=None, accrued_on=None)
                | Q(entry__isnull=False, outcome__isnull=False, accrued_on__isnull=False),
                name="task_accrued_whole",
            ),
            models.UniqueConstraint(fields=["unit", "pack", "duty", "period"], name="task_once"),
            models.CheckConstraint(
                condition=Q(state__in=("open", "recorded", "done", "excused", "withdrawn")), name="task_state"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on=None)),
                name="task_done_on_a_day",
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("due")), name="task_extended_beyond"),
        ]
        indexes = [
            models.Index(fields=["unit", "due"], name="task_unit_due"),
            models.Index(fields=["book", "due"], condition=Q(state__in=OPEN_TASKS), name="task_book_open"),
            # Posting asks by this for what it may fulfil.
            models.Index(
                fields=["unit", "kind", "last"], condition=Q(kind__isnull=False), name="task_unit_kind"
            ),
            models.Index(fields=["handler"], condition=Q(handler__isnull=False), name="task_handler"),
            models.Index(fields=["book", "due"], condition=Q(state__in=CLOSED_TASKS), name="task_book_closed"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.duty} {self.period}"

    @property
    def ref(self) -> str:
        """How the event log names it."""
        return f"task:{self.pk}"

    @property
    def comes_after(self) -> int | None:
        """The sheet that it comes after; None for one that comes by the calendar."""
        record = self.period.partition("#")[2]
        return int(record) if record else None

    @property
    def deadline(self) -> date:
        """The day by which it has to be done, with what was granted."""
        return self.until or self.due

    @property
    def to_sign(self) -> bool:
        """Whether somebody's signature is all that it waits for."""
        return self.state == "open" and self.kind_id is None

    def late_on(self, day: date) -> bool:
        """Whether it was done late, or is not done although its day has passed by `day`."""
        if self.state == "done" and self.done_on:
            return self.done_on > self.deadline
        return self.state in OPEN_TASKS and day > self.deadline


class TaskStep(models.Model):
    """What somebody decided about a task, and why: excused, extended (`until`), handed over (`to`), signed off.
    `giver` is the person all of whose tasks were handed over at once. Append-only."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="steps")
    verb = models.TextField()
    reason = models.TextField()
    until = models.DateField(null=True)
    to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    giver = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") | Q(verb="sign_off"), name="task_step_with_reason"),
            models.CheckConstraint(condition=~Q(verb="extend") | Q(until__isnull=False), name="task_step_until"),
            models.CheckConstraint(condition=~Q(verb="hand_over") | Q(to__isnull=False), name="task_step_to"),
            models.CheckConstraint(condition=Q(giver=None) | Q(verb="hand_over"), name="task_step_giver_gives"),
        ]
        indexes = [
            # What was handed over in one go: one list to sign.
            models.Index(fields=["giver", "at"], condition=Q(giver__isnull=False), name="task_step_giver")
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.verb}"


class Horizon(models.Model):
    """Up to which nominal day a book has its tasks."""

    book = models.OneToOneField(Book, models.PROTECT, primary_key=True, related_name="+")
    until = models.DateField()

    def __str__(self) -> str:
        return f"{self.book_id}: {self.until}"


class Terms(models.Model):
    """When a book reminds of tasks and asks the next level about them, in working days: `remind_before` their day
    (0: not before), and `escalate_after` it, for each level."""

    book = models.OneToOneField(Book, models.PROTECT, primary_key=True, related_name="+")
    remind_before = models.SmallIntegerField(default=2)
    escalate_after = models.SmallIntegerField(default=3)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(remind_before__range=BEFORE, escalate_after__range=AFTER), name="terms_bounds"
            )
        ]

    def __str__(self) -> str:
        return f"{self.book_id}: {self.remind_before}, {self.escalate_after}"


class Escalation(models.Model):
    """An open task whose day had passed was put before the `people` who answer for it in `unit`, the next one above
    where anybody does: once for each level. `tried` says what had been done until then, as days: `reminded`,
    `extended`, `handed`. Append-only."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="escalations", db_index=False)
    level = models.SmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    people = ArrayField(models.IntegerField())
    deadline = models.DateField(help_text="the day by which it should have been done")
    on = models.DateField()
    tried = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "level"], name="escalation_once_a_level"),
            models.UniqueConstraint(fields=["task", "unit"], name="escalation_once_a_unit"),
            models.CheckConstraint(condition=Q(level__gte=1), name="escalation_level"),
            models.CheckConstraint(condition=Q(people__len__gte=1), name="escalation_to_somebody"),
            models.CheckConstraint(condition=Q(on__gt=F("deadline")), name="escalation_after_its_day"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.level}"
