"""Random walks through the life of a report: whatever people try, the rules hold."""

from __future__ import annotations

import contextlib
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingzhang.core.errors import Refusal
from mingzhang.organisation.models import Person
from mingzhang.packs.marks import FigureMark
from mingzhang.reports import actions, queries
from mingzhang.reports.flows import FROZEN
from mingzhang.reports.models import Report, ReportNumber, ReportReview, Signature
from mingzhang.reports.stored import proposal
from tests.reports.world import draft
from tests.web.office import Office

PEOPLE = ("chen", "he", "zhou", "wei", "qin", "outsider")
VERBS = ("submit", "review", "return", "sign", "publish", "withdraw", "type", "bind", "source", "comment", "post")
LIKELY = ("submit", "review", "sign", "publish")


class Walk:
    """One report, and what was true of it when it was signed."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.report = draft(office)
        self.frozen: tuple[object, ...] | None = None

    def take(self, verb: str, who: str) -> None:
        by: Person = getattr(self.office.cast, who)
        self.report.refresh_from_db()
        with contextlib.suppress(Refusal):
            self._do(verb, by)
        self.report.refresh_from_db()
        self._check()

    def _do(self, verb: str, by: Person) -> None:
        report = self.report
        match verb:
            case "submit":
                actions.submit_report(report=report, by=by)
            case "review":
                actions.review_report(report=report, by=by)
            case "return":
                actions.return_report(report=report, reason="再改改。", by=by)
            case "sign":
                actions.sign_report(report=report, seen=proposal(report, by).digest, by=by)
            case "publish":
                actions.publish_report(report=report, by=by)
            case "withdraw":
                actions.withdraw_report(report=report, reason="不用了。", by=by)
            case "comment":
                actions.comment(report=report, block="b1", text="再看看。", by=by)
            case "post":
                self.office.post_talks(1)
            case _:
                self._write(verb, by)

    def _write(self, verb: str, by: Person) -> None:
        report, prose = self.report, queries.prose_of(queries.version_of(self.report))
        seen = report.version
        if verb == "type":
            words = prose.after("b1", "paragraph", "慰问37人。")
            actions.edit_report(report=report, prose=words, seen=seen, by=by)
        elif spots := prose.unsupported():
            if verb == "bind":
                actions.bind_number(report=report, spot=spots[0], mark=FigureMark("lectures"), seen=seen, by=by)
            else:
                actions.give_source(report=report, spot=spots[0], source="慰问名册", seen=seen, by=by)

    def _check(self) -> None:
        report = self.report
        signature = Signature.objects.filter(report=report).first()
        if report.state in ("signed", "published"):
            assert signature is not None
        for review in ReportReview.objects.filter(version__report=report, passed=True).select_related("version"):
            earlier = report.versions.filter(number__lte=review.version.number)
            assert review.reviewer_id not in earlier.values_list("made_by", flat=True)
        if signature is None:
            return
        assert report.state in FROZEN
        assert queries.prose_of(queries.version_of(report)).unsupported() == []
        assert ReportReview.objects.filter(version=signature.version, passed=True).exists()
        assert signature.signed_by in (self.office.cast.zhou, self.office.cast.wei)
        numbers = list(
            ReportNumber.objects.filter(report=report).order_by("mark").values_list("mark", "text", "value")
        )
        now = (signature.body, bytes(signature.digest), report.version, report.title, numbers)
        self.frozen = self.frozen or now
        assert now == self.frozen


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_whatever_is_tried_nothing_unsupported_is_signed_nobody_reviews_their_own_and_nothing_frozen_changes(
    office: Office, seed: int
) -> None:
    chance = random.Random(seed)
    for standing in Report.objects.filter(start__year=2026).exclude(state="withdrawn"):
        _withdraw(standing, office)
    walk = Walk(office)
    for _step in range(30):
        walk.take(chance.choice(VERBS + LIKELY * 2), chance.choice(PEOPLE))


def _withdraw(report: Report, office: Office) -> None:
    """The walk before has left a report behind: it makes room."""
    if report.state in ("in_review", "reviewed"):
        by = office.cast.wei if report.state == "reviewed" else office.cast.he
        try:
            report = actions.return_report(report=report, reason="重来。", by=by)
        except Refusal:
            report = actions.return_report(report=report, reason="重来。", by=_stranger_to(report, office))
    actions.withdraw_report(report=report, reason="重来。", by=office.cast.zhou)


def _stranger_to(report: Report, office: Office) -> Person:
    wrote = queries.authors(report)
    return next(one for one in (office.cast.he, office.cast.zhou, office.cast.wei) if one.pk not in wrote)
