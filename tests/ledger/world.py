"""The cast at work: a small pack of three kinds of sheets, and records brought to any state by the real actions.

`visit` needs no review, `photo` one and a file, `study` two and has a table.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.base import File
from PIL import Image

from mingzhang.ledger import actions
from mingzhang.ledger.models import Record
from mingzhang.organisation.actions import adopt
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.actions import install
from mingzhang.packs.models import RecordKind
from mingzhang.packs.queries import pack_of
from tests import cast as people
from tests.kept import Kept

PACK = Path(__file__).parent / "pack"
DAY = date(2026, 5, 20)
STUDY = {
    "topic": "物业纠纷怎么调",
    "people": 26,
    "cost": "12.50",
    "form": "group",
    "note": "先讲后议。",
    "speaker": "李",
}
PROBLEMS = {"problems": [{"what": "楼道堆物", "found_on": "2026-05-20"}, {"what": "路灯不亮"}]}


@dataclass(frozen=True)
class World:
    """The cast with the test pack in force in their book."""

    cast: people.Cast

    def kind(self, code: str) -> RecordKind:
        return RecordKind.objects.get(pack="ledger-test", code=code)

    def draft(
        self,
        kind: str = "study",
        *,
        unit: Unit | None = None,
        by: Person | None = None,
        data: Mapping[str, Any] | None = None,
        rows: Mapping[str, Any] | None = None,
        day: date = DAY,
    ) -> Record:
        """A new draft in the street, written by its clerk."""
        return actions.add_record(
            kind=self.kind(kind),
            unit=unit or self.cast.street,
            occurred_on=day,
            data=DATA[kind] if data is None else data,
            rows=rows or {},
            by=by or self.cast.chen,
        )

    def submitted(self, kind: str = "study", **given: Any) -> Record:
        draft = self.draft(kind, **given)
        if kind == "photo":
            actions.attach_evidence(record=draft, file=picture(), name="公示栏.png", by=self.cast.chen)
        return actions.submit_record(record=draft, by=self.cast.chen)

    def accepted(self, kind: str = "study", **given: Any) -> Record:
        record = self.submitted(kind, **given)
        for reviewer in (self.cast.he, self.cast.zhou)[: record.steps]:
            record = actions.review_record(record=record, passed=True, by=reviewer)
        return record

    def posted(self, kind: str = "study", **given: Any) -> Record:
        record = self.accepted(kind, **given)
        actions.post_record(record=record, by=self.cast.zhou)
        record.refresh_from_db()
        return record

    def reversed(self, kind: str = "study", **given: Any) -> Record:
        record = self.posted(kind, **given)
        actions.reverse_record(record=record, reason="人数记错了", by=self.cast.zhou)
        record.refresh_from_db()
        return record

    def record_at(self, state: str, kind: str = "study", **given: Any) -> Record:
        """A record brought to `state` by the real actions."""
        if state == "returned":
            record = self.submitted(kind, **given)
            return actions.review_record(record=record, passed=False, note="人数对不上", by=self.cast.he)
        reach = {
            "draft": self.draft,
            "submitted": self.submitted,
            "accepted": self.accepted,
            "posted": self.posted,
            "reversed": self.reversed,
        }
        return reach[state](kind, **given)


DATA: dict[str, dict[str, Any]] = {
    "study": STUDY,
    "photo": {"place": "东门公示栏"},
    "visit": {"topic": "高温关爱", "homes": 3},
}


def build() -> World:
    """Writes the world. `packs.queries.pack_of` remembers versions by number, which another test's database may
    have given to another pack."""
    pack_of.cache_clear()
    cast = people.build()
    adopt(book=cast.book, pack_version=install(folder=PACK, by="tests"), by=cast.admin)
    return World(cast)


kept = Kept(build)


def picture(colour: str = "red", size: tuple[int, int] = (40, 30), form: str = "PNG", **extra: Any) -> File[bytes]:
    """An image file."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **extra)
    out.seek(0)
    return File(out)
