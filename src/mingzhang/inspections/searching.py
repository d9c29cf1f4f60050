"""Finding inspections by their title."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import Q

from mingzhang.core.composed import Composed, Given
from mingzhang.inspections.queries import visible_in
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import GivenScope
from mingzhang.organisation.searching import folded


def search_inspections(person: Person, asked: str, most: int) -> list[int]:
    """The first inspections, by number, that the person may know of whose title holds every word: the latest
    first."""
    words = folded(asked).split()
    if not words:
        return []
    view, plan = (visible_units(person, one) for one in (Permission.INSPECTION_VIEW, Permission.INSPECTION_PLAN))
    given = {f"word{at}": word for at, word in enumerate(words)}
    question = _composed(view.everything, plan.everything, len(words), most)
    return question.ask(view=view.given, plan=plan.given, person=person.pk, **given)


@lru_cache(maxsize=64)  # what is asked may have many words
def _composed(view: bool, plan: bool, words: int, most: int) -> Composed[int]:
    among = visible_in(GivenScope(view, "view"), GivenScope(plan, "plan"), Given("person"))
    named = [Q(title__icontains=Given(f"word{at}")) for at in range(words)]
    return Composed(lambda: among.filter(*named).order_by("-last", "-id").values_list("pk", flat=True)[:most])
