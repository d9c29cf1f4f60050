"""Rows of posted sheets become findings and matters, in the transaction that posts them.

A row is known by its sheet, table and number, so nothing is made twice. Where a sheet is taken back, what nobody
has taken up yet goes with it; the rest stays, and says so. A sheet written anew takes over what its words still
name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.workdays import WorkCalendar
from mingzhang.findings.actions.accruing import accrue_findings
from mingzhang.findings.actions.moving import note
from mingzhang.findings.actions.reporting import numbers
from mingzhang.findings.models import GONE, Beginning, Finding, FindingStep, Matter, MatterStep
from mingzhang.findings.reckoning import day_of, term_of
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import today_in, work_calendar
from mingzhang.organisation.scopes import AnyOf
from mingzhang.packs.finding_schema import FindingRows, Findings, Rows
from mingzhang.packs.queries import pack_of

UNTOUCHED = ("report", "submit")  # what is done to a finding before anybody takes it up


@dataclass(frozen=True)
class Row:
    """A row of a posted sheet, and how rows of its table become something."""

    record: Record
    how: Rows
    words: Findings
    number: int
    data: Mapping[str, Any]

    @property
    def table(self) -> str:
        """The table, without its sheet's kind."""
        return self.how.table.partition(".")[2]

    @property
    def key(self) -> tuple[int, str, int]:
        """What it is known by."""
        return self.record.pk, self.table, self.number

    def said(self, field: str | None) -> str:
        """What the row says in a field of words."""
        return str(self.data.get(field, "") if field else "")

    def day(self, field: str | None) -> date | None:
        """What the row says in a field with a day."""
        given = self.data.get(field) if field else None
        return date.fromisoformat(given) if isinstance(given, str) else None

    @property
    def unit_id(self) -> int:
        """The unit that it names, or else the sheet's own."""
        given = self.data.get(self.how.unit) if self.how.unit else None
        return given if isinstance(given, int) else self.record.unit_id


def spawn(records: Sequence[Record], by: Person) -> None:
    """Make what the rows of the posted ones of `records` spawn, and settle what came of those taken back."""
    back = [record for record in records if record.state == "reversed"]
    since = Beginning.objects.filter(book=by.book_id).values_list("since", flat=True).first() or date.min
    posted = [record for record in records if record.state != "reversed" and record.occurred_on >= since]
    if back:
        _take_back(back, by)
    rows = list(_rows(posted))
    findings = [row for row in rows if isinstance(row.how, FindingRows)]
    if findings:
        _find(findings, by)
    matters = [row for row in rows if not isinstance(row.how, FindingRows)]
    if matters:
        _decide(matters, by)


def _rows(records: Sequence[Record]) -> Iterator[Row]:
    for record in records:
        words = pack_of(record.pack_version_id).findings
        for table, rows in record.rows.items() if words else ():
            code = f"{record.kind.code}.{table}"
            how = words.rows_by_table.get(code) or words.matters_by_table.get(code) if words else None
            if how and words:
                yield from (Row(record, how, words, number, data) for number, data in enumerate(rows))


# --- findings -----------------------------------------------------------------------------------------------------


def _find(rows: Sequence[Row], by: Person) -> None:
    book = by.book
    there = set(
        Finding.objects.filter(AnyOf(F("record"), list({row.record.pk for row in rows})), row__isnull=False)
        .values_list("record_id", "table", "row")
    )  # fmt: skip
    fresh = [row for row in _not_taken_over(rows, by) if row.key not in there]
    if not fresh:
        return
    made = _made(fresh, numbers(book, len(fresh)), by)
    Finding.objects.bulk_create(made, batch_size=2000)
    FindingStep.objects.bulk_create(_steps(made, fresh), batch_size=5000)
    at = clock.now()
    said = [
        append.NewEvent(book.code, at, by.ref, "finding.report", one.ref, {"record": one.record_id, "row": one.row})
        for one in made
    ]
    append.events(said)
    accrue_findings([one.pk for one in made], book, by)


def _made(rows: Sequence[Row], given: Sequence[str], by: Person) -> list[Finding]:
    units = Unit.objects.in_bulk({row.unit_id for row in rows})
    authors, calendar = _authors(rows), work_calendar()
    return [
        _finding(row, number, units, authors, calendar, by) for row, number in zip(rows, given, strict=True)
    ]  # fmt: skip


def _authors(rows: Sequence[Row]) -> dict[int, int]:
    """Who handed in the sheets on which something is already put right: they say that it is."""
    asked = {row.record.pk for row in rows if _put_right(row)}
    found = Record.objects.filter(AnyOf(F("pk"), list(asked))).values_list("pk", "submitted_by_id", "created_by_id")
    return {pk: handed_in or wrote for pk, handed_in, wrote in found} if asked else {}


def _put_right(row: Row) -> bool:
    how = row.how
    said = row.data.get(how.done) if isinstance(how, FindingRows) and how.done else None
    return bool(said)


