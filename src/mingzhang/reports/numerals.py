"""How a number is written in an official text.

GB/T 15835-2011 lets (does not ask) numbers of more than four digits be divided (5.1.1: 千分撇 or 千分空). Chinese
texts here leave them whole, so that a number reads in the text as it reads in its trace; only a rounded number that
is a whole multiple is shortened to 万 or 亿. English texts take thousands commas.

Rounded forms never claim more than there is: 超4000 needs more than 4000, 800余 is more than 800 and less than
the next step.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from mingzhang.reports.document import Language

Amount = Decimal | int

NO_VALUE = "—"
POINTS = "个百分点"
HANZI = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")
ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
LARGE_UNITS = ((100_000_000, "亿"), (10_000, "万"))


class Form(StrEnum):
    """The forms a report template may ask for."""

    PLAIN = "plain"
    OVER = "over"
    MORE = "more"
    PERCENT = "percent"
    POINTS = "points"
    CHANGE = "change"
    COUNT_ZH = "count_zh"


def present(
    value: Amount | None,
    form: Form = Form.PLAIN,
    *,
    step: int | None = None,
    measure: str = "",
    language: Language = "zh-hans",
) -> str:
    """`value` as `form` asks. `step` rounds 超 and 余 (left out: the leading digit's power of ten); a plain value
    whose `measure` is % is a ratio and shown as a percentage. No value: —."""
    if value is None:
        return NO_VALUE
    if form is Form.PLAIN and measure == "%":
        form = Form.PERCENT
    if form is Form.OVER:
        return over(value, step, language)
    if form is Form.MORE:
        return more(value, step, language)
    if form is Form.CHANGE and measure == POINTS:
        return change_of_share(value, language)
    return _UNROUNDED[form](value, language)


def plain(value: Amount | None, language: Language = "zh-hans") -> str:
    """Digits, without trailing zeros after the point: 1286, 12.5; 1,286 in English."""
    if value is None:
        return NO_VALUE
    digits = format(value, "," if language == "en" else "") if isinstance(value, int) else _decimal(value, language)
    return "0" if digits == "-0" else digits


def over(value: Amount | None, step: int | None = None, language: Language = "zh-hans") -> str:
    """超4000 for 4126 at a step of 1000; a value that is exactly a step, or below the first, is written plainly."""
    floor = _floor(value, step)
    if floor is None:
        return plain(value, language)
    return f"over {floor:,}" if language == "en" else f"超{_shortened(floor)}"


def more(value: Amount | None, step: int | None = None, language: Language = "zh-hans") -> str:
    """800余 for 836 at a step of 100, to stand before its measure word (800余人次)."""
    floor = _floor(value, step)
    if floor is None:
        return plain(value, language)
    return f"more than {floor:,}" if language == "en" else _with_remainder(floor)


def percent(ratio: Amount | None, language: Language = "zh-hans", *, places: int = 1) -> str:
    """A ratio (0.958) as 95.8%. A ratio below one is never rounded up to 100%."""
    if ratio is None:
        return NO_VALUE
    return _hundredfold(ratio, places, language) + "%"


def points(difference: Amount | None, language: Language = "zh-hans", *, places: int = 1) -> str:
    """A difference of two ratios (0.023) as 2.3个百分点."""
    if difference is None:
        return NO_VALUE
    unit = " percentage points" if language == "en" else POINTS
    return _hundredfold(difference, places, language) + unit


def change(growth: Amount | None, language: Language = "zh-hans", *, places: int = 1) -> str:
    """A growth (0.052) as 增长5.2%, 下降3.0%, 持平, or 基本持平 when too small for `places`. The text around it
    says against what (同比, 环比)."""
    if growth is None:
        return NO_VALUE
    return _changed(growth, _GROWTH_WORDS[language], "%", places, language)


def change_of_share(difference: Amount | None, language: Language = "zh-hans", *, places: int = 1) -> str:
    """A difference of two ratios (0.023) as 提高2.3个百分点, 下降0.4个百分点 or 持平."""
    if difference is None:
        return NO_VALUE
    unit = " percentage points" if language == "en" else POINTS
    return _changed(difference, _SHARE_WORDS[language], unit, places, language)


def _changed(change: Amount, words: tuple[str, str, str, str], unit: str, places: int, language: Language) -> str:
    up, down, level, about_level = words
    if change == 0:
        return level
    size = _hundredfold(abs(Decimal(change)), places, language)
    if Decimal(size.replace(",", "")) == 0:
        return about_level
    return f"{up if change > 0 else down}{size}{unit}"


def count_zh(value: Amount | None, language: Language = "zh-hans") -> str:
    """A count up to ten in words, as it stands before a measure word (两次, 三轮); anything else in digits."""
    if value is None or value != int(value) or not 0 <= value <= 10:
        return plain(value, language)
    return (ENGLISH if language == "en" else HANZI)[int(value)]


_GROWTH_WORDS: dict[Language, tuple[str, str, str, str]] = {
    "zh-hans": ("增长", "下降", "持平", "基本持平"),
    "en": ("up ", "down ", "unchanged", "almost unchanged"),
}
_SHARE_WORDS: dict[Language, tuple[str, str, str, str]] = {
    "zh-hans": ("提高", "下降", "持平", "基本持平"),
    "en": ("up ", "down ", "unchanged", "almost unchanged"),
}
_UNROUNDED: dict[Form, Callable[[Amount, Language], str]] = {
    Form.PLAIN: plain,
    Form.PERCENT: percent,
    Form.POINTS: points,
    Form.CHANGE: change,
    Form.COUNT_ZH: count_zh,
}


def _decimal(value: Decimal, language: Language) -> str:
    """Fixed-point digits without trailing zeros after the point."""
    if not value.is_finite():
        raise ValueError(f"cannot print {value}")
    digits = format(value, ",f" if language == "en" else "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _floor(value: Amount | None, step: int | None) -> int | None:
    """The greatest multiple of `step` below `value`, or None when `value` is one or is not above the first."""
    if value is None or value <= 0:
        return None
    step = step if step is not None else 10 ** (len(str(int(value))) - 1)
    if step < 1:
        raise ValueError("a rounding step is at least 1")
    floor = int(value // step) * step
    return floor if 0 < floor < value else None


def _shortened(number: int) -> str:
    """4万 for 40000; a number that is not a whole multiple stays in digits."""
    for size, unit in LARGE_UNITS:
        if number >= size and number % size == 0:
            return f"{number // size}{unit}"
    return str(number)


def _with_remainder(floor: int) -> str:
    """800余. With 万 the 余 would claim tens of thousands (4万余), so only digits carry it."""
    return f"{floor}余"


def _hundredfold(ratio: Amount, places: int, language: Language) -> str:
    """`ratio` × 100 to `places` decimals, rounded half up but not up to 100; whole 0 and 100 without decimals."""
    exact = Decimal(ratio) * 100
    step = Decimal(1).scaleb(-places)
    rounded = exact.quantize(step, ROUND_HALF_UP)
    if abs(exact) < 100 <= abs(rounded):
        rounded = exact.quantize(step, ROUND_DOWN)
    if exact in (0, 100, -100):
        return str(int(exact))
    return format(rounded, "," if language == "en" else "f")
