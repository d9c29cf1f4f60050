"""Record sheets with their evidence and reviews, and the append-only entries that are posted from them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value

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
    due = models.TextField(
        default="",
        db_default="",
        help_text="the role that the review step that is due asks for; empty when none is",
    )
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    submitted_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by", db_index=False)
    reversal_reason = models.TextField(default="")
    version = models.IntegerField(default=0, db_default=0, help_text="how many times it has been written anew")
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
            models.CheckConstraint(condition=~Q(state="submitted") | ~Q(due=""), name="record_due_while_submitted"),
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
            # What waits for whom, and what came of it: see docs/adr/0015-what-waits-for-me.md.
            models.Index(
                fields=["book", "due", "submitted_at", "id"], condition=Q(state="submitted"), name="record_queue"
            ),
            models.Index(fields=["unit", "due"], condition=Q(state="submitted"), name="record_unit_due"),
            models.Index(
                fields=["book", "submitted_at", "id"], condition=Q(state="submitted"), name="record_handed_in"
            ),
            models.Index(
                fields=["created_by", "state"], condition=Q(state__in=("draft", "returned")), name="record_mine"
            ),
            models.Index(fields=["submitted_by"], condition=Q(state="returned"), name="record_mine_returned"),
            models.Index(
                fields=["created_by", "submitted_at"], condition=Q(state="posted"), name="record_mine_posted"
            ),
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
        indexes = [models.Index(fields=["added_by", "-id"], name="evidence_added_by")]

    def __str__(self) -> str:
        return f"{self.media_type} {self.size}"


class EvidenceImage(models.Model):
    """What an image tells to compare it by: a difference hash of 64 bits, and when the camera says it was taken. No
    place, and nothing of what is to be seen, is read or kept. `bands` are the hash's four quarters, each with its
    number, by which images that look alike are found; it is empty for an image too plain to be told apart."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, primary_key=True, related_name="image")
    hash = models.BigIntegerField()
    bands = ArrayField(models.IntegerField())
    taken_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [GinIndex(fields=["bands"], name="evidence_image_bands", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.hash & (1 << 64) - 1:016x}"


class RecordEvidence(models.Model):
    """That a file supports a record, under the name it was given with. `answer` is the clerk's sentence about what
    is asked of the file: why a picture used before serves here too, or why it was taken on another day."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="evidence")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="uses")
    name = models.TextField()
    answer = models.TextField(default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "evidence"], name="record_evidence_once")]

    def __str__(self) -> str:
        return self.name


class WorkingCopy(models.Model):
    """What one person is typing into a sheet, letter by letter as the form has it: neither checked nor audited, and
    dropped once it is written down. `subject` is the record's ref, or for a sheet that is not yet a record `new:`
    and what it begins from. `seen_at` tells others who write the same sheet that somebody is at it."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    subject = models.TextField()
    record = models.ForeignKey(Record, models.CASCADE, null=True, related_name="copies", db_index=False)
    entries = models.JSONField(
        null=True, help_text="[name, value] of every control, or null: open, nothing changed"
    )
    based_on = models.IntegerField(default=0, help_text="the version of the record that it changes")
    saved_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "subject"], name="working_copy_once")]
        indexes = [models.Index(fields=["record"], condition=Q(record__isnull=False), name="working_copy_record")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.subject}"


class Review(models.Model):
    """审核: one step passed or returned, by a person other than the author and other than the earlier reviewers of
    the same submission. `author` is who submitted that cycle. `remarks` maps a place on the sheet, such as
    `data.people` or `rows.problems.2.owner`, to what is said about it. Append-only; the database holds all of this
    (see the constraints here and the triggers in the second migration)."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="reviews", db_index=False)
    cycle = models.SmallIntegerField()
    step = models.SmallIntegerField()
    author = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    passed = models.BooleanField()
    note = models.TextField(default="")
    remarks = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(author=F("reviewer")), name="review_not_by_author"),
            models.CheckConstraint(condition=Q(step__gte=1), name="review_step_from_one"),
            models.CheckConstraint(
                condition=Q(passed=True) | ~Q(note="") | ~Q(remarks={}), name="review_returned_with_reason"
            ),
            models.UniqueConstraint(fields=["record", "cycle", "reviewer"], name="review_by_different_people"),
            models.UniqueConstraint(fields=["record", "cycle", "step"], name="review_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.cycle}/{self.step}"


class SendBack(models.Model):
    """Returned before posting: an accepted sheet goes back to be mended, by somebody who could have posted it and
    says why. The submission of `cycle` ends with it; the next one is reviewed anew. Append-only."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="send_backs", db_index=False)
    cycle = models.SmallIntegerField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    note = models.TextField(default="")
    remarks = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "cycle"], name="send_back_once"),
            models.CheckConstraint(condition=~Q(note="") | ~Q(remarks={}), name="send_back_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}/{self.cycle}"


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
    What no sheet stands behind, an obligation that was accrued, has no record; posted by the daily run, it has no
    author either.
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
    posted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
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
            models.CheckConstraint(condition=Q(posted_by__isnull=False) | Q(record=None), name="entry_author"),
        ]
        indexes = [
            models.Index(fields=["unit", "occurred_on"], include=["kind", "sign", "seq"], name="entry_unit_day"),
            # For lists of a whole book: they are counted from it, and it says with which position a day begins.
            models.Index(
                fields=["book", "occurred_on", "seq"],
                include=["kind", "line", "sign", "record"],
                name="entry_book_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book_id}:{self.seq}"
