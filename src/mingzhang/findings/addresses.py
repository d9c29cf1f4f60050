"""Where findings are looked at."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import NoReverseMatch

from mingzhang.core.composed import Composed, Given
from mingzhang.findings.models import Finding, Matter
from mingzhang.ledger.models import Entry, Record
from mingzhang.ui.addresses import path_of


def finding_page(finding: int) -> str:
    """The page of a finding; empty where the site has none."""
    try:
        return path_of("findings:finding", finding)
    except NoReverseMatch:
        return ""


def late_findings(unit: str) -> str:
    """What is late in a unit and below, as a list; empty where the site has none."""
    try:
        return f"{path_of('findings:list')}?{urlencode({'unit': unit, 'state': 'late'})}"
    except NoReverseMatch:
        return ""


def address_behind(entry: Entry) -> str:
    """The page of the finding that an entry was posted for."""
    asked = Finding.objects.filter(book=entry.book_id, number=entry.data["finding"])
    found = asked.values_list("pk", flat=True).first()
    return finding_page(found) if found else ""


def address_of_what_came(record: Record) -> str:
    """The page of what came of a sheet; empty where nothing did."""
    return path_of("findings:came_of", record.pk) if _CAME.ask(record=record.pk) else ""


def _came() -> QuerySet[Finding, int]:
    findings = Finding.objects.filter(record=Given("record")).values_list("pk", flat=True)[:1]
    matters = Matter.objects.filter(record=Given("record")).values_list("pk", flat=True)[:1]
    return findings.union(matters, all=True)


_CAME = Composed(_came)
