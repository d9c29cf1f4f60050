"""Whose a task is: of the person to whom it was handed; else of whoever holds the post that the unit named for the
duty; and where it named none, of whoever holds in the unit the role that the duty names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, reduce
from operator import or_

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mingzhang.core import clock
from mingzhang.core.composed import Composed, Given
from mingzhang.duties.models import Assignment, Task
from mingzhang.organisation.models import Appointment, Person, Unit
from mingzhang.organisation.queries import holding, seats_of
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


def posts_held(person: Person, on: date) -> tuple[Seat, ...]:
    """The posts that the person holds on a day, in whose place whoever it may be."""
    return tuple(Seat(held.post_id, held.unit_id, held.roles) for held in seats_of(person, on))


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
    return _tasks(person.book_id, Q(handler=person), _falling_to(posts_held(person, on or clock.today())))


def tasks_between(person: Person, first: date, last: date) -> QuerySet[Task]:
    """The tasks due from `first` to `last` that were the person's, by what they held on the day they fell due."""
    handed = Q(handler=person, due__range=(first, last))
    return _tasks(person.book_id, handed, _falling_to(posts_between(person, first, last)))


def composed_tasks_of(narrow: Callable[[QuerySet[Task]], QuerySet[Task]]) -> Callable[..., list[Task]]:
    """`tasks_of` as a question that is composed once: called with the person, and with what is `Given` in `narrow`,
    which says what is asked of the tasks."""

    @cache
    def of(named: int, by_role: int) -> Composed[Task]:
        handed, falling = Q(handler=Given("person")), _places(named, by_role)
        return Composed(lambda: narrow(_tasks(Given("book"), handed, falling)))

    def ask(person: Person, **given: object) -> list[Task]:
        falling = _falling_to(posts_held(person, clock.today()))
        question = of(len(falling.named), len(falling.by_role))
        return question.ask(person=person.pk, book=person.book_id, **falling.given(), **given)

    return ask


def _tasks(book: int | Given, handed: Q, falling: Falling) -> QuerySet[Task]:
    return Task.objects.filter(handed | Q(falling.condition(), handler=None), book=book).exclude(state="withdrawn")


@dataclass(frozen=True, slots=True)
class Part:
    """Units, and the posts or roles to which duties fall there; of the days from `first` to `last`, or of any."""

    units: Sequence[int] | Given
    to: Sequence[int] | Sequence[str] | Given
    first: date | None = None
    last: date | None = None

    def within(self) -> Q:
        """That a task is of these units, and due on these days."""
        days = Q(due__range=(self.first, self.last)) if self.first and self.last else Q()
        return Q(days, AnyOf(F("unit"), self.units))


@dataclass(frozen=True, slots=True)
class Falling:
    """What falls to somebody by posts: `named` by units for some duty, or else `by_role`."""

    named: Sequence[Part]
    by_role: Sequence[Part]

    def condition(self) -> Q:
        """As a condition on a task."""
        names = Assignment.objects.filter(
            unit=OuterRef("unit"), pack=OuterRef("pack"), duty=OuterRef("duty"), part="handler"
        )
        named = [Q(part.within(), Exists(names.filter(AnyOf(F("post"), part.to)))) for part in self.named]
        by_role = _any(Q(part.within(), AnyOf(F("handler_role"), part.to)) for part in self.by_role)
        return _any([*named, Q(by_role, ~Exists(names))])

    def given(self) -> dict[str, object]:
        """What is given where a question was composed with `_places`."""
        return {
            f"{name}_{kind}{at}": getattr(part, name)
            for kind, parts in (("named", self.named), ("by_role", self.by_role))
            for at, part in enumerate(parts)
            for name in ("units", "to")
        }


def _places(named: int, by_role: int) -> Falling:
    """So many parts, without limits of days, to be given."""
    return Falling(*(
        [Part(Given(f"units_{kind}{at}"), Given(f"to_{kind}{at}")) for at in range(count)]
        for kind, count in (("named", named), ("by_role", by_role))
    ))  # fmt: skip


def _falling_to(posts: Sequence[Seat]) -> Falling:
    return Falling(list(_named(posts)), list(_by_role(posts)))


def _named(posts: Sequence[Seat]) -> Iterator[Part]:
    """The posts that units named for some duty, with these units."""
    units: dict[int, set[int]] = defaultdict(set)
    for post, unit in _ASSIGNED.ask(posts=sorted({held.post for held in posts})) if posts else ():
        units[post].add(unit)
    alike: dict[tuple[date | None, date | None], set[int]] = defaultdict(set)
    for held in posts:
        if held.post in units:
            alike[held.first, held.last].add(held.post)
    for days, named in alike.items():
        yield Part(sorted(set().union(*(units[post] for post in named))), sorted(named), *days)


_ASSIGNED = Composed(
    lambda: (
        Assignment.objects.filter(AnyOf(F("post"), Given("posts")), part="handler")
        .values_list("post_id", "unit_id")
        .distinct()
        .order_by("post_id", "unit_id")
    )
)


def _by_role(posts: Sequence[Seat]) -> Iterator[Part]:
    """One part for each set of days and roles, however many units these are."""
    alike: dict[tuple[date | None, date | None, frozenset[str]], set[int]] = defaultdict(set)
    for held in posts:
        alike[held.first, held.last, held.roles].add(held.unit)
    for (first, last, roles), units in alike.items():
        yield Part(sorted(units), sorted(roles), first, last)


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions, NOTHING)


def colleagues(unit: Unit, role_codes: Sequence[str]) -> list[Person]:
    """Who holds one of the roles for the unit, by name, each once."""
    held = holding().filter(post__roles__overlap=list(role_codes), post__unit__in=unit.ancestors)
    return list(Person.objects.filter(pk__in=held.values("person")).order_by("name", "id"))
