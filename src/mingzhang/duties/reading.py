"""Whose handbook a person may open."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mingzhang.core.errors import NotFound
from mingzhang.duties.rules import check_user_can_read_handbook
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place


def whose_handbook(place: Place, username: str) -> Person:
    """The person of that name, if one may read their handbook. Raises NotFound."""
    found = Person.objects.select_related("book").filter(book=place.person.book_id, username=username).first()
    if found is None:
        raise NotFound(_("没有找到这个人的责任手册。"), remedy=_("只能看自己的，和自己领导的单位里的人的。"))
    check_user_can_read_handbook(place.person, found)
    return found
