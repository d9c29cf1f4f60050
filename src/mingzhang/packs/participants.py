"""Who took part, as people write it: `陈一禾（chen）、何站长（he）、另3人`.

People of the book are named; the others, of whom the book knows nothing, are counted. The same text stands in the
form's control, in a cell that is pasted or brought in, and in what is kept of an unfinished sheet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

SEPARATOR = "、"
MOST_NAMED = 500
MOST_OTHERS = 100_000
LONGEST = 50_000

_SEPARATORS = re.compile(r"[、,，;；\n\r\t]")
_OTHERS = re.compile(
    r"(?:另[有外]?|其他(?:人员)?|其余|and) *([0-9]{1,9}) *(?:人|名|位|others?)?|([0-9]{1,9}) *(?:人|名|位|others?)",
    re.IGNORECASE,
)
_CODE = re.compile(r"[（(]([^（）()]+)[）)]\s*$")


class Written(NamedTuple):
    """What a text names: people by user name or name, each with the piece of text it was taken from, and the
    numbers of others, one for each time that it gives one."""

    named: tuple[tuple[str, str], ...]
    others: tuple[int, ...]


def read(text: str) -> Written:
    """The pieces of `text`: nothing is dropped, whether or not there is such a person."""
    named: list[tuple[str, str]] = []
    others: list[int] = []
    for piece in filter(None, map(str.strip, _SEPARATORS.split(text))):
        if counted := _OTHERS.fullmatch(unicodedata.normalize("NFKC", piece)):
            others.append(int(counted.group(1) or counted.group(2)))
        else:
            code = _CODE.search(piece)
            named.append((code.group(1).strip() if code else piece, piece))
    return Written(tuple(named), tuple(others))


def write(people: Iterable[tuple[str, str]], others: int) -> str:
    """The text that `read` takes back: each person's name with their user name, then the others."""
    pieces = [f"{_plain(name)}（{username}）" for name, username in people]
    return SEPARATOR.join([*pieces, f"另{others}人"] if others else pieces)


def _plain(name: str) -> str:
    """A name in which nothing reads as the end of it: the user name behind it says who is meant."""
    return _SEPARATORS.sub(" ", name).strip()


def head_count(value: Mapping[str, Any]) -> int:
    """How many took part, named or not: all that the ledger is told."""
    return len(value["persons"]) + int(value["others"])
