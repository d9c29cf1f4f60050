"""What became of the findings of 2026, the year in which the county began to keep them.

Once a month, and for a whole county at once: what people would have done one by one is written together, step by
step, with the events of the log; the entries are posted by the findings' own accrual. On the last day the visitors'
street does its newest by the actions themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.demo.staff import Staff
from mingzhang.findings import actions
from mingzhang.findings.models import Closing, Finding, FindingStep, FollowUp, Verification
from mingzhang.findings.reckoning import day_of, follow_up_day
from mingzhang.findings.wording import severity_of
from mingzhang.inspections.models import OPEN, Round
from mingzhang.ledger.appending import lock_position
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.queries import work_calendar

FROM = date(2026, 1, 1)
DAY = timedelta(days=1)
# Of a hundred findings: left lying late, sent back once, came back; of those that are young, how far they are.
LYING, SENT_BACK, RECURRED, UNSEEN = 2, 9, 6, 10
YOUNG = timedelta(days=24)
BACK = "现场还没改到位，照片里看得见。"
AGAIN = "又出现了同样的情况。"
RESULT = "按要求改好了。"


class Hands(NamedTuple):
    """Who corrects, verifies and closes in a unit."""

    owner: Person
    verifier: Person
    leader: Person


@dataclass
class Written:
    """What was done in one go, before it is written."""

    findings: list[Finding] = field(default_factory=list)
    steps: list[FindingStep] = field(default_factory=list)
    verifications: list[Verification] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)


class Findings:
    """The months of the findings of a county."""

    def __init__(self, book: Book, staff: Staff) -> None:
        self.book, self.staff = book, staff
        self.known: dict[int, Hands] = {}
        self.calendar = work_calendar()

    def begin(self, by: Person) -> None:
        """The county keeps findings from 2026 on."""
        actions.keep_from(book=self.book, since=FROM, by=by)

    def play_month(self, today: date, spared: Unit | None = None) -> None:
        """Everything that was found until now goes on as far as it would have; but what is young in `spared`."""
        if today < FROM:
            return
        actions.fall_due(book=self.book)
        with transaction.atomic():
            lock_position(self.book)
            self._write(self._done(today, spared))
        actions.accrue(book=self.book)

    def _done(self, today: date, spared: Unit | None) -> Written:
        written = Written()
        asked = Finding.objects.filter(book=self.book, unit__closed_on=None).select_related("unit", "book", "owner")
        for finding in asked.filter(state__in=("found", "assigned", "correcting", "submitted")).order_by("pk"):
            young = today - finding.counted_from < YOUNG
            new = finding.state == "found" or (finding.state == "assigned" and finding.round > 1)
            if not (young and new and spared and spared.pk in finding.unit.ancestors):
                self._go_on(finding, today, young, written)
        drawn = Round.objects.filter(state__in=OPEN, drawn__object__finding__book=self.book)
        again = asked.filter(state="follow_up_due").exclude(pk__in=drawn.values("drawn__object__finding"))
        last = {one.finding_id: one for one in Closing.objects.filter(finding__in=again).order_by("round")}
        for finding in again.order_by("pk"):
            self._look_again(finding, last[finding.pk], today, written)
        return written

    def _go_on(self, finding: Finding, today: date, young: bool, written: Written) -> None:
        """As far as its age and its luck say; each finding is lucky or not for good."""
        luck = Random(finding.number).randrange(100)  # noqa: S311
        if luck < LYING and finding.round == 1:
            self._take_up(finding, written, begin=luck % 2 == 0)
        elif not young or luck % 2:
            self._close(finding, today, luck, written)
        elif luck % 3:
            self._take_up(finding, written, begin=luck % 4 == 0)

    def _take_up(self, finding: Finding, written: Written, *, begin: bool) -> None:
        if finding.state != "found":
            return
        hands = self._hands(finding)
        day = finding.counted_from
        self._step(finding, "assign", "assigned", hands.verifier, day, written, person=hands.owner)
        finding.owner, finding.sponsor = hands.owner, hands.leader
        if begin:
            self._step(finding, "begin", "correcting", hands.owner, day, written)
        written.findings.append(finding)

    def _close(self, finding: Finding, today: date, luck: int, written: Written) -> None:
        hands = self._hands(finding)
        late = luck % 11 == 0
        soon = finding.counted_from + timedelta(days=1 + luck % 16)
        ready = finding.deadline + timedelta(days=3) if late else soon
        closed = min(max(ready, finding.counted_from) + timedelta(days=1 + luck % 3), today)
        ready = min(ready, closed)
        if finding.state == "found":
            begun = finding.counted_from
            self._step(finding, "assign", "assigned", hands.verifier, begun, written, person=hands.owner)
            finding.owner, finding.sponsor = hands.owner, hands.leader
        if finding.state == "assigned":
            self._step(finding, "begin", "correcting", finding.owner, finding.counted_from, written)
        if finding.state == "correcting":
            self._step(finding, "submit", "submitted", finding.owner, ready, written, reason=RESULT)
            finding.submitted_on = ready
        if LYING <= luck < LYING + SENT_BACK:
            self._verify(finding, hands, False, ready, written)
            self._step(finding, "send_back", "correcting", hands.verifier, ready, written, reason=BACK)
            self._step(finding, "submit", "submitted", finding.owner, closed, written, reason=RESULT)
            finding.submitted_on = closed
        verified = self._verify(finding, hands, True, closed, written)
        self._step(finding, "verify", "verified", hands.verifier, closed, written)
        self._strike_off(finding, hands, verified, closed, written)
        written.findings.append(finding)

    def _verify(self, finding: Finding, hands: Hands, passed: bool, on: date, written: Written) -> Verification:
        made = Verification(
            finding=finding, round=finding.round, corrector=finding.owner or hands.owner, verifier=hands.verifier,
            passed=passed, note="" if passed else BACK, on=on, at=_moment(on, 15),
        )  # fmt: skip
        written.verifications.append(made)
        return made

    def _strike_off(
        self, finding: Finding, hands: Hands, verified: Verification, on: date, written: Written
    ) -> None:
        finding.follow_up_on = follow_up_day(severity_of(finding), on, self.calendar)
        written.closings.append(
            Closing(
                finding=finding, round=finding.round, verification=verified, by=hands.leader, on=on,
                at=_moment(on, 16), unit=finding.unit, category=finding.category, severity=finding.severity,
                deadline=finding.deadline, days=self.calendar.count(finding.counted_from + DAY, on),
                in_time=(finding.submitted_on or on) <= finding.deadline, follow_up_on=finding.follow_up_on,
            )
        )  # fmt: skip
        self._step(finding, "close", "closed", hands.leader, on, written)

    def _look_again(self, finding: Finding, closing: Closing, today: date, written: Written) -> None:
        luck = Random(f"{finding.number}/{finding.round}").randrange(100)  # noqa: S311
        if luck < UNSEEN:
            return
        hands, on = self._hands(finding), min(finding.follow_up_on or today, today)
        recurred = luck < UNSEEN + RECURRED
        result, note = ("recurred", AGAIN) if recurred else ("confirmed", "")
        written.follow_ups.append(
            FollowUp(closing=closing, result=result, on=on, by=hands.verifier, note=note, at=_moment(on, 10))
        )
        verb, state = ("recur", "assigned") if recurred else ("confirm", "confirmed")
        self._step(finding, verb, state, hands.verifier, on, written, reason=note)
        if recurred:
            severity = severity_of(finding)
            finding.round, finding.counted_from = finding.round + 1, on
            finding.asked_for = finding.until = None
            finding.term = severity.correct_within if severity else finding.term
            finding.due_on = day_of(on, finding.term, None, self.calendar)
            finding.submitted_on = finding.follow_up_on = None
        written.findings.append(finding)

    def _step(
        self,
        finding: Finding,
        verb: str,
        state: str,
        by: Person | None,
        on: date,
        written: Written,
        *,
        person: Person | None = None,
        reason: str = "",
    ) -> None:
        written.steps.append(
            FindingStep(
                finding=finding, round=finding.round, verb=verb, before=finding.state, after=state, reason=reason,
                unit=finding.unit if person else None, person=person, by=by, at=_moment(on, 9 + len(verb)),
            )
        )  # fmt: skip
        finding.state = state

    def _write(self, written: Written) -> None:
        """In the order in which the database can see that each rests on the one before."""
        FindingStep.objects.bulk_create(written.steps, batch_size=2000)
        Verification.objects.bulk_create(written.verifications, batch_size=2000)
        Closing.objects.bulk_create(written.closings, batch_size=2000)
        FollowUp.objects.bulk_create(written.follow_ups, batch_size=2000)
        self._keep(written.findings)
        append.events(self._events(written.steps))

    def _keep(self, findings: Sequence[Finding]) -> None:
        """What became of the findings, in one statement."""
        rows = [tuple(getattr(finding, name) for name in KEPT) for finding in findings]
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [list(column) for column in zip(*rows, strict=True)] or [[] for _name in KEPT])

    def _events(self, steps: Iterable[FindingStep]) -> list[append.NewEvent]:
        at = clock.now()
        return [
            append.NewEvent(
                self.book.code, at, step.by.ref if step.by else "", f"finding.{step.verb}", step.finding.ref, {}
            )
            for step in steps
        ]

    def _hands(self, finding: Finding) -> Hands:
        """The clerk of the unit, the nearest reviewer and the nearest leader, who are three people."""
        unit = finding.unit
        if unit.pk not in self.known:
            reviewer, leader = self.staff.reviewers(unit, ["reviewer", "leader"])
            self.known[unit.pk] = Hands(self.staff.clerk(unit), reviewer, leader)
        return self.known[unit.pk]

    # --- the last day ---------------------------------------------------------------------------------------------

    def leave_work(self, street: Unit) -> None:
        """What the visitors of the street find in their hands: something to assign, to verify, to close, sent back,
        offered by another unit, and come back."""
        young = Finding.objects.filter(book=self.book, unit__ancestors__contains=[street.pk], state="found")
        found: Sequence[Finding] = list(young.select_related("unit", "book").order_by("-pk")[:12])
        for number, finding in enumerate(found[4:]):
            self._leave(finding, number)

    def _leave(self, finding: Finding, number: int) -> None:
        owner, verifier, leader = self._hands(finding)
        actions.assign(finding=finding, owner=owner, sponsor=leader, by=verifier)
        if number == 0:
            return
        actions.begin(finding=finding, by=owner)
        actions.add_measure(finding=finding, what="约好人，这周内改完。", by=owner)
        if number == 1:
            return
        actions.submit(finding=finding, result=RESULT, by=owner)
        if number in (2, 3):
            return
        if number == 4:
            actions.send_back(finding=finding, reason=BACK, by=verifier)
            return
        actions.verify(finding=finding, remark="到现场看过。", by=verifier)
        if number == 5:
            return
        actions.close(finding=finding, by=leader)
        if number == 6:
            actions.follow_up(finding=finding, result="recurred", remark=AGAIN, by=verifier)


KEPT = (
    "pk", "state", "owner_id", "sponsor_id", "round", "counted_from", "asked_for", "until", "term", "due_on",
    "submitted_on", "follow_up_on",
)  # fmt: skip
KEEP = """
UPDATE findings_finding AS f
   SET state = k.state, owner_id = k.owner, sponsor_id = k.sponsor, round = k.round, counted_from = k.counted_from,
       asked_for = k.asked_for, until = k.until, term = k.term, due_on = k.due_on, submitted_on = k.submitted_on,
       follow_up_on = k.follow_up_on
  FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::int[], %s::date[], %s::date[], %s::date[],
              %s::int[], %s::date[], %s::date[], %s::date[])
    AS k(id, state, owner, sponsor, round, counted_from, asked_for, until, term, due_on, submitted_on, follow_up_on)
 WHERE f.id = k.id
"""


def _moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(min(hour, 18)), ZoneInfo("Asia/Shanghai")).astimezone(UTC)
