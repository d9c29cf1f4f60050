"""Findings with everything that happens to them.

A finding keeps its number for ever. Each time it is opened anew, because it came back, begins a round: what was
corrected, verified and closed belongs to a round.
"""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from mingzhang.ledger.models import Evidence, Record
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.packs.finding_schema import SOURCES
from mingzhang.packs.models import PackVersion

# Somebody has to do something about it.
OPEN = ("found", "assigned", "correcting", "submitted", "verified", "suspended", "doubted")
# It has not been handed in, so that its day may pass.
UNSOLVED = ("found", "assigned", "correcting", "doubted")
CLOSED = ("closed", "follow_up_due", "confirmed")
# It is no problem of its own.
GONE = ("not_a_problem", "merged", "split", "withdrawn")
# From here on somebody answers for it.
OWNED = (*OPEN[1:6], *CLOSED)
# What makes somebody one who corrected it.
CORRECTING = ("begin", "submit", "measure", "finish_measure")
STAGES = ("before", "after")


class Numbering(models.Model):
    """The last number given to a finding of a book in a year. Reporting locks this row, so numbers have no gaps."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "year"], name="numbering_once")]

    def __str__(self) -> str:
        return f"{self.book_id}: {self.year}-{self.last:04d}"


class Beginning(models.Model):
    """From which day on a book keeps findings: rows of sheets of earlier days spawn nothing. Without, all do."""

    book = models.OneToOneField(Book, models.PROTECT, primary_key=True, related_name="+")
    since = models.DateField()

    def __str__(self) -> str:
        return f"{self.book_id}: {self.since}"


class Finding(models.Model):
    """问题. `unit` answers for it: before it is assigned, the unit where it was found; `origin` is the unit that
    found it. `category` and `severity` are of `pack_version`. `table` and `row` name the row of `record` that it
    was spawned from, `post` which post the row says has it in hand.

    It has to be solved by `until` where more time was granted, else by `due_on`: the `term`th working day after
    `counted_from`, without the days of suspensions; or the day `asked_for`, where somebody set one. `submitted_on`
    is the day on which it was last handed in for verification, `resumes` the state that it comes back to when it
    was set aside. `transfers_refused` counts refusals since the unit that has it accepted it."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    number = models.TextField()
    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    source = models.TextField()
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    table = models.TextField(default="", db_default="")
    row = models.IntegerField(null=True)
    origin = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    sponsor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    category = models.TextField()
    severity = models.TextField()
    place = models.TextField(default="", db_default="")
    post = models.TextField(default="", db_default="")
    description = models.TextField()
    found_on = models.DateField()
    counted_from = models.DateField()
    term = models.SmallIntegerField()
    asked_for = models.DateField(null=True)
    due_on = models.DateField()
    until = models.DateField(null=True)
    by_day = models.GeneratedField(
        expression=Coalesce("until", "due_on"), output_field=models.DateField(), db_persist=True
    )
    state = models.TextField(default="found", db_default="found")
    resumes = models.TextField(default="", db_default="")
    round = models.SmallIntegerField(default=1, db_default=1)
    submitted_on = models.DateField(null=True)
    follow_up_on = models.DateField(null=True)
    transfers_refused = models.SmallIntegerField(default=0, db_default=0)
    decided = models.BooleanField(
        default=False, db_default=False, help_text="the superior said which unit corrects it"
    )
    cause = models.TextField(default="", db_default="")
    systemic = models.TextField(default="", db_default="")
    into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", db_index=False)
    part_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts", db_index=False)
    reported_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    reported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="finding_number_once"),
            models.UniqueConstraint(
                fields=["record", "table", "row"], condition=Q(row__isnull=False), name="finding_row_once"
            ),
            models.CheckConstraint(condition=Q(source__in=tuple(SOURCES)), name="finding_source"),
            models.CheckConstraint(condition=Q(state__in=(*OPEN, *CLOSED, *GONE)), name="finding_state"),
            models.CheckConstraint(
                condition=~Q(state__in=OWNED) | Q(owner__isnull=False), name="finding_has_an_owner"
            ),
            models.CheckConstraint(
                condition=Q(row=None, table="") | Q(row__gte=0, record__isnull=False), name="finding_row_of_record"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("due_on")), name="finding_until_later"),
            models.CheckConstraint(
                condition=~Q(state__in=("submitted", "verified")) | Q(submitted_on__isnull=False),
                name="finding_submitted_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("suspended", "doubted")) | Q(resumes=""), name="finding_resumes"
            ),
            models.CheckConstraint(
                condition=Q(state="merged", into__isnull=False) | (~Q(state="merged") & Q(into=None)),
                name="finding_merged_into",
            ),
            models.CheckConstraint(condition=Q(round__gte=1), name="finding_round"),
            models.CheckConstraint(condition=~Q(description=""), name="finding_described"),
        ]
        indexes = [
            # Lists: of a unit, or a whole book, what is to be done first; what was closed, the last first. They
            # hold what is read besides when they are counted, so that nothing else is read.
            models.Index(fields=["unit", "state", "by_day", "id"], include=["book"], name="finding_of_unit"),
            models.Index(fields=["book", "state", "by_day", "id"], include=["unit"], name="finding_of_state"),
            models.Index(
                fields=["book", "by_day", "id"], include=["state", "unit"], condition=Q(state__in=OPEN),
                name="finding_open",
            ),
            models.Index(
                fields=["book", "-by_day", "-id"], include=["state", "unit"], condition=Q(state__in=CLOSED),
                name="finding_closed",
            ),
            models.Index(
                fields=["book", "by_day", "id"], include=["state", "unit"],
                condition=Q(state__in=(*OPEN, *CLOSED)), name="finding_all",
            ),
            models.Index(fields=["owner", "by_day"], condition=Q(state__in=OPEN), name="finding_owner_open"),
            models.Index(fields=["owner"], condition=Q(owner__isnull=False), name="finding_owner"),
            models.Index(fields=["sponsor"], condition=Q(sponsor__isnull=False), name="finding_sponsor"),
            models.Index(fields=["origin", "by_day"], name="finding_origin"),
            models.Index(fields=["record"], condition=Q(record__isnull=False), name="finding_record"),
            models.Index(fields=["into"], condition=Q(into__isnull=False), name="finding_into"),
            models.Index(fields=["part_of"], condition=Q(part_of__isnull=False), name="finding_part_of"),
            models.Index(fields=["book", "follow_up_on"], condition=Q(state="closed"), name="finding_follow_up"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """How the event log names it."""
        return f"finding:{self.number}"

    @property
    def deadline(self) -> date:
        """The day by which it has to be solved, with what was granted."""
        return self.until or self.due_on

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in OPEN

    def late_on(self, day: date) -> bool:
        """Whether its day had passed by `day`, or by the day on which it was handed in."""
        if self.state not in OPEN or self.state == "suspended":
            return False
        return (self.submitted_on or day) > self.deadline


class Measure(models.Model):
    """整改措施: what is done about it, by when, and what came of it."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="measures")
    round = models.SmallIntegerField()
    what = models.TextField()
    by_when = models.DateField(null=True)
    done_on = models.DateField(null=True)
    result = models.TextField(default="", db_default="")
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="measure_says_what"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=False) | Q(result=""), name="measure_result_when_done"
            ),
        ]

    def __str__(self) -> str:
        return self.what


class FindingEvidence(models.Model):
    """A file that shows a finding before it was corrected, or after. Append-only."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="evidence")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    round = models.SmallIntegerField()
    stage = models.TextField(choices=[(one, one) for one in STAGES])
    name = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=STAGES), name="finding_evidence_stage"),
            models.UniqueConstraint(
                fields=["finding", "round", "stage", "evidence"], name="finding_evidence_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class FindingStep(models.Model):
    """What somebody did about a finding, and why: its timeline. `unit` and `person` are those it was assigned or
    offered to, `until` a later day, `basis` the lawful reason of a suspension. Without `by` it was done by the
    daily job. Append-only."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="steps", db_index=False)
    round = models.SmallIntegerField()
    verb = models.TextField()
    before = models.TextField()
    after = models.TextField()
    reason = models.TextField(default="", db_default="")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    until = models.DateField(null=True)
    basis = models.TextField(default="", db_default="")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(
                    verb__in=(
                        "send_back",
                        "extend",
                        "transfer",
                        "refuse",
                        "decide",
                        "merge",
                        "split",
                        "doubt",
                        "dismiss",
                        "uphold",
                        "recur",
                    )
                )
                | ~Q(reason=""),
                name="finding_step_with_reason",
            ),
            models.CheckConstraint(condition=~Q(verb="extend") | Q(until__isnull=False), name="finding_step_until"),
            models.CheckConstraint(condition=~Q(verb="suspend") | ~Q(basis=""), name="finding_step_lawful"),
            models.CheckConstraint(condition=Q(by__isnull=False) | Q(verb="fall_due"), name="finding_step_by"),
        ]
        indexes = [models.Index(fields=["finding", "round", "id"], name="finding_step_round")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.verb}"


class Verification(models.Model):
    """验收: somebody looked whether it is solved, who had no hand in correcting it (`corrector` handed it in), nor
    stands in for whoever had. Append-only."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="verifications")
    round = models.SmallIntegerField()
    corrector = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    verifier = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    passed = models.BooleanField()
    note = models.TextField(default="", db_default="")
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(verifier=F("corrector")), name="verification_by_another"),
            models.CheckConstraint(condition=Q(passed=True) | ~Q(note=""), name="verification_refused_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id}/{self.round}: {self.passed}"


class Closing(models.Model):
    """销号: that a round of a finding was closed, as it stood then. `days` are the working days that it took,
    without those of suspensions; `in_time` says whether what was accepted had been handed in by its day.
    Append-only."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="closings", db_index=False)
    round = models.SmallIntegerField()
    verification = models.OneToOneField(Verification, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    at = models.DateTimeField()
    note = models.TextField(default="", db_default="")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    category = models.TextField()
    severity = models.TextField()
    deadline = models.DateField()
    days = models.IntegerField()
    in_time = models.BooleanField()
    follow_up_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding", "round"], name="closing_once_a_round"),
            models.CheckConstraint(condition=Q(days__gte=0), name="closing_days"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id}/{self.round}"


class FollowUp(models.Model):
    """回头看: somebody who had no hand in it looked whether a closed finding has come back. A finding that was
    confirmed may come back all the same: then it has a second one. Append-only."""

    id = models.BigAutoField(primary_key=True)
    closing = models.ForeignKey(Closing, models.PROTECT, related_name="follow_ups")
    result = models.TextField(choices=[("confirmed", "confirmed"), ("recurred", "recurred")])
    on = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    note = models.TextField(default="", db_default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["closing", "result"], name="follow_up_once"),
            models.CheckConstraint(condition=Q(result__in=("confirmed", "recurred")), name="follow_up_result"),
            models.CheckConstraint(
                condition=Q(result="confirmed") | ~Q(note=""), name="follow_up_says_what_recurred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closing_id}: {self.result}"


class Transfer(models.Model):
    """A unit says that another should correct it: the other accepts or refuses, until the superior of both
    decides. One waits at a time."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="transfers")
    round = models.SmallIntegerField()
    giver = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    to = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    outcome = models.TextField(default="waiting", db_default="waiting")
    answer = models.TextField(default="", db_default="")
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(outcome="waiting"), name="transfer_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=("waiting", "accepted", "refused", "dropped")), name="transfer_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting", answered_by=None)
                | (~Q(outcome="waiting") & Q(answered_by__isnull=False)),
                name="transfer_answered_by",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(answer=""), name="transfer_refused_with_reason"
            ),
            models.CheckConstraint(condition=~Q(giver=F("to")), name="transfer_to_another"),
        ]
        indexes = [models.Index(fields=["to"], condition=Q(outcome="waiting"), name="transfer_waiting")]

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.giver_id} → {self.to_id}"


