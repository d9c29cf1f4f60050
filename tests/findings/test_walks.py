"""Whatever people do to findings, in whatever order: what holds after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.base import File
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingzhang.core import clock
from mingzhang.core.errors import Refusal, StateRefused
from mingzhang.findings import actions, flows
from mingzhang.findings.models import OWNED, Closing, Finding, FindingEvidence, FindingStep
from mingzhang.findings.rules import MOST_REFUSALS
from mingzhang.ledger import actions as ledger
from mingzhang.organisation.models import Person
from tests.findings.naive import standing, wanted
from tests.findings.world import World, moment

# What is done next, by whom it is tried first, to which finding: each as a number among what there is.
STEPS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 7), st.integers(0, 5)), min_size=8, max_size=20)
BESIDES = ("measure", "file")
# Handing on and putting together: what comes about too seldom by itself.
HANDED = ("transfer", "refuse", "accept", "decide", "merge", "split", "doubt", "uphold", "submit", "send_back",
          "suspend", "resume")  # fmt: skip
HANDINGS = st.lists(
    st.tuples(st.sampled_from(HANDED), st.integers(0, 7), st.integers(0, 5)), min_size=10, max_size=24
)
ARROWS = {(one.source, one.verb, one.target) for one in flows.FINDING.transitions}


@dataclass
class Walk:
    """Three findings, and everybody who tries something."""

    world: World
    people: list[Person]
    files: int = 0

    def step(self, what: int, who: int, which: int) -> str:
        """Something that the finding's state allows, tried by one after another until it is somebody's to do: the
        verb, or nothing where it is nobody's. What is refused leaves nothing behind."""
        findings = list(Finding.objects.select_related("book", "unit", "owner").order_by("pk"))
        finding = findings[which % len(findings)]
        verbs = (*flows.FINDING.verbs(finding.state), *BESIDES)
        return self.tried(verbs[what % len(verbs)], finding, who, findings)

    def hand(self, verb: str, who: int, which: int) -> str:
        """The same of a verb that is given, to the first of the findings that it can be done to."""
        findings = list(Finding.objects.select_related("book", "unit", "owner").order_by("pk"))
        turned = (*findings[which % len(findings) :], *findings[: which % len(findings)])
        able = (one for one in turned if verb in flows.FINDING.verbs(one.state))
        return next((verb for one in able if self.tried(verb, one, who, findings)), "")

    def tried(self, verb: str, finding: Finding, who: int, findings: list[Finding]) -> str:
        """Tried by one after another."""
        for person in (*self.people[who:], *self.people[:who]):
            try:
                with transaction.atomic():
                    self._do(verb, finding, person, findings)
            except Refusal:
                continue
            return verb
        return ""

    def _do(self, verb: str, finding: Finding, by: Person, findings: list[Finding]) -> None:
        c, f = self.world.cast, {"finding": finding, "by": by}
        home = c.lu if finding.unit == c.community else c.outsider
        other = c.other_street if finding.unit == c.community else c.community
        soon = clock.today() + timedelta(days=40)
        doing: dict[str, Callable[[], Any]] = {
            "assign": lambda: actions.assign(owner=home, **f),
            "begin": lambda: actions.begin(**f),
            "submit": lambda: actions.submit(result="改了", **f),
            "send_back": lambda: actions.send_back(reason="没改好", **f),
            "verify": lambda: actions.verify(**f),
            "close": lambda: actions.close(**f),
            "fall_due": lambda: actions.fall_due(book=c.book),
            "confirm": lambda: actions.follow_up(result="confirmed", **f),
            "recur": lambda: actions.follow_up(result="recurred", remark="又坏了", **f),
            "extend": lambda: actions.extend(until=soon, reason="等材料", **f),
            "suspend": lambda: actions.suspend(basis="season", **f),
            "resume": lambda: actions.resume(**f),
            "transfer": lambda: actions.transfer(to=other, reason="不归这里", **f),
            "accept": lambda: actions.accept_transfer(owner=c.outsider if other == c.other_street else c.lu, **f),
            "refuse": lambda: actions.refuse_transfer(reason="也不归这里", **f),
            "decide": lambda: actions.decide_transfer(unit=finding.unit, owner=home, reason="就近", **f),
            "merge": lambda: actions.merge(
                findings=[finding], into=self._other(finding, findings), reason="一回事", by=by
            ),
            "split": lambda: actions.split(descriptions=["一半", "另一半"], reason="两回事", **f),
            "doubt": lambda: actions.doubt(reason="不算", **f),
            "dismiss": lambda: actions.decide_doubt(is_problem=False, reason="不算", **f),
            "uphold": lambda: actions.decide_doubt(is_problem=True, reason="算", **f),
            "withdraw": lambda: self._reverse(finding, by),
            "measure": lambda: actions.add_measure(what="换一块", **f),
            "file": lambda: self._file(finding, by),
        }
        doing[verb]()

    def _other(self, finding: Finding, findings: list[Finding]) -> Finding:
        """The next one, from the last to the first."""
        numbers = [one.pk for one in findings]
        return findings[numbers.index(finding.pk) - 1]

    def _reverse(self, finding: Finding, by: Person) -> None:
        """The sheet that spawned it is taken back."""
        if finding.record is None:
            raise StateRefused("", remedy="")
        ledger.reverse_record(record=finding.record, reason="记错了", by=by)

    def _file(self, finding: Finding, by: Person) -> None:
        content = File(BytesIO(f"第{self.files}份".encode()), name="说明.txt")
        actions.attach_file(finding=finding, stage="after", file=content, name="说明.txt", by=by)
        self.files += 1


