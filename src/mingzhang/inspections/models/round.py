"""Rounds: a checklist gone through once at one object, and everything that was said in it.

What a phone sends are operations, each under a UUID that was made on the device. `Operation` says that one was
taken in, so that sending it again changes nothing; the other tables say what it was about. Nothing of these is ever
changed or deleted: what stands is read from their order (`standing.py`).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mingzhang.findings.models import Finding, FollowUp
from mingzhang.inspections.models.inspection import Drawn, Inspection
from mingzhang.ledger.models import Evidence
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.packs.models import PackVersion

KINDS = ("visit", "self_check")
OPEN = ("planned", "begun")
DONE = ("finished", "acknowledged")
DOINGS = ("answer", "photo", "note", "drop", "statement", "finish")


class RoundNumbering(models.Model):
    """The last number that a book gave to a round."""

    book = models.OneToOneField(Book, models.PROTECT, primary_key=True, related_name="+")
    last = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.book_id}: {self.last}"


class Round(models.Model):
    """One going-through of a checklist at a unit, or a place in one: a `visit` of an inspection, one for every
    object drawn, or a unit's own `self_check`. `checklist` is an id in `pack_version`. `entry` is where it stands
    in the ledger once it is finished. What the inspected party said is `statement`, of the post `said_by`."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    kind = models.TextField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    place = models.TextField(blank=True)
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, related_name="rounds", db_index=False)
    drawn = models.OneToOneField(Drawn, models.PROTECT, null=True, related_name="round")
    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    checklist = models.TextField()
    state = models.TextField(default="planned")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    finished_at = models.DateTimeField(null=True)
    finished_on = models.DateField(null=True)
    entry = models.BigIntegerField(null=True)
    acknowledged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    acknowledged_at = models.DateTimeField(null=True)
    statement = models.TextField(blank=True)
    said_by = models.TextField(blank=True)
    agrees = models.BooleanField(null=True)
    called_off_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    called_off_at = models.DateTimeField(null=True)
    called_off_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="round_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "begun", "finished", "acknowledged", "called_off")),
                name="round_state",
            ),
            models.CheckConstraint(
                condition=Q(kind="visit", inspection__isnull=False, drawn__isnull=False)
                | Q(kind="self_check", inspection=None, drawn=None),
                name="round_kind",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=DONE,
                    begun_at__isnull=False,
                    finished_by__isnull=False,
                    finished_at__isnull=False,
                    finished_on__isnull=False,
                )
                | (~Q(state__in=DONE) & Q(finished_by=None, finished_at=None, finished_on=None, entry=None)),
                name="round_finished_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="acknowledged", acknowledged_at__isnull=False) & ~Q(said_by="")
                | ~Q(state="acknowledged")
                & Q(acknowledged_at=None, acknowledged_by=None, statement="", said_by="", agrees=None),
                name="round_acknowledged_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="called_off", called_off_by__isnull=False, called_off_at__isnull=False)
                & ~Q(called_off_because="")
                | ~Q(state="called_off") & Q(called_off_by=None, called_off_at=None, called_off_because=""),
                name="round_called_off_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(kind="self_check") | ~Q(state="acknowledged"), name="round_self_check_ends_finished"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-id"], name="round_unit"),
            models.Index(fields=["book", "-id"], name="round_book"),
            models.Index(fields=["book", "state", "-id"], name="round_state_newest"),
            models.Index(fields=["book", "-finished_on", "-id"], condition=Q(state__in=DONE), name="round_by_day"),
            models.Index(fields=["inspection", "id"], name="round_inspection"),
            models.Index(
                fields=["book", "checklist", "finished_on"], condition=Q(state__in=DONE), name="round_finished"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def ref(self) -> str:
        """How the event log names it."""
        return f"round:{self.number}"

    @property
    def where(self) -> str:
        """The unit, and the place in it."""
        return f"{self.unit.name}{self.place}"


class RoundInspector(models.Model):
    """Who may write in a round. Append-only."""

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(Round, models.PROTECT, related_name="inspectors", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "person"], name="round_inspector_once")]
        indexes = [models.Index(fields=["person", "-round"], name="round_inspector_person")]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.person_id}"


