"""No text becomes a formula in the spreadsheet that opens it."""

from __future__ import annotations

import pytest

from mingzhang.core.spreadsheets import guarded


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1+cmd|' /C'", "\u3000=1"])
def test_what_looks_like_a_formula_is_given_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "用气安全", "3月-5月", "a=b", "—"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text
