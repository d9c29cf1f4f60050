"""Whose a task is: of the person to whom it was handed; else of whoever holds the post that the unit named for the
duty; and where it named none, of whoever holds in the unit the role that the duty names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mingzhang.core import clock
from mingzhang.core.once import once
from mingzhang.duties.models import Assignment, Task
from mingzhang.organisation.models import Appointment, Person, Unit
from mingzhang.organisation.queries import holding
from mingzhang.organisation.scopes import AnyOf

NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Seat:
    """A post that a person holds, and the due dates that fall to them by it; without limits those of any day."""

    post: int
    unit: int
    roles: frozenset[str]
    first: date | None = None
    last: date | None = None


@once
def posts_held(person: Person, on: date) -> tuple[Seat, ...]:
    """The posts that the person holds on a day, in whose place whoever it may be."""
    held = holding(on).filter(person=person, post__unit__book=person.book_id).order_by("post_id")
    rows = held.values_list("post_id", "post__unit_id", "post__roles")
    return tuple(Seat(post, unit, frozenset(roles)) for post, unit, roles in rows)


def posts_between(person: Person, first: date, last: date) -> tuple[Seat, ...]:
    """The posts that the person held at any time from `first` to `last`, each with the days of it within them."""
    asked = Appointment.objects.filter(person=person, valid__overlap=DateRange(first, last + timedelta(days=1)))
    rows = asked.order_by("valid").values_list("post_id", "post__unit_id", "post__roles", "valid")
    return tuple(
        Seat(post, unit, frozenset(roles), max(first, days.lower), min(last, _last(days) or last))
        for post, unit, roles, days in rows
    )


def _last(days: DateRange) -> date | None:
    return days.upper - timedelta(days=1) if days.upper else None


def tasks_of(person: Person, on: date | None = None) -> QuerySet[Task]:
    """The tasks that the person has to do, by what they hold today: those handed to them, and of those handed to
    nobody the ones that fall to their posts. Two questions beforehand, however many tasks there are."""
    return _tasks(person, posts_held(person, on or clock.today()), Q(handler=person))


def tasks_between(person: Person, first: date, last: date) -> QuerySet[Task]:
    """The tasks due from `first` to `last` that were the person's, by what they held on the day they fell due."""
    return _tasks(person, posts_between(person, first, last), Q(handler=person, due__range=(first, last)))


def _tasks(person: Person, posts: Sequence[Seat], handed: Q) -> QuerySet[Task]:
    mine = handed | Q(_of_posts(posts), handler=None) if posts else handed
    return Task.objects.filter(mine, book=person.book_id).exclude(state="withdrawn")


def _of_posts(posts: Sequence[Seat]) -> Q:
    named = Assignment.objects.filter(
        unit=OuterRef("unit"), pack=OuterRef("pack"), duty=OuterRef("duty"), part="handler"
    )
    by_post = [
        Q(_days(held.first, held.last), AnyOf(F("unit"), units), Exists(named.filter(post=held.post)))
        for held, units in _named(posts)
    ]
    return _any([*by_post, Q(_any(_by_role(posts)), ~Exists(named))])


def _named(posts: Sequence[Seat]) -> Iterator[tuple[Seat, list[int]]]:
    """The posts that units named for some duty, with these units."""
    assigned = Assignment.objects.filter(part="handler", post__in={held.post for held in posts})
    units: dict[int, list[int]] = defaultdict(list)
    for post, unit in assigned.values_list("post_id", "unit_id").distinct():
        units[post].append(unit)
    return ((held, units[held.post]) for held in posts if held.post in units)


def _by_role(posts: Sequence[Seat]) -> Iterator[Q]:
    """One condition for each set of days and roles, however many units these are."""
    alike: dict[tuple[date | None, date | None, frozenset[str]], set[int]] = defaultdict(set)
    for held in posts:
        alike[held.first, held.last, held.roles].add(held.unit)
    for (first, last, roles), units in alike.items():
        yield Q(_days(first, last), AnyOf(F("unit"), sorted(units)), AnyOf(F("handler_role"), sorted(roles)))


def _days(first: date | None, last: date | None) -> Q:
    return Q(due__range=(first, last)) if first and last else Q()


def _any(conditions: Iterable[Q]) -> Q:
    found = list(conditions)
    return reduce(or_, found) if found else NOTHING


def colleagues(unit: Unit, role_codes: Sequence[str]) -> list[Person]:
    """Who holds one of the roles for the unit, by name, each once."""
    held = holding().filter(post__roles__overlap=list(role_codes), post__unit__in=unit.ancestors)
    return list(Person.objects.filter(pk__in=held.values("person")).order_by("name", "id"))