class Pause(models.Model):
    """中止: from `first` to `last`, both included, correcting was suspended for a lawful reason, `basis` in the
    words of the pack."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="pauses")
    round = models.SmallIntegerField()
    basis = models.TextField()
    first = models.DateField()
    last = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding"], condition=Q(last=None), name="pause_one_at_a_time"),
            models.CheckConstraint(condition=Q(last=None) | Q(last__gte=F("first")), name="pause_ends_after"),
            models.CheckConstraint(condition=~Q(basis=""), name="pause_lawful"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.first}–{self.last}"


class FindingEscalation(models.Model):
    """An unsolved finding whose day had passed was put before the `people` who may decide about it in `unit`: once
    for each level and round. Append-only."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="escalations", db_index=False)
    round = models.SmallIntegerField()
    level = models.SmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    people = ArrayField(models.IntegerField())
    deadline = models.DateField()
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["finding", "round", "level"], name="finding_escalation_level_once"),
            models.UniqueConstraint(fields=["finding", "round", "unit"], name="finding_escalation_unit_once"),
            models.CheckConstraint(condition=Q(people__len__gte=1), name="finding_escalation_to_somebody"),
            models.CheckConstraint(condition=Q(on__gt=F("deadline")), name="finding_escalation_after_its_day"),
        ]

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.level}"


class Standing(models.Model):
    """The entry that stands in the ledger for one thing that is counted of a finding: that it was found (`part` is
    empty), closed in a round (`1`), or looked at again after it (`1+confirmed`)."""

    id = models.BigAutoField(primary_key=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="standing", db_index=False)
    kind = models.TextField()
    part = models.TextField(default="", db_default="")
    entry = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["finding", "kind", "part"], name="standing_once")]

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.kind} {self.part}"
