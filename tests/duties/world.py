"""The cast with a pack of three duties: monthly by a sheet, quarterly by three, yearly by a sign-off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from mingzhang.duties.models import Task
from mingzhang.ledger import actions
from mingzhang.ledger.models import Record
from mingzhang.organisation.actions import adopt
from mingzhang.organisation.models import Unit
from mingzhang.packs.actions import install
from mingzhang.packs.models import RecordKind
from tests import cast as people
from tests.kept import Kept

PACK = Path(__file__).parent / "pack"


def moment(text: str) -> datetime:
    """Noon of a day in China."""
    return datetime.fromisoformat(f"{text}T04:00:00").replace(tzinfo=UTC)


@dataclass(frozen=True)
class World:
    cast: people.Cast

    def task(self, duty: str, period: str, unit: Unit | None = None) -> Task:
        found: Task = Task.objects.get(duty=duty, period=period, unit=unit or self.cast.street)
        return found

    def posted(self, day: str, unit: Unit | None = None) -> Record:
        """A check of that day, posted."""
        kind = RecordKind.objects.get(pack="duties-test", code="check")
        when = date.fromisoformat(day)
        cast = self.cast
        draft = actions.add_record(
            kind=kind, unit=unit or cast.street, occurred_on=when, data={"places": 2}, rows={}, by=cast.chen
        )
        accepted = actions.submit_record(record=draft, by=cast.chen)
        actions.post_record(record=accepted, by=cast.he)
        accepted.refresh_from_db()
        return accepted


def build(folder: Path = PACK) -> World:
    cast = people.build()
    adopt(book=cast.book, pack_version=install(folder=folder, by="tests"), by=cast.admin)
    return World(cast)


kept = Kept(build)
