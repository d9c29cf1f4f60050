"""How numbers are written in an official text."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingzhang.reports.numerals import Amount, Form, change, count_zh, more, over, percent, plain, points, present

AMOUNTS = st.one_of(
    st.integers(min_value=-10, max_value=10**12),
    st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False, allow_infinity=False),
)
STEPS = st.none() | st.sampled_from([1, 5, 10, 50, 100, 500, 1000, 10_000, 100_000_000])
SIZES = {"": 1, "万": 10_000, "亿": 100_000_000}


def claimed(text: str) -> int:
    """The number a rounded form claims to be above."""
    found = re.fullmatch(r"超?(\d+)(万|亿|)余?", text)
    assert found, text
    return int(found[1]) * SIZES[found[2]]


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (4126, 1000, "超4000"),
        (4000, 1000, "4000"),
        (4001, 1000, "超4000"),
        (999, 1000, "999"),
        (104, None, "超100"),
        (43210, 10_000, "超4万"),
        (43210, 1000, "超43000"),
        (0, 1000, "0"),
        (-5, 1, "-5"),
        (None, 1000, "—"),
        (Decimal("4000.5"), 1000, "超4000"),
    ],
)
def test_over_names_the_step_below(value: Amount | None, step: int | None, text: str) -> None:
    assert over(value, step) == text


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [(836, 100, "800余"), (800, 100, "800"), (627, None, "600余"), (7, None, "7"), (43210, 10_000, "40000余")],
)
def test_more_stands_before_its_measure_word(value: int, step: int | None, text: str) -> None:
    assert more(value, step) == text


@given(AMOUNTS, STEPS)
def test_over_never_claims_more_than_there_is(value: Amount, step: int | None) -> None:
    text = over(value, step)
    assert claimed(text) < value if text.startswith("超") else text == plain(value)


@given(AMOUNTS, STEPS)
def test_more_claims_less_than_there_is_and_by_less_than_a_step(value: Amount, step: int | None) -> None:
    text = more(value, step)
    if not text.endswith("余"):
        assert text == plain(value)
        return
    size = step or 10 ** (len(str(int(value))) - 1)
    assert claimed(text) < value < claimed(text) + size


@given(st.decimals(min_value=0, max_value=1, places=6, allow_nan=False))
def test_a_share_is_shown_as_whole_only_when_it_is(ratio: Decimal) -> None:
    text = percent(ratio)
    assert (text == "100%") == (ratio == 1)
    assert abs(Decimal(text.rstrip("%")) - ratio * 100) < Decimal("0.1")


@given(AMOUNTS)
def test_a_plain_number_reads_back_as_itself(value: Amount) -> None:
    assert Decimal(plain(value)) == value
    assert "," not in plain(value)
    assert Decimal(plain(value, "en").replace(",", "")) == value


@pytest.mark.parametrize(
    ("growth", "text", "english"),
    [
        (Decimal("0.052"), "增长5.2%", "up 5.2%"),
        (Decimal("-0.03"), "下降3.0%", "down 3.0%"),
        (Decimal(0), "持平", "unchanged"),
        (Decimal("0.0001"), "基本持平", "almost unchanged"),
        (Decimal(12), "增长1200.0%", "up 1,200.0%"),
        (None, "—", "—"),
    ],
)
def test_a_change_says_which_way(growth: Decimal | None, text: str, english: str) -> None:
    assert change(growth) == text
    assert change(growth, "en") == english


def test_a_difference_of_shares_is_in_percentage_points() -> None:
    assert points(Decimal("0.023")) == "2.3个百分点"
    assert points(Decimal("0.023"), "en") == "2.3 percentage points"


def test_small_counts_are_written_in_words_and_larger_ones_in_digits() -> None:
    assert [count_zh(value) for value in (2, 3, 10, 11)] == ["两", "三", "十", "11"]
    assert count_zh(Decimal("2.5")) == "2.5"
    assert count_zh(2, "en") == "two"


def test_a_ratio_is_shown_as_a_percentage_without_being_asked() -> None:
    assert present(Decimal("0.958"), measure="%") == "95.8%"
    assert present(Decimal("0.958"), Form.PERCENT) == "95.8%"
    assert present(4126, Form.OVER, step=1000) == "超4000"
    assert present(4126, Form.OVER, step=1000, language="en") == "over 4,000"
    assert present(836, Form.MORE, step=100, language="en") == "more than 800"


@pytest.mark.parametrize("form", list(Form))
def test_no_value_is_a_dash_in_every_form(form: Form) -> None:
    assert present(None, form, step=100, measure="%") == "—"


def test_a_step_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        over(100, 0)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot print"):
        plain(Decimal("NaN"))


@pytest.mark.parametrize(
    ("difference", "said"),
    [("0.023", "提高2.3个百分点"), ("-0.004", "下降0.4个百分点"), ("0", "持平"), ("0.0001", "基本持平")],
)
def test_a_change_of_a_share_is_said_in_points(difference: str, said: str) -> None:
    assert present(Decimal(difference), Form.CHANGE, measure="个百分点") == said
