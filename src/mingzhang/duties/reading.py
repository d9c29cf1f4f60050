"""Whose handbook a person may open."""

from __future__ import annotations

from mingzhang.duties.rules import check_user_can_read_handbook, no_handbook
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place


def whose_handbook(place: Place, username: str) -> Person:
    """The person of that name, if one may read their handbook. Raises NotFound."""
    found = Person.objects.select_related("book").filter(book=place.person.book_id, username=username).first()
    if found is None:
        raise no_handbook()
    check_user_can_read_handbook(place.person, found)
    return found
