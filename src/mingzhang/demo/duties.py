"""The duty list as the county works by it since the start of 2026."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from mingzhang.demo.county import SEED
from mingzhang.demo.staff import Staff
from mingzhang.duties import actions
from mingzhang.duties.models import Task
from mingzhang.organisation.models import Book, Person

FROM = date(2026, 1, 1)
SIGNED, EXCUSED = 0.94, 0.02
WHY = "本期没有这项工作，向县里说明过。"


class Duties:
    """What becomes of the tasks that no sheet fulfils: signed off in their week, excused, or left lying."""

    def __init__(self, book: Book, staff: Staff) -> None:
        self.book, self.staff = book, staff
        self.chance = Random(SEED)  # noqa: S311 - a plausible past, not a secret
        self.made = False

    def play_week(self, monday: date) -> None:
        """The tasks due by the Sunday after `monday`, and once a month the ledger."""
        if monday < FROM:
            return
        if not self.made:
            self.daily_run()
            self.made = True
        week = (monday, monday + timedelta(days=6))
        tasks = Task.objects.filter(book=self.book, kind=None, state="open", due__range=week)
        signed: dict[Person, list[Task]] = defaultdict(list)
        for task in tasks.select_related("unit", "book").order_by("pk"):
            leader, chance = self.staff.reviewers(task.unit, ["leader"])[0], self.chance.random()
            if chance < SIGNED:
                signed[leader].append(task)
            elif chance < SIGNED + EXCUSED:
                actions.excuse_task(task=task, reason=WHY, by=leader)
        for leader, ready in signed.items():
            actions.sign_off_tasks(tasks=ready, by=leader)
        if monday.day <= 7:
            actions.accrue(book=self.book)

    def after_change(self) -> None:
        """The tree is another: tasks of units that ended are withdrawn."""
        if self.made:
            self.daily_run()

    def daily_run(self) -> None:
        """As it would be every night."""
        actions.generate_tasks(book=self.book)
        actions.accrue(book=self.book)
