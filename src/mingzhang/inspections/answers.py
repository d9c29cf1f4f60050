"""What an answer to an item may be, and which show a problem."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.core.errors import InvalidInput
from mingzhang.ledger.contents import clean_note
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.wording import language

NOT_APPLICABLE = "na"
YES_NO: dict[str, Promise] = {"yes": gettext_lazy("合格"), "no": gettext_lazy("不合格")}
LONGEST_NUMBER = 20


def clean_value(item: Item, given: str) -> str:
    """An answer to the item as it is kept. Empty takes an answer back, and whatever is asked may not apply. Raises
    InvalidInput."""
    text = given.strip()
    return text if text in ("", NOT_APPLICABLE) else _CLEANED[item.answer](item, text)


def _yes_no(item: Item, text: str) -> str:
    if text not in YES_NO:
        raise _unknown(item, text)
    return text


def _choice(item: Item, text: str) -> str:
    if text not in {option.id for option in item.options}:
        raise _unknown(item, text)
    return text


def _number(item: Item, text: str) -> str:
    try:
        number = Decimal(text) if text.isascii() and len(text) <= LONGEST_NUMBER else Decimal("nan")
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        raise InvalidInput(_("“%(item)s”要填一个数。") % {"item": item.name.text(language())})
    return format(number, "f")


def _text(item: Item, text: str) -> str:
    return clean_note(text, item.name.text(language()))


_CLEANED: dict[str, Callable[[Item, str], str]] = {
    "yes_no": _yes_no, "choice": _choice, "number": _number, "text": _text,
}  # fmt: skip


def _unknown(item: Item, text: str) -> InvalidInput:
    said = {"item": item.name.text(language()), "given": text[:40]}
    return InvalidInput(_("“%(item)s”没有“%(given)s”这个答案。") % said)


def is_wrong(item: Item, value: str) -> bool:
    """Whether the answer shows a problem."""
    if value in ("", NOT_APPLICABLE):
        return False
    if item.answer == "number":
        number = Decimal(value)
        return (item.min is not None and number < item.min) or (item.max is not None and number > item.max)
    if item.answer == "choice":
        return any(option.wrong for option in item.options if option.id == value)
    return item.answer == "yes_no" and value == "no"


def verdict(item: Item, value: str) -> str:
    """What an answer says of the item: `right` or `wrong`, `na` where it does not apply, `plain` where none of
    these can be said."""
    if is_wrong(item, value):
        return "wrong"
    if value == NOT_APPLICABLE:
        return "na"
    return "right" if item.is_judged else "plain"


def value_said(item: Item, value: str) -> str:
    """An answer in words."""
    if value == NOT_APPLICABLE:
        return _("不涉及")
    if item.answer == "yes_no":
        return str(YES_NO.get(value, value))
    if item.answer == "choice":
        return next((one.name.text(language()) for one in item.options if one.id == value), value)
    return f"{value}{item.unit or ''}" if item.answer == "number" else value
