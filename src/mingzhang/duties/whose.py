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
from mingzhang.duties.lists import words_of
from mingzhang.duties.models import Adaptation, Assignment, Task
from mingzhang.organisation.models import Adoption, Appointment, Book, Person, Unit
from mingzhang.organisation.queries import holding
from mingzhang.organisation.scopes import AnyOf
from mingzhang.packs.duty_schema import Duty
from mingzhang.packs.queries import pack_of

NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Held:
    """A post that a person holds, and the due dates that fall to them by it; without limits those of any day."""

    post: int
    unit: int
    roles: frozenset[str]
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is asked once about some posts: the versions by which the book worked, what the units adapted of their
    duties, and the units in which one of the posts was named."""

    versions: Sequence[int]
    adapted: Sequence[Adaptation]
    named: Sequence[tuple[int, int]]


@once
def posts_held(person: Person, on: date) -> tuple[Held, ...]:
    """The posts that the person holds on a day, in whose place whoever it may be."""
    held = holding(on).filter(person=person, post__unit__book=person.book_id).order_by("post_id")
    rows = held.values_list("post_id", "post__unit_id", "post__roles")
    return tuple(Held(post, unit, frozenset(roles)) for post, unit, roles in rows)


def posts_between(person: Person, first: date, last: date) -> tuple[Held, ...]:
    """The posts that the person held at any time from `first` to `last`, each with the days of it within them."""
    asked = Appointment.objects.filter(person=person, valid__overlap=DateRange(first, last + timedelta(days=1)))
    rows = asked.order_by("valid").values_list("post_id", "post__unit_id", "post__roles", "valid")
    return tuple(
        Held(post, unit, frozenset(roles), max(first, days.lower), min(last, _last(days) or last))
        for post, unit, roles, days in rows
    )


def _last(days: DateRange) -> date | None:
    return days.upper - timedelta(days=1) if days.upper else None


def tasks_of(person: Person, on: date | None = None) -> QuerySet[Task]:
    """The tasks that the person has to do, by what they hold today: those handed to them, and of those handed to
    nobody the ones that fall to their posts. Four questions beforehand, however many tasks there are."""
    return _tasks(person, posts_held(person, on or clock.today()), Q(handler=person))


def tasks_between(person: Person, first: date, last: date) -> QuerySet[Task]:
    """The tasks due from `first` to `last` that were the person's, by what they held on the day they fell due."""
    return _tasks(person, posts_between(person, first, last), Q(handler=person, due__range=(first, last)))


def _tasks(person: Person, posts: Sequence[Held], handed: Q) -> QuerySet[Task]:
    mine = handed | _of_posts(posts, _known(person.book, posts)) if posts else handed
    return Task.objects.filter(mine, book=person.book_id).exclude(state="withdrawn")


def _known(book: Book, posts: Sequence[Held]) -> _Known:
    units = {held.unit for held in posts}
    named = Assignment.objects.filter(part="handler", post__in={held.post for held in posts})
    return _Known(
        versions=versions_of(book),
        adapted=list(Adaptation.objects.filter(unit__in=units, content__isnull=False)),
        named=list(named.values_list("post_id", "unit_id").distinct()),
    )


@once
def versions_of(book: Book) -> list[int]:
    """Every version by which the book worked at some time: the tasks of then keep its words."""
    adopted = Adoption.objects.filter(book=book).order_by("pack_version_id")
    return list(adopted.values_list("pack_version_id", flat=True).distinct())


def _of_posts(posts: Sequence[Held], known: _Known) -> Q:
    named = Assignment.objects.filter(
        unit=OuterRef("unit"), pack=OuterRef("pack"), duty=OuterRef("duty"), part="handler"
    )
    by_post = [
        _days(held) & Q(AnyOf(F("unit"), units), Exists(named.filter(post=held.post)), handler=None)
        for held in posts
        if (units := [unit for post, unit in known.named if post == held.post])
    ]
    by_role = _any(_by_role(posts, known)) & Q(~Exists(named), handler=None)
    return _any([*by_post, by_role])


def _by_role(posts: Sequence[Held], known: _Known) -> Iterator[Q]:
    """One condition for each set of duties, days and units that go together, however many units these are."""
    alike: dict[tuple[date | None, date | None, frozenset[str]], list[Held]] = defaultdict(list)
    for post in posts:
        alike[post.first, post.last, post.roles].append(post)
    for (_first, _end, roles), held in alike.items():
        units = {one.unit for one in held}
        adapted = [one for one in known.adapted if one.unit_id in units]
        where = Q(AnyOf(F("unit"), sorted(units)))
        declared = where & _any(_declared(known.versions, roles)) & ~_any(_words(one) for one in adapted)
        yield _days(held[0]) & (declared | _any(_words(one) for one in adapted if _asks(one, roles)))


def _declared(versions: Sequence[int], roles: frozenset[str]) -> Iterator[Q]:
    """The duties that are for one of the roles to do, as each version says; versions that say the same together."""
    alike: dict[frozenset[tuple[str, str]], list[int]] = defaultdict(list)
    for version in versions:
        pack = pack_of(version)
        alike[frozenset((pack.id, duty.id) for duty in pack.duties if duty.answers.handler in roles)].append(
            version
        )
    for duties, same in alike.items():
        if duties:
            yield Q(AnyOf(F("pack_version"), same), AnyOf(F("duty"), sorted(duty for _pack, duty in duties)))


def _asks(adapted: Adaptation, roles: frozenset[str]) -> bool:
    words = words_of(adapted)
    return words is not None and words.answers.handler in roles


def _words(adapted: Adaptation) -> Q:
    """The tasks that go by the words of an adaptation."""
    found = Q(unit=adapted.unit_id, pack=adapted.pack, duty=adapted.duty, nominal__gte=adapted.valid.lower)
    return found & Q(nominal__lt=adapted.valid.upper) if adapted.valid.upper else found


def _days(held: Held) -> Q:
    return Q(due__range=(held.first, held.last)) if held.first and held.last else Q()


def _any(conditions: Iterable[Q]) -> Q:
    found = list(conditions)
    return reduce(or_, found) if found else NOTHING


def handlers_of(task: Task, duty: Duty | None, on: date | None = None) -> list[Appointment]:
    """Who holds the post or the role by which the task is theirs, with the post; nobody when it was handed to
    somebody, or the post is vacant."""
    if task.handler_id or duty is None:
        return []
    held = holding(on).select_related("person", "post", "stands_in_for__person").order_by("id")
    named = Assignment.objects.filter(unit=task.unit_id, pack=task.pack, duty=task.duty, part="handler").first()
    if named:
        return list(held.filter(post=named.post_id))
    return list(held.filter(post__unit=task.unit_id, post__roles__contains=[duty.answers.handler]))


def colleagues(unit: Unit, role_codes: Sequence[str]) -> list[Person]:
    """Who holds one of the roles for the unit, by name, each once."""
    held = holding().filter(post__roles__overlap=list(role_codes), post__unit__in=unit.ancestors)
    return list(Person.objects.filter(pk__in=held.values("person")).order_by("name", "id"))
