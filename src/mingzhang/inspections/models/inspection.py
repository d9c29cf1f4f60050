"""Inspections as they are planned, and the draws that say who is inspected by whom.

A draw is written in three layers. The pool, its strata and recusals may be changed until the roster is published;
from then on the database refuses it. `Draw.roster` is the roster's canonical JSON as it was hashed, `Draw.result`
what was drawn from it: both are what `verify_draw.py` reads. `Drawn` says the same in rows, for lists and for
what follows.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from mingzhang.findings.models import Finding
from mingzhang.inspections.verify_draw import MOST_PER_OBJECT, MOST_WEIGHT, REASONS
from mingzhang.organisation.models import Book, Person, Post, Unit
from mingzhang.packs.models import PackVersion

MOST_DRAWS = 100


class Inspection(models.Model):
    """检查: a plan of who inspects what, why, and in which window, `first` to `last`. An unannounced one is known
    only to its team until it starts. `draws` is how many draws are planned for it, `coverage` how often each object
    must be visited by the last of them. `checklist` is an id in `pack_version`."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    title = models.TextField()
    reason = models.TextField()
    basis = models.TextField(blank=True)
    first = models.DateField()
    last = models.DateField()
    announced = models.BooleanField()
    draws = models.SmallIntegerField(default=1)
    coverage = models.SmallIntegerField(null=True)
    pack_version = models.ForeignKey(PackVersion, models.PROTECT, null=True, related_name="+", db_index=False)
    checklist = models.TextField(blank=True)
    state = models.TextField(default="drafted")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("drafted", "approved", "under_way", "finished", "cancelled")),
                name="inspection_state",
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="inspection_window"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(reason=""), name="inspection_says_why"),
            models.CheckConstraint(condition=Q(draws__range=(1, MOST_DRAWS)), name="inspection_draws"),
            models.CheckConstraint(
                condition=Q(coverage=None) | Q(coverage__gte=1, coverage__lte=F("draws")),
                name="inspection_coverage_possible",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")), name="inspection_approved_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "under_way", "finished")) | Q(approved_by__isnull=False),
                name="inspection_approved_first",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(ended_because=""), name="inspection_cancelled_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(checklist="", pack_version=None) | (~Q(checklist="") & Q(pack_version__isnull=False)),
                name="inspection_checklist_of_a_pack",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-last", "-id"], name="inspection_unit"),
            models.Index(fields=["book", "-last", "-id"], name="inspection_book"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        """How the event log names it: never by what is inspected."""
        return f"inspection:{self.pk}"

    @property
    def secret(self) -> bool:
        """Whether its team alone may know of it: then the log keeps no words about it either."""
        return not self.announced and self.started_at is None


class Member(models.Model):
    """Somebody who knows of an inspection before it starts."""

    id = models.AutoField(primary_key=True)
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "person"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.inspection_id}: {self.person_id}"


class Draw(models.Model):
    """随机抽取: one draw of an inspection. The seed comes of two people's commitments, or of the public value
    `value_name` of the day `value_on`. A draw that cannot be completed is `void`, one whose result does not serve
    is `redrawn`; both stay, with the reason. `weighing` says how weights were reckoned, if they were."""

    id = models.AutoField(primary_key=True)
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="all_draws", db_index=False)
    number = models.SmallIntegerField()
    state = models.TextField(default="drafted")
    per_object = models.SmallIntegerField(default=2)
    source = models.TextField(default="commitments")
    value_name = models.TextField(blank=True)
    value_on = models.DateField(null=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    roster = models.TextField(blank=True)
    roster_digest = models.TextField(blank=True)
    published_on = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    value = models.TextField(blank=True)
    value_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    seed = models.TextField(blank=True)
    result = models.TextField(blank=True)
    drawn_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)
    weighing = models.TextField(default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "number"], name="draw_number_once"),
            models.UniqueConstraint(
                fields=["inspection"],
                condition=Q(state__in=("drafted", "published", "committed", "stated")),
                name="draw_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("drafted", "published", "committed", "stated", "drawn", "void", "redrawn")),
                name="draw_state",
            ),
            models.CheckConstraint(condition=Q(per_object__range=(1, MOST_PER_OBJECT)), name="draw_per_object"),
            models.CheckConstraint(
                condition=Q(source="commitments", value_name="", value_on=None)
                | (Q(source="public", value_on__isnull=False) & ~Q(value_name="")),
                name="draw_source",
            ),
            models.CheckConstraint(
                condition=Q(state="drafted", roster="", published_on=None, published_by=None)
                | (~Q(state="drafted") & ~Q(roster="") & Q(published_on__isnull=False, published_by__isnull=False)),
                name="draw_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(value_on=None) | Q(published_on=None) | Q(published_on__lt=F("value_on")),
                name="draw_published_before_its_value",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (Q(value_by__isnull=False) & ~Q(confirmed_by=F("value_by"))),
                name="draw_value_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=("drawn", "redrawn"), drawn_at__isnull=False) & ~Q(seed="") & ~Q(result=""))
                | (~Q(state__in=("drawn", "redrawn")) & Q(seed="", result="", drawn_at=None)),
                name="draw_drawn_whole",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=("void", "redrawn"), ended_by__isnull=False) & ~Q(ended_because=""))
                | (~Q(state__in=("void", "redrawn")) & Q(ended_by=None, ended_because="")),
                name="draw_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id}-{self.number}"

    @property
    def ref(self) -> str:
        """How the event log names it."""
        return f"draw:{self.inspection_id}-{self.number}"


