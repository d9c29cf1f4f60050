"""Finding records by what is written in them: see docs/reference/search.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Lookup, Q, TextField, Value
from django.db.models.sql.compiler import SQLCompiler

from mingzhang.ledger.models import Entry, Record, SearchText
from mingzhang.organisation.scopes import UnitScope

# More than these, the newest, are neither ranked nor counted: a reader writes one word more.
MOST_FOUND = 200
# As one reads a number aloud: 123, 第123笔, 123号, № 123.
_NUMBER = re.compile(r"(?:第|№|no\.?)?\s*([0-9]{1,18})\s*(?:笔|号)?", re.IGNORECASE)
_TITLE_END = "\x01"


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found; `position` when it was asked for by the position of an entry."""

    record: Record
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits, and how many there are; `capped` when there are more than were counted."""

    hits: list[Hit]
    count: int
    capped: bool


class HoldsPairs(Lookup):
    """`bigrams @@ ledger_search_query(word)`: the planner computes the query and knows how common it is."""

    lookup_name = "holds_pairs"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """SQL and its parameters."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} @@ ledger_search_query(%s)", (*params, self.rhs)


class HoldsText(Lookup):
    """`text LIKE ledger_search_pattern(word)`: what has all pairs of a longer word need not have the word."""

    lookup_name = "holds_text"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        """SQL and its parameters."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} LIKE ledger_search_pattern(%s)", (*params, self.rhs)


def search_records(scope: UnitScope, asked: str, *, size: int = 20, most: int = MOST_FOUND) -> Found:
    """The records in `scope` that hold every word of `asked`: first what has it as its number or position, then
    those with all words in the title, the newest first. No more than `most` are looked at."""
    numbered = _by_number(scope, asked)
    known = {hit.record.pk for hit in numbered}
    written = [number for number in _by_words(scope, asked.split(), most + 1) if number not in known]
    count = len(numbered) + min(len(written), most)
    hits = numbered + [Hit(record) for record in _records(written[: max(0, size - len(numbered))])]
    return Found(hits[:size], count, len(written) > most)


def _by_number(scope: UnitScope, asked: str) -> list[Hit]:
    match = _NUMBER.fullmatch(asked.strip())
    if match is None:
        return []
    number = int(match[1])
    entries = scope.filter(Entry.objects.filter(seq=number)).exclude(record=None)
    at = entries.values_list("record_id", flat=True).first()
    records = _records([at] if at else [])
    hits = [Hit(record, number) for record in records]
    if at != number and (same := scope.filter(Record.objects.filter(pk=number)).values_list("pk", flat=True).first()):
        hits += [Hit(record) for record in _records([same])]
    return hits


def _by_words(scope: UnitScope, words: Sequence[str], most: int) -> list[int]:
    """Numbers of records, the best first. The newest are taken in the order of an index, so that a common word stops
    early; a rare one goes by the index of pairs."""
    if not words:
        return []
    texts = scope.filter(SearchText.objects.filter(*(_holds(word) for word in words)))
    newest = texts.order_by("-occurred_on", "-record_id").annotate(title_holds=_in_title(words))
    found = list(newest.values_list("record_id", "title_holds")[:most])
    return [number for number, _held in sorted(found, key=lambda one: not one[1])]


def _holds(word: str) -> Q:
    holds = Q(HoldsPairs(F("bigrams"), word))
    return holds & Q(HoldsText(F("text"), word)) if len(word) > 2 else holds


def _in_title(words: Sequence[str]) -> Q:
    title = Func(F("text"), Value(_TITLE_END), Value(1), function="split_part", output_field=TextField())
    inside = Q()
    for word in words:
        inside &= Q(HoldsText(title, word))
    return inside


def _records(numbers: Sequence[int]) -> list[Record]:
    found = Record.objects.select_related("kind", "unit").in_bulk(numbers)
    return [found[number] for number in numbers]
