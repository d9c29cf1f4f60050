"""The marks in a report's Markdown: `{figure: id, form: over, round: 1000}`, `{table: by_unit, figures: a b}` and
the plain substitutions `{unit}` `{unit_short}` `{period}` `{year}` `{date}`.

Reading knows nothing of packs; whether a figure exists is checked by `packs.loader`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from django.utils.translation import gettext as _

from mingzhang.packs.base import Shift
from mingzhang.packs.expressions import suggestion

Form = Literal["plain", "over", "more", "percent", "points", "change", "count_zh"]
TableLayout = Literal["by_unit"]
Name = Literal["unit", "unit_short", "period", "year", "date"]


@dataclass(frozen=True, slots=True)
class Plain:
    """Text to be printed as it stands, Markdown included."""

    text: str
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Substitution:
    """`{unit}`, `{year}` and the like."""

    name: Name
    line: int = field(compare=False)
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class FigureMark:
    """A number. `round` is the step that `over` and `more` round down to; None leaves it to the writer."""

    figure: str
    form: Form = "plain"
    round: int | None = None
    period: Shift = "same"
    line: int = field(default=1, compare=False)
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class TableMark:
    """A table with a row for each unit below and a total row; one column for each of `figures`."""

    layout: TableLayout
    figures: tuple[str, ...]
    period: Shift = "same"
    line: int = field(default=1, compare=False)
    column: int = field(default=1, compare=False)


Segment: TypeAlias = Plain | Substitution | FigureMark | TableMark


@dataclass(frozen=True, slots=True)
class MarkFault:
    """A mark that cannot be read, at `line` and `column` from 1."""

    line: int
    column: int
    wrong: str
    right: str


class _Wrong(Exception):
    def __init__(self, wrong: str, right: str = "") -> None:
        self.wrong = wrong
        self.right = right


ROUNDED_FORMS = frozenset({"over", "more"})
_BRACES = re.compile(r"\{[^{}\n]*\}|[{}]")
_MARK_WORDS = ("figure", "table", *get_args(Name))


def parse(text: str) -> tuple[list[Segment], list[MarkFault]]:
    """The segments of a report's body in order, and every mark that cannot be read. A table mark must stand alone
    on its line."""
    segments: list[Segment] = []
    faults: list[MarkFault] = []
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        _parse_line(line, number, segments, faults)
    return _joined(segments), faults


def _parse_line(line: str, number: int, segments: list[Segment], faults: list[MarkFault]) -> None:
    at = 0
    for found in _BRACES.finditer(line):
        segments.append(Plain(line[at : found.start()], number))
        at = found.end()
        column = found.start() + 1
        try:
            segment = _read(found.group(), number, column)
            if isinstance(segment, TableMark) and line.strip() != found.group():
                raise _Wrong(_("表格标记要单独占一行"), _("前后各空一行"))
            segments.append(segment)
        except _Wrong as error:
            faults.append(MarkFault(number, column, error.wrong, error.right))
    segments.append(Plain(line[at:], number))


def _joined(segments: list[Segment]) -> list[Segment]:
    """Neighbouring plain texts made one, empty ones dropped."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if not isinstance(segment, Plain):
            joined.append(segment)
        elif isinstance(last, Plain):
            joined[-1] = Plain(last.text + segment.text, last.line)
        elif segment.text:
            joined.append(segment)
    return joined


def _read(written: str, line: int, column: int) -> Segment:
    if len(written) < 2:
        raise _Wrong(_("花括号没有配对"), _("标记写在同一行，如 {figure: id}"))
    name, colon, rest = written[1:-1].partition(":")
    name = name.strip()
    if not colon:
        return Substitution(_one_of(name, get_args(Name), _("没有标记“%(text)s”"), _MARK_WORDS), line, column)
    options = _options(name, rest)
    if name == "figure":
        return _figure(options, line, column)
    if name == "table":
        return _table(options, line, column)
    raise _Wrong(_("没有标记“%(text)s”") % {"text": name[:40]}, suggestion(name[:40], _MARK_WORDS))


def _options(name: str, rest: str) -> dict[str, str]:
    """`id, form: over` as `{figure: id, form: over}`, each option once."""
    options: dict[str, str] = {}
    for part in f"{name}:{rest}".split(","):
        key, colon, value = (piece.strip() for piece in part.partition(":"))
        if not colon or not value:
            raise _Wrong(
                _("“%(text)s”看不懂") % {"text": part.strip()[:40]}, _("选项写作“名称: 值”，用半角逗号隔开")
            )
        if key in options:
            raise _Wrong(_("选项“%(name)s”写了两次") % {"name": key[:40]}, _("只留一个"))
        options[key] = value
    return options


def _one_of(value: str, choices: tuple[Any, ...], wrong: str, known: tuple[str, ...] = ()) -> Any:
    """The one of `choices` that `value` is."""
    if value in choices:
        return choices[choices.index(value)]
    raise _Wrong(wrong % {"text": value[:40]}, suggestion(value[:40], known or choices))


def _allow(options: Mapping[str, str], *known: str) -> None:
    for option in options:
        _one_of(option, known, _("没有选项“%(text)s”"))


def _figure(options: Mapping[str, str], line: int, column: int) -> FigureMark:
    _allow(options, "figure", "form", "round", "period")
    form = _one_of(options.get("form", "plain"), get_args(Form), _("没有写法“%(text)s”"))
    step = options.get("round")
    if step is not None and form not in ROUNDED_FORMS:
        raise _Wrong(_("写法“%(form)s”不取整，不用 round") % {"form": form}, _("round 只和 over、more 一起用"))
    return FigureMark(options["figure"], form, _step(step), _period(options), line, column)


def _table(options: Mapping[str, str], line: int, column: int) -> TableMark:
    _allow(options, "table", "figures", "period")
    layout = _one_of(options["table"], get_args(TableLayout), _("没有表格“%(text)s”"))
    if "figures" not in options:
        raise _Wrong(_("表格没有说列出哪些数据项"), _("写作 {table: by_unit, figures: 编号 编号}"))
    return TableMark(layout, tuple(options["figures"].split()), _period(options), line, column)


def _period(options: Mapping[str, str]) -> Shift:
    shift: Shift = _one_of(options.get("period", "same"), get_args(Shift), _("不认识的期间“%(text)s”"))
    return shift


def _step(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise _Wrong(_("round 要一个正整数，不是“%(text)s”") % {"text": text[:40]}, _("如 round: 100"))
    return int(text)
