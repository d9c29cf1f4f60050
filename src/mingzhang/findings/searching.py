"""Finding findings by what is written in them: see docs/reference/search.md."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from mingzhang.findings.models import Finding

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


def search_findings(among: QuerySet[Finding], asked: str) -> QuerySet[Finding]:
    """Of `among`, those that have every word in their first line, their place or their number: the newest first."""
    held = Q()
    for word in asked.split()[:MOST_WORDS]:
        held &= Q(_HasPairs(F("search_text__bigrams"), word))
        if len(word) > 2:  # what has all pairs of a longer word need not have the word
            held &= Q(_HasWord(F("search_text__text"), word))
    return among.filter(held).order_by("-pk") if held else among.none()
