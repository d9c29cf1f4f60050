"""Finding kept reports by their title, their number or the number on their paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db.models import F, Q, QuerySet

from mingzhang.organisation.models import Person
from mingzhang.organisation.searching import folded
from mingzhang.reports.models import Report, ReportVersion
from mingzhang.reports.queries import visible_to

# Of the newest reports that the person may read, so many titles are looked through, and so many papers, since for
# these the words are opened.
TITLES_READ, PAPERS_READ = 5_000, 1_000
MOST_FOUND = 1_001  # one more than are ever listed
# As one reads a number aloud: 123, 第123号.
_NUMBER = re.compile(r"(?:第|no\.?)?\s*([0-9]{1,18})\s*号?")


def search_reports(person: Person, asked: str) -> QuerySet[Report]:
    """The reports that the person may read whose title holds every word, whose number is what is asked, or whose
    paper has it in its own number (青街办〔2026〕31号): the latest period first."""
    whole = folded(asked.strip())
    readable = visible_to(person).order_by("-end", "-id").values_list("pk", flat=True)
    number = _NUMBER.fullmatch(whole)
    found = {*_titled(readable[:TITLES_READ], whole.split())}
    found |= {*readable.filter(pk=int(number[1]))} if number else {*_on_paper(readable[:PAPERS_READ], whole)}
    return Report.objects.filter(pk__in=found).select_related("unit").order_by("-end", "-id")


def _titled(among: QuerySet[Report, int], words: Sequence[str]) -> Iterable[int]:
    named = Q(pk__isnull=not words)
    for word in words:
        named &= Q(title__icontains=word)
    found = Report.objects.filter(named, pk__in=among).order_by("-end", "-id")
    return found.values_list("pk", flat=True)[:MOST_FOUND]


def _on_paper(among: QuerySet[Report, int], whole: str) -> Iterable[int]:
    """Only for what can be such a number."""
    if not any(character.isdigit() for character in whole):
        return []
    words = ReportVersion.objects.filter(report__in=among, number=F("report__version"))
    return words.filter(prose__number__icontains=whole).values_list("report", flat=True)
