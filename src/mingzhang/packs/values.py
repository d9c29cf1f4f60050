"""One value of one field: from what a page, a file or the API gave to what is kept as JSON.

Nothing is guessed and nothing is rounded. HTML and formulas are kept letter by letter: showing them safely is the
business of whoever shows them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeAlias, TypeVar

from django.utils.translation import gettext as _

from mingzhang.core import clock
from mingzhang.core.errors import InvalidInput
from mingzhang.packs import participants
from mingzhang.packs.expressions import suggestion
from mingzhang.packs.schema import TEXT_LENGTH, Field

# Who took part: `{"persons": [ids], "others": how many besides}`.
People: TypeAlias = "dict[str, int | list[int]]"
Json: TypeAlias = "str | int | bool | list[str] | People"
Number = TypeVar("Number", int, Decimal)

# The largest whole number that every JSON reader keeps exact (RFC 8259, section 6).
LARGEST = 2**53 - 1
LONGEST_NUMBER = 40
FIRST_YEAR, LAST_YEAR = 1900, 2199

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－＋／：　", "0123456789.,-+/: ")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2})"
    r"|年([0-9]{1,2})月([0-9]{1,2})[日号])"
)
# Controls, lone surrogates, noncharacters, line separators, and the marks that reverse the direction of text.
_REFUSED = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_REFUSED_IN_LINE = re.compile(f"[{_REFUSED}\t\n]")
_REFUSED_IN_TEXT = re.compile(f"[{_REFUSED}]")


class Unfit(InvalidInput):
    """A value that does not fit its field."""


class Resolver(Protocol):
    """Answers whether what a record points at is there. `reference` is an id (a positive int) or, where people
    write it, a code or user name; the answer is the id, or None when there is no such thing to be pointed at."""

    def person(self, reference: int | str) -> int | None: ...

    def people(self, references: Sequence[int | str]) -> Mapping[int | str, Sequence[int]]:
        """Of many at once, also by their names: the ids of all whom each may mean, none for what means nobody."""
        ...

    def unit(self, reference: int | str) -> int | None: ...

    def record(self, reference: int | str, kind: str) -> int | None: ...

    def file(self, reference: int | str) -> int | None: ...


Reader: TypeAlias = Callable[[Field, object, Resolver], "Json | None"]


class NobodyThere:
    """A resolver for which nothing exists."""

    def person(self, reference: int | str) -> int | None:
        return None

    def people(self, references: Sequence[int | str]) -> Mapping[int | str, Sequence[int]]:
        return {}

    def unit(self, reference: int | str) -> int | None:
        return None

    def record(self, reference: int | str, kind: str) -> int | None:
        return None

    def file(self, reference: int | str) -> int | None:
        return None


def clean_value(field: Field, raw: object, resolve: Resolver) -> Json | None:
    """The value to keep, or None when nothing was given. Raises Unfit."""
    if raw is None or raw == "":
        return None
    return _READERS[field.type](field, raw, resolve)


def initial(field: Field) -> Json | None:
    """What a new sheet shows in the field: its default, with `today` as today's date. Raises Unfit."""
    given = clock.today() if field.type == "date" and field.default == "today" else field.default
    return clean_value(field, given, NobodyThere())


def clean_text(raw: object, limit: int, *, lines: bool = False) -> str | None:
    """Text in Unicode normal form C without blanks around it, of at most `limit` characters; several lines only
    when `lines`. None when nothing is left. Raises Unfit."""
    if not isinstance(raw, str):
        raise Unfit(_("要填文字"))
    if len(raw) > 4 * limit + 100:
        raise _too_long(len(raw), limit)
    if not raw.isprintable():
        raw = _without_controls(raw, lines)
    text = raw.strip() if raw.isascii() else unicodedata.normalize("NFC", raw).strip()
    if len(text) > limit:
        raise _too_long(len(text), limit)
    return text or None


def _too_long(length: int, limit: int) -> Unfit:
    return Unfit(_("有%(length)d个字，最多%(limit)d个") % {"length": length, "limit": limit})


def _without_controls(raw: str, lines: bool) -> str:
    text = raw.replace("\r\n", "\n").strip()
    if found := (_REFUSED_IN_TEXT if lines else _REFUSED_IN_LINE).search(text):
        if found.group() in "\n\t":
            raise Unfit(_("只能写一行，去掉换行和制表符"))
        raise Unfit(_("有不可见的控制字符U+%(code)04X，请删去") % {"code": ord(found.group())})
    return text


def _text(field: Field, raw: object, resolve: Resolver) -> Json | None:
    return clean_text(raw, field.length_limit)


