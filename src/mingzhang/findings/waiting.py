"""What of findings waits for somebody, by what there is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from django.db.models import Value
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mingzhang.findings.models import Finding
from mingzhang.findings.queries import SHOWN, SOON, open_of, waiting_for
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
RUNNING = ("correct", "accept", "assign", "decide")  # those whose day still runs


@dataclass(frozen=True)
class Part:
    """One thing that there is to do: the first findings that wait for it, how many there are, at most MOST, and how
    many of these are late, or due within the days of SOON. What is handed in is neither."""

    kind: str
    count: int
    lines: Sequence[Line]
    late: int = 0
    soon: int = 0

    @property
    def name(self) -> str:
        return str(KINDS[self.kind])

    @property
    def more(self) -> bool:
        return self.count > len(self.lines)

    @property
    def said(self) -> str:
        """How many there are, in words."""
        if self.count >= MOST:
            return gettext("99件以上")
        return ngettext("%(count)d件", "%(count)d件", self.count) % {"count": self.count}

    @property
    def near(self) -> str:
        """How many of them are late or due soon, in words; nothing where none is."""
        late = ngettext("逾期%(count)d件", "逾期%(count)d件", self.late) % {"count": self.late}
        soon = ngettext("快到期%(count)d件", "快到期%(count)d件", self.soon) % {"count": self.soon}
        return gettext("，").join([*([late] if self.late else []), *([soon] if self.soon else [])])


def parts_of(place: Place, today: date, each: int = EACH) -> list[Part]:
    """Everything that waits for the person at the place. Two queries, beside those for their scopes and for what a
    line shows."""
    days, first = _first(place.person, each)
    rows = Finding.objects.filter(pk__in=[pk for found in first.values() for pk in found]).select_related(*SHOWN)
    lines = {line.finding.pk: line for line in lines_of(list(rows), today)}
    return [
        Part(
            kind, len(days[kind]), [lines[pk] for pk in first[kind] if pk in lines], *_near(kind, days[kind], today)
        )
        for kind in KINDS
        if days[kind]
    ]


def _near(kind: str, days: Sequence[date], today: date) -> tuple[int, int]:
    """How many of the days have passed, and how many are near."""
    if kind not in RUNNING:
        return 0, 0
    late = sum(day < today for day in days)
    return late, sum(day <= today + SOON for day in days) - late


def _first(person: Person, each: int) -> tuple[dict[str, list[date]], dict[str, list[int]]]:
    """The days of all of each kind, and the first of them. One query."""
    asked = {"correct": open_of(person).filter(state__in=("assigned", "correcting")), **waiting_for(person)}
    rows = [
        found.annotate(kind=Value(kind)).values_list("kind", "pk", "by_day")[:MOST] for kind, found in asked.items()
    ]
    days: dict[str, list[date]] = {kind: [] for kind in KINDS}
    first: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, pk, day in sorted(rows[0].union(*rows[1:], all=True), key=itemgetter(2, 1)):
        days[kind].append(day)
        if len(first[kind]) < each:
            first[kind].append(pk)
    return days, first
