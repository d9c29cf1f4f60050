"""How titles break, and what words are printable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingzhang.reports.writers.layout import em_width, printable
from mingzhang.reports.writers.titles import title_lines

TITLES = [
    "青禾街道办事处关于2026年上半年基层治理和宣传文化工作情况的报告",
    "清岚县2026年度基层治理和宣传文化工作报告",
    "青禾街道2026年上半年安全生产责任制落实情况的报告",
    "清岚县人民政府办公室关于进一步加强基层治理和宣传文化工作责任制落实情况专项检查整改工作的通知",
]


@pytest.mark.parametrize("title", TITLES)
def test_lines_fit_keep_every_word_and_have_no_waist(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title
    widths = [em_width(line) for line in lines]
    assert max(widths) <= 20
    assert all(width >= min(widths[0], widths[-1]) for width in widths[1:-1])
    assert not any(line[0] in "的和、年" for line in lines[1:])


def test_no_line_ends_inside_a_word_or_a_number() -> None:
    lines = title_lines(TITLES[0])
    assert len(lines) == 2
    ends = lines[0]
    assert not any(ends.endswith(part) for part in ("20", "2026", "上半", "基", "宣", "工"))


def test_a_title_of_any_length_is_set_without_delay() -> None:
    lines = title_lines("清岚县青禾街道基层治理" * 100)
    assert len(lines) == 55


def test_a_short_title_stays_on_one_line() -> None:
    assert title_lines("青禾街道半年工作总结") == ("青禾街道半年工作总结",)


def test_the_authors_own_breaks_are_kept() -> None:
    assert title_lines("清岚县\n年度工作报告") == ("清岚县", "年度工作报告")


@given(st.text(alphabet="青禾街道办事处关于的报告2026年、《》 ab", min_size=1, max_size=90))
def test_every_title_fits_its_lines_and_loses_nothing(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title.strip()
    assert all(em_width(line) <= 20 for line in lines)


@given(st.text())
def test_printable_text_holds_nothing_that_xml_forbids(text: str) -> None:
    assert not any(
        ord(sign) < 0x20 or 0xD800 <= ord(sign) <= 0xDFFF or ord(sign) in (0xFFFE, 0xFFFF)
        for sign in printable(text)
    )
