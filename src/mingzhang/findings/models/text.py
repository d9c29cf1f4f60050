"""What of a finding is searched."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func

from mingzhang.findings.models.finding import Finding


class FindingText(models.Model):
    """What of a finding is searched: its first line, its place and its number, in one form for all writings. Kept
    by the database, and apart from the finding, so that a step of its flow does not write their index again: see
    `migrations/0004_search.py`."""

    finding = models.OneToOneField(Finding, models.CASCADE, primary_key=True, related_name="search_text")
    text = models.TextField()
    bigrams = models.GeneratedField(
        expression=Func(F("text"), function="ledger_bigrams"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        indexes = [GinIndex(fields=["bigrams"], name="finding_bigrams")]

    def __str__(self) -> str:
        return self.text.partition("\x01")[0]
