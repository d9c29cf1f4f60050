"""Finding kept reports by their title, their number or the number on their paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db.models import F, Q, QuerySet

from mingzhang.core.composed import Composed, Given
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import GivenScope
from mingzhang.organisation.searching import folded
from mingzhang.reports.models import Report, ReportVersion
from mingzhang.reports.queries import WORKING, visible_in, visible_to

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
    readable = _newest(visible_to(person))
    number = _NUMBER.fullmatch(whole)
    found = {*_titled(person, whole.split())}
    found |= {*readable.filter(pk=int(number[1]))} if number else {*_on_paper(readable[:PAPERS_READ], whole)}
    return Report.objects.filter(pk__in=found).select_related("unit").order_by("-end", "-id")


def _newest(reports: QuerySet[Report]) -> QuerySet[Report, int]:
    return reports.order_by("-end", "-id").values_list("pk", flat=True)


def _titled(person: Person, words: Sequence[str]) -> Iterable[int]:
    if not words:
        return []
    view, working = visible_units(person, Permission.REPORT_VIEW), visible_units(person, WORKING)
    given = {f"word{at}": word for at, word in enumerate(words)}
    question = _composed_titled(view.everything, working.everything, len(words))
    return question.ask(view=view.given, working=working.given, **given)


@lru_cache(maxsize=64)  # what is asked may have many words
def _composed_titled(view: bool, working: bool, words: int) -> Composed[int]:
    among = _newest(visible_in(GivenScope(view, "view"), GivenScope(working, "working")))[:TITLES_READ]
    named = [Q(title__icontains=Given(f"word{at}")) for at in range(words)]
    return Composed(lambda: _newest(Report.objects.filter(*named, pk__in=among))[:MOST_FOUND])


def _on_paper(among: QuerySet[Report, int], whole: str) -> Iterable[int]:
    """Only for what can be such a number."""
    if not any(character.isdigit() for character in whole):
        return []
    words = ReportVersion.objects.filter(report__in=among, number=F("report__version"))
    return words.filter(prose__number__icontains=whole).values_list("report", flat=True)
