"""The problems that wrong answers show, and what each is put down as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from mingzhang.inspections.answers import is_wrong
from mingzhang.inspections.models import Round
from mingzhang.inspections.rounds_query import Reading, checklist_of
from mingzhang.inspections.standing import Said
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.follow_up import FOLLOW_UP, STILL
from mingzhang.packs.queries import pack_of


class Wrong(NamedTuple):
    """An item that was found wrong; `category` is empty where the inspector has yet to say it."""

    item: Item
    said: Said
    category: str
    severity: str


def wrong_in(round: Round, reading: Reading) -> Iterator[Wrong]:
    """The wrong answers of a round, each a problem. What was noted of an item says it better, and is none of these;
    what is seen of a finding looked at again is told to that finding."""
    if round.checklist == FOLLOW_UP.id:
        return
    worded = {one.item for one in reading.noted if one.item}
    for item in checklist_of(round).items():
        said = reading.answers.get(item.id)
        if said and is_wrong(item, said.value) and item.id not in worded:
            yield Wrong(item, said, category_of(round, item, said), _severity(round, item))


CANNOT_SEE = _("现在看不到的，由安排检查的人写明原因，这一个不查了。")


def decides(round: Round, item: Item) -> bool:
    """Whether the answer decides what becomes of a finding: such an item always applies."""
    return item.id == STILL and round.checklist == FOLLOW_UP.id


def is_asked(round: Round, item: Item) -> bool:
    """Whether the inspector is asked what a problem with the item is put down as."""
    return item.is_judged and item.finding is None and round.checklist != FOLLOW_UP.id


def category_of(round: Round, item: Item, said: Said) -> str:
    """What the checklist suggests, or else what the inspector said, or else what the pack has for the rest."""
    if item.finding:
        return item.finding.category
    return said.category or category_otherwise(round)


def category_otherwise(round: Round) -> str:
    """What the pack has for the rest, empty where it has nothing."""
    words = pack_of(round.pack_version_id).findings
    return (words.otherwise or "") if words else ""


def _severity(round: Round, item: Item) -> str:
    """What the checklist suggests, or else the mildest."""
    if item.finding and item.finding.severity:
        return item.finding.severity
    words = pack_of(round.pack_version_id).findings
    return words.severities[0].id if words else ""
