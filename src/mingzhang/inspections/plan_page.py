"""The list of inspections and one inspection, as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.inspections import flows, queries, rules
from mingzhang.inspections.models import DONE, Draw, Inspection, Round
from mingzhang.inspections.rounds_page import said
from mingzhang.inspections.rounds_query import READ_ALONG
from mingzhang.inspections.saying import DRAW_LOOKS, INSPECTION_LOOKS
from mingzhang.ledger.listing import Pages, Tab
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import subtree_now
from mingzhang.organisation.scopes import UnitScope
from mingzhang.packs.wording import language

SIZE, MOST_COUNTED, MOST_ROUNDS = 20, 1_000, 100
VERBS = ("approve", "start", "finish", "cancel")


@dataclass(frozen=True)
class Line:
    """An inspection of the list. `draws` says how its draws stand."""

    title: str
    unit: str
    first: date
    last: date
    announced: bool
    state: str
    look: tuple[str, str]
    draws: str
    address: str


class Asked:
    """What the address of the list asks for."""

    def __init__(self, place: Place, query: QueryDict) -> None:
        self.place = place
        self.state = query.get("state", "") if query.get("state") in flows.INSPECTION.states else ""
        page = query.get("page", "")
        self.page = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 and int(page) else 1

    def address(self, **changes: object) -> str:
        """This page with something else asked for."""
        held: dict[str, object] = {"state": self.state, "page": ""}
        asked = {name: value for name, value in {**held, **changes}.items() if value}
        return f"{reverse('inspections:list')}?{self.place.query}{'&' + urlencode(asked) if asked else ''}"

    def tabs(self) -> list[Tab]:
        """All, and by state."""
        states: dict[str, Any] = {"": _("全部"), **flows.INSPECTION.states}
        return [Tab(str(name), None, self.address(state=code), code == self.state) for code, name in states.items()]

    def pages(self, count: int) -> Pages:
        """The pages of a list of so many."""
        of = max(1, -(-count // SIZE))
        page = min(self.page, of)
        before, after = (self.address(page=number) for number in (page - 1, page + 1))
        return Pages(page, of, before if page > 1 else "", after if page < of else "")


def lines_of(asked: Asked) -> tuple[list[Line], int]:
    """A page of the list of the unit and those below it, and how many there are (at most MOST_COUNTED). Queries do
    not grow with the rows."""
    found = queries.inspections_of(asked.place.person, _below(asked.place), asked.state)
    count = found.order_by()[:MOST_COUNTED].count()
    first = (asked.pages(count).page - 1) * SIZE
    shown = list(found[first : first + SIZE])
    draws: dict[int, list[Draw]] = {}
    for one in (
        Draw.objects.filter(inspection__in=[one.pk for one in shown]).defer("roster", "result").order_by("number")
    ):
        draws.setdefault(one.inspection_id, []).append(one)
    return [_line(one, draws.get(one.pk, []), asked.place.query) for one in shown], count


def _below(place: Place) -> UnitScope:
    scope = subtree_now(place.unit)
    ids = frozenset[int]() if scope.everything else frozenset(scope.parts[0].unit_ids)
    return UnitScope(scope.book_id, scope.everything, ids, (place.unit.pk,))


def _line(one: Inspection, draws: Sequence[Draw], query: str) -> Line:
    return Line(
        title=one.title,
        unit=one.unit.name,
        first=one.first,
        last=one.last,
        announced=one.announced,
        state=str(flows.INSPECTION.states[one.state]),
        look=INSPECTION_LOOKS[one.state],
        draws=str(flows.DRAW.states[draws[-1].state]) if draws else "",
        address=f"{reverse('inspections:inspection', args=(one.pk,))}?{query}",
    )


@dataclass(frozen=True)
class Turn:
    """A draw in the list of an inspection's draws."""

    draw: Draw
    state: str
    look: tuple[str, str]
    address: str


def turns_of(inspection: Inspection, view: str, draws: Sequence[Draw], query: str = "") -> list[Turn]:
    """The draws, each with its page."""
    rest = f"?{query}" if query else ""
    return [
        Turn(
            draw=one,
            state=str(flows.DRAW.states[one.state]),
            look=DRAW_LOOKS[one.state],
            address=reverse(view, args=(inspection.pk, one.number)) + rest,
        )
        for one in draws
    ]


@dataclass(frozen=True)
class Given:
    """What somebody sent and why it was refused."""

    verb: str = ""
    problem: str = ""
    reason: str = ""


def context_of(inspection: Inspection, person: Person, query: str, given: Given) -> dict[str, Any]:
    """Everything that the page of an inspection shows."""
    checklist = queries.checklist_of(inspection)
    return {
        "inspection": inspection,
        "state": flows.INSPECTION.states[inspection.state],
        "look": INSPECTION_LOOKS[inspection.state],
        "turns": turns_of(inspection, "inspections:draw", queries.draws_of(inspection), query),
        "left": queries.draws_left(inspection),
        "team": queries.team_of(inspection),
        "checklist": checklist,
        "checklist_name": checklist.name.text(language()) if checklist else "",
        "can": {verb: rules.user_can(person, inspection, verb) for verb in (*VERBS, "change")},
        "begins": rules.user_can_begin_draw(person, inspection),
        "why_not": why_not_approved(inspection, person),
        "is_public": queries.public().filter(pk=inspection.pk).exists(),
        "rounds": said(list(_rounds(inspection)[:MOST_ROUNDS]), query),
        "progress": progress_of(inspection),
        "given": given,
    }


def _rounds(inspection: Inspection) -> QuerySet[Round]:
    return Round.objects.filter(inspection=inspection).select_related(*READ_ALONG).order_by("number")


def progress_of(inspection: Inspection) -> dict[str, int]:
    """How many of its rounds are done, of how many."""
    counts = dict(
        Round.objects.filter(inspection=inspection).order_by().values_list("state").annotate(count=Count("pk"))
    )
    done = sum(counts.get(state, 0) for state in DONE)
    return {"done": done, "off": counts.get("called_off", 0), "of": sum(counts.values()), "most": MOST_ROUNDS}


def why_not_approved(inspection: Inspection, person: Person) -> str:
    """Why somebody who wrote a plan cannot approve it; empty for all others."""
    if inspection.state == "drafted" and inspection.made_by_id == person.pk:
        return _("自己起草的检查，要由另一位审核人或领导批准。")
    return ""
