"""Where findings are looked at."""

from __future__ import annotations

from urllib.parse import urlencode

from mingzhang.findings.models import Finding
from mingzhang.ledger.models import Entry
from mingzhang.ui.addresses import path_of


def finding_page(finding: int) -> str:
    """The page of a finding."""
    return path_of("findings:finding", finding)


def late_findings(unit: str) -> str:
    """What is late in a unit and below, as a list."""
    return f"{path_of('findings:list')}?{urlencode({'unit': unit, 'state': 'late'})}"


def address_behind(entry: Entry) -> str:
    """The page of the finding that an entry was posted for."""
    asked = Finding.objects.filter(book=entry.book_id, number=entry.data["finding"])
    found = asked.values_list("pk", flat=True).first()
    return finding_page(found) if found else ""
