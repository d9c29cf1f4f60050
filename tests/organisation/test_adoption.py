"""Which packs a book works by."""

from __future__ import annotations

import pytest

from mingzhang.audit.models import Event
from mingzhang.core import clock
from mingzhang.core.errors import NotAllowed
from mingzhang.organisation import actions, queries
from mingzhang.organisation.models import Adoption
from mingzhang.packs.models import PackVersion
from tests.cast import Cast


def version(pack: str, number: str) -> PackVersion:
    return PackVersion.objects.create(
        pack=pack, version=number, digest=b"\x12\x20" + bytes(32), content={}, installed_at=clock.now()
    )


def test_the_version_adopted_last_is_in_force_and_one_may_go_back(cast: Cast) -> None:
    first, second, other = version("a", "1"), version("a", "2"), version("b", "1")
    for adopted in (first, second, other):
        actions.adopt(book=cast.book, pack_version=adopted, by=cast.admin)
    assert queries.packs_in_force(cast.book) == [second, other]
    actions.adopt(book=cast.book, pack_version=first, by=cast.admin)
    assert queries.packs_in_force(cast.book) == [first, other]
    assert queries.packs_in_force(cast.other_book) == []


def test_adopting_what_is_in_force_changes_nothing(cast: Cast) -> None:
    one = version("a", "1")
    adopted = actions.adopt(book=cast.book, pack_version=one, by=cast.admin)
    assert actions.adopt(book=cast.book, pack_version=one, by=cast.admin) == adopted
    assert Adoption.objects.count() == 1
    assert Event.objects.filter(verb="pack.adopt", subject="pack:a@1").count() == 1


def test_only_an_administrator_of_the_whole_book_adopts(cast: Cast) -> None:
    for person in (cast.zhou, cast.wei, cast.other_admin):
        with pytest.raises(NotAllowed):
            actions.adopt(book=cast.book, pack_version=version("a", person.username), by=person)
