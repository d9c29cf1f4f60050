"""The result of an inspection as its page shows it: every number leads to what it was counted from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.findings.addresses import finding_page
from mingzhang.findings.flows import STATES
from mingzhang.findings.queries import visible_to
from mingzhang.findings.showing import stand_of
from mingzhang.inspections import flows
from mingzhang.inspections.counted import RESULTS, Wanted
from mingzhang.inspections.models import Inspection, Round
from mingzhang.inspections.outcome import HELD, Judged, Looked, Outcome, Spawned, Visited, outcome_of
from mingzhang.inspections.saying import FOLLOWED_NAMES, ROUND_LOOKS, SAID_NAMES, WHY
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import today_in, work_calendar
from mingzhang.packs.wording import language
from mingzhang.ui.addresses import path_of


@dataclass(frozen=True)
class Count:
    """A number, and where what it was counted from is listed."""

    number: int
    address: str = ""


@dataclass(frozen=True)
class Fact:
    """A number with its name."""

    name: str
    count: Count
    measure: str


@dataclass(frozen=True)
class ObjectLine:
    """An object that was drawn."""

    visited: Visited
    state: str
    look: tuple[str, str]
    why: str
    right: Count
    wrong: Count
    na: Count
    findings: Count
    closed: Count
    address: str


@dataclass(frozen=True)
class ItemLine:
    """An item that was looked at."""

    looked: Looked
    right: Count
    wrong: Count
    na: Count


@dataclass(frozen=True)
class GroupLine:
    """Findings of one category and severity."""

    category: str
    severity: str
    found: Count
    closed: Count


def group_lines(problems: Iterable[Mapping[str, Any]]) -> list[GroupLine]:
    """The same of a published result, whose numbers lead nowhere."""
    return [
        GroupLine(one["category"], one["severity"], Count(one["problems"]), Count(one["closed"]))
        for one in problems
    ]


@dataclass(frozen=True)
class FindingLine:
    """A finding: its number and how it stands, never its words. Without an address the reader may not open it."""

    spawned: Spawned
    state: str
    look: tuple[str, str]
    address: str


@dataclass(frozen=True)
class AnswerLine:
    """An answer that was counted."""

    answer: Judged
    item: str
    said: str
    address: str


class ResultPage:
    """What came of an inspection, for somebody at a place."""

    def __init__(self, inspection: Inspection, place: Place) -> None:
        self.inspection, self.place = inspection, place
        self.outcome: Outcome = outcome_of(inspection)

    def count(self, number: int, of: str, **asked: str) -> Count:
        """A number of the page."""
        return Count(number, Wanted(of, **asked).address(self.inspection.pk, self.place.query) if number else "")

    def facts(self) -> list[Fact]:
        """The few numbers that say the most."""
        held, tally = self.outcome, self.outcome.tally
        found = [one for one in held.findings if one.stands != "gone"]
        each, items = _("个对象"), _("项次")
        judged = [
            Fact(_("看了"), self.count(tally.items, "answers"), items),
            Fact(_("不合格"), self.count(tally.wrong, "answers", said="wrong"), items),
        ]
        counted = [
            Fact(_("发现问题"), self.count(len(found), "findings", stands=HELD), _("件")),
            Fact(_("现在已销号"), self.count(len(held.closed), "findings", stands="closed"), _("件")),
        ]
        return [
            Fact(_("抽中"), self.count(len(held.rounds), "rounds"), each),
            Fact(_("查完"), self.count(len(held.visited), "rounds", state="visited"), each),
            Fact(_("没有查"), self.count(len(held.called_off), "rounds", state="called_off"), each),
            *(judged if held.judges else ()),
            *(counted if held.finds else ()),
        ]

    def followed(self) -> list[Fact]:
        """How many findings were looked at again, and what was seen; nothing where none were drawn."""
        if not self.outcome.followed:
            return []
        facts = [Fact(_("抽中回头看"), self.count(len(self.outcome.followed), "followed"), _("件"))]
        for result in RESULTS:
            count = self.count(len(self.outcome.seen_again(result)), "followed", result=result)
            facts.append(Fact(str(FOLLOWED_NAMES[result]), count, _("件")))
        return facts

    def objects(self) -> list[ObjectLine]:
        """Every object that was drawn."""
        return [self.object_line(one) for one in self.outcome.objects]

    def object_line(self, one: Visited) -> ObjectLine:
        """An object as a row."""
        number, tally = str(one.round.number), one.tally
        found = [each for each in one.findings if each.stands != "gone"]
        closed = sum(each.stands == "closed" for each in found)
        return ObjectLine(
            visited=one,
            state=str(flows.ROUND.states[one.round.state]),
            look=ROUND_LOOKS[one.round.state],
            why=str(WHY[one.round.drawn.why]) if one.round.drawn else "",
            right=self.count(tally.right, "answers", said="right", round=number),
            wrong=self.count(tally.wrong, "answers", said="wrong", round=number),
            na=self.count(tally.na, "answers", said="na", round=number),
            findings=self.count(len(found), "findings", stands=HELD, round=number),
            closed=self.count(closed, "findings", stands="closed", round=number),
            address=self.round_page(one.round),
        )

    def items(self) -> list[ItemLine]:
        """Every item that was looked at."""
        return [
            ItemLine(
                one,
                *(
                    self.count(getattr(one.tally, said), "answers", said=said, item=one.item.id)
                    for said in ("right", "wrong", "na")
                ),
            )
            for one in self.outcome.items
        ]

    def groups(self) -> list[GroupLine]:
        """The findings by what they are about and how grave they are."""
        lines = []
        for one in self.outcome.groups:
            alike = one.findings[0].finding
            asked = {"category": alike.category, "severity": alike.severity}
            found = self.count(len(one.findings), "findings", stands=HELD, **asked)
            closed = self.count(one.closed, "findings", stands="closed", **asked)
            lines.append(GroupLine(one.category, one.severity, found, closed))
        return lines

    def findings(self, spawned: Sequence[Spawned]) -> list[FindingLine]:
        """Each with how it stands today; one query for which of them the reader may open."""
        ids = [one.finding.pk for one in spawned]
        opens = set(visible_to(self.place.person).filter(pk__in=ids).values_list("pk", flat=True))
        today, calendar = today_in(self.inspection.book), work_calendar()
        stands = [stand_of(one.finding, today, calendar) for one in spawned]
        return [
            FindingLine(
                spawned=one,
                state=str(STATES[one.finding.state]),
                look=(stand.look, stand.icon),
                address=finding_page(one.finding.pk) if one.finding.pk in opens else "",
            )
            for one, stand in zip(spawned, stands, strict=True)
        ]

    def answers(self, answers: Sequence[Judged]) -> list[AnswerLine]:
        """Each with the round in which it was given."""
        return [
            AnswerLine(one, one.item.name.text(language()), str(SAID_NAMES[one.said]), self.round_page(one.round))
            for one in answers
        ]

    def round_page(self, round: Round) -> str:
        """Where a round is looked at."""
        return f"{path_of('inspections:round', round.number)}?{self.place.query}"
