"""What posting does for tasks, and what taking back undoes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from django.db.models import Q

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.duties import flows
from mingzhang.duties.models import Task
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person


def recount(records: Sequence[Record], by: Person) -> None:
    """Count again the sheets of every task that the records may be for: of their unit and kind, for the period in
    which they happened. What has enough is done, what has too few again is open. A task that was excused or
    withdrawn stays so."""
    found = [task for task in _touched(records) if _settle(task)]
    append.events(
        append.NewEvent(by.book.code, clock.now(), by.ref, f"task.{task.state}", task.ref, {"record": _latest(task)})
        for task in found
    )


def _touched(records: Iterable[Record]) -> Iterable[Task]:
    """Locked in one order, so that two postings do not wait for each other for ever."""
    days: dict[tuple[int, int], set] = {}
    for record in records:
        days.setdefault((record.unit_id, record.kind_id), set()).add(record.occurred_on)
    asked = Q(pk__in=[])
    for (unit, kind), when in days.items():
        for day in when:
            asked |= Q(unit=unit, kind=kind, first__lte=day, last__gte=day)
    tasks = Task.objects.select_for_update(of=("self",)).filter(asked).select_related("book").order_by("pk")
    return tasks.exclude(state__in=("excused", "withdrawn"))


def _settle(task: Task) -> bool:
    """Bring one task to what its sheets say. Whether that changed anything."""
    posted = Record.objects.filter(
        unit=task.unit_id, kind=task.kind_id, state="posted", occurred_on__range=(task.first, task.last)
    )
    sheets = list(posted.order_by("-id").values_list("pk", flat=True)[: task.needed])
    state = _state_after(task, len(sheets))
    if state == task.state:
        return False
    task.state = state
    task.done_on = clock.today(ZoneInfo(task.book.timezone)) if state == "done" else None
    task.record_id = sheets[0] if state == "done" else None
    task.save(update_fields=["state", "done_on", "record"])
    return True


def _state_after(task: Task, sheets: int) -> str:
    if sheets >= task.needed:
        return task.state if task.state == "done" else flows.TASK.target(task.state, "finish")
    if task.state == "done":
        return flows.TASK.target("done", "reopen", "some" if sheets else "none")
    if sheets and task.state == "open":
        return flows.TASK.target("open", "record")
    return flows.TASK.target("recorded", "reopen") if not sheets and task.state == "recorded" else task.state


def _latest(task: Task) -> int | None:
    return task.record_id
