"""Reports as they are kept: their words version by version, who reviewed them, and what was frozen when they were
signed. What is frozen, and everything that says who did what, is append-only: see the migrations."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from mingzhang.audit.models import Checkpoint
from mingzhang.core.periods import Period
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.packs.models import PackVersion

STATES = ("draft", "in_review", "returned", "reviewed", "signed", "published", "withdrawn")


class Report(models.Model):
    """报告: one report of a unit for a period, from a template of a pack. `version` is the number of its newest
    words; `state` is moved only by the flow in `reports.flows`."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="reports", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reports", db_index=False)
    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    pack = models.TextField()
    template = models.TextField()
    start = models.DateField()
    end = models.DateField()
    title = models.TextField()
    state = models.TextField(default="draft")
    version = models.IntegerField(default=1)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    published_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="report_state"),
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="report_days"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_by__isnull=False, published_at__isnull=False),
                name="report_published_by",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn")
                | (Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")),
                name="report_withdrawn_with_reason",
            ),
            models.UniqueConstraint(
                fields=["unit", "pack", "template", "start", "end"],
                condition=~Q(state="withdrawn"),
                name="report_once",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-end", "-id"], name="report_unit"),
            models.Index(fields=["book", "-end", "-id"], name="report_book"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the event log names it."""
        return f"report:{self.pk}"

    @property
    def period(self) -> Period:
        """What it reports on."""
        start: date = self.start
        end: date = self.end
        return Period(start, end)


class ReportVersion(models.Model):
    """The words of a report after one change, and the position of the ledger at that moment. A version that was
    submitted is reviewed and signed at its position: what is read then is what will be signed."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.PROTECT, related_name="versions", db_index=False)
    number = models.IntegerField()
    prose = models.JSONField()
    position = models.BigIntegerField()
    verb = models.TextField()
    note = models.TextField(default="")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="report_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.number}"


class ReportReview(models.Model):
    """审核 of one version: passed or returned, by someone who wrote none of the report's versions. A signer may
    return a reviewed report; that is kept here too."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    passed = models.BooleanField()
    note = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(passed=True) | ~Q(note=""), name="report_returned_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.passed}"


class Comment(models.Model):
    """A remark in the margin, at a block or at a number in it, and who dealt with it."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.PROTECT, related_name="comments")
    version = models.IntegerField()
    block = models.TextField()
    quote = models.TextField(default="")
    text = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    resolved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_by=None, resolved_at=None)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False),
                name="comment_resolved_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class Signature(models.Model):
    """签发: what was signed, word for word. `body` is canonical JSON with the document and, for each number, its
    request, definition, value, entries and set digest; `digest` is the multihash of its bytes, which the event
    `report.sign` holds and the checkpoint covers."""

    report = models.OneToOneField(Report, models.PROTECT, primary_key=True, related_name="signature")
    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="+", db_index=False)
    position = models.BigIntegerField()
    body = models.TextField()
    digest = models.BinaryField(max_length=34)
    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="+", db_index=False)
    signed_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.report_id}@{self.position}"


class ReportNumber(models.Model):
    """One number of a signed report, frozen: what was printed under `mark`, the request it answers, its exact value
    (as text, none where there is no value), how many entries it was counted from, and the digest over them."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.PROTECT, related_name="numbers", db_index=False)
    mark = models.IntegerField()
    block = models.TextField()
    figure = models.TextField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    start = models.DateField()
    end = models.DateField()
    alone = models.BooleanField()
    text = models.TextField()
    value = models.TextField(null=True)
    measure = models.TextField()
    position = models.BigIntegerField()
    entries = models.BigIntegerField()
    set_digest = models.BinaryField(max_length=34)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "mark"], name="report_number_once")]

    def __str__(self) -> str:
        return f"{self.report_id}#{self.mark} {self.text}"
