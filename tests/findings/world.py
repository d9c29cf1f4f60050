"""The cast with three kinds of sheets on Thursday 15 January 2026, and a finding at every state, reached by the
real actions.

The community's clerk, lu, corrects; he of the street assigns and verifies; zhou leads the street and closes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from mingzhang.core import clock
from mingzhang.findings import actions
from mingzhang.findings.models import Finding
from mingzhang.ledger import actions as ledger
from mingzhang.ledger.models import Record
from mingzhang.organisation.actions import adopt
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.actions import install
from mingzhang.packs.models import PackVersion, RecordKind
from tests import cast as people
from tests.kept import Kept

PACK = Path(__file__).parent / "pack"
FOUND_ON = date(2026, 1, 14)


def moment(text: str) -> datetime:
    """Noon of a day in China."""
    return datetime.fromisoformat(f"{text}T04:00:00").replace(tzinfo=UTC)


@dataclass
class World:
    cast: people.Cast
    pack: PackVersion
    inspector: Person
    other_clerk: Person
    second_leader: Person

    def report(self, **more: Any) -> Finding:
        """A minor finding in the community, reported by the street's clerk."""
        given: dict[str, Any] = {
            "unit": self.cast.community, "source": "residents", "category": "facility", "severity": "minor",
            "description": "北门公示栏玻璃破损", "found_on": FOUND_ON,
        }  # fmt: skip
        return actions.report(found=actions.Found(**given | more), pack=self.pack, by=self.cast.chen)

    def finding_at(self, state: str, **more: Any) -> Finding:
        """A finding that came to `state` by what people did."""
        finding = self.report(**more)
        for verb in PATHS[state]:
            finding = self.do(verb, finding)
        assert finding.state == state
        return finding

    def do(self, verb: str, finding: Finding) -> Finding:
        """The next thing, done by whoever does it as a rule."""
        c = self.cast
        steps = {
            "assign": lambda: actions.assign(finding=finding, owner=c.lu, sponsor=c.zhou, by=c.he),
            "begin": lambda: actions.begin(finding=finding, by=c.lu),
            "submit": lambda: actions.submit(finding=finding, result="换了玻璃", by=c.lu),
            "verify": lambda: actions.verify(finding=finding, remark="看过了", by=c.he),
            "close": lambda: actions.close(finding=finding, by=c.zhou),
            "confirm": lambda: actions.follow_up(finding=finding, result="confirmed", by=self.inspector),
            "recur": lambda: actions.follow_up(
                finding=finding, result="recurred", remark="又碎了", by=self.inspector
            ),
            "suspend": lambda: actions.suspend(finding=finding, basis="season", by=c.zhou),
            "doubt": lambda: actions.doubt(finding=finding, reason="不在本社区", by=c.lu),
            "dismiss": lambda: actions.decide_doubt(
                finding=finding, is_problem=False, reason="查实了", by=c.zhou
            ),
            "split": lambda: actions.split(
                finding=finding, descriptions=["玻璃", "内容过期"], reason="两件事", by=c.he
            ),
            "merge": lambda: actions.merge(findings=[finding], into=self.report(), reason="同一块玻璃", by=c.he),
            "fall_due": lambda: self._fall_due(finding),
        }  # fmt: skip
        steps[verb]()
        return self.again(finding)

    def _fall_due(self, finding: Finding) -> None:
        assert finding.follow_up_on
        with clock.at(moment(finding.follow_up_on.isoformat())):
            actions.fall_due(book=finding.book)

    @staticmethod
    def again(finding: Finding) -> Finding:
        """The finding as it stands."""
        found: Finding = Finding.objects.select_related("book", "unit", "owner").get(pk=finding.pk)
        return found

    def kind(self, code: str) -> RecordKind:
        return RecordKind.objects.get(pack=self.pack.pack, code=code)

    def posted(self, code: str, unit: Unit, day: str = "2026-01-14", **sheet: Any) -> Record:
        """A sheet of that kind, handed in by chen, reviewed and posted by he."""
        record = ledger.add_record(
            kind=self.kind(code), unit=unit, occurred_on=date.fromisoformat(day), data=sheet.get("data", {}),
            rows=sheet.get("rows", {}), replaces=sheet.get("replaces"), by=self.cast.chen,
        )  # fmt: skip
        record = ledger.submit_record(record=record, by=self.cast.chen)
        record = ledger.review_record(record=record, passed=True, by=self.cast.he)
        ledger.post_record(record=record, by=self.cast.he)
        record.refresh_from_db()
        return record

    def study(self, *problems: str, measures: tuple[str, ...] = (), **more: Any) -> Record:
        """A study session of the street that named `problems` and decided `measures`."""
        rows: dict[str, Any] = {
            "problems": [{"category": "safety", "detail": one, "owner": "社区专干"} for one in problems],
            "measures": [{"measure": one, "owner": "综合岗", "due_on": "2026-02-10"} for one in measures],
        }
        data = {"form": "group", "topic": "物业服务新规", "people": 12}
        return self.posted("study", self.cast.street, data=data, rows=rows, **more)


TO_CLOSED = ("assign", "begin", "submit", "verify", "close")
PATHS: dict[str, tuple[str, ...]] = {
    "found": (),
    "assigned": TO_CLOSED[:1],
    "correcting": TO_CLOSED[:2],
    "submitted": TO_CLOSED[:3],
    "verified": TO_CLOSED[:4],
    "closed": TO_CLOSED,
    "follow_up_due": (*TO_CLOSED, "fall_due"),
    "confirmed": (*TO_CLOSED, "confirm"),
    "suspended": (*TO_CLOSED[:2], "suspend"),
    "doubted": (*TO_CLOSED[:1], "doubt"),
    "not_a_problem": (*TO_CLOSED[:1], "doubt", "dismiss"),
    "merged": ("merge",),
    "split": ("split",),
}


def build() -> World:
    cast = people.build()
    pack = install(folder=PACK, by="tests")
    adopt(book=cast.book, pack_version=pack, by=cast.admin)
    inspector = people.seat(cast.county, "feng", "冯督查", "督查员", ["inspector"], cast.admin)
    other = people.seat(cast.community, "gu", "顾网格", "网格员", ["clerk"], cast.admin)
    leader = people.seat(cast.street, "luo", "罗主任", "街道主任", ["leader"], cast.admin)
    return World(cast, pack, inspector, other, leader)


kept = Kept(build)
