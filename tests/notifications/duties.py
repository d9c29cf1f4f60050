"""What the tests of reminders of tasks share: the cast with its duties, and the days that pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mingzhang.audit.sequencing import sequence
from mingzhang.core import clock
from mingzhang.duties import actions as duties
from mingzhang.jobs import work
from mingzhang.notifications import actions
from mingzhang.notifications.models import Notice
from mingzhang.organisation.models import Person
from tests.duties import world as worlds
from tests.kept import Kept


@dataclass(frozen=True)
class Days:
    """The world of the duties, of which each day is lived by its jobs."""

    world: worlds.World

    def live(self, day: str) -> None:
        """The morning's job, and what is told of it."""
        with clock.at(worlds.moment(day)):
            work.remind()
            self.collect()

    def collect(self) -> None:
        sequence(self.world.cast.book.code)
        actions.collect(book=self.world.cast.book)


def told(person: Person, kind: str = "task.due") -> list[str]:
    return list(Notice.objects.filter(person=person, kind=kind).order_by("id").values_list("title", flat=True))


def build() -> Days:
    """The street and the community each check monthly; the tasks of January fall due on Friday the 30th."""
    world = worlds.build()
    duties.generate_tasks(book=world.cast.book)
    assert world.task("monthly_check", "2026-01").due == date(2026, 1, 30)
    days = Days(world)
    days.collect()
    return days


kept = Kept(build)
