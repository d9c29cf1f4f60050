"""Finding units and people by a few characters of their name, or by their code."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Length, Upper
from django.db.models.lookups import Exact

from mingzhang.core.composed import Composed, Given
from mingzhang.organisation.models import Appointment, Person, Unit
from mingzhang.organisation.scopes import AnyOf, GivenScope, UnitScope


def folded(text: str) -> str:
    """The form in which two writings of the same are equal: NFKC, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


@dataclass(frozen=True, slots=True)
class Written:
    """A text that is looked for, or its place in a composed question, and whether it has capital letters at all."""

    text: str | Given
    cased: bool

    @classmethod
    def of(cls, text: str) -> Written:
        return cls(text, _cased(text))

    @property
    def value(self) -> Value | Given:
        """As an expression."""
        return self.text if isinstance(self.text, Given) else Value(self.text)


def search_units(scope: UnitScope, asked: str) -> QuerySet[Unit]:
    """Units in `scope` whose name holds every word, or whose code is what is asked: the very code first, then the
    very name, names that begin so, open units before closed ones, short names before long."""
    whole = folded(asked.strip())
    return _units(scope, Written.of(whole), [Written.of(word) for word in whole.split()])


def find_units(scope: UnitScope, asked: str, most: int) -> list[Unit]:
    """The first of `search_units`."""
    whole = folded(asked.strip())
    words = whole.split()
    question = _composed_units(scope.everything, _cased(whole), tuple(map(_cased, words)), most)
    given = {f"word{at}": word for at, word in enumerate(words)}
    return question.ask(scope=scope.given, whole=whole, **given)


@lru_cache(maxsize=256)  # what is asked may have many words
def _composed_units(everything: bool, cased: bool, words: tuple[bool, ...], most: int) -> Composed[Unit]:
    named = [Written(Given(f"word{at}"), word) for at, word in enumerate(words)]
    return Composed(
        lambda: _units(GivenScope(everything), Written(Given("whole", TextField()), cased), named)[:most]
    )


def _units(scope: UnitScope | GivenScope, whole: Written, words: Sequence[Written]) -> QuerySet[Unit]:
    coded = _matches("code", "exact", whole)
    found = Unit.objects.filter(_named(words) | coded).filter(scope.condition("id"))
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
    words = [Written.of(word) for word in whole.split()]
    found = people_in(scope).filter(_named(words) | Q(username__startswith=whole))
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


def _named(words: Sequence[Written]) -> Q:
    named = Q(pk__isnull=not words)
    for word in words:
        named &= _matches("name", "contains", word)
    return named


def _matches(field: str, how: str, said: Written) -> Q:
    """That `field` matches, whatever its case. A text without case, as Chinese is, is compared as it stands: to
    fold the names of 50,000 units takes longer than to look through them."""
    if said.cased and how == "exact":  # as `iexact` says it, which takes no place of a value
        return Q(Exact(Upper(field), Upper(said.value)))
    return Q(**{f"{field}__{'i' if said.cased else ''}{how}": said.text})


def _cased(text: str) -> bool:
    return text.upper() != text
