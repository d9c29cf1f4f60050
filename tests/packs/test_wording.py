"""Measure words as pages show them."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from mingzhang.packs.wording import measure_word


@pytest.mark.parametrize(
    ("measure", "chinese", "english"),
    [("次", "次", ""), ("人次", "人次", " attendances"), ("%", "", ""), (None, "", ""), ("座", "座", " 座")],
)
def test_a_measure_word_follows_the_language_of_the_page(measure: str | None, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert measure_word(measure) == chinese
    with override("en"):
        assert measure_word(measure) == english
