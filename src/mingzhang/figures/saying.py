"""A figure's value as pages print it, and how it differs from another."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

PERCENT = "%"
POINTS = "个百分点"
MINUS = "\u2212"
NONE = "—"
TENTH = Decimal("0.1")


def said(number: Decimal | int | None, measure: str) -> str:
    """1,286; 95.8% for a ratio; 2.3 for a difference of ratios, in points; — where there is no value."""
    if number is None:
        return NONE
    if measure in (PERCENT, POINTS):
        share = f"{_tenths(Decimal(number) * 100):,}"
        return _minus(f"{share}%" if measure == PERCENT else share)
    plain = number if isinstance(number, int) else number.normalize()
    return _minus(f"{plain:,f}" if isinstance(plain, Decimal) else f"{plain:,}")


def change(now: Decimal | int | None, before: Decimal | int | None, measure: str) -> str:
    """From `before` to `now`: +5.2% for counts and sums, +2.3个百分点 for ratios."""
    if now is None or before is None:
        return NONE
    if measure in (PERCENT, POINTS):
        return _("%(points)s个百分点") % {"points": _signed(_tenths((Decimal(now) - Decimal(before)) * 100))}
    if not before:
        return NONE
    return f"{_signed(_tenths((Decimal(now) - Decimal(before)) / abs(Decimal(before)) * 100))}%"


def _tenths(number: Decimal) -> Decimal:
    return number.quantize(TENTH, ROUND_HALF_UP)


def _signed(number: Decimal) -> str:
    return _minus(f"{number:+,}") if number else "0"


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
