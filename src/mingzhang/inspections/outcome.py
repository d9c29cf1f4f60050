"""What came of an inspection: read from its rounds as they were finished, and from the findings that they spawned
as those stand today. Queries do not grow with the rounds.

An item counts where it can be right or wrong at all (`rounds_query.judged_items`), as in the ledger: of what was
looked at in a finished round, items = right + wrong + not applicable.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from mingzhang.findings.models import CLOSED, GONE, Finding
from mingzhang.findings.wording import category_name, severity_name
from mingzhang.inspections.answers import verdict
from mingzhang.inspections.models import DONE, OPEN, Drawn, Inspection, Round, RoundFinding, RoundFollowUp
from mingzhang.inspections.rosters import post_said
from mingzhang.inspections.rounds_query import Reading, checklist_of, judged_items, readings_of
from mingzhang.inspections.saying import FOLLOWED_NAMES
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.wording import language

SAID = ("right", "wrong", "na")
# How a finding stands, in so few words that they can be public.
STANDS = ("open", "closed", "gone")
HELD = "held"  # both of the first
LARGE = ("drawn__draw__roster", "drawn__draw__result")


@dataclass(frozen=True)
class Judged:
    """One answer of a finished round to an item that can be right or wrong: `said` is one of SAID."""

    round: Round
    item: Item
    said: str


@dataclass(frozen=True)
class Tally:
    """How many answers were right, wrong, and not applicable."""

    right: int = 0
    wrong: int = 0
    na: int = 0

    @classmethod
    def of(cls, answers: Iterable[Judged]) -> Tally:
        """Of some answers."""
        said = [one.said for one in answers]
        return cls(*(said.count(kind) for kind in SAID))

    @property
    def applied(self) -> int:
        """Those that were right or wrong."""
        return self.right + self.wrong

    @property
    def items(self) -> int:
        """All that was looked at."""
        return self.applied + self.na


@dataclass(frozen=True)
class Spawned:
    """A finding that a round spawned, as it stands today."""

    finding: Finding
    round: Round

    @property
    def stands(self) -> str:
        """One of STANDS."""
        return stands(self.finding)

    @property
    def category(self) -> str:
        return category_name(self.finding)

    @property
    def severity(self) -> str:
        return severity_name(self.finding)


@dataclass(frozen=True)
class Followed(Spawned):
    """A closed finding that was drawn to be looked at again: what came of it in the round is `result`, `confirmed`
    or `recurred`; empty where nobody looked, or somebody else had looked meanwhile."""

    result: str

    @property
    def result_said(self) -> str:
        """In words."""
        return str(FOLLOWED_NAMES[self.result])


@dataclass(frozen=True)
class Visited:
    """An object that was drawn, and how it was there. `posts` are those who were drawn to inspect it."""

    round: Round
    posts: Sequence[str]
    tally: Tally
    findings: Sequence[Spawned]

    @property
    def unit(self) -> str:
        return self.round.unit.name

    @property
    def done(self) -> bool:
        return self.round.state in DONE

    @property
    def on(self) -> date | None:
        return self.round.finished_on


@dataclass(frozen=True)
class Looked:
    """An item, and what was answered to it in all rounds."""

    item: Item
    part: str
    tally: Tally

    @property
    def name(self) -> str:
        return self.item.name.text(language())


@dataclass(frozen=True)
class Group:
    """Findings of one category and severity."""

    category: str
    severity: str
    findings: Sequence[Spawned]

    @property
    def closed(self) -> int:
        """How many are closed by today."""
        return sum(one.stands == "closed" for one in self.findings)


@dataclass(frozen=True)
class Outcome:
    """What came of `inspection`, from the rounds of those of its draws that hold."""

    inspection: Inspection
    rounds: Sequence[Round]
    readings: Mapping[int, Reading]
    posts: Mapping[int, Sequence[str]]
    findings: Sequence[Spawned]
    followed: Sequence[Followed]

    @cached_property
    def visited(self) -> list[Round]:
        """Those that were finished."""
        return [one for one in self.rounds if one.state in DONE]

    @cached_property
    def called_off(self) -> list[Round]:
        return [one for one in self.rounds if one.state == "called_off"]

    @cached_property
    def waiting(self) -> list[Round]:
        return [one for one in self.rounds if one.state in OPEN]

    @property
    def judges(self) -> bool:
        """Whether anything is judged by a checklist: not where closed findings alone are looked at again."""
        return len(self.followed) < len(self.rounds)

    @property
    def finds(self) -> bool:
        """Whether findings are counted: where anything is judged, or a problem was noted on the way."""
        return self.judges or bool(self.findings)

    @cached_property
    def said(self) -> list[Round]:
        """Those of which the inspected party has said something, or that there is nothing to say."""
        return [one for one in self.rounds if one.state == "acknowledged"]

    @cached_property
    def answers(self) -> list[Judged]:
        """Every judged answer of a finished round, round by round."""
        return [one for round in self.visited for one in judged_of(round, self.readings[round.pk])]

    @cached_property
    def tally(self) -> Tally:
        return Tally.of(self.answers)

    @cached_property
    def objects(self) -> list[Visited]:
        """Every object that was drawn, in the order of the draw."""
        answers, findings = defaultdict(list), defaultdict(list)
        for one in self.answers:
            answers[one.round.pk].append(one)
        for found in self.findings:
            findings[found.round.pk].append(found)
        return [
            Visited(one, self.posts.get(one.drawn_id or 0, ()), Tally.of(answers[one.pk]), findings[one.pk])
            for one in self.rounds
        ]

    @cached_property
    def items(self) -> list[Looked]:
        """Every judged item, in the order of the checklist."""
        answers = defaultdict(list)
        for one in self.answers:
            answers[one.item.id].append(one)
        return [Looked(item, part, Tally.of(answers[item.id])) for part, item in self._asked()]

    def _asked(self) -> Iterator[tuple[str, Item]]:
        seen = set()
        for round in {(one.pack_version_id, one.checklist): one for one in self.visited}.values():
            judged = {item.id for item in judged_items(round)}
            for part in checklist_of(round).parts:
                for item in part.items:
                    if item.id in judged and item.id not in seen:
                        seen.add(item.id)
                        yield part.name.text(language()), item

    @cached_property
    def groups(self) -> list[Group]:
        """The findings by category and severity, most first."""
        found: dict[tuple[str, str], list[Spawned]] = defaultdict(list)
        for one in self.findings:
            if one.stands != "gone":
                found[one.finding.category, one.finding.severity].append(one)
        groups = [Group(ones[0].category, ones[0].severity, ones) for ones in found.values()]
        return sorted(groups, key=lambda one: (-len(one.findings), one.category, one.severity))

    def seen_again(self, result: str) -> list[Followed]:
        """The findings that were looked at again, with that result."""
        return [one for one in self.followed if one.result == result]

    @property
    def closed(self) -> list[Spawned]:
        """The findings that are closed by today."""
        return [one for one in self.findings if one.stands == "closed"]


def stands(finding: Finding) -> str:
    """How it stands today: `open`, `closed`, or `gone` where it turned out to be no problem of its own."""
    return "closed" if finding.state in CLOSED else "gone" if finding.state in GONE else "open"


def judged_of(round: Round, reading: Reading) -> Iterator[Judged]:
    """The answers of a finished round to the items that can be right or wrong."""
    for item in judged_items(round):
        said = reading.answers.get(item.id)
        if said is not None:
            yield Judged(round, item, verdict(item, said.value))


def outcome_of(inspection: Inspection) -> Outcome:
    """Everything that the rounds of an inspection say; those of draws that were drawn again do not count."""
    held = Round.objects.filter(inspection=inspection, drawn__draw__state="drawn")
    read = held.select_related("unit", "drawn__object__finding__unit", "drawn__draw").defer(*LARGE)
    rounds = list(read.order_by("drawn__draw__number", "number"))
    return Outcome(
        inspection=inspection,
        rounds=rounds,
        readings=readings_of([one for one in rounds if one.state in DONE]),
        posts=_posts(inspection),
        findings=_spawned(rounds),
        followed=_followed(rounds),
    )


def _posts(inspection: Inspection) -> dict[int, list[str]]:
    drawn = Drawn.objects.filter(draw__inspection=inspection, draw__state="drawn")
    read = drawn.prefetch_related("inspectors__post__unit")
    return {one.pk: sorted(post_said(each.post) for each in one.inspectors.all()) for one in read}


def _spawned(rounds: Sequence[Round]) -> list[Spawned]:
    by_id = {one.pk: one for one in rounds}
    rows = RoundFinding.objects.filter(round__in=by_id).select_related("finding__unit").order_by("finding")
    return [Spawned(one.finding, by_id[one.round_id]) for one in rows]


def _followed(rounds: Sequence[Round]) -> list[Followed]:
    rows = RoundFollowUp.objects.filter(round__in=[one.pk for one in rounds])
    results = dict(rows.values_list("round", "follow_up__result"))
    drawn = [(one, one.drawn.object.finding) for one in rounds if one.drawn]
    return [Followed(finding, one, results.get(one.pk, "")) for one, finding in drawn if finding]
