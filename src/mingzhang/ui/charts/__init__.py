"""Where everything in a chart goes: scales, ticks, paths and rows, in the units of the chart's own viewBox.

Plain Python without database or HTTP, so that pages, files, documents and tests draw from the same numbers. The
templates in `ui/charts/` turn these into SVG.
"""

from mingzhang.ui.charts.bars import Bar, Bars, Panels, bars, panels
from mingzhang.ui.charts.heat import HeatChart, HeatText, heat_chart
from mingzhang.ui.charts.intervals import Interval, Intervals, interval, intervals
from mingzhang.ui.charts.lines import LineChart, Series, line_chart
from mingzhang.ui.charts.scales import Scale, folded, text_width, ticks

__all__ = [
    "Bar", "Bars", "HeatChart", "HeatText", "Interval", "Intervals", "LineChart", "Panels", "Scale", "Series",
    "bars", "folded", "heat_chart", "interval", "intervals", "line_chart", "panels", "text_width", "ticks",
]  # fmt: skip
