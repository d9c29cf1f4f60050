"""Finding records by what is written in them: see docs/reference/search.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import normalize

from django.db import connection
from django.db.models import F

from mingzhang.core.composed import Composed, Given
from mingzhang.ledger.models import Entry, Record, SearchText
from mingzhang.organisation.scopes import AnyOf, UnitScope

# More than these, the newest, are neither ranked nor counted, unless page after page is asked for: a reader writes
# one word more.
MOST_FOUND = 50
MOST_WORDS = 8
# So many of the newest records of the book are read, fewer where all are in scope; so many hits are fetched by the
# index of pairs and sorted.
NEWEST_READ, NEWEST_AT_ROOT, MOST_SORTED = 30_000, 6_000, 4_000
FEW_UNITS = 500
# As one reads a number aloud: 123, 第123笔, 123号, № 123.
_NUMBER = re.compile(r"(?:第|№|no\.?)?\s*([0-9]{1,18})\s*(?:笔|号)?", re.IGNORECASE)
_TITLE_END = "\x01"


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found; `position` when it was asked for by the position of an entry, `passage` the text
    that holds what was asked when the title does not."""

    record: Record
    position: int | None = None
    passage: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits, and how many there are; `capped` when there are more than were counted."""

    hits: list[Hit]
    count: int
    capped: bool


def search_records(
    scope: UnitScope, asked: str, *, size: int = 20, after: int = 0, most: int | None = None
) -> Found:
    """The records in `scope` that hold every word of `asked`: first what has it as its number or position, then
    those with all words in the title, the newest first. `size` of them, `after` so many; of the first `most`
    (MOST_FOUND unless told)."""
    most = MOST_FOUND if most is None else most
    numbered = _by_number(scope, asked)
    known = {hit.record.pk for hit in numbered}
    words = asked.split()[:MOST_WORDS]
    written = [number for number in _by_words(scope, words, most) if number not in known]
    wanted = slice(max(0, after - len(numbered)), max(0, after + size - len(numbered)))
    hits = numbered[after : after + size] + _hits(written[:most], words, wanted)
    return Found(hits, len(numbered) + min(len(written), most), len(written) > most)


def _by_number(scope: UnitScope, asked: str) -> list[Hit]:
    match = _NUMBER.fullmatch(normalize("NFKC", asked).strip())
    if match is None:
        return []
    number = int(match[1])
    entries = scope.filter(Entry.objects.filter(seq=number)).exclude(record=None)
    at = entries.values_list("record_id", flat=True).first()
    records = _records([at] if at else [])
    hits = [Hit(record, number) for record in records]
    if at != number and (
        same := scope.filter(Record.objects.filter(pk=number)).values_list("pk", flat=True).first()
    ):
        hits += [Hit(record) for record in _records([same])]
    return hits


_SOME = "SELECT * FROM ledger_search_some({asked}, {patterns}, %(book)s, %(units)s, %(limit)s)"
_NEWEST = """
SELECT record_id, occurred_on
  FROM (SELECT * FROM ledger_searchtext WHERE book_id = %(book)s
         ORDER BY occurred_on DESC, record_id DESC LIMIT %(limit)s) AS newest
 WHERE bigrams @@ ({asked}) AND text LIKE ALL ({patterns})
   AND (%(units)s::int[] IS NULL OR unit_id = ANY (%(units)s))
 LIMIT %(most)s
"""


def _by_words(scope: UnitScope, words: Sequence[str], most: int) -> list[int]:
    """Numbers of records that hold all words, the newest first, and one more than `most` when there are more.

    Bounded whatever is asked. In many units, what is common is soon found among the newest of the book; the index
    of pairs answers what is rare. When that finds more than MOST_SORTED, it is left, and the newest are read."""
    if not words:
        return []
    few = not scope.everything and len(scope.unit_ids) <= FEW_UNITS
    newest_read = NEWEST_AT_ROOT if scope.everything else NEWEST_READ
    found = {} if few else dict(_ask(_NEWEST, scope, words, newest_read, most))
    if len(found) <= most:
        found |= dict(_ask(_SOME, scope, words, MOST_SORTED + 1, most))
        if len(found) > MOST_SORTED:
            found |= dict(_ask(_NEWEST, scope, words, NEWEST_READ, most))
    newest = sorted(found.items(), key=lambda one: (one[1], one[0]), reverse=True)
    return [number for number, _day in newest[: most + 1]]


def _ask(statement: str, scope: UnitScope, words: Sequence[str], limit: int, most: int) -> list[tuple[int, date]]:
    """Runs one of the two statements above; the words are parameters."""
    named: dict[str, Any] = {f"word{at}": word for at, word in enumerate(words)}
    asked = " && ".join(f"ledger_search_query(%({name})s)" for name in named)
    patterns = ", ".join(
        f"ledger_search_pattern(%({name})s)" for name, word in zip(named, words, strict=True) if len(word) > 2
    )
    named |= {"limit": limit, "most": most + 1}
    named |= {"book": scope.book_id, "units": None if scope.everything else sorted(scope.unit_ids)}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(asked=asked, patterns=f"ARRAY[{patterns}]::text[]"), named)
        return list(cursor.fetchall())


def _hits(numbers: Sequence[int], words: Sequence[str], wanted: slice) -> list[Hit]:
    """Those wanted of what was found, the best first: all words in the title first, else in the order given."""
    if not numbers:
        return []
    texts = dict(_TEXTS.ask(records=list(numbers)))
    folded = [normalize("NFKC", word).lower() for word in words]
    missing = {number: _missing(texts[number], folded) for number in numbers}
    best = sorted(numbers, key=lambda number: bool(missing[number]))[wanted]
    return [Hit(record, passage=_passage(texts[record.pk], missing[record.pk])) for record in _records(best)]


def _missing(text: str, words: Sequence[str]) -> list[str]:
    """The words that the title does not have."""
    title = text.partition(_TITLE_END)[0]
    return [word for word in words if word not in title]


def _passage(text: str, words: Sequence[str]) -> str:
    """The first text beside the title that holds one of the words."""
    return next((part for part in text.split(_TITLE_END)[1:] for word in words if word in part), "")


def _records(numbers: Sequence[int]) -> list[Record]:
    found = {record.pk: record for record in _SHOWN.ask(records=list(numbers))}
    return [found[number] for number in numbers]


_TEXTS = Composed(
    lambda: SearchText.objects.filter(AnyOf(F("record"), Given("records"))).values_list("record_id", "text")
)
_SHOWN = Composed(lambda: Record.objects.filter(AnyOf(F("pk"), Given("records"))).select_related("kind", "unit"))
