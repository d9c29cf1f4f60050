"""Who may see jobs and have them run. They are the installation's, not a unit's: it takes the right over all of a
book."""

from __future__ import annotations

from mingzhang.organisation import rules as organisation
from mingzhang.organisation.models import Book, Person
from mingzhang.organisation.queries import root
from mingzhang.organisation.roles import Permission


def check_user_can_run(person: Person) -> None:
    """Raises NotAllowed."""
    organisation.check_can(person, Permission.JOB_RUN, root(person.book))


def user_can_run(person: Person) -> bool:
    """Twin of `check_user_can_run`."""
    return organisation.can(person, Permission.JOB_RUN, root(person.book))


def check_user_can_see(person: Person) -> None:
    """Those who may read the whole log. Raises NotAllowed."""
    organisation.check_can(person, Permission.LOG_VIEW, root(person.book))


def user_can_see(person: Person) -> bool:
    """Twin of `check_user_can_see`."""
    return organisation.can(person, Permission.LOG_VIEW, root(person.book))


def words_are_open(person: Person) -> bool:
    """Whether the person may read what a job said. Where the installation serves several bodies, that may speak of
    another's book."""
    return user_can_see(person) and not Book.objects.exclude(pk=person.book_id).exists()
