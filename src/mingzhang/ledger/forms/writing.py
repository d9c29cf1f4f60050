"""From what stands in a sheet's controls to the actions that write it down; and what others wrote meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, NotFound
from mingzhang.ledger import actions
from mingzhang.ledger.contents import InBook, content
from mingzhang.ledger.forms.controls import Control, Grid, Sheet
from mingzhang.ledger.forms.given import Given, of_record, reference
from mingzhang.ledger.models import Record
from mingzhang.ledger.queries import kind_of
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.queries import unit_by_code
from mingzhang.packs.models import RecordKind
from mingzhang.packs.schema import BUILTIN_FIELDS, Kind
from mingzhang.packs.validation import title_of
from mingzhang.packs.values import NobodyThere, Unfit, clean_value

Problems = dict[str, list[str]]


def write_new(
    *, kind: Kind, code: RecordKind, given: Given, complete: bool, replaces: Record | None, by: Person
) -> Record:
    """A new draft of what was given; with `complete` nothing may be missing. Raises InvalidInput with everything
    that does not fit."""
    problems: Problems = {}
    unit = _unit(given, by.book, problems)
    day = checked(kind, given, by.book, complete=complete, problems=problems)
    if unit is None or day is None:
        raise _wrong(problems)
    return actions.add_record(
        kind=code,
        unit=unit,
        occurred_on=day,
        data=given.data(kind),
        rows=given.rows(kind),
        replaces=replaces,
        by=by,
    )


def write_again(*, record: Record, given: Given, complete: bool, version: int | None, by: Person) -> Record:
    """The draft or returned `record` as given now. A title that somebody chose stays. Raises InvalidInput with
    everything that does not fit, Stale."""
    kind = kind_of(record)
    day = checked(kind, given, record.book, complete=complete, problems={})
    chosen = record.title if record.title != title_of(kind, record.data) else ""
    return actions.edit_record(
        record=record,
        occurred_on=day or record.occurred_on,
        data=given.data(kind),
        rows=given.rows(kind),
        title=chosen,
        version=version,
        by=by,
    )


def write_what_fits(*, kind: Kind, code: RecordKind, given: Given, replaces: Record | None, by: Person) -> Record:
    """A new draft of so much of what was given as fits, so that files can be put to it; the rest stays with the
    person. Raises NotAllowed, and InvalidInput when not even the unit or the day fits."""
    problems: Problems = {}
    unit = _unit(given, by.book, problems)
    try:
        checked(kind, given, by.book, complete=False, problems=problems)
    except InvalidInput:
        if unit is None or "occurred_on" in problems:
            raise
    day = _day(given, problems)
    if unit is None or day is None:
        raise _wrong(problems)
    data = {name: value for name, value in given.data(kind).items() if f"data.{name}" not in problems}
    rows = {name: rows for name, rows in given.rows(kind).items() if not _touches(f"rows.{name}", problems)}
    return actions.add_record(kind=code, unit=unit, occurred_on=day, data=data, rows=rows, replaces=replaces, by=by)


def _touches(path: str, problems: Problems) -> bool:
    return any(wrong == path or wrong.startswith(f"{path}.") for wrong in problems)


def checked(kind: Kind, given: Given, book: Book, *, complete: bool, problems: Problems) -> date | None:
    """The day that was given. Raises InvalidInput with everything that does not fit, `problems` included."""
    day = _day(given, problems)
    try:
        content(kind, given.data(kind), given.rows(kind), "", resolve=InBook(book), draft=not complete)
    except InvalidInput as wrong:
        problems |= wrong.problems
    if problems:
        raise _wrong(problems)
    return day


def _wrong(problems: Problems) -> InvalidInput:
    count = sum(len(said) for said in problems.values())
    return InvalidInput(_("有%(count)d处填得不对。") % {"count": count}, problems=problems)


def _day(given: Given, problems: Problems) -> date | None:
    try:
        day = clean_value(BUILTIN_FIELDS["occurred_on"], given.one("occurred_on"), NobodyThere())
    except Unfit as unfit:
        problems["occurred_on"] = [unfit.message]
        return None
    if day is None:
        problems["occurred_on"] = [_("不能空着")]
        return None
    return date.fromisoformat(str(day))


def _unit(given: Given, book: Book, problems: Problems) -> Unit | None:
    try:
        return unit_by_code(book, reference(given.one("unit")))
    except NotFound as missing:
        problems["unit"] = [missing.message if given.one("unit") else _("不能空着")]
        return None


# --- two people on one sheet --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One place where what the person has typed and what was written down meanwhile are not the same."""

    name: str
    anchor: str
    label: str
    mine: str
    theirs: str


def differences(mine: Sheet, theirs: Sheet) -> list[Difference]:
    """Where two fillings of one sheet differ; a table is one place."""
    return [*_of_controls(_controls(mine), _controls(theirs)), *_of_grids(mine.grids, theirs.grids)]


def _controls(sheet: Sheet) -> list[Control]:
    return [sheet.day, *(control for block in sheet.blocks for control in block.controls)]


def _of_controls(mine: Sequence[Control], theirs: Sequence[Control]) -> Iterator[Difference]:
    for own, other in zip(mine, theirs, strict=True):
        if in_words(own) != in_words(other):
            yield Difference(own.name, own.id, own.label, in_words(own), in_words(other))


def _of_grids(mine: Sequence[Grid], theirs: Sequence[Grid]) -> Iterator[Difference]:
    for own, other in zip(mine, theirs, strict=True):
        if _lines(own) != _lines(other):
            said = ["；".join(_lines(grid)) for grid in (own, other)]
            yield Difference(f"rows.{own.id}", own.anchor, own.name, *said)


def _lines(grid: Grid) -> list[str]:
    lines = ("，".join(filter(None, map(in_words, row))) for row in grid.rows)
    return [line for line in lines if line]


def in_words(control: Control) -> str:
    """What a control says."""
    if control.choices:
        return "、".join(choice.text for choice in control.choices if choice.chosen)
    return control.value.strip()


def take_theirs(given: Given, record: Record, name: str) -> Given:
    """What was given, but at `name` (a control, or `rows.<table>`) as the record has it."""
    theirs = of_record(record, kind_of(record))
    entries = [pair for pair in given.entries() if not _at(pair[0], name)]
    return Given([*entries, *(pair for pair in theirs.entries() if _at(pair[0], name))])


def _at(name: str, wanted: str) -> bool:
    return name == wanted or (wanted.startswith("rows.") and name.startswith(f"{wanted}."))
