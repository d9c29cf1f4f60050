"""Putting late tasks before the next level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.audit.append import NewEvent
from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.duties import overdue
from mingzhang.duties.actions.accruing import SYSTEM
from mingzhang.duties.models import AFTER, BEFORE, Escalation, TaskStep, Terms
from mingzhang.duties.overdue import Late
from mingzhang.duties.terms import passed_since, terms_of
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.queries import root, today_in, work_calendar
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import check_can

Reminded = Callable[[Sequence[int]], Mapping[int, Sequence[date]]]
MOST_NAMED = 500  # of what is put up in one event


@transaction.atomic
def escalate_tasks(*, book: Book, reminded: Reminded) -> int:
    """Put the tasks that are still open so many working days after their day, or after they were put before one
    level, before the next one; answers how many. `reminded` knows on which days people were told of tasks. Once for
    each level, whatever runs twice; a book in which nobody sits above is left as it is."""
    today = today_in(book)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('mingzhang.duties/' || %s, 0))", [book.code])
    passed = passed_since(work_calendar(), today, terms_of(book).escalate_after)
    late = overdue.to_put_up(book, passed, today)
    tried = _tried(book, [one.task for one in late], reminded)
    rows = [_row(one, today, tried[one.task]) for one in late]
    Escalation.objects.bulk_create(rows, batch_size=2000)
    append.events(events_of(book, rows, "task.escalate", SYSTEM, _named))
    return len(rows)


@transaction.atomic
def choose_terms(*, book: Book, remind_before: int, escalate_after: int, by: Person) -> Terms:
    """After how many working days people of the book are reminded and asked. Raises NotAllowed, InvalidInput."""
    check_can(by, Permission.PEOPLE_MANAGE, root(book))
    chosen = {"remind_before": remind_before, "escalate_after": escalate_after}
    for name, (least, most) in (("remind_before", BEFORE), ("escalate_after", AFTER)):
        if not least <= chosen[name] <= most:
            said = _("要在%(least)d到%(most)d个工作日之间。") % {"least": least, "most": most}
            raise InvalidInput(_("天数不对。"), problems={name: [said]})
    terms, _new = Terms.objects.update_or_create(book=book, defaults=chosen)
    append.event(book=book.code, actor=by.ref, verb="book.terms", subject=f"book:{book.code}", data=chosen)
    return terms


def _row(late: Late, today: date, tried: dict[str, list[Any]]) -> Escalation:
    return Escalation(
        task_id=late.task, level=late.level, unit_id=late.unit, people=list(late.people), deadline=late.deadline,
        on=today, tried=tried, at=clock.now(),
    )  # fmt: skip


def _tried(book: Book, tasks: Sequence[int], reminded: Reminded) -> dict[int, dict[str, list[Any]]]:
    zone = ZoneInfo(book.timezone)
    told = reminded(tasks)
    found: dict[int, dict[str, list[Any]]] = {
        task: {"reminded": [], "extended": [], "handed": []} for task in tasks
    }
    for task, days in told.items():
        found[task]["reminded"] = [day.isoformat() for day in days]
    steps = TaskStep.objects.filter(task__in=tasks, verb__in=("extend", "hand_over")).order_by("id")
    for task, verb, at, until in steps.values_list("task_id", "verb", "at", "until"):
        day = at.astimezone(zone).date().isoformat()
        if verb == "extend" and until:
            found[task]["extended"].append([day, until.isoformat()])
        else:
            found[task]["handed"].append(day)
    return found


class PutUp(Protocol):
    """Something that was put before people of a unit."""

    @property
    def unit_id(self) -> int: ...
    @property
    def people(self) -> Sequence[int]: ...
    @property
    def on(self) -> date: ...


Row = TypeVar("Row", bound=PutUp)


def events_of(
    book: Book, rows: Iterable[Row], verb: str, actor: str, named: Callable[[Sequence[Row]], dict[str, list[int]]]
) -> list[NewEvent]:
    """One event for each unit and the people of it who are asked, so that they are told of all of it at once;
    `named` says what was put before them."""
    alike: dict[tuple[int, tuple[int, ...]], list[Row]] = defaultdict(list)
    for row in rows:
        alike[row.unit_id, tuple(row.people)].append(row)
    units = Unit.objects.in_bulk({unit for unit, _people in alike})
    at = clock.now()
    return [
        NewEvent(book.code, at, actor, verb, units[unit].ref, {**named(part), "on": part[0].on.isoformat()})
        for (unit, _people), same in alike.items()
        for part in (same[first : first + MOST_NAMED] for first in range(0, len(same), MOST_NAMED))
    ]


def _named(rows: Sequence[Escalation]) -> dict[str, list[int]]:
    return {"tasks": [row.task_id for row in rows]}
