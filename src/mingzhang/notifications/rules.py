"""Who may set where the book's messages go."""

from __future__ import annotations

from mingzhang.organisation import rules as organisation
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import root
from mingzhang.organisation.roles import Permission


def check_user_can_set_hook(person: Person) -> None:
    """Those who arrange people at the root. Raises NotAllowed."""
    organisation.check_can(person, Permission.PEOPLE_MANAGE, root(person.book))
