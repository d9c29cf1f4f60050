"""Which rounds there are, for whom, and how each stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.composed import Given
from mingzhang.core.errors import NotFound
from mingzhang.inspections.models import (
    DONE,
    OPEN,
    Answer,
    Drop,
    Noted,
    Photo,
    Round,
    RoundInspector,
    Statement,
)
from mingzhang.inspections.standing import Said, heads_of
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.packs.checklist_schema import Checklist, Item
from mingzhang.packs.follow_up import FOLLOW_UP
from mingzhang.packs.queries import pack_of

KEPT_DAYS = 7
READ_ALONG = ("book", "unit__book", "inspection__unit", "pack_version", "drawn__object")


@dataclass
class Reading:
    """What was said in a round, as it stands: `heads` are the answers to each item, of which there are several
    where they contradict each other."""

    heads: dict[str, list[Said]] = field(default_factory=dict)
    photos: list[Photo] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    statement: Statement | None = None

    @property
    def conflicts(self) -> dict[str, list[Said]]:
        """The items with several answers."""
        return {item: heads for item, heads in self.heads.items() if len(heads) > 1}

    @property
    def answers(self) -> dict[str, Said]:
        """The items on which one thing was said: a note perhaps, an answer taken back."""
        return {item: heads[0] for item, heads in self.heads.items() if len(heads) == 1}

    def unanswered(self, checklist: Checklist) -> list[Item]:
        """What has no answer yet, neither one nor several."""
        answered = {item for item, heads in self.heads.items() if len(heads) > 1 or heads[0].value}
        return [item for item in checklist.items() if item.id not in answered]


def visible_to(person: Person) -> QuerySet[Round]:
    """The rounds of the units whose inspections the person may view, and those that they go through themselves."""
    scope = visible_units(person, Permission.INSPECTION_VIEW)
    own = Q(Exists(RoundInspector.objects.filter(round=OuterRef("pk"), person=person)))
    if scope.everything:
        return Round.objects.filter(scope.condition())
    return Round.objects.filter(scope.condition() | own, book=person.book_id)


def of_inspector(person: Person | Given) -> QuerySet[Round]:
    """Those that somebody goes through."""
    own = RoundInspector.objects.filter(person=person).values("round")
    return Round.objects.filter(pk__in=own).select_related(*READ_ALONG)


def to_go_through(person: Person | Given) -> QuerySet[Round]:
    """What somebody still has to go through, the oldest first."""
    return of_inspector(person).filter(state__in=OPEN).order_by("number")


def rounds_of(ids: Sequence[int]) -> list[Round]:
    """These rounds with all that is read along, the oldest first."""
    return list(Round.objects.filter(pk__in=ids).select_related(*READ_ALONG).order_by("number"))


def taken_along(person: Person) -> list[Round]:
    """What somebody's phone takes along: what is to be done, and what was finished in the last days."""
    since = clock.now() - timedelta(days=KEPT_DAYS)
    found = of_inspector(person).filter(Q(state__in=OPEN) | Q(state__in=DONE, finished_at__gte=since))
    return list(found.order_by("number"))


def round_by_number(person: Person, number: int) -> Round:
    """Raises NotFound, also for one that the person may not see."""
    return _one(visible_to(person).select_related(*READ_ALONG), number)


def own_round(person: Person, number: int) -> Round:
    """One that somebody goes through. Raises NotFound, also for others."""
    return _one(of_inspector(person), number)


def _one(rounds: QuerySet[Round], number: int) -> Round:
    found = rounds.filter(number=number).first() if number < 2**31 else None
    if found is None:
        raise NotFound(_("没有找到第 %(number)s 号现场检查或自查。") % {"number": number})
    return found


def checklist_of(round: Round) -> Checklist:
    """What is gone through, in the version of its pack with which the round was made."""
    return pack_of(round.pack_version_id).checklists_by_id[round.checklist]


def judged_items(round: Round) -> list[Item]:
    """The items by which an object is found right or wrong: what is asked of a finding that is looked at again is
    not among them."""
    if round.checklist == FOLLOW_UP.id:
        return []
    return [item for item in checklist_of(round).items() if item.is_judged]


def inspectors_of(rounds: Sequence[Round]) -> dict[int, list[Person]]:
    """Who goes through each, by name."""
    found: dict[int, list[Person]] = defaultdict(list)
    rows = RoundInspector.objects.filter(round__in=[one.pk for one in rounds]).select_related("person")
    for row in rows.order_by("person__name", "person"):
        found[row.round_id].append(row.person)
    return found


def reading_of(round: Round) -> Reading:
    """What was said in it, as it stands."""
    return readings_of([round])[round.pk]


def readings_of(rounds: Sequence[Round]) -> dict[int, Reading]:
    """What was said in each, as it stands. As many queries for many as for one."""
    ids = [one.pk for one in rounds]
    found = {id: Reading() for id in ids}
    for (id, item), said in _answers(ids).items():
        found[id].heads[item] = heads_of(said)
    dropped = set(Drop.objects.filter(round__in=ids).values_list("what", flat=True))
    for photo in Photo.objects.filter(round__in=ids).select_related("op__by", "evidence").order_by("op__number"):
        if photo.pk not in dropped:
            found[photo.round_id].photos.append(photo)
    for noted in Noted.objects.filter(round__in=ids).select_related("op__by").order_by("op__number"):
        if noted.pk not in dropped:
            found[noted.round_id].noted.append(noted)
    for statement in Statement.objects.filter(round__in=ids).select_related("op__by").order_by("op__number"):
        found[statement.round_id].statement = statement
    return found


def _answers(rounds: Sequence[int]) -> dict[tuple[int, str], list[Said]]:
    """The answers to each item of each round, in the order in which they arrived."""
    found: dict[tuple[int, str], list[Said]] = defaultdict(list)
    rows = Answer.objects.filter(round__in=rounds).select_related("op__by").order_by("op__number")
    for one in rows:
        op = one.op
        said = Said(one.pk, one.before, one.value, one.note, one.category, op.sending, op.by.name, op.said_at)
        found[one.round_id, one.item].append(said)
    return found