@contextmanager
def undone() -> Iterator[None]:
    """Nothing of it stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def check(walk: Walk) -> None:
    for finding in Finding.objects.all():
        assert finding.state not in OWNED or finding.owner_id is not None, "nobody answers for it"
    for closing in Closing.objects.select_related("verification", "finding"):
        hands = FindingStep.objects.filter(
            finding=closing.finding, round=closing.round, verb__in=("begin", "submit", "measure", "finish_measure")
        )
        correctors = set(hands.values_list("by_id", flat=True))
        assert closing.verification.passed
        assert (closing.verification.finding_id, closing.verification.round) == (closing.finding_id, closing.round)
        assert not correctors & {closing.verification.verifier_id, closing.by_id}, "closed by whoever corrected it"
    assert FindingEvidence.objects.count() == walk.files, "a file was lost"
    for finding in Finding.objects.prefetch_related("steps", "transfers", "parts"):
        check_way(finding)
        check_handing(finding)
    told = standing()
    assert told == wanted()
    check_sum(told)


def check_way(finding: Finding) -> None:
    """Its timeline goes by the arrows of the flow, each step from where the last one led, to where it stands."""
    steps = sorted(finding.steps.all(), key=lambda step: step.pk)
    assert steps[0].verb == "report"
    assert (steps[0].before, steps[-1].after) == ("found", finding.state)
    for before, after in pairwise(steps):
        assert after.before == before.after, (finding.number, before.verb, after.verb)
    moves = {(one.before, one.verb, one.after) for one in steps if one.verb in flows.FINDING.verb_names}
    assert moves <= ARROWS, moves - ARROWS
    assert all(one.before == one.after for one in steps if one.verb not in flows.FINDING.verb_names)
    assert [one.round for one in steps] == sorted(one.round for one in steps)


def check_handing(finding: Finding) -> None:
    """Nothing is sent to and fro: at most one transfer waits, none after two refusals or a decision, no unit is
    given what it passed on, and what was put together leads to one that is there."""
    handed = sorted((one for one in finding.transfers.all() if one.round == finding.round), key=lambda one: one.pk)
    waiting = [one for one in handed if one.outcome == "waiting"]
    assert len(waiting) <= 1
    assert finding.transfers_refused <= MOST_REFUSALS
    if finding.transfers_refused == MOST_REFUSALS or finding.decided:
        assert not waiting, "it goes on being handed round"
    passed: set[int] = set()
    for one in handed:
        assert one.to_id not in passed
        passed |= {one.giver_id} if one.outcome == "accepted" else set()
    at, seen = finding, {finding.pk}
    while at.into is not None:
        at = at.into
        assert at.pk not in seen, "merged in a circle"
        seen.add(at.pk)
    assert (finding.state == "split") == (finding.parts.count() >= 2)


def check_sum(told: Counter[Any]) -> None:
    """Found are those closed, open, overdue and suspended together, and each stands among them once."""
    found = [dict(data) for (kind, _unit, _day, data), count in told.items() for _each in range(count)
             if kind == "findings.found"]  # fmt: skip
    gone = ("not_a_problem", "merged", "split", "withdrawn")
    numbers = set(Finding.objects.exclude(state__in=gone).values_list("number", flat=True))
    assert {one["finding"] for one in found} == numbers
    by_outcome = Counter(one["outcome"] for one in found)
    assert sum(by_outcome[one] for one in ("closed", "open", "overdue", "suspended")) == len(numbers) == len(found)


def gap_free(numbers: list[str]) -> bool:
    return sorted(numbers) == [f"2026-{number:04d}" for number in range(1, len(numbers) + 1)]


@contextmanager
def walking(world: World) -> Iterator[Walk]:
    """Findings of several states, one of them of a sheet, on 15 January; nothing of it stays."""
    c = world.cast
    with undone(), clock.at(moment("2026-01-15")):
        walk = Walk(world, [c.lu, c.he, c.zhou, world.inspector, c.wei, c.outsider, c.chen, world.other_clerk])
        world.report()
        world.study("通道被占")
        world.finding_at("submitted")
        world.finding_at("closed")
        yield walk


def after(walk: Walk, number: int, step: Callable[[], str]) -> str:
    """So many weeks later: a step, the day's entries, and everything that has to hold."""
    day = date(2026, 1, 15) + timedelta(days=7 * number)
    with clock.at(moment(day.isoformat())):
        verb = step()
        actions.accrue(book=walk.world.cast.book)
        check(walk)
    return verb


