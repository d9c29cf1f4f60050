"""Charts show all of their numbers, in their frame, and in proportion."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingzhang.ui import charts
from mingzhang.ui.charts.lines import path

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))
VALUES = st.lists(st.none() | NUMBERS, min_size=1, max_size=14)
NAMES = st.text("青禾街道社区 abcXYZ019", min_size=1, max_size=14)


def places(drawn: str) -> list[tuple[float, float]]:
    """The places that a path of M and L goes through."""
    pairs = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", drawn)
    return [(float(x), float(y)) for x, y in pairs]


def chart_of(*lines: list[float | None], bounds: tuple[float, float] | None = None) -> charts.LineChart:
    series = [
        charts.Series(f"线{nth}", values, [str(value) for value in values]) for nth, values in enumerate(lines)
    ]
    labels = [f"{month}月" for month in range(1, len(lines[0]) + 1)]
    return charts.line_chart(series, labels, width=280, height=170, say="{:g}".format, bounds=bounds)


@given(NUMBERS, NUMBERS, st.integers(2, 8), st.booleans())
def test_ticks_cover_the_data_at_equal_steps_and_are_not_many(
    low: float, high: float, most: int, whole: bool
) -> None:
    found = charts.ticks(low, high, most=most, whole=whole)
    assert found[0] <= min(low, high)
    assert found[-1] >= max(low, high)
    steps = [after - before for before, after in zip(found, found[1:], strict=False)]
    assert all(math.isclose(step, steps[0], rel_tol=1e-6) for step in steps)
    assert len(found) <= max(most, 3)
    assert not whole or all(tick == int(tick) for tick in found)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 97, (0, 25, 50, 75, 100)), (0, 4, (0, 1, 2, 3, 4)), (86.2, 97.9, (85, 90, 95, 100)), (0, 0, (0, 1))],
)
def test_ticks_are_round_numbers(low: float, high: float, expected: tuple[float, ...]) -> None:
    assert charts.ticks(low, high, whole=True) == expected


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_scale_keeps_the_order_and_stays_between_its_ends(one: float, other: float, third: float) -> None:
    low, middle, high = sorted((one, other, third))
    scale = charts.Scale(low, high, 10, 90)
    assert 10 <= scale(low) <= scale(middle) <= scale(high) <= 90


@given(VALUES)
def test_bars_stand_inside_their_frame_and_a_missing_or_empty_one_is_left_out(values: list[float | None]) -> None:
    drawn = charts.bars(values, width=96, height=24)
    assert len(drawn.bars) == sum(bool(value) for value in values)
    for bar in drawn.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= 96.1
        assert bar.y >= 0
        assert bar.y + bar.height <= 24.1


def test_bars_are_as_tall_as_their_numbers() -> None:
    drawn = charts.bars([10.0, 5.0, None, 0.0], width=100, height=42)
    assert [bar.height for bar in drawn.bars] == [40, 20]
    half = charts.bars([50.0], width=100, height=42, most=100.0)
    assert half.bars[0].height == 20


@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=12), st.booleans())
def test_a_line_stays_inside_its_chart(values: list[float | None], bounded: bool) -> None:
    drawn = chart_of(values, values[::-1], bounds=(0.0, 100.0) if bounded else None)
    for line in drawn.lines:
        for x, y in [*places(line.path), *((point.x, point.y) for point in line.points)]:
            assert drawn.left <= x <= drawn.right
            assert 0 <= y <= drawn.height
        assert len(line.points) == sum(value is not None for value in values)
    assert all(0 <= level <= drawn.height for level in drawn.levels)
    assert all(word.y <= drawn.height for word in drawn.labels)


def test_a_month_without_a_value_is_a_gap_in_the_line() -> None:
    assert path([(0, 1), (1, 2), None, (3, 4)]) == "M0 1L1 2M3 4"


def test_words_at_the_ends_of_two_lines_do_not_cover_each_other() -> None:
    drawn = chart_of([1.0, 50.0], [2.0, 50.5])
    ends = sorted(line.end.y for line in drawn.lines if line.end)
    assert ends[1] - ends[0] >= 14


def test_twelve_months_in_a_narrow_chart_are_named_by_every_second_the_last_among_them() -> None:
    drawn = chart_of([1.0] * 12)
    assert [word.text for word in drawn.labels] == ["2月", "4月", "6月", "8月", "10月", "12月"]


def test_a_share_is_not_drawn_on_a_scale_beyond_all_of_them() -> None:
    marks = [float(word.text) for word in chart_of([91.0, 98.0, 100.0], bounds=(0.0, 100.0)).marks]
    assert marks[-1] == 100
    assert marks[0] <= 91


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_an_interval_lies_inside_its_frame_around_its_value(one: float, other: float, third: float) -> None:
    low, at, high = sorted((one, other, third))
    drawn = charts.interval(low, at, high, bounds=(0.0, 1.0), width=168, height=26, reference=at)
    assert 0 <= drawn.low <= drawn.at <= drawn.high <= 168
    assert drawn.reference == drawn.at


@given(NAMES, st.floats(20, 80))
def test_a_head_is_folded_into_lines_that_fit(text: str, width: float) -> None:
    lines = charts.folded(text, width)
    assert 1 <= len(lines) <= 2
    assert all(charts.text_width(line) <= width or line in ("", "…") for line in lines)


def test_english_heads_break_between_words() -> None:
    assert charts.folded("Risks on time", 60) == ("Risks on", "time")
    assert charts.folded("风险按期处置", 54) == ("风险按期", "处置")


def test_every_cell_of_a_heat_chart_is_inside_the_picture_and_under_its_head() -> None:
    rows = [(name, [charts.HeatText("95", "h3"), charts.HeatText("", hatched=True)]) for name in ("甲村", "全街道")]
    drawn = charts.heat_chart(["风险按期处置", "督查"], rows, first="单位")
    assert len(drawn.cells) == 4
    assert all(cell.x + cell.width <= drawn.width and cell.y + cell.height <= drawn.height for cell in drawn.cells)
    assert [cell.strong for cell in drawn.cells] == [False, False, True, True]


def test_small_charts_stand_five_across() -> None:
    drawn = charts.panels([(f"数{nth}", "12", [1.0, 2.0], None) for nth in range(7)])
    assert len({panel.x for panel in drawn.panels}) == 5
    assert all(panel.x + drawn.each <= drawn.width and panel.y < drawn.height for panel in drawn.panels)
