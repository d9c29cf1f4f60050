"""Numbers typed by hand, found in running text: what a reader would take for a count, a sum or a share.

Dates, ordinals, numbers of documents, numerals of headings and lists, names such as 3号楼 and set phrases such as
三审三校 are none. The words it knows stand in `data/claims.yaml`. It would rather ask once too often than miss
one: a number that is not meant as a claim is given its source like any other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

WORDS = Path(__file__).parent / "data" / "claims.yaml"

# Of equal length, so that places in the text stay what they are: NFKC would turn ① into 1.
_NARROW = str.maketrans("０１２３４５６７８９％．：－", "0123456789%.:-")

_HANZI = "零〇一二两三四五六七八九十百千"
_NUMERAL = rf"[{_HANZI}]+"
_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_BEFORE = "超过|超|近|约|逾|不足|不少于|不到|至少|多达|上"
_AFTER = "余|多|几|来"
_SHARE = r"(?:%|‰|个百分点)?"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUM = rf"(?:\d{{1,4}}|[{_HANZI}]{{1,6}})"


@dataclass(frozen=True, slots=True)
class Claim:
    """A number in a text from `start` to `end`, with the words that make it approximate: 超4000, 800余, 95.8%."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=10_000)
def claims(text: str) -> tuple[Claim, ...]:
    """The numbers in `text` that claim something, in order. Remembered: reports are mostly read."""
    narrow = text.translate(_NARROW)
    hidden = _none_of_these().sub(lambda found: "\0" * len(found.group()), narrow)
    return tuple(Claim(text[found.start() : found.end()], *found.span()) for found in _claim().finditer(hidden))


def unsupported(text: str, given: Sequence[str] = ()) -> Iterator[Claim]:
    """The claims of `text` but those in `given`, each of which excuses one of the same words."""
    excused = Counter(given)
    for claim in claims(text):
        if excused[claim.text]:
            excused[claim.text] -= 1
        else:
            yield claim


@cache
def _words() -> dict[str, list[str]]:
    known: dict[str, list[str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return known


def _any_of(name: str) -> str:
    return "|".join(re.escape(word) for word in sorted(_words()[name], key=len, reverse=True))


@cache
def _claim() -> re.Pattern[str]:
    measures = _any_of("measures")
    digits = rf"{_DIGITS}(?:{_AFTER})?[万亿]?(?:{_AFTER})?{_SHARE}"
    # One alone (一次, 一个) mostly counts nothing: 下一次, 一个一个. From two on, a measure word makes it a count.
    hanzi = rf"(?!一(?:{measures}))(?:{_NUMERAL}(?:{_AFTER})?[万亿]?(?:{_AFTER})?)(?={measures})"
    share = rf"百分之{_NUMERAL}(?:点{_NUMERAL})?"
    return re.compile(rf"(?:{_BEFORE})?(?:{digits}|{share}|{hanzi})")


@cache
def _none_of_these() -> re.Pattern[str]:
    """Whatever holds numerals and claims nothing."""
    numerals = "一二三四五六七八九十"
    return re.compile(
        "|".join((
            _any_of("phrases"),
            r"《[^《》]*》",
            r"[〔\[（(]\d{4}[〕\]）)]\s?第?\d+号",
            rf"^\s*(?:[{numerals}]+、|（[{numerals}]+）|\d+[.．、](?!\d)|[（(]\d+[）)])",
            rf"(?<=[。；：:;])\s*(?:\d+[.．、](?!\d)|[（(](?:\d+|[{numerals}]+)[）)])",
            rf"第\s?{_NUM}(?:届[{numerals}]+次全会)?",
            r"\d{4}年?[-—–~至到]\d{4}年",
            rf"{_NUM}(?:年度|年)?[-—–~至到]{_NUM}(?=月|日|时)",
            r"\d{4}[-./]\d{1,2}[-./]\d{1,2}",
            r"\d{4}年(?:度|代|[上下]半年)?(?:\d{1,2}月)?(?:\d{1,2}日)?",
            r"[一二][零〇九][零〇一二三四五六七八九]{2}年",
            rf"{_NUM}月(?:份|底|初|中旬|上旬|下旬|{_NUM}日)?",
            r"\d{1,2}日",
            r"\d{1,2}:\d{2}",
            r"\d{3,4}-\d{7,8}|(?<!\d)1\d{10}(?!\d)",
            r"\d+(?=热线)",
            r"\d+号(?:楼|院|线|门|令|文|机)?",
            rf"(?:{_any_of('names')})\s?:?：?\s?\d[\d-]*",
            r"[A-Za-z][A-Za-z/-]*\s?\d[\w.-]*",
            rf"\d{{1,2}} (?:{_MONTH})(?: \d{{4}})?|(?:{_MONTH}) \d{{4}}",
            r"(?<=of )(?:19|20)\d{2}\b",
        )),
    )  # fmt: skip
