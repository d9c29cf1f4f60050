"""Who writes, reviews and posts in the demonstration county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from mingzhang.organisation.models import Appointment, Book, Person, Unit


class Staff:
    """The people of a book by unit and role, as they were appointed when the county was set up."""

    def __init__(self, book: Book) -> None:
        self.by_role: dict[tuple[int, str], list[Person]] = defaultdict(list)
        self.by_unit: dict[int, list[Person]] = defaultdict(list)
        seats = (
            Appointment.objects.filter(post__unit__book=book).select_related("person__book", "post").order_by("id")
        )
        for seat in seats:
            self.by_unit[seat.post.unit_id].append(seat.person)
            for role in seat.post.roles:
                self.by_role[seat.post.unit_id, role].append(seat.person)
        root = Unit.objects.get(book=book, parent=None)
        self.bookkeeper = next(
            person for person in self.by_role[root.pk, "reviewer"] if person not in self._leaders(root)
        )

    def _leaders(self, unit: Unit) -> list[Person]:
        return self.by_role[unit.pk, "leader"]

    def all_of(self, unit: Unit) -> list[Person]:
        """Everybody with a post in the unit itself."""
        return self.by_unit[unit.pk]

    def clerk(self, unit: Unit) -> Person:
        """Who writes the unit's sheets."""
        return self.by_role[unit.pk, "clerk"][0]

    def reviewers(self, unit: Unit, roles: Sequence[str] = ("reviewer",)) -> list[Person]:
        """One person for each role in turn, all different, the nearest to the unit, and leaders only where a
        leader is asked for if somebody else can be had."""
        chosen: list[Person] = []
        for role in roles:
            chosen.append(next(person for person in self._holding(unit, role) if person not in chosen))
        return chosen

    def _holding(self, unit: Unit, role: str) -> list[Person]:
        nearest = [person for place in reversed(unit.ancestors) for person in self.by_role[place, role]]
        leaders = {person.pk for place in unit.ancestors for person in self.by_role[place, "leader"]}
        return sorted(nearest, key=lambda person: role != "leader" and person.pk in leaders)
