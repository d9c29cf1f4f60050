"""The list of rounds as its page shows it: first what somebody has to go through, then those of the unit and
below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.inspections import flows, rounds_query
from mingzhang.inspections.models import OPEN, Round
from mingzhang.inspections.saying import KINDS, ROUND_LOOKS, round_title
from mingzhang.ledger.listing import Pages, Tab, read_day
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import below

SIZE, MOST_COUNTED, MOST_OWN = 20, 1_000, 50


@dataclass(frozen=True)
class Line:
    """A round of a list. `progress` says how far it is, or what came of it."""

    round: Round
    title: str
    kind: str
    state: str
    look: tuple[str, str]
    people: str
    progress: str
    wrong: int
    address: str


class Asked:
    """What the address of the list asks for."""

    def __init__(self, place: Place, query: QueryDict) -> None:
        self.place = place
        self.state = _one_of(query.get("state"), flows.ROUND.states)
        self.kind = _one_of(query.get("kind"), KINDS)
        self.first, self.last = read_day(query.get("first", "")), read_day(query.get("last", ""))
        page = query.get("page", "")
        self.page = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 and int(page) else 1

    def address(self, **changes: object) -> str:
        """This page with something else asked for."""
        held: dict[str, object] = {
            "state": self.state, "kind": self.kind, "first": self.first or "", "last": self.last or "", "page": "",
        }  # fmt: skip
        asked = {name: value for name, value in {**held, **changes}.items() if value}
        return f"{reverse('inspections:rounds')}?{self.place.query}{'&' + urlencode(asked) if asked else ''}"

    @property
    def clear(self) -> str:
        """The list without conditions."""
        return self.address(state="", kind="", first="", last="")

    @property
    def active(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.state or self.kind or self.first or self.last)

    def tabs(self) -> list[Tab]:
        """All, and by state."""
        states: dict[str, Any] = {"": _("全部"), **flows.ROUND.states}
        return [Tab(str(name), None, self.address(state=code), code == self.state) for code, name in states.items()]

    def kinds(self) -> list[tuple[str, str, bool]]:
        """What may be chosen as the kind."""
        return [(code, str(name), code == self.kind) for code, name in KINDS.items()]

    def pages(self, count: int) -> Pages:
        """The pages of a list of so many."""
        of = max(1, -(-count // SIZE))
        page = min(self.page, of)
        before, after = (self.address(page=number) for number in (page - 1, page + 1))
        return Pages(page, of, before if page > 1 else "", after if page < of else "")

    def rounds(self) -> QuerySet[Round]:
        """What is asked for, the newest first; by the day of finishing where days are asked for."""
        found = below(self.place.unit).filter(rounds_query.visible_to(self.place.person))
        wanted = Q()
        if self.state:
            wanted &= Q(state=self.state)
        if self.kind:
            wanted &= Q(kind=self.kind)
        if self.first:
            wanted &= Q(finished_on__gte=self.first)
        if self.last:
            wanted &= Q(finished_on__lte=self.last)
        by_day = self.first or self.last
        return found.filter(wanted).order_by(*(["-finished_on"] if by_day else []), "-id")


def _one_of(given: str | None, known: Iterable[str]) -> str:
    return given if given and given in set(known) else ""


def lines_of(asked: Asked) -> tuple[list[Line], int]:
    """A page of the list, and how many there are (at most MOST_COUNTED). Queries do not grow with the rows."""
    found = asked.rounds()
    count = found.order_by()[:MOST_COUNTED].count()
    first = (asked.pages(count).page - 1) * SIZE
    return said(
        list(found.select_related(*rounds_query.READ_ALONG)[first : first + SIZE]), asked.place.query
    ), count


def own_lines(place: Place) -> list[Line]:
    """What somebody still has to go through, the first first."""
    found = rounds_query.of_inspector(place.person).filter(state__in=OPEN).order_by("number")
    return said(list(found[:MOST_OWN]), place.query)


def said(rounds: Sequence[Round], query: str) -> list[Line]:
    """Each round as a list shows it. As many queries for many as for one."""
    people = rounds_query.inspectors_of(rounds)
    readings = rounds_query.readings_of([one for one in rounds if one.state == "begun"])
    seqs = [one.entry for one in rounds if one.entry]
    entries: dict[int, dict[str, Any]] = {}
    if seqs:
        rows = Entry.objects.filter(book=rounds[0].book_id, seq__in=seqs).values_list("seq", "data")
        entries = dict(rows)
    return [
        _line(one, people[one.pk], readings.get(one.pk), entries.get(one.entry or 0, {}), query) for one in rounds
    ]


def _line(
    round: Round, people: Sequence[Person], reading: rounds_query.Reading | None, data: dict[str, Any], query: str
) -> Line:
    return Line(
        round=round,
        title=round_title(round),
        kind=str(KINDS[round.kind]),
        state=str(flows.ROUND.states[round.state]),
        look=ROUND_LOOKS[round.state],
        people="、".join(person.name for person in people),
        progress=_progress(round, reading, data),
        wrong=int(data.get("wrong", 0)),
        address=f"{reverse('inspections:round', args=(round.number,))}?{query}",
    )


def _progress(round: Round, reading: rounds_query.Reading | None, data: dict[str, Any]) -> str:
    if reading is not None:
        checklist = rounds_query.checklist_of(round)
        done = checklist.count - len(reading.unanswered(checklist))
        return _("答了%(done)d项，共%(of)d项") % {"done": done, "of": checklist.count}
    if data:
        return _("%(items)d项里不合格%(wrong)d项，问题%(findings)d个") % data
    return ""
