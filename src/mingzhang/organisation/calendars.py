"""Days off and make-up days of a year: what is known, how a list of them is read, and what a new list changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from typing import Literal, NamedTuple, TypeVar

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.core.workdays import SATURDAY, Day, WorkCalendar, weekday_said
from mingzhang.organisation import sheets

T = TypeVar("T")
SpecialKind = Literal["holiday", "make_up"]

MOST_LINES = 366
LONGEST_NAME = 40
TOLD_PROBLEMS = 10
FIRST_YEAR, LAST_YEAR = 2000, 2099

KIND_WORDS: dict[str, SpecialKind] = {
    "放假": "holiday",
    "休": "holiday",
    "休息": "holiday",
    "休息日": "holiday",
    "holiday": "holiday",
    "调休上班": "make_up",
    "上班": "make_up",
    "补班": "make_up",
    "班": "make_up",
    "make_up": "make_up",
}
HEADINGS = ("日期", "date")
ONE_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
DATES = re.compile(rf"{ONE_DAY}(?:\s*(?:至|到|~|\.\.|—+)\s*{ONE_DAY})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A day that is not as the week has it."""

    day: date
    kind: SpecialKind
    name: str = ""


class Published(NamedTuple):
    """A notice of the General Office of the State Council."""

    number: str
    issued_on: date


# The years whose notice is out. Later ones are entered by an administrator, or come with a later version.
PUBLISHED = {
    2023: Published("国办发明电〔2022〕16号", date(2022, 12, 8)),
    2024: Published("国办发明电〔2023〕7号", date(2023, 10, 25)),
    2025: Published("国办发明电〔2024〕12号", date(2024, 11, 12)),
    2026: Published("国办发明电〔2025〕7号", date(2025, 11, 4)),
}


def known_rows(year: int) -> list[Row]:
    """The days off of `year`, and its make-up days: by its notice where that is out, else the holidays that the law
    has, without make-up days."""
    # Loaded only here: the package that knows takes a second to import.
    statutory = import_module("mingzhang.organisation.statutory")
    rows: list[Row] = statutory.rows_of(year)
    return rows


def provisional_said(year: int) -> str:
    """What is said of a year without a notice."""
    return _("%(year)d年的放假通知还没有录入，暂按法定节假日和周末推算。") % {"year": year}


# --- reading ------------------------------------------------------------------------------------------------------


def text_of(content: bytes) -> str:
    """The lines of an xlsx or CSV file, as WPS and Excel write them. Raises InvalidInput."""
    if sheets.is_sheet(content):
        try:
            return sheets.lines_of(content)
        except sheets.FAULTS:
            raise _unreadable() from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable()


def _unreadable() -> InvalidInput:
    return InvalidInput(_("这个文件读不出文字。"), remedy=_("请另存为xlsx或CSV文件，或者把表格里的几列复制过来。"))


def read(text: str) -> list[Row]:
    """The days in a list: date or dates (2027-10-01至2027-10-07), kind, name, parted by commas or tabs. Raises
    InvalidInput with every line that cannot be read at `rows.<line>`."""
    rows: list[Row] = []
    problems: dict[str, list[str]] = {}
    for number, line in _lines(text):
        try:
            rows += _rows_of(line)
        except InvalidInput as refused:
            problems[f"rows.{number}"] = [_at_line(number, str(refused))]
    _refuse(problems)
    if not rows:
        raise InvalidInput(_("名单里一天也没有。"), remedy=_("一行一天：日期、放假或调休上班、名称。"))
    return rows


def _lines(text: str) -> list[tuple[int, str]]:
    found = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(' \t,，"')]
    if found and found[0][1].strip(' "').lower().startswith(HEADINGS):
        found = found[1:]
    if len(found) > MOST_LINES:
        raise InvalidInput(_("名单最多%(most)d行。") % {"most": MOST_LINES})
    return found


