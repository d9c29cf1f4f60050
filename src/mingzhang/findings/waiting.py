"""What of findings waits for somebody, by what there is to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from django.db.models import Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingzhang.findings.models import Finding
from mingzhang.findings.queries import SHOWN, open_of, waiting_for
from mingzhang.findings.showing import Line, lines_of
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place

MOST = 100
EACH = 8

# In the order in which they are shown.
KINDS: dict[str, Promise] = {
    "correct": _("要我整改的"),
    "accept": _("转来的，等着接收"),
    "assign": _("等着派办的"),
    "verify": _("等着验收的"),
    "close": _("等着销号的"),
    "decide": _("等着裁定算不算问题的"),
    "follow_up": _("到了回头看的日子"),
}


@dataclass(frozen=True)
class Part:
    """One thing that there is to do: the first findings that wait for it, and how many there are, at most MOST."""

    kind: str
    count: int
    lines: Sequence[Line]

    @property
    def name(self) -> str:
        return str(KINDS[self.kind])

    @property
    def more(self) -> bool:
        return self.count > len(self.lines)

    @property
    def capped(self) -> bool:
        return self.count >= MOST


def parts_of(place: Place, today: date, each: int = EACH) -> list[Part]:
    """Everything that waits for the person at the place. Two queries, beside those for their scopes and for what a
    line shows."""
    counts, first = _first(place.person, each)
    rows = Finding.objects.filter(pk__in=[pk for found in first.values() for pk in found]).select_related(*SHOWN)
    lines = {line.finding.pk: line for line in lines_of(list(rows), today)}
    return [
        Part(kind, counts[kind], [lines[pk] for pk in first[kind] if pk in lines]) for kind in KINDS if counts[kind]
    ]


def _first(person: Person, each: int) -> tuple[Counter[str], dict[str, list[int]]]:
    """How many of each kind there are, and the first of them. One query."""
    asked = {"correct": open_of(person).filter(state__in=("assigned", "correcting")), **waiting_for(person)}
    rows = [
        found.annotate(kind=Value(kind)).values_list("kind", "pk", "by_day")[:MOST] for kind, found in asked.items()
    ]
    counts: Counter[str] = Counter()
    first: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, pk, _day in sorted(rows[0].union(*rows[1:], all=True), key=itemgetter(2, 1)):
        counts[kind] += 1
        if len(first[kind]) < each:
            first[kind].append(pk)
    return counts, first
