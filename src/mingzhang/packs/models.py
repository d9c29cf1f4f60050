"""Installed packs. A version, once installed, never changes: records keep the version they were made under."""

from __future__ import annotations

from django.db import models


class PackVersion(models.Model):
    """One version of a pack, as it was checked and installed. `content` is the whole pack as plain data."""

    id = models.AutoField(primary_key=True)
    pack = models.TextField()
    version = models.TextField()
    digest = models.BinaryField(max_length=34)
    content = models.JSONField()
    installed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "version"], name="pack_version_once")]

    def __str__(self) -> str:
        return f"{self.pack} {self.version}"


class RecordKind(models.Model):
    """The lasting number of a kind of entry, across versions. A sheet has one (`visit`), and so has each of its
    repeating tables (`visit.problems`), whose rows are posted as entry lines of their own."""

    id = models.AutoField(primary_key=True)
    pack = models.TextField()
    code = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "code"], name="record_kind_once")]

    def __str__(self) -> str:
        return f"{self.pack}/{self.code}"
