"""What somebody leads: the duties for which they answer and which others do, and how these stand in a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce

from mingzhang.core.periods import Period
from mingzhang.duties.answering import Seating
from mingzhang.duties.counted import Counted, counted_of
from mingzhang.duties.lists import Held, duty_lists
from mingzhang.duties.models import OPEN_TASKS, Assignment, Task
from mingzhang.duties.whose import posts_held
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.duty_schema import Part

LEADING: tuple[Part, ...] = ("head", "sponsor")
Key = tuple[int, str, str]


def led_by(person: Person, period: Period, today: date) -> list[Counted]:
    """The duties that the person has in hand as head or sponsor, by what they hold on the last day of the period or
    today, unit by unit, with the parts that they have. A fixed number of queries."""
    on = min(today, period.end)
    units = _units(person, on)
    lists, seating = duty_lists(units, on), Seating([unit.pk for unit in units], on)
    numbers = _numbers(units, period, today)
    found = []
    for unit in units:
        for held in lists[unit.pk]:
            if parts := list(_parts(person, unit, held, seating)):
                counts = numbers.get((unit.pk, *held.key), {})
                found.append(counted_of(unit, *held.key, held.duty, "、".join(parts), counts))
    return found


def _units(person: Person, on: date) -> Sequence[Unit]:
    """Those in which the person holds a post, and those that named a post of theirs for a duty."""
    seats = posts_held(person, on)
    named = Assignment.objects.filter(part__in=LEADING, post__in=[seat.post for seat in seats])
    asked = Q(pk__in=[seat.unit for seat in seats]) | Q(pk__in=named.values("unit"))
    return list(Unit.objects.filter(asked, book=person.book_id).select_related("book").order_by("code", "pk"))


def _parts(person: Person, unit: Unit, held: Held, seating: Seating) -> Iterator[str]:
    if held.withdrawn or held.duty.kind == "recalled":
        return
    for part in LEADING:
        answer = seating.answer(unit.pk, held, part)
        if any(holder.person == person.pk for holder in answer.holders):
            yield answer.name


def _numbers(units: Sequence[Unit], period: Period, today: date) -> dict[Key, dict[str, int]]:
    """How the tasks due in the period stand, by unit and duty."""
    due = Task.objects.filter(unit__in=units, due__range=(period.start, period.end)).order_by()
    still = Q(state__in=OPEN_TASKS)
    wanted = {
        "done": Q(state="done", done_on__lte=F("by")),
        "late": Q(state="done", done_on__gt=F("by")),
        "excused": Q(state="excused"),
        "overdue": still & Q(by__lt=today),
        "coming": still & Q(by__gte=today),
    }
    by_duty = due.annotate(by=Coalesce("until", "due")).values("unit_id", "pack", "duty")
    found = by_duty.annotate(**{name: Count("pk", filter=asked) for name, asked in wanted.items()})
    rows = found.values_list("unit_id", "pack", "duty", *wanted)
    return {(unit, pack, duty): dict(zip(wanted, counts, strict=True)) for unit, pack, duty, *counts in rows}
