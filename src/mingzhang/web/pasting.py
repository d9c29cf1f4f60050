"""Lists pasted from a spreadsheet: units and people, one a line, as the set-up takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.organisation.actions import PersonRow, UnitRow
from mingzhang.organisation.models import Unit
from mingzhang.organisation.roles import ROLE_NAMES
from mingzhang.organisation.searching import folded

MOST_LINES = 60_000
HEADINGS = {"代码", "单位代码", "code", "姓名", "name"}


@dataclass
class Line:
    """A line as it was pasted, with its number as the writer counts, and what is wrong with it."""

    number: int
    cells: list[str]
    problems: list[str] = field(default_factory=list)


def lines_of(text: str, columns: int) -> list[Line]:
    """The lines that have something in them, cut into `columns` cells; a line of headings is left out. Raises
    InvalidInput when there are too many."""
    found = [Line(number, _cells(line)) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if found and folded(found[0].cells[0]) in HEADINGS:
        found = found[1:]
    if len(found) > MOST_LINES:
        raise InvalidInput(_("一次最多%(most)s行。") % {"most": f"{MOST_LINES:,}"})
    for line in found:
        if len(line.cells) > columns:
            line.problems.append(_("多了%(more)s列。") % {"more": len(line.cells) - columns})
        line.cells = (line.cells + [""] * columns)[:columns]
    return found


def _cells(line: str) -> list[str]:
    """Spreadsheets part cells by tabs; people by commas or by several spaces."""
    parts = line.split("\t") if "\t" in line else re.split(r"[,，]|\s{2,}|　", line.strip())
    cells = [part.strip() for part in parts]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


# --- units --------------------------------------------------------------------------------------------------------


def unit_rows(lines: Sequence[Line], root: Unit, levels: Mapping[str, str]) -> list[tuple[Line, UnitRow]]:
    """Each line as a unit to be created, parents before what stands below them. Levels may be written by their
    names, the unit above by its code or name; without one, a unit stands below the root."""
    by_name = {folded(name): code for code, name in levels.items()}
    codes = {line.cells[0] for line in lines}
    named: dict[str, str] = {root.name: root.code}
    for line in lines:
        named.setdefault(line.cells[1], line.cells[0])
    rows = []
    for line in lines:
        code, name, level, above = line.cells
        parent = above if above in codes or above == root.code else named.get(above, above)
        level = by_name.get(folded(level), level)
        rows.append((line, UnitRow(code, name, level, parent or root.code, root.created_on)))
    return list(_parents_first(rows, root.code))


def _parents_first(rows: Sequence[tuple[Line, UnitRow]], root: str) -> Iterator[tuple[Line, UnitRow]]:
    """What stands below nothing known, or in a circle, comes last, where it is refused."""
    below: dict[str, list[tuple[Line, UnitRow]]] = {}
    for one in rows:
        below.setdefault(one[1].parent, []).append(one)
    waiting = [root]
    while waiting:
        for one in below.pop(waiting.pop(0), []):
            yield one
            waiting.append(one[1].code)
    for left in below.values():
        yield from left


# --- people -------------------------------------------------------------------------------------------------------


def person_rows(lines: Sequence[Line], units: Mapping[str, str]) -> list[tuple[Line, PersonRow]]:
    """Each line as a person to be seated. `units` gives the code of a unit by its name; a code stands for itself.
    Roles are written by their names or codes; what is no role is noted at its line."""
    by_name = {folded(str(name)): code for code, name in ROLE_NAMES.items()} | {code: code for code in ROLE_NAMES}
    rows = []
    for line in lines:
        name, username, unit, post, said = line.cells
        wanted = [folded(part) for part in re.split(r"[、/；;+\s]+", said) if part]
        unknown = [part for part in wanted if part not in by_name]
        if unknown or not wanted:
            line.problems.append(_("没有这样的角色：%(roles)s。") % {"roles": "、".join(unknown) or _("（空）")})
        roles = tuple(by_name[part] for part in wanted if part in by_name)
        rows.append((line, PersonRow(name, username, units.get(unit, unit), post, roles)))
    return rows


def note_problems(rows: Sequence[tuple[Line, object]], refused: InvalidInput) -> None:
    """Puts what was refused at `rows.<index>` to the lines that it is about."""
    for path, said in refused.problems.items():
        _rows, _dot, index = path.partition(".")
        if index.isdigit() and int(index) < len(rows):
            rows[int(index)][0].problems.extend(said)
