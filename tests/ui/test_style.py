"""The style sheet keeps to the rules of legibility, and fetches nothing."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import mingzhang.ui

SHEETS = sorted((Path(mingzhang.ui.__file__).parent / "static" / "ui" / "css").glob("*.css"))
TOKENS = next(sheet for sheet in SHEETS if sheet.name == "tokens.css").read_text()


def colours(scheme: str) -> dict[str, str]:
    """The colour tokens of the light or the dark scheme."""
    light, _, dark = TOKENS.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else {})


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_a_contrast_of_4_5_and_a_controls_border_of_3(scheme: str) -> None:
    held = colours(scheme)
    papers = ("paper", "sheet", "shade")
    for text, paper in product(("ink", "ink-2", "ink-3", "cinnabar", "jade", "ochre"), papers):
        assert contrast(held[text], held[paper]) >= 4.5, (text, paper)
    washes = [("jade", "jade-wash"), ("ochre", "ochre-wash")]
    washes += [("on-cinnabar", "cinnabar-fill"), ("on-cinnabar", "cinnabar-press")]
    for text, wash in washes:
        assert contrast(held[text], held[wash]) >= 4.5, (text, wash)
    for paper in papers:
        assert contrast(held["field"], held[paper]) >= 3, paper


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_style_sheet_fetches_nothing(sheet: Path) -> None:
    assert not re.search(r"url\(|@import|https?:", sheet.read_text())
