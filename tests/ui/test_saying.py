from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from mingzhang.ui.templatetags import ui


@pytest.mark.parametrize(
    ("value", "text"), [(1286, "1,286"), (-2, "\u22122"), (Decimal("12.50"), "12.50"), (None, "—"), (0, "0")]
)
def test_a_number_is_printed_with_thousands_commas_and_a_true_minus_sign(value: int | None, text: str) -> None:
    assert ui.number(value) == text


@pytest.mark.parametrize(("language", "text"), [("zh-hans", "2026年5月18日"), ("en", "18 May 2026")])
def test_a_day_is_said_in_the_language_of_the_page(language: str, text: str) -> None:
    with override(language):
        assert ui.full_day(date(2026, 5, 18)) == text
        assert ui.full_day("2026-05-18") == text


def test_a_digest_is_shortened_to_what_an_eye_can_compare() -> None:
    assert ui.short_digest("sha256:" + "ab" * 32) == "ababababab…ababab"
