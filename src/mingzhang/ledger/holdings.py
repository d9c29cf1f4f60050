"""Who holds which role where, for many people at once: as `organisation.rules` answers, without a query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from mingzhang.organisation import rules
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import holding
from mingzhang.organisation.roles import Permission, roles_with


class Holdings:
    """The posts that some people hold today, looked up in one query."""

    def __init__(self, people: Iterable[Person]) -> None:
        held = holding().filter(person__in={person.pk for person in people})
        self._held: dict[int, list[tuple[int, frozenset[str]]]] = defaultdict(list)
        for person_id, unit_id, roles in held.values_list("person_id", "post__unit_id", "post__roles"):
            self._held[person_id].append((unit_id, frozenset(roles)))
        self._allowed: set[tuple[int, str, int]] = set()

    def check_can(self, person: Person, permission: Permission, unit: Unit) -> None:
        """As `organisation.rules.check_can`, which also words the refusal."""
        if not self._answer(person, permission, roles_with(permission), unit):
            rules.check_can(person, permission, unit)

    def check_has_role(self, person: Person, role: str, unit: Unit) -> None:
        """As `organisation.rules.check_has_role`, which also words the refusal."""
        if not self._answer(person, f"role {role}", [role], unit):
            rules.check_has_role(person, role, unit)

    def _answer(self, person: Person, asked: str, roles: Collection[str], unit: Unit) -> bool:
        key = (person.pk, asked, unit.pk)
        if key in self._allowed:
            return True
        above = set(unit.ancestors)
        allowed = unit.book_id == person.book_id and any(
            unit_id in above and not held.isdisjoint(roles) for unit_id, held in self._held[person.pk]
        )
        if allowed:
            self._allowed.add(key)
        return allowed