class Operation(models.Model):
    """That something was sent and taken in: what was done (`do`), when by the device's clock (`said_at`) and when
    it arrived. `sending` tells what arrived together. Append-only."""

    op = models.UUIDField(primary_key=True)
    round = models.ForeignKey(Round, models.PROTECT, related_name="operations", db_index=False)
    number = models.BigIntegerField()
    do = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    device = models.UUIDField(null=True)
    sending = models.UUIDField()
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="operation_number_once"),
            models.CheckConstraint(condition=Q(do__in=DOINGS), name="operation_do"),
        ]

    def __str__(self) -> str:
        return f"{self.do} {self.op}"


class Answer(models.Model):
    """What was answered to an item. `before` is the operation whose answer the device had seen for it, if any; it
    need not have arrived. An empty `value` takes an answer back. `category` is what a problem with the item is put
    down as, where its checklist does not say. Append-only."""

    op = models.OneToOneField(Operation, models.PROTECT, primary_key=True, related_name="answer")
    round = models.ForeignKey(Round, models.PROTECT, related_name="answers")
    item = models.TextField()
    value = models.TextField(blank=True)
    note = models.TextField(blank=True)
    category = models.TextField(blank=True, default="", db_default="")
    before = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.item}: {self.value}"


class Photo(models.Model):
    """A picture, of an item or of none. Append-only."""

    op = models.OneToOneField(Operation, models.PROTECT, primary_key=True, related_name="photo")
    round = models.ForeignKey(Round, models.PROTECT, related_name="photos")
    item = models.TextField(blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="+")
    name = models.TextField()

    def __str__(self) -> str:
        return self.name


class Noted(models.Model):
    """A problem that was seen and that the checklist does not ask about, or that an item alone does not tell.
    `category` and `severity` are of the round's pack. Append-only."""

    op = models.OneToOneField(Operation, models.PROTECT, primary_key=True, related_name="noted")
    round = models.ForeignKey(Round, models.PROTECT, related_name="noted")
    item = models.TextField(blank=True)
    words = models.TextField()
    category = models.TextField()
    severity = models.TextField()
    place = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="noted_says_what")]

    def __str__(self) -> str:
        return self.words


class Drop(models.Model):
    """That a picture or a problem noted is taken away again. Append-only."""

    op = models.OneToOneField(Operation, models.PROTECT, primary_key=True, related_name="drop")
    round = models.ForeignKey(Round, models.PROTECT, related_name="drops")
    what = models.OneToOneField(Operation, models.PROTECT, related_name="dropped")

    def __str__(self) -> str:
        return str(self.what_id)


class Statement(models.Model):
    """What the inspected party said on the spot, by whose post, and whether they agree; the last one stands.
    Append-only."""

    op = models.OneToOneField(Operation, models.PROTECT, primary_key=True, related_name="statement")
    round = models.ForeignKey(Round, models.PROTECT, related_name="statements")
    words = models.TextField(blank=True)
    said_by = models.TextField()
    agrees = models.BooleanField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(said_by=""), name="statement_of_somebody")]

    def __str__(self) -> str:
        return self.words


class RoundFinding(models.Model):
    """What a finding was spawned from: an item of a round, or a problem noted in it. Append-only."""

    finding = models.OneToOneField(Finding, models.PROTECT, primary_key=True, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, related_name="findings", db_index=False)
    item = models.TextField(blank=True)
    noted = models.OneToOneField(Noted, models.PROTECT, null=True, related_name="finding")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "item"], condition=Q(noted=None), name="round_finding_item_once"
            )
        ]
        indexes = [models.Index(fields=["round"], name="round_finding_round")]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.finding_id}"


class RoundFollowUp(models.Model):
    """That a finding was looked at again in a round. Append-only."""

    round = models.OneToOneField(Round, models.PROTECT, primary_key=True, related_name="follow_up")
    follow_up = models.OneToOneField(FollowUp, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.round_id}: {self.follow_up_id}"


class DrawnEntry(models.Model):
    """Which entry of the ledger says that an object was drawn."""

    drawn = models.OneToOneField(Drawn, models.PROTECT, primary_key=True, related_name="+")
    entry = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.drawn_id}: {self.entry}"
