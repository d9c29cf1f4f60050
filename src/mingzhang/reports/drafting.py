"""A block as it is edited: in a form, a number's mark is a token such as [[3]], the third mark of the text.
What the token stands for is kept here, so that nobody can break a mark by typing in it.

A new figure comes as [[+lectures]], [[+lectures over]], [[+lectures over previous]].
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast, get_args

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.core.errors import InvalidInput
from mingzhang.figures.engine import Request, Value, evaluate
from mingzhang.figures.saying import PERCENT
from mingzhang.figures.sql import Number
from mingzhang.figures.wording import name_of
from mingzhang.packs.base import Shift
from mingzhang.packs.marks import FigureMark, Form
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Figure
from mingzhang.packs.wording import measure_word
from mingzhang.reports.compose import Composition
from mingzhang.reports.models import Report
from mingzhang.reports.prose import Block, Cited, Piece, pieces, plain_words, written

TOKEN = re.compile(r"\[\[(?:([0-9]{1,4})|\+([a-z0-9_]+)(?: ([a-z_]+))?(?: ([a-z_]+))?)\]\]")
HALF_A_TENTH = Decimal("0.0005")
FORMS = {
    "plain": gettext_lazy("照实写：836"),
    "over": gettext_lazy("超：超800"),
    "more": gettext_lazy("余：800余"),
    "percent": gettext_lazy("百分比：95.8%"),
    "change": gettext_lazy("增减：增长5.2%"),
    "count_zh": gettext_lazy("汉字：两"),
}
SHIFTS = {
    "same": gettext_lazy("这一期"),
    "previous": gettext_lazy("上一期"),
    "same_last_year": gettext_lazy("上年同期"),
    "year_to_date": gettext_lazy("年初至今"),
}


@dataclass(frozen=True)
class Chip:
    """A mark in a text that is edited: its token, how it is printed now, and what it is."""

    token: str
    text: str
    name: str


@dataclass(frozen=True)
class Choice:
    """A figure that can be inserted, with its value for the report's unit and period."""

    id: str
    name: str
    value: str
    printed: str
    number: Number | None
    share: bool


def edited_text(text: str) -> str:
    """A block's text with tokens for its marks, as a form shows it."""
    shown, count = [], 0
    for piece in pieces(text):
        if isinstance(piece, str):
            shown.append(piece)
        else:
            count += 1
            shown.append(f"[[{count}]]")
    return "".join(shown)


def chips(block: Block, made: Composition) -> list[Chip]:
    """What the tokens of a block's text stand for."""
    numbers = iter([told for told in made.numbers if told.block == block.id])
    shown = []
    marks = [piece for piece in pieces(block.texts[0]) if not isinstance(piece, str)]
    for count, mark in enumerate(marks, start=1):
        if isinstance(mark, FigureMark):
            told = next(numbers)
            text, name = told.text, name_of(told.figure)
        elif isinstance(mark, Cited):
            text, name = mark.text, made.prose.sources[mark.source]
        else:
            text, name = _("日期"), _("成文日期")
        shown.append(Chip(f"[[{count}]]", text, name))
    return shown


def read_text(given: str, before: str) -> str:
    """What a form sent, as a block's text; `before` is the text that its tokens stand in. Raises InvalidInput for a
    token that stands for nothing."""
    marks = [piece for piece in pieces(before) if not isinstance(piece, str)]
    parts: list[Piece] = []
    words, at = plain_words(given), 0
    for token in TOKEN.finditer(words):
        parts += [words[at : token.start()], _mark(token, marks)]
        at = token.end()
    return written([*parts, words[at:]])


def _mark(token: re.Match[str], marks: Sequence[Piece]) -> Piece:
    number, figure, form, shift = token.groups()
    if figure:
        return figure_mark(figure, form or "plain", shift or "same")
    if 1 <= int(number) <= len(marks):
        return marks[int(number) - 1]
    raise InvalidInput(
        _("这一段里没有“%(token)s”这个数。") % {"token": token.group()}, remedy=_("方括号里的编号请不要改。")
    )


def figure_mark(figure: str, form: str, shift: str) -> FigureMark:
    """A mark from what a form sent. Raises InvalidInput for a form or a period that there is not."""
    if form not in get_args(Form) or shift not in get_args(Shift):
        raise InvalidInput(_("没有这种写法或期间。"), remedy=_("请在列表里选。"))
    return FigureMark(figure, cast(Form, form), None, cast(Shift, shift))


def choices(report: Report, made: Composition) -> list[Choice]:
    """Every figure of the report's pack with its value for the report, in one statement."""
    pack = pack_of(report.pack_version_id)
    asked = {one.id: Request(one.id, report.pack_version_id, report.unit_id, report.period) for one in pack.figures}
    values = evaluate(list(asked.values()), as_of=made.position)
    return [_choice(figure, values[asked[figure.id]]) for figure in pack.figures]


def _choice(figure: Figure, value: Value) -> Choice:
    said = value.text + measure_word(figure.measure)
    return Choice(figure.id, name_of(figure), said, value.text, value.number, figure.measure == PERCENT)


def matching(claim: str, known: Sequence[Choice]) -> list[tuple[Choice, str]]:
    """The figures that a typed number could mean, with the form that would print it so: equal ones, and for 超 and
    余 those just above it."""
    wanted, form = _meant(claim)
    if wanted is None:
        return []
    return [(choice, form) for choice in known if _means(choice, wanted, form)]


def _meant(claim: str) -> tuple[Decimal | None, str]:
    digits = re.search(r"\d+(?:,\d{3})*(?:\.\d+)?", claim)
    if digits is None:
        return None, "plain"
    number = Decimal(digits.group().replace(",", ""))
    number *= 10_000 if "万" in claim else 1
    if "%" in claim:
        return number / 100, "percent"
    if re.search("[余多几]", claim):
        return number, "more"
    return number, "over" if re.match("超|逾", claim) else "plain"


def _means(choice: Choice, wanted: Decimal, form: str) -> bool:
    if choice.number is None:
        return False
    value = Decimal(choice.number)
    if form == "percent" or choice.share:
        return form == "percent" and choice.share and abs(value - wanted) <= HALF_A_TENTH
    if form in ("over", "more"):
        return wanted < value < wanted * 2
    return value == wanted
