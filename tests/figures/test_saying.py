from __future__ import annotations

from decimal import Decimal

import pytest

from mingzhang.figures.saying import change, said


@pytest.mark.parametrize(
    ("number", "measure", "text"),
    [
        (1286, "件", "1,286"),
        (Decimal("0.958"), "%", "95.8%"),
        (Decimal("-0.023"), "个百分点", "\u22122.3"),
        (Decimal("12.500"), "元", "12.5"),
        (None, "%", "—"),
    ],
)
def test_a_value_is_printed_by_its_measure(number: Decimal | int | None, measure: str, text: str) -> None:
    assert said(number, measure) == text


@pytest.mark.parametrize(
    ("now", "before", "measure", "text"),
    [
        (105, 100, "次", "+5.0%"),
        (80, 100, "次", "\u221220.0%"),
        (100, 100, "次", "0%"),
        (5, 0, "次", "—"),
        (Decimal("0.95"), Decimal("0.9"), "%", "+5.0个百分点"),
        (None, 1, "%", "—"),
    ],
)
def test_a_change_is_a_percentage_or_for_shares_a_number_of_points(
    now: Decimal | int | None, before: Decimal | int | None, measure: str, text: str
) -> None:
    assert change(now, before, measure) == text
