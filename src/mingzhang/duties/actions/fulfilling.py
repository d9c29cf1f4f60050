"""What posting does for tasks, and what taking back undoes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import F, QuerySet

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.duties import flows
from mingzhang.duties.actions.accruing import accrue_tasks
from mingzhang.duties.models import Task
from mingzhang.duties.queries import sheets_of
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in
from mingzhang.organisation.scopes import AnyOf


def recount(records: Sequence[Record], by: Person) -> None:
    """Count again the sheets of every task that the records may be for: of their unit and kind, for the period in
    which they happened. What has enough is done, what has too few again is open. A task that was excused or
    withdrawn stays so."""
    touched = list(_touched(records))
    sheets = sheets_of(touched) if touched else {}
    changed = [task for task in touched if _settle(task, sheets.get(task.pk, []))]
    if not changed:
        return
    _keep(changed)
    book, at = by.book.code, clock.now()
    append.events(
        [
            append.NewEvent(book, at, by.ref, f"task.{task.state}", task.ref, {"record": task.record_id})
            for task in changed
        ]
    )
    accrue_tasks(changed, by)


def _keep(tasks: Sequence[Task]) -> None:
    rows = [(task.pk, task.state, task.done_on, task.record_id) for task in tasks]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])


_KEEP = """
UPDATE duties_task AS t SET state = said.state, done_on = said.done_on, record_id = said.record
  FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::bigint[]) AS said(id, state, done_on, record)
 WHERE t.id = said.id
"""


def _touched(records: Sequence[Record]) -> QuerySet[Task]:
    """Every task that one of the records may be for. Locked in one order, so that two postings do not wait for each
    other for ever."""
    told = sorted({(record.unit_id, record.kind_id, record.occurred_on) for record in records})
    with connection.cursor() as cursor:
        cursor.execute(_MAY_BE_FOR, [list(column) for column in zip(*told, strict=True)])
        ids = [row[0] for row in cursor.fetchall()]
    locked = Task.objects.select_for_update(of=("self",)).filter(AnyOf(F("pk"), ids))
    return locked.exclude(state__in=("excused", "withdrawn")).select_related("book").order_by("pk")


_MAY_BE_FOR = """
SELECT DISTINCT task.id
  FROM unnest(%s::int[], %s::int[], %s::date[]) AS told(unit, kind, day)
  JOIN duties_task AS task ON task.unit_id = told.unit AND task.kind_id = told.kind
   AND task.last >= told.day AND task.first <= told.day
"""


def _settle(task: Task, sheets: Sequence[int]) -> bool:
    """Bring one task to what its sheets say, the newest first. Whether that changes anything."""
    state = _state_after(task, len(sheets))
    if state == task.state and (state != "done" or task.record_id in sheets):
        return False
    if state != "done":
        task.done_on = task.record_id = None
    elif task.state != "done":
        task.done_on = today_in(task.book)
    if state == "done":
        task.record_id = sheets[0]
    task.state = state
    return True


def _state_after(task: Task, sheets: int) -> str:
    if sheets >= task.needed:
        return task.state if task.state == "done" else flows.TASK.target(task.state, "finish")
    if task.state == "done":
        return flows.TASK.target("done", "reopen", "some" if sheets else "none")
    if sheets and task.state == "open":
        return flows.TASK.target("open", "record")
    return flows.TASK.target("recorded", "reopen") if not sheets and task.state == "recorded" else task.state