@pytest.mark.parametrize("examples", [6, pytest.param(40, marks=pytest.mark.slow)])
def test_whatever_is_tried_nobody_closes_what_they_corrected_and_nothing_is_lost(
    world: World, examples: int
) -> None:
    walked: Counter[str] = Counter()

    @settings(
        max_examples=examples, suppress_health_check=list(HealthCheck), database=None, derandomize=True,
        deadline=None,
    )  # fmt: skip
    @given(steps=STEPS)
    def walks(steps: list[tuple[int, int, int]]) -> None:
        with walking(world) as walk:
            for number, (what, who, which) in enumerate(steps):
                walked[after(walk, number, partial(walk.step, what, who, which))] += 1
            assert gap_free(list(Finding.objects.values_list("number", flat=True)))

    walks()
    often = {"assign", "submit", "verify", "close", "recur"}
    # What is handed on and suspended is rare here, and walked below.
    assert walked.keys() >= (often if examples < 40 else often | {"merge", "split", "doubt", "withdraw"})


@pytest.mark.parametrize("examples", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_handed_on_put_together_and_taken_apart_each_problem_stays_with_somebody(
    world: World, examples: int
) -> None:
    walked: Counter[str] = Counter()

    @settings(
        max_examples=examples, suppress_health_check=list(HealthCheck), database=None, derandomize=True,
        deadline=None,
    )  # fmt: skip
    @given(steps=HANDINGS)
    def walks(steps: list[tuple[str, int, int]]) -> None:
        with walking(world) as walk:
            for _number in range(2):
                world.finding_at("correcting")
            for number, (verb, who, which) in enumerate(steps):
                walked[after(walk, number, partial(walk.hand, verb, who, which))] += 1

    walks()
    assert examples < 40 or walked.keys() >= {*HANDED}, walked


def test_after_two_refusals_nothing_is_left_but_a_decision(world: World) -> None:
    with walking(world) as walk:
        finding = world.finding_at("correcting")
        for number in range(2):
            assert after(walk, number, partial(walk.tried, "transfer", finding, 0, [finding])) == "transfer"
            assert after(walk, number, partial(walk.tried, "refuse", finding, 0, [finding])) == "refuse"
        finding = world.again(finding)
        assert (finding.transfers_refused, finding.unit) == (2, world.cast.community)
        assert after(walk, 2, partial(walk.tried, "transfer", finding, 0, [finding])) == ""
        assert after(walk, 2, partial(walk.tried, "decide", finding, 0, [finding])) == "decide"
        assert after(walk, 3, partial(walk.tried, "transfer", world.again(finding), 0, [finding])) == ""
        assert world.again(finding).decided
