"""Finding kept reports by their title, their number or the number on their paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from mingzhang.organisation.models import Person
from mingzhang.organisation.searching import folded
from mingzhang.reports.models import Report, ReportVersion
from mingzhang.reports.queries import visible_to

# So many of the newest reports that the person may read are looked through, however many there are.
NEWEST_READ = 20_000
# As one reads a number aloud: 123, 第123号.
_NUMBER = re.compile(r"(?:第|no\.?)?\s*([0-9]{1,18})\s*号?")


def search_reports(person: Person, asked: str) -> QuerySet[Report]:
    """The reports that the person may read whose title holds every word, whose number is what is asked, or whose
    paper has it in its own number (青街办〔2026〕31号): the latest period first."""
    whole = folded(asked.strip())
    readable = visible_to(person)
    newest = readable.order_by("-end", "-id").values("pk")[:NEWEST_READ]
    written = Q(pk__in=newest) & (_titled(whole.split()) | _on_paper(whole))
    number = _NUMBER.fullmatch(whole)
    found = readable.filter(written | Q(pk=int(number[1])) if number else written)
    return found.select_related("unit").order_by("-end", "-id")


def _titled(words: Sequence[str]) -> Q:
    named = Q(pk__isnull=not words)
    for word in words:
        named &= Q(title__icontains=word)
    return named


def _on_paper(whole: str) -> Q:
    """The words of a report are read only for what can be such a number."""
    if not any(character.isdigit() for character in whole):
        return Q(pk__isnull=True)
    words = ReportVersion.objects.filter(report=OuterRef("pk"), number=OuterRef("version"))
    return Q(Exists(words.filter(prose__number__icontains=whole)))
