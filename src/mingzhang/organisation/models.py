"""Books, units valid in time, posts, people and their appointments."""

from __future__ import annotations

import unicodedata

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from mingzhang.packs.models import PackVersion


class Book(models.Model):
    """账套: one accountable body with its tree of units."""

    id = models.AutoField(primary_key=True)
    code = models.TextField(unique=True)
    name = models.TextField()
    language = models.TextField(default="zh-hans")
    timezone = models.TextField(default="Asia/Shanghai")

    def __str__(self) -> str:
        return self.name


class Adoption(models.Model):
    """The version of a pack that a book works by. The newest adoption of a pack is the one in force, so going back
    to an earlier version is one more adoption."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="adoptions")
    pack_version = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.book_id}: {self.pack_version_id}"


class Unit(models.Model):
    """单位, as it stands now. `ancestors` holds the ids from the root down to the unit itself; a merged unit
    stands below its successor, so that its past is counted there when asked as-now. `parent` of a closed unit is
    the last one it had. `closed_on` is the first day on which it no longer existed. History is in `UnitSpan`."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="units")
    code = models.TextField()
    name = models.TextField()
    level = models.TextField(help_text="county, department, street, town, community, village")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")
    ancestors = ArrayField(models.IntegerField())
    created_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="unit_code_once"),
            models.UniqueConstraint(fields=["book"], condition=Q(parent=None), name="unit_one_root"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gt=F("created_on")),
                name="unit_closed_after_created",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | Q(closed_on__isnull=False),
                name="unit_successor_only_when_closed",
            ),
        ]
        indexes = [GinIndex(fields=["ancestors"], name="unit_ancestors", fastupdate=False)]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """How the event log names it."""
        return f"unit:{self.code}"


class UnitSpan(models.Model):
    """What a unit was called and where it stood during `valid`, a half-open range of dates. The spans of a unit
    do not overlap."""

    id = models.AutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="spans", db_index=False)
    valid = DateRangeField()
    name = models.TextField()
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    ancestors = ArrayField(models.IntegerField())

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="unit_span_no_overlap",
                expressions=[("unit", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(valid__isempty=False), name="unit_span_not_empty"),
        ]
        indexes = [GinIndex(fields=["ancestors"], name="unit_span_ancestors", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.name} {self.valid}"


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        """The person who signs in under this name, however it was typed."""
        return self.get(username=Person.normalize_username(username or ""))


class Person(AbstractBaseUser):
    """人员: someone who holds posts in a book, and who may sign in."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="people")
    username = models.TextField(unique=True)
    name = models.TextField()
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(
        default=False, help_text="the password was given by an administrator, for one sign-in"
    )
    large_type = models.BooleanField(null=True, help_text="unknown: never chosen, so as the browser was told")

    objects = PersonManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """The one form a username is kept in (NFKC, lower case), so that two that look alike are the same."""
        return unicodedata.normalize("NFKC", username).strip().lower()

    @property
    def ref(self) -> str:
        """How the event log names the person: never by their name."""
        return f"person:{self.username}"


class Post(models.Model):
    """岗位: a place to work in a unit, with the roles that go with it. `roles` are codes from `roles.ROLES`."""

    id = models.AutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    name = models.TextField()
    roles = ArrayField(models.TextField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="post_once")]

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """任职: a person holds a post from a date, to a date if it has ended. A delegation 代理 names the appointment
    it stands in for, and always has an end."""

    id = models.AutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments")
    valid = DateRangeField()
    stands_in_for = models.ForeignKey("self", models.PROTECT, null=True, related_name="delegations")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stands_in_for=None) | Q(valid__upper_inf=False), name="delegation_has_an_end"
            ),
            ExclusionConstraint(
                name="appointment_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(valid__isempty=False), name="appointment_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.post_id}"


class Setup(models.Model):
    """首次设置: how far the first-run wizard of an installation has come. There is one row or none. `code_digest`
    is that of the set-up code in force; `book` is the one that was made with it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    code_digest = models.BinaryField(max_length=34)
    draft = models.JSONField(default=dict, help_text="what was written about the body before its book was made")
    step = models.TextField(default="body")
    book = models.OneToOneField(Book, models.PROTECT, null=True, related_name="setup")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="setup_is_one")]

    def __str__(self) -> str:
        return self.step


class CalendarNotice(models.Model):
    """放假通知: what was published about the days off of a year. The newest of a year is in force. `number` may be
    unknown; one that came with the program was entered by nobody."""

    id = models.AutoField(primary_key=True)
    year = models.SmallIntegerField()
    number = models.TextField(blank=True)
    issued_on = models.DateField(null=True)
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number or _("%(year)d年放假通知") % {"year": self.year}


class CalendarDay(models.Model):
    """One day that is not as the week has it, for every book of the installation. Without a notice it is a holiday
    by law, in a year whose notice is not known yet."""

    id = models.AutoField(primary_key=True)
    day = models.DateField(unique=True)
    kind = models.TextField(help_text="holiday, make_up")
    name = models.TextField(blank=True)
    notice = models.ForeignKey(CalendarNotice, models.PROTECT, null=True, related_name="days")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["holiday", "make_up"]), name="calendar_day_kind"),
            models.CheckConstraint(
                condition=Q(kind="holiday") | Q(day__iso_week_day__gte=6, notice__isnull=False),
                name="calendar_make_up_on_weekend",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
