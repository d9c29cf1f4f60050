"""What is kept of large subtrees, so that their figures need no scan of every entry. All of it can be rebuilt."""

from __future__ import annotations

from django.db import models

from mingzhang.organisation.models import Book, Unit
from mingzhang.packs.models import RecordKind


class Watermark(models.Model):
    """How far a book's rollups reach: entries up to `seq` are in them. `version` grows at every change to any of
    them, so that a reader can tell that what it planned with still holds."""

    book = models.OneToOneField(Book, models.PROTECT, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.book_id}: {self.seq}"


class RollupComponent(models.Model):
    """A component that a book's rollups keep. `identity` is `definitions.Component.identity`."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="+", db_index=False)
    identity = models.BinaryField(max_length=34)
    kind = models.ForeignKey(RecordKind, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "identity"], name="rollup_component_once")]

    def __str__(self) -> str:
        return f"{self.book_id}: {self.id}"


class RollupMonth(models.Model):
    """That the rollups of a unit hold a month (its first day), counted over the units that `scope` is a digest of:
    a reorganisation changes the digest, and the month is scanned until it has been counted again."""

    pk = models.CompositePrimaryKey("unit_id", "month")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    scope = models.BinaryField(max_length=34)

    def __str__(self) -> str:
        return f"{self.unit_id} {self.month:%Y-%m}"


class Rollup(models.Model):
    """A component over the units below one unit in one month. `total` for a count or sum; `held` for a distinct of
    units, as `rolled.packed` writes it: bit n is the unit whose number is the root's plus n."""

    pk = models.CompositePrimaryKey("unit_id", "component_id", "month")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    component = models.ForeignKey(RollupComponent, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    total = models.DecimalField(max_digits=40, decimal_places=6, null=True)
    held = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(total=None, held__isnull=False) | models.Q(total__isnull=False, held=None),
                name="rollup_total_or_held",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.component_id} {self.month:%Y-%m}"