def _long_text(field: Field, raw: object, resolve: Resolver) -> Json | None:
    return clean_text(raw, field.length_limit, lines=True)


def _integer(field: Field, raw: object, resolve: Resolver) -> Json | None:
    if type(raw) is int:
        return _within(field, raw)
    number = _number(raw)
    if number is None:
        return None
    whole = int(_within(field, number))
    if whole != number:
        raise Unfit(_("要填整数"))
    return whole


def _decimal(field: Field, raw: object, resolve: Resolver) -> Json | None:
    number = _number(raw)
    if number is None:
        return None
    number = _within(field, number)
    places = field.decimal_places
    rounded = round(number, places)
    if rounded != number:
        raise Unfit(_("最多%(places)d位小数") % {"places": places})
    return f"{abs(rounded) if rounded.is_zero() else rounded:.{places}f}"


def _number(raw: object) -> Decimal | None:
    """A finite number from an int, a float, a Decimal or digits, also full-width or with thousands commas."""
    if isinstance(raw, str):
        return _number_from_text(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise Unfit(_("要填数"))
    if isinstance(raw, int):
        return Decimal(max(-LARGEST - 1, min(raw, LARGEST + 1)))
    number = Decimal(repr(raw)) if isinstance(raw, float) else raw
    if not number.is_finite():
        raise Unfit(_("要填数"))
    return number


def _number_from_text(raw: str) -> Decimal | None:
    if len(raw) > LONGEST_NUMBER:
        raise Unfit(_("数太长"))
    text = (raw if raw.isascii() else raw.translate(_FULL_WIDTH)).strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unfit(_("“%(text)s”不是数，只填数字，不带单位") % {"text": shown(text)})
    return Decimal(text.replace(",", ""))


def _within(field: Field, number: Number) -> Number:
    if not -LARGEST <= number <= LARGEST:
        raise Unfit(_("数太大，不超过正负%(limit)d") % {"limit": LARGEST})
    if field.min is not None and number < field.min:
        raise Unfit(_("不能小于%(limit)s") % {"limit": f"{field.min:f}"})
    if field.max is not None and number > field.max:
        raise Unfit(_("不能大于%(limit)s") % {"limit": f"{field.max:f}"})
    return number


def _date(field: Field, raw: object, resolve: Resolver) -> Json | None:
    if isinstance(raw, datetime):
        raw = raw.date()
    day = raw if isinstance(raw, date) else _date_from_text(raw)
    if day is None:
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unfit(_("年份要在%(first)d到%(last)d之间") % {"first": FIRST_YEAR, "last": LAST_YEAR})
    return day.isoformat()


def _date_from_text(raw: object) -> date | None:
    if not isinstance(raw, str):
        raise Unfit(_("要填日期，如 2026-03-07"))
    text = raw.translate(_FULL_WIDTH).strip() if len(raw) <= LONGEST_NUMBER else raw[:LONGEST_NUMBER]
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        return date(*(int(part) for part in found.groups() if part)) if found else _no_date(text)
    except ValueError as error:
        raise Unfit(_("没有“%(text)s”这一天") % {"text": shown(text)}) from error


def _no_date(text: str) -> date:
    raise Unfit(_("“%(text)s”不是日期，写到日，如 2026-03-07 或 2026年3月7日") % {"text": shown(text)})


def _choice(field: Field, raw: object, resolve: Resolver) -> Json | None:
    return _option(field, raw)


def _option(field: Field, raw: object) -> str | None:
    """An option's id, given by its id or by its name in any language."""
    if isinstance(raw, str) and (found := field.options_by_text.get(raw)):
        return found
    text = clean_text(raw, TEXT_LENGTH)
    if text is None:
        return None
    found = field.options_by_text.get(text)
    if found is None:
        right = suggestion(text, [option.name.text() for option in field.options])
        raise Unfit(_("没有选项“%(text)s”。%(right)s") % {"text": shown(text), "right": right})
    return found


def _choices(field: Field, raw: object, resolve: Resolver) -> Json | None:
    if not isinstance(raw, list | tuple):
        raise Unfit(_("要填一组选项"))
    if len(raw) > 2 * len(field.options):
        raise Unfit(_("选项太多"))
    chosen = {_option(field, item) for item in raw}
    return [option.id for option in field.options if option.id in chosen] or None


_YES_NO: Mapping[object, bool] = {"true": True, "是": True, "false": False, "否": False}


def _boolean(field: Field, raw: object, resolve: Resolver) -> Json | None:
    if isinstance(raw, bool):
        return raw
    answer = _YES_NO.get(raw) if isinstance(raw, str) else None
    if answer is None:
        raise Unfit(_("要填“是”或“否”"))
    return answer


def _reference(raw: object) -> int | str | None:
    """An id or a code, as a resolver takes it."""
    if isinstance(raw, str):
        return clean_text(raw, TEXT_LENGTH)
    if type(raw) is not int or not 0 < raw <= LARGEST:
        raise Unfit(_("要填编号"))
    return raw


def _pointer(find: Callable[[Resolver, Field, int | str], int | None], missing: Callable[[], str]) -> Reader:
    def read(field: Field, raw: object, resolve: Resolver) -> Json | None:
        reference = _reference(raw)
        if reference is None:
            return None
        found = find(resolve, field, reference)
        if found is None:
            raise Unfit(f"{missing()}：{shown(str(reference))}")
        return found

    return read


def _people(field: Field, raw: object, resolve: Resolver) -> Json | None:
    """From a text of names, or from ids as they are kept."""
    named, others = _people_in_text(raw) if isinstance(raw, str) else _people_by_id(raw)
    if len(named) > participants.MOST_NAMED:
        told = {"count": len(named), "limit": participants.MOST_NAMED}
        raise Unfit(_("写了%(count)d个人，最多%(limit)d个") % told)
    if not 0 <= others <= participants.MOST_OTHERS:
        raise Unfit(_("其他人员要在0到%(limit)d人之间") % {"limit": participants.MOST_OTHERS})
    persons = _each_once(named, resolve.people([reference for reference, _said in named]) if named else {})
    return {"persons": persons, "others": others} if persons or others else None


Named: TypeAlias = "Sequence[tuple[int | str, str]]"


def _people_in_text(raw: str) -> tuple[Named, int]:
    if len(raw) > participants.LONGEST:
        raise Unfit(_("名单太长"))
    written = participants.read(clean_text(raw, participants.LONGEST, lines=True) or "")
    if len(written.others) > 1:
        raise Unfit(_("其他人员只写一处，如“另3人”"))
    return written.named, sum(written.others)


def _people_by_id(raw: object) -> tuple[Named, int]:
    if not isinstance(raw, Mapping) or not raw.keys() <= {"persons", "others"}:
        raise Unfit(_("要填姓名，用“、”隔开，没有登记的人写成“另3人”"))
    persons, others = raw.get("persons") or [], raw.get("others") or 0
    if not isinstance(persons, list | tuple):
        raise Unfit(_("要填一组人员"))
    if type(others) is not int:
        raise Unfit(_("其他人员要填整数"))
    given = [_reference(one) for one in persons]
    return [(one, str(one)) for one in given if one is not None], others


def _each_once(named: Named, found: Mapping[int | str, Sequence[int]]) -> list[int]:
    """The ids, in the order given. Raises Unfit naming whoever is not there, not one person alone, or twice."""
    missing = [said for reference, said in named if not found.get(reference)]
    if missing:
        raise Unfit(_("没有这个人员：%(names)s。没有登记的人只写人数，如“另3人”") % {"names": _some(missing)})
    several = [said for reference, said in named if len(found[reference]) > 1]
    if several:
        raise Unfit(_("不止一个人叫这个名字：%(names)s。请从下面选，或写用户名") % {"names": _some(several)})
    persons = [found[reference][0] for reference, _said in named]
    twice = [said for nth, (_reference, said) in enumerate(named) if persons[nth] in persons[:nth]]
    if twice:
        raise Unfit(_("写了两次：%(names)s") % {"names": _some(twice)})
    return persons


def _some(names: Sequence[str]) -> str:
    """A few of them, fit to be put into a message."""
    listed = participants.SEPARATOR.join(shown(name) for name in names[:5])
    return listed if len(names) <= 5 else _("%(names)s等%(count)d个") % {"names": listed, "count": len(names)}


def shown(text: str) -> str:
    """At most 40 characters of something that somebody gave, fit to be put into a message."""
    visible = "".join(character if character.isprintable() else "�" for character in text[:40])
    return visible + "…" if len(text) > 40 else visible


_READERS: Mapping[str, Reader] = {
    "text": _text,
    "long_text": _long_text,
    "integer": _integer,
    "decimal": _decimal,
    "money": _decimal,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "boolean": _boolean,
    "person": _pointer(lambda resolve, field, given: resolve.person(given), lambda: _("没有这个人员")),
    "people": _people,
    "unit": _pointer(lambda resolve, field, given: resolve.unit(given), lambda: _("没有这个单位")),
    "link": _pointer(
        lambda resolve, field, given: resolve.record(given, field.kind or ""), lambda: _("没有这份记录单")
    ),
    "file": _pointer(lambda resolve, field, given: resolve.file(given), lambda: _("没有这个附件")),
}
