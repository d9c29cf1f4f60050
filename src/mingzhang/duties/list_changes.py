"""What is otherwise in the duty list of a unit on one day than on another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from mingzhang.duties.list_page import Item
from mingzhang.duties.lists import Held, duty_list
from mingzhang.duties.saying import PARTS, part_role, part_said, role_said
from mingzhang.organisation.models import Unit
from mingzhang.packs.duty_schema import Part
from mingzhang.packs.queries import pack_of


@dataclass(frozen=True)
class Word:
    """Something of a duty that is said otherwise."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """A duty that is in both lists, in other words."""

    item: Item
    words: Sequence[Word]


@dataclass(frozen=True)
class Changes:
    """The difference of two lists. `gone` are duties withdrawn, or no longer declared by the pack."""

    added: Sequence[Item]
    changed: Sequence[Change]
    gone: Sequence[Item]

    @property
    def any(self) -> bool:
        return bool(self.added or self.changed or self.gone)


def changes_of(unit: Unit, first: date, last: date, query: str) -> Changes:
    """From the list as it was on the one day to that of the other. At most six queries."""
    old, new = (_by_key(unit, day, query) for day in (first, last))
    old_live = {key: item for key, item in old.items() if not item.withdrawn}
    new_live = {key: item for key, item in new.items() if not item.withdrawn}
    both = [(old_live[key], item) for key, item in new_live.items() if key in old_live]
    changed = [Change(after, list(_words(before, after))) for before, after in both]
    return Changes(
        added=[item for key, item in new_live.items() if key not in old_live],
        changed=[change for change in changed if change.words],
        gone=[new.get(key, item) for key, item in old_live.items() if key not in new_live],
    )


def _by_key(unit: Unit, day: date, query: str) -> dict[tuple[str, str], Item]:
    return {held.key: Item(held, (), query) for held in duty_list(unit, day)}


def _words(old: Item, new: Item) -> Iterator[Word]:
    for name, before, after in _pairs(old, new):
        if before != after:
            yield Word(name, before, after)


def _pairs(old: Item, new: Item) -> Iterator[tuple[str, str, str]]:
    yield _("名称"), old.name, new.name
    yield _("职责"), old.text, new.text
    yield _("类别"), old.kind, new.kind
    yield _("依据"), old.basis, new.basis
    yield _("多久一次"), old.cadence, new.cadence
    yield _("算办完"), old.closing, new.closing
    yield _("佐证"), old.evidence, new.evidence
    yield _("协办"), old.helpers, new.helpers
    pack = pack_of(new.held.version.pk)
    for part in PARTS:
        yield part_said(pack, part), _role(old.held, part), _role(new.held, part)


def _role(held: Held, part: Part) -> str:
    return role_said(part_role(held.duty, part))
