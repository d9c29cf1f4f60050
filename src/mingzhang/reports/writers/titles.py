"""How a title breaks into lines (GB/T 9704-2012 7.3.1: words whole, lines symmetric, a trapezoid or a diamond)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from mingzhang.reports.writers.layout import em_width, printable

KEPT_TOGETHER = (
    "关于", "情况", "报告", "总结", "工作", "通知", "意见", "方案", "办法", "计划", "年度", "上半年", "下半年",
    "季度", "街道", "办事处", "人民政府", "委员会", "社区", "责任", "事项", "办理", "落实", "进展", "建设",
    "服务", "管理", "检查", "整改", "专项", "会议", "纪要", "请示", "批复", "实施", "开展", "基层", "治理",
    "宣传", "文化", "安全", "生产", "学习", "进一步", "责任制", "深入", "持续", "做好", "组织", "活动", "专题",
    "数据", "来源", "清单", "全面", "推进", "加强", "提升",
)  # fmt: skip
NO_LINE_START = "的了和与及或、，。；：）》”’年月日号"
NO_LINE_END = "（《“‘在对和与及或第"
GOOD_LINE_END = "的"
AWKWARD = 4.0
MOST_LINES = 4


def title_lines(title: str, per_line: int = 20) -> tuple[str, ...]:
    """`title` broken so that words stay whole and the lines form a trapezoid or a diamond (7.3.1): never with a
    waist, never all alike. Line breaks of the author's own are kept. `per_line`: ems that fit on a line."""
    if "\n" in title:
        return tuple(printable(line) for line in title.split("\n") if line.strip())
    title = printable(title).strip()
    count = -int(-em_width(title) // per_line)
    if count <= 1:
        return (title,)
    places = [place for place in range(2, len(title) - 1) if _may_break(title, place)]
    candidates = list(_divisions(title, places, count, per_line)) if count <= MOST_LINES else []
    if not candidates:
        return _cut(title, per_line)
    return min(candidates, key=lambda lines: (_shape_cost(lines) + _break_cost(lines), lines))


def _divisions(text: str, places: Sequence[int], count: int, per_line: int) -> Iterator[tuple[str, ...]]:
    """Every way to set `text` in `count` lines, broken at some of `places` only."""
    for chosen in combinations(places, count - 1):
        lines = tuple(text[start:end] for start, end in pairwise((0, *chosen, len(text))))
        if all(em_width(line) <= per_line for line in lines):
            yield lines


def _cut(text: str, per_line: int) -> tuple[str, ...]:
    lines, line = [], ""
    for sign in text:
        if em_width(line + sign) > per_line:
            lines.append(line)
            line = ""
        line += sign
    return (*lines, line)


def _may_break(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if after in NO_LINE_START or before in NO_LINE_END:
        return False
    if after == " " or (before.isascii() and after.isascii() and before != " "):
        return False
    return not any(_spans(text, word, place) for word in KEPT_TOGETHER)


def _spans(text: str, word: str, place: int) -> bool:
    """Whether an occurrence of `word` has `place` inside it."""
    return text.find(word, max(0, place - len(word) + 1), place + len(word) - 1) >= 0


def _shape_cost(lines: tuple[str, ...]) -> float:
    widths = [em_width(line) for line in lines]
    middle, spread = widths[1:-1], max(widths) - min(widths)
    waist = sum(max(0.0, min(widths[0], widths[-1]) - width) for width in middle)
    return AWKWARD * waist + (AWKWARD if spread < 1 else 0) + abs(spread - 3) / 2


def _break_cost(lines: tuple[str, ...]) -> float:
    """A break is best after 的 or before 关于, where the phrase ends."""
    return sum(
        0 if line[-1] in GOOD_LINE_END or following.startswith("关于") else 1.5
        for line, following in pairwise(lines)
    )
