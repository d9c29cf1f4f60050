"""Finding units and people by a few characters of their name, or by their code."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from django.db.models import BooleanField, Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Length

from mingzhang.organisation.models import Appointment, Person, Unit
from mingzhang.organisation.scopes import AnyOf, UnitScope


def folded(text: str) -> str:
    """The form in which two writings of the same are equal: NFKC, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def search_units(scope: UnitScope, asked: str) -> QuerySet[Unit]:
    """Units in `scope` whose name holds every word, or whose code is what is asked: the very code first, then the
    very name, names that begin so, open units before closed ones, short names before long."""
    whole = folded(asked.strip())
    coded = _matches("code", "exact", whole)
    found = scope.filter(Unit.objects.filter(_named(whole.split()) | coded), field="id")
    rank = Case(
        When(coded, then=0),
        When(_matches("name", "exact", whole), then=1),
        When(_matches("name", "startswith", whole), then=2),
        default=3,
        output_field=IntegerField(),
    )
    closed = Case(When(closed_on=None, then=False), default=Value(True), output_field=BooleanField())
    return found.select_related("parent").order_by(rank, closed, Length("name"), "code")


def search_people(scope: UnitScope, asked: str) -> QuerySet[Person]:
    """People of `people_in(scope)` whose name holds every word, or whose user name begins with what is asked. Those
    who have left come last."""
    whole = folded(asked.strip())
    found = people_in(scope).filter(_named(whole.split()) | Q(username__startswith=whole))
    rank = Case(
        When(username=whole, then=0), When(name__iexact=whole, then=1), default=2, output_field=IntegerField()
    )
    return found.order_by("-is_active", rank, Length("name"), "name", "id")


def people_in(scope: UnitScope) -> QuerySet[Person]:
    """The people whom someone with `scope` for arranging people may see: all of the book at its root; else those
    who hold or held a post in `scope`, and newcomers who were never given one anywhere."""
    people = Person.objects.filter(book=scope.book_id)
    if scope.everything:
        return people
    seats = Appointment.objects.filter(person=OuterRef("pk"))
    within = seats.filter(AnyOf(F("post__unit"), sorted(scope.unit_ids)))
    return people.filter(Exists(within) | ~Exists(seats))


def _named(words: Sequence[str]) -> Q:
    named = Q(pk__isnull=not words)
    for word in words:
        named &= _matches("name", "contains", word)
    return named


def _matches(field: str, how: str, text: str) -> Q:
    """That `field` matches, whatever its case. A text without case, as Chinese is, is compared as it stands: to
    fold the names of 50,000 units takes longer than to look through them."""
    return Q(**{f"{field}__{'i' if text.upper() != text else ''}{how}": text})
