"""Shares of few cases say how little they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingzhang.figures.rates import Sample, Span, mostly_overlap, sample, wilson


@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (8, 10, 0.4902, 0.9433), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_that_of_wilson(hits: int, cases: int, low: float, high: float) -> None:
    assert wilson(Sample(hits, cases)) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_the_share_and_stays_between_none_and_all(hits: int, others: int) -> None:
    cases = hits + others
    span = wilson(Sample(hits, cases))
    assert 0 <= span.low <= span.high <= 1
    assert not cases or span.low - 1e-9 <= hits / cases <= span.high + 1e-9


def test_more_cases_make_a_shorter_interval() -> None:
    few, many = wilson(Sample(8, 10)), wilson(Sample(80, 100))
    assert few.high - few.low > many.high - many.low


@pytest.mark.parametrize(("hits", "cases"), [(None, 3), (3, None), (4, 3), (-1, 3), (1.5, 3)])
def test_numbers_that_are_no_cases_are_no_sample(hits: object, cases: object) -> None:
    assert sample(hits, cases) is None
    assert sample(2, 3) == (2, 3)


def test_intervals_that_cannot_be_told_apart_are_said_to_overlap() -> None:
    assert mostly_overlap([Span(0.1, 0.5), Span(0.4, 0.8), Span(0.45, 0.9)])
    assert not mostly_overlap([Span(0.1, 0.2), Span(0.4, 0.5), Span(0.7, 0.9)])
