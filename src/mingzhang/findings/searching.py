"""Finding findings by what is written in them: see docs/reference/search.md."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, Q
from django.db.models.sql.compiler import SQLCompiler

from mingzhang.core.composed import Composed, Given
from mingzhang.findings.queries import visible_in
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import GivenScope

MOST_WORDS = 8


class _Asks(Lookup):
    """A condition that a function of the database makes of a word, which is a parameter."""

    prepare_rhs = False
    says = ""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """SQL and its parameters."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} {self.says}", (*params, self.rhs)


class _HasPairs(_Asks):
    says = "@@ ledger_search_query(%s)"


class _HasWord(_Asks):
    says = "LIKE ledger_search_pattern(%s)"


def search_findings(person: Person, asked: str, most: int) -> list[int]:
    """The first findings, by number, that the person may look at and that have every word in their first line,
    their place or their number: the newest first."""
    words = asked.split()[:MOST_WORDS]
    if not words:
        return []
    scope = visible_units(person, Permission.FINDING_VIEW)
    question = _composed(scope.everything, tuple(len(word) > 2 for word in words), most)
    given = {f"word{at}": word for at, word in enumerate(words)}
    return question.ask(scope=scope.given, book=person.book_id, person=person.pk, **given)


@lru_cache(maxsize=256)
def _composed(everything: bool, longer: tuple[bool, ...], most: int) -> Composed[int]:
    among = visible_in(GivenScope(everything), Given("book"), Given("person"))
    held = [Q(_HasPairs(F("search_text__bigrams"), Given(f"word{at}"))) for at in range(len(longer))]
    # What has all pairs of a longer word need not have the word.
    held += [Q(_HasWord(F("search_text__text"), Given(f"word{at}"))) for at, long in enumerate(longer) if long]
    return Composed(lambda: among.filter(*held).order_by("-pk").values_list("pk", flat=True)[:most])
