"""Whatever people do to findings, in whatever order: what holds after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import File
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingzhang.core import clock
from mingzhang.core.errors import Refusal
from mingzhang.findings import actions, flows
from mingzhang.findings.models import OWNED, Closing, Finding, FindingEvidence, FindingStep
from mingzhang.organisation.models import Person
from tests.findings.naive import standing, wanted
from tests.findings.world import World, moment

# What is done next, by whom it is tried first, to which finding: each as a number among what there is.
STEPS = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 7), st.integers(0, 5)), min_size=8, max_size=20)
BESIDES = ("measure", "file")


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
        verb = verbs[what % len(verbs)]
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
            "merge": lambda: actions.merge(findings=[finding], into=findings[0], reason="一回事", by=by),
            "split": lambda: actions.split(descriptions=["一半", "另一半"], reason="两回事", **f),
            "doubt": lambda: actions.doubt(reason="不算", **f),
            "dismiss": lambda: actions.decide_doubt(is_problem=False, reason="不算", **f),
            "uphold": lambda: actions.decide_doubt(is_problem=True, reason="算", **f),
            "withdraw": lambda: None,
            "measure": lambda: actions.add_measure(what="换一块", **f),
            "file": lambda: self._file(finding, by),
        }
        doing[verb]()

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
    assert standing() == wanted()


def gap_free(numbers: list[str]) -> bool:
    return sorted(numbers) == [f"2026-{number:04d}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("examples", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_whatever_is_tried_nobody_closes_what_they_corrected_and_nothing_is_lost(
    world: World, examples: int
) -> None:
    walked: Counter[str] = Counter()

    @settings(
        max_examples=examples, suppress_health_check=list(HealthCheck), database=None, derandomize=True,
    )  # fmt: skip
    @given(steps=STEPS)
    def walks(steps: list[tuple[str, int, int]]) -> None:
        c = world.cast
        with undone(), clock.at(moment("2026-01-15")):
            walk = Walk(world, [c.lu, c.he, c.zhou, world.inspector, c.wei, c.outsider, c.chen, world.other_clerk])
            for _number in range(2):
                world.report()
            world.finding_at("submitted")
            world.finding_at("closed")
            start = date(2026, 1, 15)
            for number, numbers in enumerate(steps):
                with clock.at(moment((start + timedelta(days=7 * number)).isoformat())):
                    walked[walk.step(*numbers)] += 1
                    actions.accrue(book=c.book)
                    check(walk)
            assert gap_free(list(Finding.objects.values_list("number", flat=True)))

    walks()
    assert walked.keys() >= {"assign", "submit", "verify", "close", "recur", "transfer"}, walked
