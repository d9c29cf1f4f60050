"""Finding inspections by their title."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from mingzhang.inspections.models import Inspection
from mingzhang.inspections.queries import visible_to
from mingzhang.organisation.models import Person
from mingzhang.organisation.searching import folded


def search_inspections(person: Person, asked: str) -> QuerySet[Inspection]:
    """The inspections that the person may know of whose title holds every word: the latest first."""
    named = Q()
    for word in folded(asked).split():
        named &= Q(title__icontains=word)
    found = visible_to(person).filter(named) if named else Inspection.objects.none()
    return found.select_related("unit").order_by("-last", "-id")
