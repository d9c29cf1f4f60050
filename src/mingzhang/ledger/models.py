"""Record sheets with their evidence and reviews, and the append-only entries that are posted from them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.packs.models import PackVersion, RecordKind

# The states before posting.
OPEN_STATES = ("draft", "submitted", "returned", "accepted")


class Record(models.Model):
    """记录单: what a clerk writes down. `data` holds the sheet's fields, `rows` its repeating tables, both as the
    kind's schema in `pack_version` validated them. `state` is moved only by the flow in `ledger.flows`."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="records", db_index=False)
    kind = models.ForeignKey(RecordKind, models.PROTECT, related_name="+", db_index=False)
    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="records", db_index=False)
    occurred_on = models.DateField()
    title = models.TextField()
    data = models.JSONField(default=dict)
    rows = models.JSONField(default=dict)
    state = models.TextField(default="draft")
    cycle = models.SmallIntegerField(default=0, help_text="how many times it has been submitted")
    steps = models.SmallIntegerField(
        null=True, help_text="how many review steps its kind asked for when it was submitted"
    )
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    submitted_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by", db_index=False)
    reversal_reason = models.TextField(default="")
    source_key = models.TextField(
        null=True, help_text="natural key of an import, so that a file read twice enters once"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_by=None, submitted_at=None)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="record_submitted_pair",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_by__isnull=False, steps__gte=0, cycle__gte=1),
                name="record_past_draft_was_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(state="reversed") | ~Q(reversal_reason=""), name="record_reversed_with_reason"
            ),
            models.UniqueConstraint(
                fields=["book", "source_key"],
                condition=Q(source_key__isnull=False),
                name="record_source_once",
            ),
        ]
        # Posting changes the state of many records at once: only what is still open is indexed by it.
        indexes = [
            models.Index(
                fields=["unit", "state", "occurred_on"], condition=Q(state__in=OPEN_STATES), name="record_unit_open"
            ),
            models.Index(
                fields=["book", "state", "occurred_on", "id"],
                condition=Q(state__in=OPEN_STATES),
                name="record_book_open",
            ),
            models.Index(fields=["replaces"], condition=Q(replaces__isnull=False), name="record_replaces"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the event log names it."""
        return f"record:{self.pk}"


class SearchText(models.Model):
    """What of a record is searched, in one form for all writings. Kept by the database whenever a sheet is written,
    and apart from the record, so that posting many does not write their indexes again: see
    `migrations/0005_search.py`. Book, unit and day are the record's own, where they are checked."""

    record = models.OneToOneField(Record, models.CASCADE, primary_key=True, related_name="search_text")
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    occurred_on = models.DateField()
    text = models.TextField()
    bigrams = models.GeneratedField(
        expression=Func(F("text"), function="ledger_bigrams"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        indexes = [
            GinIndex(fields=["bigrams"], name="search_bigrams"),
            models.Index(fields=["book", "occurred_on", "record"], name="search_book_day"),
            models.Index(fields=["unit", "occurred_on", "record"], name="search_unit_day"),
        ]

    def __str__(self) -> str:
        return self.text.partition("\x01")[0]


class Evidence(models.Model):
    """佐证: a file, kept once under its digest however many records it serves."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=34)
    size = models.BigIntegerField()
    media_type = models.TextField()
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "digest"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.media_type} {self.size}"


class RecordEvidence(models.Model):
    """That a file supports a record, under the name it was given with."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="evidence")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="uses")
    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "evidence"], name="record_evidence_once")]

    def __str__(self) -> str:
        return self.name


class Review(models.Model):
    """审核: one step passed or returned, by a person other than the author and other than the earlier reviewers of
    the same submission. `author` is who submitted that cycle. Append-only; the database holds all of this (see the
    constraints here and the triggers in the first migration)."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="reviews", db_index=False)
    cycle = models.SmallIntegerField()
    step = models.SmallIntegerField()
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    passed = models.BooleanField()
    note = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(author=F("reviewer")), name="review_not_by_author"),
            models.CheckConstraint(condition=Q(step__gte=1), name="review_step_from_one"),
            models.UniqueConstraint(fields=["record", "cycle", "reviewer"], name="review_by_different_people"),
            models.UniqueConstraint(fields=["record", "cycle", "step"], name="review_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.cycle}/{self.step}"


class Position(models.Model):
    """The last `seq` given out in a book. Posting locks this row, and the entry trigger alone moves it on, so
    positions have no gaps."""

    book = models.OneToOneField(Book, models.PROTECT, primary_key=True, related_name="position")
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.seq)


class Entry(models.Model):
    """账目: one line posted from a record. Append-only: the database refuses UPDATE, DELETE and TRUNCATE.

    Line 0 is the sheet; a row of a repeating table is a line of its own whose kind is the table's. `data` holds
    dimensions and measures as posted: text, whole numbers, true/false; decimals and dates as text; a list for a
    multiple choice. A table row's line carries the sheet's scalar fields too, under `sheet`.
    A reversal has sign -1, names in `reverses` the position it takes back, and carries that line's unit, date,
    kind and data.
    """

    pk = models.CompositePrimaryKey("book_id", "seq")
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="entries", db_index=False)
    line = models.IntegerField()
    kind = models.ForeignKey(RecordKind, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    occurred_on = models.DateField()
    sign = models.SmallIntegerField()
    data = models.JSONField()
    reverses = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=34)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sign=1, reverses=None) | Q(sign=-1, reverses__isnull=False), name="entry_sign"
            ),
            models.UniqueConstraint(
                fields=["book", "reverses"], condition=Q(reverses__isnull=False), name="entry_reversed_once"
            ),
            models.UniqueConstraint(fields=["record", "line", "sign"], name="entry_line_once"),
        ]
        indexes = [
            models.Index(fields=["unit", "occurred_on"], include=["kind", "sign", "seq"], name="entry_unit_day"),
        ]

    def __str__(self) -> str:
        return f"{self.book_id}:{self.seq}"