def _finding(
    row: Row, number: str, units: Mapping[int, Unit], authors: Mapping[int, int], calendar: WorkCalendar, by: Person
) -> Finding:
    how, today = row.how, today_in(by.book)
    assert isinstance(how, FindingRows)
    severity = how.severity.of(row.data, row.words.severities_by_id)
    asked = row.day(how.due)
    asked = asked if asked and asked >= row.record.occurred_on else None
    term = term_of(today, row.words.severities_by_id[severity], asked, calendar)
    owner = authors.get(row.record.pk) if _put_right(row) else None
    unit = units.get(row.unit_id, row.record.unit)
    return Finding(
        book=by.book, number=number, pack_version_id=row.record.pack_version_id, source=how.source,
        record=row.record, table=row.table, row=row.number, origin=row.record.unit,
        unit=row.record.unit if owner else unit, owner_id=owner,
        category=how.category.of(row.data, row.words.categories_by_id), severity=severity,
        place=unit.name if unit.pk != row.record.unit_id else "", post=row.said(how.post),
        description=row.said(how.words) or "—", found_on=row.record.occurred_on, counted_from=today, term=term,
        asked_for=asked, due_on=day_of(today, term, asked, calendar),
        state="submitted" if owner else "found", submitted_on=_handed_in(row, today) if owner else None,
        reported_by=by, reported_at=clock.now(),
    )  # fmt: skip


def _handed_in(row: Row, today: date) -> date:
    """The day on which the row says that it was put right, where it says one: that is what is in time or late."""
    how = row.how
    said = row.day(how.done) if isinstance(how, FindingRows) else None
    return min(said, today) if said else today


def _steps(made: Sequence[Finding], rows: Sequence[Row]) -> Iterator[FindingStep]:
    at = clock.now()
    for finding, row in zip(made, rows, strict=True):
        yield FindingStep(
            finding=finding, round=1, verb="report", before="found", after="found", unit=finding.unit,
            by=finding.reported_by, at=at,
        )  # fmt: skip
        if finding.owner_id:
            how = row.how
            done = row.data.get(how.done) if isinstance(how, FindingRows) and how.done else ""
            yield FindingStep(
                finding=finding, round=1, verb="submit", before="found", after="submitted", unit=finding.unit,
                reason=done if isinstance(done, str) else "", by_id=finding.owner_id, at=at,
            )  # fmt: skip


def _not_taken_over(rows: Sequence[Row], by: Person) -> Iterator[Row]:
    """The rows that are new: one in the same words as a row of the sheet that this one replaces goes on as what
    came of that."""
    replaced = {row.record.replaces_id for row in rows if row.record.replaces_id}
    held: dict[tuple[int, str, str], list[Finding]] = defaultdict(list)
    if replaced:
        old = Finding.objects.filter(record__in=replaced, row__isnull=False).exclude(state__in=GONE)
        for finding in old.select_related("book", "unit").order_by("pk"):
            held[finding.record_id or 0, finding.table, finding.description].append(finding)
    for row in rows:
        waiting = held.get((row.record.replaces_id or 0, row.table, row.said(row.how.words)))
        if not waiting:
            yield row
            continue
        finding = waiting.pop(0)
        finding.record, finding.row = row.record, row.number
        finding.save(update_fields=["record", "row"])
        note(finding, "take_over", by=by)


# --- matters ------------------------------------------------------------------------------------------------------


def _decide(rows: Sequence[Row], by: Person) -> None:
    made = Matter.objects.bulk_create(
        [
            Matter(
                book=by.book, record=row.record, table=row.table, row=row.number, unit_id=row.unit_id,
                words=row.said(row.how.words) or "—", post=row.said(row.how.post),
                decided_on=row.record.occurred_on, due_on=row.day(row.how.due),
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    at, book = clock.now(), by.book.code
    append.events(
        [
            append.NewEvent(book, at, by.ref, "matter.make", f"record:{one.record_id}", {"row": one.row})
            for one in made
        ]
    )


# --- taken back ---------------------------------------------------------------------------------------------------


def _take_back(records: Sequence[Record], by: Person) -> None:
    held = Finding.objects.select_for_update(of=("self",)).filter(record__in=records).exclude(state__in=GONE)
    for finding in held.select_related("book", "unit").order_by("pk"):
        touched = FindingStep.objects.filter(finding=finding).exclude(verb__in=UNTOUCHED).exists()
        if touched or finding.state not in ("found", "submitted"):
            note(finding, "sheet_reversed", by=by)
            continue
        before, finding.state = finding.state, "withdrawn"
        finding.save(update_fields=["state"])
        note(finding, "withdraw", by=by, before=before)
        accrue_findings([finding.pk], finding.book, by)
    at = clock.now()
    matters = list(Matter.objects.select_for_update().filter(record__in=records, state="open").order_by("pk"))
    Matter.objects.filter(pk__in=[matter.pk for matter in matters]).update(state="withdrawn")
    MatterStep.objects.bulk_create(MatterStep(matter=one, verb="withdraw", by=by, at=at) for one in matters)
    append.events([append.NewEvent(by.book.code, at, by.ref, "matter.withdraw", one.ref, {}) for one in matters])
