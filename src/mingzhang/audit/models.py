"""The event log: what was done, by whom, to what; the tree over it, and the signed checkpoints of the tree. Text
ids and no foreign keys to other areas, so that nothing that happens to the things themselves can touch the log.

All of it only grows: the database refuses to change or delete, see the migrations.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

DIGEST_BYTES = 34
REASONS = ("daily", "signing", "asked")
# What there is so much of that it is found without an index.
COMMON = ("record.add", "record.edit", "record.import", "record.pass", "record.post", "record.submit")


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
        indexes = [
            models.Index(fields=["book", "subject", "id"], name="event_subject"),
            models.Index(fields=["book", "verb", "id"], condition=~Q(verb__in=COMMON), name="event_verb"),
            models.Index(fields=["book", "actor", "id"], name="event_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"


class Pending(models.Model):
    """An event without a position yet. Filled by a trigger in the statement that appends the event; the sequencer
    empties it, and the database lets nothing leave that has no leaf."""

    pk = models.CompositePrimaryKey("book", "event_id")
    book = models.TextField()
    event_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.book}:{self.event_id}"


class Leaf(models.Model):
    """The position of an event in its book's log, from 1 and without gaps, and its hash in the tree, where it is
    leaf `seq - 1`."""

    pk = models.CompositePrimaryKey("book", "seq")
    book = models.TextField()
    seq = models.BigIntegerField()
    event = models.OneToOneField(Event, models.DO_NOTHING, db_constraint=False, related_name="leaf")
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.book}:{self.seq}"


class Node(models.Model):
    """A complete node above the leaves: see `audit.merkle`."""

    pk = models.CompositePrimaryKey("book", "level", "index")
    book = models.TextField()
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__gte=1), name="node_above_leaves")]

    def __str__(self) -> str:
        return f"{self.book}:{self.level}.{self.index}"


class SigningKey(models.Model):
    """The public half of a key that signs checkpoints, and its introduction: the signature by the key before it, or
    by itself where there was none to sign (see `audit.texts.key_text`). The newest is in use."""

    id = models.BigAutoField(primary_key=True)
    algorithm = models.TextField()
    public = models.BinaryField()
    made_at = models.DateTimeField()
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    introduction = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["algorithm", "public"], name="signing_key_once")]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.pk}"


class SealedKey(models.Model):
    """The private half, encrypted under the installation's secret. It is destroyed when the next key takes over, so
    that nobody can sign in its name any more."""

    key = models.OneToOneField(SigningKey, models.PROTECT, primary_key=True, related_name="sealed")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.key_id)


class Checkpoint(models.Model):
    """A signed head of a book's tree: these `size` events and no others, in this order, were there at this time.
    `root` is a multihash; `signature` is over `audit.texts.checkpoint_text`."""

    id = models.BigAutoField(primary_key=True)
    book = models.TextField()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=DIGEST_BYTES)
    at = models.DateTimeField()
    reason = models.TextField()
    key = models.ForeignKey(SigningKey, models.PROTECT, related_name="+", db_index=False)
    algorithm = models.TextField()
    signature = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=REASONS), name="checkpoint_reason"),
            models.CheckConstraint(condition=Q(size__gte=0), name="checkpoint_size"),
        ]
        indexes = [models.Index(fields=["book", "id"], name="checkpoint_book")]

    def __str__(self) -> str:
        return f"{self.book}:{self.size}"


class Disclosure(models.Model):
    """What opens a commitment in an event: the salt, and the words where they are kept nowhere else. May be erased,
    never changed: see `audit.commitments`."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    salt = models.BinaryField()
    value = models.TextField(null=True)

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:12]


class Verification(models.Model):
    """What a run of `mingzhang verify` found in one book: `checks` as `audit.findings.Checked.as_json` writes them.
    A convenience for the page about the books, no proof: a proof is to run it again."""

    id = models.BigAutoField(primary_key=True)
    book = models.TextField()
    at = models.DateTimeField()
    seconds = models.FloatField()
    size = models.BigIntegerField(help_text="events with a position")
    position = models.BigIntegerField(help_text="entries")
    differences = models.IntegerField()
    checks = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["book", "id"], name="verification_book")]

    def __str__(self) -> str:
        return f"{self.book} {self.at:%Y-%m-%d %H:%M}"