class Stratum(models.Model):
    """分层: objects of a draw of which `size` are drawn."""

    id = models.AutoField(primary_key=True)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="strata", db_index=False)
    code = models.TextField()
    name = models.TextField()
    size = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "code"], name="stratum_once"),
            models.CheckConstraint(condition=Q(size__gte=0), name="stratum_size"),
        ]

    def __str__(self) -> str:
        return self.name


class PoolObject(models.Model):
    """A unit, or a place in one, that may be drawn; or a closed `finding` that may be looked at again, which
    `place` names by its number. `because` says how the weight came about, where it was reckoned."""

    id = models.BigAutoField(primary_key=True)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="pool", db_index=False)
    number = models.IntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    place = models.TextField(blank=True)
    stratum = models.ForeignKey(Stratum, models.PROTECT, related_name="members")
    weight = models.IntegerField(default=1)
    because = models.TextField(default="", db_default="")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="pool_object_number_once"),
            models.UniqueConstraint(fields=["draw", "unit", "place"], name="pool_object_once"),
            models.UniqueConstraint(
                fields=["finding", "draw"], condition=Q(finding__isnull=False), name="pool_object_finding_once"
            ),
            models.CheckConstraint(condition=Q(weight__range=(1, MOST_WEIGHT)), name="pool_object_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.unit_id} {self.place}"

    @property
    def where(self) -> str:
        """The unit, and the place in it."""
        return f"{self.unit.name}{self.place}"


class PoolInspector(models.Model):
    """Somebody who may be drawn to inspect, by the post that makes them an inspector."""

    id = models.AutoField(primary_key=True)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="inspectors", db_index=False)
    number = models.SmallIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="pool_inspector_number_once"),
            models.UniqueConstraint(fields=["draw", "person"], name="pool_inspector_once"),
        ]
        indexes = [models.Index(fields=["person"], name="pool_inspector_person")]

    def __str__(self) -> str:
        return f"{self.number}: {self.person_id}"


class Recusal(models.Model):
    """回避: an inspector who may not be given an object. `reason` is one of a closed list, so that nothing personal
    is published; `note` stays inside."""

    id = models.AutoField(primary_key=True)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="recusals")
    object = models.ForeignKey(PoolObject, models.PROTECT, related_name="+")
    inspector = models.ForeignKey(PoolInspector, models.PROTECT, related_name="+")
    reason = models.TextField(choices=[(one, one) for one in REASONS])
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object", "inspector"], name="recusal_once"),
            models.CheckConstraint(condition=Q(reason__in=REASONS), name="recusal_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.object_id}: {self.inspector_id}"


class Commitment(models.Model):
    """What one of two people committed to before the draw. `secret` is kept from when that person reveals it."""

    id = models.AutoField(primary_key=True)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="commitments", db_index=False)
    slot = models.SmallIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    post = models.TextField()
    salt = models.TextField()
    commitment = models.TextField()
    committed_at = models.DateTimeField()
    secret = models.TextField(blank=True)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "slot"], name="commitment_slot_once"),
            models.UniqueConstraint(fields=["draw", "person"], name="commitment_of_two_people"),
            models.CheckConstraint(condition=Q(slot__in=(1, 2)), name="commitment_slot"),
            models.CheckConstraint(
                condition=Q(secret="", revealed_at=None) | (~Q(secret="") & Q(revealed_at__isnull=False)),
                name="commitment_revealed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id}: {self.slot}"


class Drawn(models.Model):
    """An object that was drawn, why (`coverage`, `weight`, `drawn`), and with what chance, as `1/4`.
    Append-only."""

    object = models.OneToOneField(PoolObject, models.PROTECT, primary_key=True, related_name="drawn")
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="drawn")
    why = models.TextField()
    chance = models.TextField()
    inspectors = models.ManyToManyField(PoolInspector, through="DrawnInspector", related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(why__in=("coverage", "weight", "drawn")), name="drawn_why")
        ]

    def __str__(self) -> str:
        return str(self.object_id)


class DrawnInspector(models.Model):
    """Who was drawn to inspect it. Append-only."""

    id = models.BigAutoField(primary_key=True)
    drawn = models.ForeignKey(Drawn, models.PROTECT, related_name="assigned", db_index=False)
    inspector = models.ForeignKey(PoolInspector, models.PROTECT, related_name="assigned")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drawn", "inspector"], name="drawn_inspector_once")]

    def __str__(self) -> str:
        return f"{self.drawn_id}: {self.inspector_id}"
