"""What of findings waits for somebody, by what there is to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import itemgetter

from django.db.models import QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mingzhang.core.composed import Composed, Given
from mingzhang.findings.models import Finding, Transfer
from mingzhang.findings.queries import SOON, open_of, rows_of
from mingzhang.findings.showing import Line, lines_of
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import GivenScope

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
# Whom they wait for, and in which state.
_STATES = (
    ("assign", Permission.FINDING_ASSIGN, "found"),
    ("verify", Permission.FINDING_VERIFY, "submitted"),
    ("close", Permission.FINDING_DECIDE, "verified"),
    ("decide", Permission.FINDING_DECIDE, "doubted"),
    ("follow_up", Permission.FINDING_VERIFY, "follow_up_due"),
)
_PERMISSIONS = tuple({permission: None for _kind, permission, _state in _STATES})
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
    days, first = waiting_for(place.person, each)
    shown = [pk for found in first.values() for pk in found]
    rows = rows_of(shown).values() if shown else ()
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


def waiting_for(person: Person, each: int) -> tuple[dict[str, list[date]], dict[str, list[int]]]:
    """The days of all of each kind, and the first of them. One query."""
    scopes = {permission: visible_units(person, permission) for permission in _PERMISSIONS}
    held = {permission: scope for permission, scope in scopes.items() if not scope.nowhere}
    question = _waiting(tuple((permission, scope.everything) for permission, scope in held.items()))
    rows = question.ask(person=person.pk, book=person.book_id, **{one: scope.given for one, scope in held.items()})
    days: dict[str, list[date]] = {kind: [] for kind in KINDS}
    first: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, pk, day in sorted(rows, key=itemgetter(2, 1)):
        days[kind].append(day)
        if len(first[kind]) < each:
            first[kind].append(pk)
    return days, first


@cache
def _waiting(held: tuple[tuple[Permission, bool], ...]) -> Composed[tuple[str, int, date]]:
    """Everything that waits for somebody, as kind, number and day; `held` says what they may do, and whether in the
    whole book."""
    scopes = {permission: GivenScope(everything, permission) for permission, everything in held}

    def compose() -> QuerySet[Finding, tuple[str, int, date]]:
        first, *rest = [
            rows.annotate(kind=Value(kind)).order_by("by_day", "pk").values_list("kind", "pk", "by_day")[:MOST]
            for kind, rows in _each(scopes)
        ]
        return first.union(*rest, all=True) if rest else first

    return Composed(compose)


def _each(scopes: Mapping[Permission, GivenScope]) -> Iterator[tuple[str, QuerySet[Finding]]]:
    """What waits, by what there is to do; only what may be done somewhere. What somebody corrected themselves does
    not wait for them."""
    yield "correct", open_of(Given("person")).filter(state__in=("assigned", "correcting"))
    for kind, permission, state in _STATES:
        if permission in scopes:
            found = Finding.objects.filter(scopes[permission].condition(), state=state)
            yield kind, found.exclude(owner=Given("person"))
    if assigns := scopes.get(Permission.FINDING_ASSIGN):
        offered = Transfer.objects.filter(assigns.condition("to", "finding__book"), outcome="waiting")
        yield "accept", Finding.objects.filter(book=Given("book"), pk__in=offered.values("finding"))