def _rows_of(line: str) -> Iterator[Row]:
    cells = [cell.strip(' "\u3000') for cell in re.split(r"[\t,，]", line)]
    days, kind, name, *more = [*cells, "", ""][: max(3, len(cells))]
    if any(more):
        raise InvalidInput(_("多了几列，只要日期、类别、名称三列。"))
    long = [_("名称不能超过%(limit)s个字。") % {"limit": LONGEST_NAME}] if len(name) > LONGEST_NAME else []
    (first, last), in_days = _cell(_days_of, days, (date.min, date.min))
    fallback: SpecialKind = "holiday"
    is_a, in_kind = _cell(_kind_of, kind, fallback)
    if problems := [*in_days, *in_kind, *long]:
        raise InvalidInput("".join(problems))
    return (Row(first + timedelta(days=n), is_a, name) for n in range((last - first).days + 1))


def _cell(read: Callable[[str], T], cell: str, otherwise: T) -> tuple[T, list[str]]:
    """What a cell says, or what is wrong with it: every cell of a line is looked at."""
    try:
        return read(cell), []
    except InvalidInput as refused:
        return otherwise, [str(refused)]


def _days_of(cell: str) -> tuple[date, date]:
    found = DATES.fullmatch(unicodedata.normalize("NFKC", cell))
    try:
        parts = [int(part) for part in found.groups() if part] if found else []
        first, last = date(*parts[:3]), date(*parts[-3:])
    except (TypeError, ValueError):
        raise InvalidInput(
            _("“%(given)s”不是日期，请写成 2027-10-01，几天连着的写成 2027-10-01至2027-10-07。")
            % {"given": cell[:40]}
        ) from None
    if not 0 <= (last - first).days < MOST_LINES:
        raise InvalidInput(_("“%(given)s”的起止日期不对。") % {"given": cell[:40]})
    return first, last


def _kind_of(cell: str) -> SpecialKind:
    kind = KIND_WORDS.get(unicodedata.normalize("NFKC", cell).lower())
    if kind is None:
        raise InvalidInput(_("“%(given)s”不是类别，请写“放假”或“调休上班”。") % {"given": cell[:40]})
    return kind


# --- checking -----------------------------------------------------------------------------------------------------


def check(year: int, rows: Sequence[Row]) -> None:
    """Refuse a list that cannot be the days of `year`: other years' days, a day twice, a make-up day that is no
    weekend, nothing at all. Raises InvalidInput with every fault at `rows.<date>`."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            _("年份 %(year)d 不在 %(first)d 到 %(last)d 之间。")
            % {"year": year, "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    if not any(row.kind == "holiday" for row in rows):
        raise InvalidInput(_("名单里没有放假的日子。"))
    seen: set[date] = set()
    problems: dict[str, list[str]] = {}
    for row in rows:
        if problem := _problem(year, row, seen):
            problems[f"rows.{row.day}"] = [problem]
        seen.add(row.day)
    _refuse(problems)


def _problem(year: int, row: Row, seen: Iterable[date]) -> str:
    words = {"day": row.day.isoformat(), "year": year, "weekday": weekday_said(row.day)}
    if row.day.year != year:
        return _("%(day)s不在%(year)d年。") % words
    if row.day in seen:
        return _("%(day)s写了两次。") % words
    if row.kind == "make_up" and row.day.weekday() < SATURDAY:
        return _("%(day)s是%(weekday)s，本来就上班，不能调休上班。") % words
    return ""


def _refuse(problems: dict[str, list[str]]) -> None:
    """The first few: whoever has more has taken the wrong file."""
    if problems:
        told = dict(list(problems.items())[:TOLD_PROBLEMS])
        raise InvalidInput(_("名单里有%(count)d处不对，没有录入。") % {"count": len(problems)}, problems=told)


def _at_line(number: int, said: str) -> str:
    return _("第%(number)d行：%(said)s") % {"number": number, "said": said}


# --- comparing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A day that becomes something else."""

    before: Day
    after: Day


def days_of(rows: Iterable[Row], notice: str = "") -> dict[date, Day]:
    """The rows as a calendar takes them."""
    return {row.day: Day(row.day, row.kind, row.name, notice) for row in rows}


def changes(now: WorkCalendar, year: int, rows: Sequence[Row]) -> list[Change]:
    """What entering `rows` as the days of `year` changes, in order. A name alone counts too."""
    then = WorkCalendar(days_of(rows), frozenset({year}))
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    pairs = (Change(now.day(day), then.day(day)) for day in days)
    return [one for one in pairs if (one.before.kind, one.before.name) != (one.after.kind, one.after.name)]
