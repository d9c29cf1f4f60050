"""All that the page of a sheet to be filled in shows around its controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.ledger import queries
from mingzhang.ledger.forms.controls import Choice, Control, Sheet, Wrong, find_address
from mingzhang.ledger.forms.given import Given, of_record
from mingzhang.ledger.forms.writing import Difference, differences
from mingzhang.ledger.models import Record
from mingzhang.ledger.remarks import remarks_of
from mingzhang.ledger.showing import File, asked_of, files_of
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import holders
from mingzhang.organisation.roles import ROLE_NAMES
from mingzhang.packs.models import RecordKind
from mingzhang.packs.schema import Kind

MOST_UNITS = 40
MOST_NAMED = 3


@dataclass(frozen=True)
class Desk:
    """The sheet that a person has before them: a `record`, or a new one of a kind, perhaps in place of another.
    `subject` names the working copy; `begun` is the rest of the address of a new sheet."""

    place: Place
    kind: Kind
    code: RecordKind
    subject: str
    record: Record | None = None
    replaces: Record | None = None
    begun: str = ""

    @property
    def person(self) -> Person:
        """Who sits at it."""
        return self.place.person

    @property
    def unit(self) -> Unit:
        """The record's unit; of a new sheet the one that the person works at."""
        origin = self.record or self.replaces
        return origin.unit if origin else self.place.unit


@dataclass(frozen=True)
class State:
    """What stands in the controls, and what is to be said about it."""

    given: Given
    known: dict[str, str] = field(default_factory=dict)
    refused: InvalidInput | None = None
    restored: datetime | None = None
    version: int = 0
    unkept: Sequence[str] = ()
    spare: int = 2


@dataclass(frozen=True)
class Step:
    """One review: who may take it."""

    role: str
    names: str
    more: int


def context_of(desk: Desk, state: State) -> dict[str, Any]:
    """What the template of the page reads."""
    problems = state.refused.problems if state.refused else {}
    files = files_of(desk.record) if desk.record else []
    sheet = sheet_of(desk, state, files)
    unit = None if desk.record or desk.replaces else unit_control(desk, state.given, problems.get("unit", ()))
    wrong = [Wrong(unit.id, unit.label, text) for text in unit.errors] if unit else []
    wrong += sheet.wrong
    apart = _differences(desk, state, files, sheet)
    wrong += [Wrong("f-evidence", _("佐证"), text) for text in [*problems.get("evidence", ()), *state.unkept]]
    return {
        "desk": desk,
        "sheet": sheet,
        "unit_control": unit,
        "files": files,
        "questions": asked_of(desk.record, desk.person) if desk.record else [],
        "recent": queries.recent_files(desk.person, desk.record) if desk.record else [],
        "wrong": wrong,
        "refused": state.refused,
        "unkept": [*problems.get("evidence", ()), *state.unkept],
        "restored": state.restored,
        "version": state.version if apart or desk.record is None else desk.record.version,
        "steps": steps_of(desk),
        "returned": _returned(desk.record),
        "others": queries.others_at(desk.record, desk.person) if desk.record else [],
        "differences": apart,
        "writer": queries.last_writer(desk.record) if desk.record else None,
    }


def sheet_of(desk: Desk, state: State, files: Sequence[File]) -> Sheet:
    """The controls."""
    return Sheet(
        desk.kind,
        state.given,
        problems=state.refused.problems if state.refused else {},
        known=state.known,
        remarks=remarks_of(desk.record) if desk.record else {},
        files=[(file.evidence_id, file.name) for file in files],
        pack=desk.code.pack,
        spare=state.spare,
    )


def unit_control(desk: Desk, given: Given, errors: Sequence[str]) -> Control:
    """The unit of a new sheet: a choice where there are few, else one that is looked for."""
    units = desk.place.units().filter(closed_on=None).order_by("code")
    if desk.kind.levels:
        units = units.filter(level__in=desk.kind.levels)
    found = list(units[: MOST_UNITS + 1])
    value = given.one("unit")
    choices = [Choice(text, unit.name, text == value) for unit in found for text in [f"{unit.name}（{unit.code}）"]]
    few = 0 < len(found) <= MOST_UNITS
    if few and not any(choice.chosen for choice in choices):
        choices.insert(0, Choice("", _("请选择"), chosen=True))
    return Control(
        "unit",
        _("单位"),
        "select" if few else "pick",
        value=value,
        choices=choices if few else (),
        find="" if few else find_address("unit"),
        errors=errors,
    )


def steps_of(desk: Desk) -> list[Step]:
    """Who may take each review step of a sheet that the person hands in."""
    steps = []
    for step in desk.kind.review:
        held = [one.person for one in holders(step.role, desk.unit) if one.person_id != desk.person.pk]
        names = list(dict.fromkeys(person.name for person in held))
        shown = _("、").join(names[:MOST_NAMED])
        steps.append(Step(str(ROLE_NAMES[step.role]), shown, max(0, len(names) - MOST_NAMED)))
    return steps


def _returned(record: Record | None) -> queries.Return | None:
    """Why the sheet was returned."""
    if record is None or record.state != "returned":
        return None
    return queries.last_returns([record]).get(record.pk)


def _differences(desk: Desk, state: State, files: Sequence[File], sheet: Sheet) -> list[Difference]:
    if desk.record is None or state.version == desk.record.version:
        return []
    theirs = State(of_record(desk.record, desk.kind))
    return differences(sheet, sheet_of(desk, theirs, files))
