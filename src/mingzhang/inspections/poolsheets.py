"""The pool of objects as a table that somebody typed, or copied from a spreadsheet: unit, place, stratum,
weight."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.inspections.models import PoolObject
from mingzhang.inspections.verify_draw import MOST_WEIGHT
from mingzhang.organisation.models import Unit

MOST_ROWS, MOST_TOLD, LONGEST = 50_000, 20, 100
HEADINGS = ("单位", "unit")


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One object. An empty `stratum` stands for the unit's level. `because` says how the weight was reckoned;
    `finding` is the closed finding that the object is."""

    unit: Unit
    place: str
    stratum: str
    weight: int
    because: str = ""
    finding: int | None = None


def read(text: str, units: Iterable[Unit]) -> list[PoolRow]:
    """The rows of a table, cells parted by tabs or commas; units by code, or by name where one alone bears it.
    Raises InvalidInput with every line that cannot be read at `rows.<line>`."""
    lines = list(_lines(text))
    if len(lines) > MOST_ROWS:
        raise InvalidInput(_("名单最多%(most)d行。") % {"most": MOST_ROWS})
    known = _by_name(units)
    rows: list[PoolRow] = []
    problems: dict[str, list[str]] = {}
    seen: dict[tuple[int, str], int] = {}
    for number, cells in lines:
        try:
            row = _row(cells, known)
            first = seen.setdefault((row.unit.pk, row.place), number)
            if first != number:
                raise InvalidInput(_("和第%(line)d行重复") % {"line": first})
            rows.append(row)
        except InvalidInput as refused:
            problems[f"rows.{number}"] = [_("第%(line)d行：%(said)s。") % {"line": number, "said": refused.message}]
    if problems:
        told = dict(list(problems.items())[:MOST_TOLD])
        raise InvalidInput(_("有%(count)d行读不了。") % {"count": len(problems)}, problems=told)
    if not rows:
        raise InvalidInput(_("名单里一个对象也没有。"), remedy=_("一行一个：单位、地点、分层、权重。"))
    return rows


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip(' "\u3000') for cell in re.split(r"[\t,，]", line)]
        if any(cells) and not (number == 1 and cells[0].lower().startswith(HEADINGS)):
            yield number, cells


def _by_name(units: Iterable[Unit]) -> Mapping[str, list[Unit]]:
    known: dict[str, list[Unit]] = {}
    for unit in units:
        for name in {unit.code, unit.name}:
            known.setdefault(name, []).append(unit)
    return known


def _row(cells: list[str], known: Mapping[str, list[Unit]]) -> PoolRow:
    named, place, stratum, weight, *more = [*cells, "", "", ""][: max(4, len(cells))]
    if any(more):
        raise InvalidInput(_("多了几列，只要单位、地点、分层、权重四列"))
    if any(len(cell) > LONGEST for cell in (place, stratum)):
        raise InvalidInput(_("太长，最多%(most)d个字") % {"most": LONGEST})
    if not (place + stratum).isprintable():
        raise InvalidInput(_("有不可见的字符"))
    return PoolRow(_unit(named, known), place, stratum, _weight(weight))


def _unit(named: str, known: Mapping[str, list[Unit]]) -> Unit:
    found = known.get(named, [])
    if not found:
        raise InvalidInput(_("没有单位“%(unit)s”") % {"unit": named[:40]})
    if len(found) > 1:
        raise InvalidInput(_("叫“%(unit)s”的不止一个，请写单位代码") % {"unit": named[:40]})
    return found[0]


def _weight(cell: str) -> int:
    text = cell.removesuffix(".0") or "1"
    if not text.isdecimal() or not text.isascii() or not 1 <= int(text[:9]) <= MOST_WEIGHT or len(text) > 9:
        raise InvalidInput(
            _("权重要是1到%(most)d的整数，不是“%(cell)s”") % {"most": MOST_WEIGHT, "cell": cell[:20]}
        )
    return int(text)


def write(objects: Iterable[PoolObject]) -> str:
    """The table of a pool, to be changed."""
    lines = (f"{one.unit.code}\t{one.place}\t{one.stratum.name}\t{one.weight}" for one in objects)
    return "\n".join([_("单位\t地点\t分层\t权重"), *lines])
