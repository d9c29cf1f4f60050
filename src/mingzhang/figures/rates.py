"""Shares of a number of cases: what they were made of, and how far chance alone may have moved them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import sqrt
from typing import NamedTuple

from mingzhang.figures.definitions import Definition, Derived
from mingzhang.figures.saying import PERCENT

Z = 1.959963984540054  # the 97.5th percentile of the normal distribution: intervals of 95%
FEW = 5


class Sample(NamedTuple):
    """So many of so many cases."""

    hits: int
    cases: int


class Span(NamedTuple):
    """An interval of shares between 0 and 1."""

    low: float
    high: float


def parts_of_share(definition: Definition) -> tuple[str, str] | None:
    """The figures above and below the line of a share of the same period; None for any other figure."""
    if not isinstance(definition, Derived) or definition.figure.measure != PERCENT:
        return None
    if definition.tree.function != "ratio" or any(shift != "same" for _part, shift in definition.parts):
        return None
    above, below = (part.figure.id for part, _shift in definition.parts)
    return above, below


def sample(hits: object, cases: object) -> Sample | None:
    """The two numbers as a sample, where they can be one: whole, and no more hits than cases."""
    if isinstance(hits, int) and isinstance(cases, int) and 0 <= hits <= cases:
        return Sample(hits, cases)
    return None


def wilson(taken: Sample) -> Span:
    """The Wilson score interval of 95%, which stays inside 0 and 1 and holds for few cases too. All of [0, 1] when
    there is no case."""
    if taken.cases == 0:
        return Span(0.0, 1.0)
    n, share = taken.cases, taken.hits / taken.cases
    scale = 1 + Z * Z / n
    middle = (share + Z * Z / (2 * n)) / scale
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / scale
    return Span(max(0.0, middle - half), min(1.0, middle + half))


def mostly_overlap(spans: Sequence[Span]) -> bool:
    """Whether more than half of all pairs overlap, so that putting the shares in order would say nothing."""
    pairs = list(combinations(spans, 2))
    return 2 * sum(one.low <= other.high and other.low <= one.high for one, other in pairs) > len(pairs)
