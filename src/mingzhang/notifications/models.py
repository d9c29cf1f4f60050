"""Who was told what, and the messages that go out. Nothing here is a fact of the books: what happened is in the
log, and it is told from there."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Func, Q, Value

from mingzhang.organisation.models import Book, Person

CHANNELS = ("mail", "hook")
STATES = ("waiting", "sent", "failed")
OF_TASK = "task.due"  # the kind of notices whose key is `task:17:today:2026-06-30`


def task_named(key: str = "key") -> Func:
    """The number of the task in the key of a notice of OF_TASK, as text."""
    return Func(F(key), Value(":"), Value(2), function="split_part", output_field=models.TextField())


class Cursor(models.Model):
    """How far a book's log and the verifications have been told."""

    book = models.OneToOneField(Book, models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(help_text="position in the log")
    verification = models.BigIntegerField(default=0, help_text="number of the last verification looked at")

    def __str__(self) -> str:
        return f"{self.book_id}: {self.seq}"


class Notice(models.Model):
    """One thing that one person is told, as it stands in their inbox. `key` names what happened, such as
    `event:17`: nobody is told the same twice. `address` is a path of the site."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices", db_index=False)
    key = models.TextField()
    kind = models.TextField()
    title = models.TextField()
    address = models.TextField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["at"], name="notice_at"),
            models.Index(task_named(), condition=Q(kind=OF_TASK), name="notice_of_task"),
        ]

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """A message on its way out, and after: one for what is told at once, one a day for the rest. `token` is the
    same however often it is tried, so that a receiver can tell a repetition."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="messages", db_index=False)
    channel = models.TextField()
    key = models.TextField(help_text="`notice:17` or `digest:2026-06-01`")
    token = models.UUIDField(default=uuid4, unique=True)
    title = models.TextField()
    lines = models.JSONField(help_text="[title, path] of each line")
    due_at = models.DateTimeField()
    state = models.TextField(default="waiting")
    attempts = models.IntegerField(default=0)
    fault = models.TextField(default="", help_text="why it was not sent the last time, in words")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "key"], name="message_once"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="message_channel"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="message_state"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_at"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="message_due"),
            models.Index(fields=["person", "-id"], name="message_person"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class Delivery(models.Model):
    """A notice goes out on a channel, once: in `message`, or as long as that is empty in the next digest."""

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.TextField()
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="deliveries")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="delivery_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id}"


class Preference(models.Model):
    """How a person wants to be told outside the pages. Nobody is, until they say so."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="preference")
    mail = models.TextField(default="", help_text="the address that they gave")
    mail_on = models.BooleanField(default=False)
    hook_on = models.BooleanField(default=False)
    at_once = models.BooleanField(default=True)
    digest_hour = models.SmallIntegerField(default=8)
    quiet_from = models.SmallIntegerField(default=21)
    quiet_to = models.SmallIntegerField(default=7)
    digested_on = models.DateField(null=True, help_text="the day of the last digest, sent or found empty")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(digest_hour__range=(0, 23), quiet_from__range=(0, 23), quiet_to__range=(0, 23)),
                name="preference_hours",
            ),
            models.CheckConstraint(condition=Q(mail_on=False) | ~Q(mail=""), name="preference_mail"),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Feed(models.Model):
    """The calendar of a person's tasks, for whoever has its address. Of the secret in the address only the digest
    is kept: deleting the row ends it. `asked` counts how often it was asked for since `since`."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="feed")
    digest = models.BinaryField(max_length=34, unique=True)
    made_at = models.DateTimeField()
    since = models.DateTimeField()
    asked = models.IntegerField(default=0)

    def __str__(self) -> str:
        return str(self.person_id)


class Hook(models.Model):
    """The body's own gateway, to which messages are posted. The secret that signs them is encrypted, see
    `sealing`."""

    book = models.OneToOneField(Book, models.CASCADE, primary_key=True, related_name="hook")
    address = models.TextField()
    sealed = models.BinaryField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address
