"""What came of a sheet: its rows with the findings and matters they became, and the tasks that come after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.core.errors import reason_against
from mingzhang.duties.models import Task, event_period
from mingzhang.duties.wording import Line as TaskLine
from mingzhang.duties.wording import Stand
from mingzhang.duties.wording import lines_of as task_lines
from mingzhang.findings import choosing, flows, queries
from mingzhang.findings.finding_page import Given
from mingzhang.findings.models import CLOSED, GONE, Finding, Matter
from mingzhang.findings.rules import check_user_can_matter
from mingzhang.findings.showing import Line, lines_of
from mingzhang.ledger import queries as ledger
from mingzhang.ledger.models import Record
from mingzhang.ledger.sheets import ShownTable, sheet_of
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import today_in
from mingzhang.ui.templatetags.ui import day as short_day

VERBS = {"finish": "check", "hand": "user", "drop": "x", "reopen": "back"}


@dataclass(frozen=True)
class MatterAct:
    """Something that the state of a matter allows. `key` tells its form from all others of the page, `reason` says
    why this person may not do it."""

    key: str
    verb: str
    name: str
    icon: str
    reason: str

    @property
    def allowed(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class MatterLine:
    """A matter, how it stands, and what may be done about it."""

    matter: Matter
    stand: Stand
    acts: Sequence[MatterAct]
    handlers: Sequence[choosing.Corrector] = ()


@dataclass(frozen=True)
class Row:
    """A row of the sheet, and what it became; nothing where rows of its table become nothing."""

    number: int
    said: Sequence[tuple[str, str]]
    finding: Line | None = None
    matter: MatterLine | None = None


@dataclass(frozen=True)
class Came:
    """A table of the sheet with its rows."""

    name: str
    rows: Sequence[Row] = field(default=())


def context_of(place: Place, record: Record, given: Given) -> dict[str, Any]:
    """A number of queries that depends on the units of open matters alone."""
    today = today_in(place.person.book)
    kind = ledger.kind_of(record)
    came = queries.what_came_of(record)
    lines = {line.finding.pk: line for line in lines_of(came.findings, today)}
    matters = {one.matter.pk: one for one in _matters(place, came.matters, today)}
    ids = [table.id for table in kind.tables if record.rows.get(table.id)]
    tables = [
        Came(shown.name, list(_rows(shown, code, came, lines, matters)))
        for code, shown in zip(ids, sheet_of(record, kind).tables, strict=True)
    ]
    tasks = _tasks(place, record, today)
    extra = [lines[one.pk] for one in came.findings if one.row is None]
    return {
        "record": record,
        "kind": kind,
        "tables": [table for table in tables if any(row.finding or row.matter for row in table.rows)],
        "extra": extra,
        "tasks": tasks,
        "sum": _sum(came, tasks),
        "address": reverse("ledger:record", args=(record.pk,)),
        "given": given,
        "nothing": not came.findings and not came.matters and not tasks,
    }


def _rows(
    shown: ShownTable,
    code: str,
    came: queries.CameOf,
    lines: dict[int, Line],
    matters: dict[int, MatterLine],
) -> Iterator[Row]:
    by_row = came.by_row
    for number, row in enumerate(shown.rows):
        found = by_row.get((code, number))
        said = [(cell.name, cell.text) for cell in row.cells if cell.text != "—"]
        finding = lines[found.pk] if isinstance(found, Finding) else None
        matter = matters[found.pk] if isinstance(found, Matter) else None
        yield Row(number + 1, said, finding, matter)


def _matters(place: Place, found: Sequence[Matter], today: date) -> Iterator[MatterLine]:
    for one in found:
        one.book = place.person.book
    units = {one.unit_id for one in found if one.state == "open"}
    able = choosing.correctors(sorted(units)) if units else []
    for matter in found:
        handlers = [one for one in able if one.unit.pk == matter.unit_id]
        yield MatterLine(matter, stand_of(matter, today), list(_acts(place, matter)), handlers)


def stand_of(matter: Matter, today: date) -> Stand:
    """How a matter stands."""
    if matter.state == "done" and matter.done_on:
        return Stand(_("%(day)s办完") % {"day": short_day(matter.done_on)}, "is-done", "check")
    if matter.state != "open":
        return Stand(str(flows.MATTER.states[matter.state]), "is-draft", "x")
    if matter.late_on(today):
        return Stand(_("逾期"), "is-late", "late")
    said = _("%(day)s前") % {"day": short_day(matter.due_on)} if matter.due_on else str(flows.MATTER.states["open"])
    return Stand(said, "", "clock")


def _acts(place: Place, matter: Matter) -> Iterator[MatterAct]:
    for verb, permission in flows.MATTER.permissions(matter.state).items():
        if verb in VERBS and permission in place.held:
            reason = reason_against(check_user_can_matter, place.person, matter, verb)
            yield MatterAct(f"{matter.pk}-{verb}", verb, str(flows.MATTER.verb_names[verb]), VERBS[verb], reason)


def _tasks(place: Place, record: Record, today: date) -> list[TaskLine]:
    """What has to be done because the sheet was posted."""
    found = Task.objects.filter(unit=record.unit_id, period=event_period(record.occurred_on, record.pk))
    rows = found.exclude(state="withdrawn").select_related("unit", "kind", "handler").order_by("due", "pk")
    return task_lines(list(rows), place.person, today)


def _sum(came: queries.CameOf, tasks: Sequence[TaskLine]) -> dict[str, int]:
    """How many things came of it, and how many of them are settled."""
    settled = sum(one.state in (*CLOSED, *GONE) for one in came.findings)
    settled += sum(one.state != "open" for one in came.matters) + sum(not one.open for one in tasks)
    return {"all": len(came.findings) + len(came.matters) + len(tasks), "settled": settled}
