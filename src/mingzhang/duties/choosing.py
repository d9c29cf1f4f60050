"""A person as somebody typed them: by user name, or by name where only one bears it."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.organisation.models import Person

MOST_NAMED = 5


def person_typed(by: Person, typed: str, *, gone: bool = False) -> Person:
    """Somebody active of the same book, or with `gone` somebody who has left too. Raises InvalidInput, with who may
    be meant where several may."""
    said = typed.strip()[:100]
    if not said:
        raise InvalidInput(_("没有写是谁。"), remedy=_("请写用户名，或者姓名。"))
    people = Person.objects.select_related("book").filter(book=by.book_id)
    people = people if gone else people.filter(is_active=True)
    found = list(people.filter(Q(username=Person.normalize_username(said)) | Q(name=said)).order_by("id")[:20])
    exact = [one for one in found if one.username == Person.normalize_username(said)]
    if exact or len(found) == 1:
        return (exact or found)[0]
    if not found:
        raise InvalidInput(_("没有找到“%(said)s”。") % {"said": said}, remedy=_("请写用户名，或者完整的姓名。"))
    near = "、".join(f"{one.name}（{one.username}）" for one in found[:MOST_NAMED])
    raise InvalidInput(
        _("叫“%(said)s”的不止一个：%(near)s。") % {"said": said, "near": near}, remedy=_("请写用户名。")
    )
