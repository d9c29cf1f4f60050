"""How what a pack says is shown: in which language, and with which measure words (量词).

A pack writes measure words in Chinese, where every count needs one. English needs few: 4次 of seminars is 4, since
the name beside it says what is counted; a unit that tells something of its own keeps a word.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

ENGLISH: Mapping[str, str] = {
    "人": "people",
    "人次": "attendances",
    "户": "households",
    "户次": "visits",
    "家次": "visits",
    "台次": "inspections",
    "册": "books",
    "元": "yuan",
    "分钟": "min",
    "个百分点": "points",
}
CLASSIFIERS = frozenset("次个项件份场处家张期条篇类起轮台")


def language() -> str:
    """The language that names from a pack are shown in."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def measure_word(measure: str | None) -> str:
    """What stands after a number: nothing after a percentage, which has its sign; in Chinese the word itself; in
    English its translation, or nothing where English needs nothing. A word not known here stays as it is."""
    if not measure or measure == "%":
        return ""
    if language() != "en":
        return measure
    return "" if measure in CLASSIFIERS else _spaced(ENGLISH.get(measure, measure))


def _spaced(word: str) -> str:
    return f" {word}"
