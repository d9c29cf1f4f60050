"""Tasks that come after something: so many working days after what a posted sheet tells of.

Such a task is known by its sheet, which stands in its period behind a mark: `2026-03-05#123`. It is made when the
sheet is posted and withdrawn when that is taken back. Books that have no tasks yet get none in this way either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.recurrence import deadline
from mingzhang.core.workdays import WorkCalendar
from mingzhang.duties.actions.accruing import accrue_tasks
from mingzhang.duties.lists import words_of
from mingzhang.duties.models import OPEN_TASKS, Adaptation, Horizon, Task, event_period
from mingzhang.duties.queries import words_for
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Book, Person
from mingzhang.organisation.queries import work_calendar
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.queries import pack_of


def follow(records: Sequence[Record], by: Person) -> None:
    """Make the tasks that come after the posted ones of `records`, and withdraw the open ones that came after those
    taken back."""
    if not Horizon.objects.filter(book=by.book_id).exists():
        return
    made = _make(list(_wanted([record for record in records if record.state != "reversed"])))
    withdrawn = _withdraw([record for record in records if record.state == "reversed"])
    _tell(made, withdrawn, by)


def _tell(made: Sequence[Task], withdrawn: Sequence[Task], by: Person) -> None:
    if not made and not withdrawn:
        return
    at, book = clock.now(), by.book.code
    said = [(task, "task.make") for task in made] + [(task, "task.withdraw") for task in withdrawn]
    append.events([append.NewEvent(book, at, by.ref, verb, task.ref, {}) for task, verb in said])
    accrue_tasks([*made, *withdrawn], by)


def _make(wanted: Sequence[Task]) -> list[Task]:
    if not wanted:
        return []
    Task.objects.bulk_create(wanted, ignore_conflicts=True)
    units, periods = {task.unit_id for task in wanted}, {task.period for task in wanted}
    return list(Task.objects.filter(unit__in=units, period__in=periods))


def _withdraw(records: Sequence[Record]) -> list[Task]:
    """What is done or excused stays as it is: somebody said so."""
    periods = [event_period(record.occurred_on, record.pk) for record in records]
    units = {record.unit_id for record in records}
    tasks = list(Task.objects.select_for_update().filter(unit__in=units, period__in=periods, state="open"))
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(state="withdrawn")
    return tasks


def _wanted(records: Sequence[Record]) -> Iterator[Task]:
    following = _following({record.pack_version_id for record in records})
    units = {record.unit_id for record in records}
    adapted = list(Adaptation.objects.filter(unit__in=units)) if units else []
    coming = [(record, duty) for record in records for duty in _after(record, following, adapted)]
    if coming:
        calendar = work_calendar()
        yield from (_task(record, duty, calendar) for record, duty in coming)


def _following(versions: set[int]) -> Mapping[tuple[int, str], list[Duty]]:
    """The duties that come after a sheet, by version and kind."""
    found: dict[tuple[int, str], list[Duty]] = defaultdict(list)
    for version in versions:
        for duty in pack_of(version).duties:
            if duty.after is not None:
                found[version, duty.after.kind].append(duty)
    return found


def _after(
    record: Record, following: Mapping[tuple[int, str], list[Duty]], adapted: Sequence[Adaptation]
) -> Iterator[Duty]:
    """What comes after the sheet for its unit, as the unit had adapted it by the day."""
    pack, code, day = record.kind.pack, record.kind.code, record.occurred_on
    mine = [one for one in adapted if (one.unit_id, one.pack) == (record.unit_id, pack) and day in one.valid]
    replaced = {one.duty for one in mine}
    for duty in following.get((record.pack_version_id, code), ()):
        if duty.id not in replaced and record.unit.level in duty.levels:
            yield duty
    for words in filter(None, map(words_of, mine)):
        if words.after is not None and words.after.kind == code:
            yield words


def _task(record: Record, duty: Duty, calendar: WorkCalendar) -> Task:
    within = duty.after.within if duty.after else 0
    day = record.occurred_on
    due = deadline(day, within, calendar).date
    return Task(
        book_id=record.book_id, unit_id=record.unit_id, pack=record.kind.pack, duty=duty.id,
        period=event_period(day, record.pk), first=day, last=due, nominal=day, due=due,
        pack_version_id=record.pack_version_id, handler_role=duty.answers.handler,
        sponsor_role=duty.answers.sponsor,
    )  # fmt: skip


def move_followers(book: Book) -> int:
    """Bring the open tasks that are not due yet, and come after something, to what the calendar now says; how many
    moved."""
    moved = []
    today, calendar = clock.today(), work_calendar()
    tasks = Task.objects.filter(book=book, state__in=OPEN_TASKS, due__gte=today, period__contains="#")
    held = list(tasks.select_for_update())
    words = words_for(held)
    for task in held:
        duty = words[task.pk]
        after = duty.after if duty else None
        due = deadline(task.nominal, after.within, calendar).date if after else task.due
        if due != task.due:
            task.due = task.last = due
            task.until = task.until if task.until and task.until > due else None
            moved.append(task)
    Task.objects.bulk_update(moved, ["due", "last", "until"])
    return len(moved)
