"""What posting does for tasks, and what taking back undoes."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet, Sum

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.duties import flows
from mingzhang.duties.models import Task
from mingzhang.ledger.models import Entry, Record
from mingzhang.organisation.models import Person
from mingzhang.organisation.scopes import AnyOf


def recount(records: Sequence[Record], by: Person) -> None:
    """Count again the sheets of every task that the records may be for: of their unit and kind, for the period in
    which they happened. What has enough is done, what has too few again is open. A task that was excused or
    withdrawn stays so."""
    changed = [task for task in _touched(records) if _settle(task)]
    if not changed:
        return
    book, at = by.book.code, clock.now()
    append.events(
        [
            append.NewEvent(book, at, by.ref, f"task.{task.state}", task.ref, {"record": task.record_id})
            for task in changed
        ]
    )


def _touched(records: Sequence[Record]) -> QuerySet[Task]:
    """Every task that one of the records may be for, and perhaps others, which come out as they were. Locked in one
    order, so that two postings do not wait for each other for ever."""
    days = [record.occurred_on for record in records]
    return (
        Task.objects.select_for_update(of=("self",))
        .filter(
            AnyOf(F("unit"), sorted({record.unit_id for record in records})),
            AnyOf(F("kind"), sorted({record.kind_id for record in records})),
            first__lte=max(days),
            last__gte=min(days),
        )
        .exclude(state__in=("excused", "withdrawn"))
        .select_related("book")
        .order_by("pk")
    )


def _settle(task: Task) -> bool:
    """Bring one task to what its sheets say. Whether that changed anything."""
    sheets = _sheets_of(task)
    state = _state_after(task, len(sheets))
    if state == task.state and (state != "done" or task.record_id in sheets):
        return False
    if state != "done":
        task.done_on = task.record_id = None
    elif task.state != "done":
        task.done_on = clock.today(ZoneInfo(task.book.timezone))
    if state == "done":
        task.record_id = sheets[0]
    task.state = state
    task.save(update_fields=["state", "done_on", "record"])
    return True


def _sheets_of(task: Task) -> list[int]:
    """The newest sheets that stand in the books for the task, as many as it needs. Read from the entries, which
    have an index by unit and day; sheets have none once they are posted."""
    lines = Entry.objects.filter(
        unit=task.unit_id, kind=task.kind_id, line=0, occurred_on__range=(task.first, task.last)
    )
    standing = lines.values("record").annotate(left=Sum("sign")).filter(left__gt=0)
    return list(standing.order_by("-record").values_list("record", flat=True)[: task.needed])


def _state_after(task: Task, sheets: int) -> str:
    if sheets >= task.needed:
        return task.state if task.state == "done" else flows.TASK.target(task.state, "finish")
    if task.state == "done":
        return flows.TASK.target("done", "reopen", "some" if sheets else "none")
    if sheets and task.state == "open":
        return flows.TASK.target("open", "record")
    return flows.TASK.target("recorded", "reopen") if not sheets and task.state == "recorded" else task.state
