"""Several sheets of one kind side by side: a row each, a column for every field that any of them fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from mingzhang.core.errors import reason_against
from mingzhang.ledger import queries, rules
from mingzhang.ledger.actions import MOST_AT_ONCE
from mingzhang.ledger.models import Record
from mingzhang.ledger.sheets import Sheet, Shown, sheets_of
from mingzhang.organisation.place import Place
from mingzhang.packs.wording import language


@dataclass(frozen=True)
class Row:
    """A sheet; `reason` says why it cannot be passed by who looks at it."""

    number: int
    title: str
    unit: str
    author: str
    occurred_on: date
    since: datetime | None
    files: int
    cells: list[Shown]
    tables: list[tuple[str, int]]
    reason: str
    address: str


@dataclass(frozen=True)
class Comparison:
    kind: str
    columns: list[Shown]
    rows: list[Row]

    @property
    def passable(self) -> int:
        """How many of them may be passed."""
        return sum(1 for row in self.rows if not row.reason)


def comparison_of(place: Place, records: Sequence[Record]) -> Comparison:
    """Raises InvalidInput for sheets of several kinds, for none and for too many."""
    rules.check_alike(records, MOST_AT_ONCE)
    kinds = [queries.kind_of(record) for record in records]
    sheets = sheets_of(records, kinds)
    files = queries.evidence_counts(records)
    columns = {shown.path: shown for sheet in sheets for shown in sheet.fields}
    wanted = [path for path in (f"data.{field.id}" for field in kinds[-1].fields) if path in columns]
    wanted += [path for path in columns if path not in wanted]
    mine = queries.review_queue(place.person, place.review_scopes).filter(pk__in=[record.pk for record in records])
    passable = set(mine.order_by().values_list("pk", flat=True))
    rows = [
        _row(
            record, sheet, wanted, files.get(record.pk, 0), "" if record.pk in passable else _reason(place, record)
        )
        for record, sheet in zip(records, sheets, strict=True)
    ]
    return Comparison(kinds[-1].name.text(language()), [columns[path] for path in wanted], rows)


def _row(record: Record, sheet: Sheet, wanted: Sequence[str], files: int, reason: str) -> Row:
    held = {shown.path: shown for shown in sheet.fields}
    return Row(
        number=record.pk,
        title=record.title,
        unit=record.unit.name,
        author=record.submitted_by.name if record.submitted_by else record.created_by.name,
        occurred_on=record.occurred_on,
        since=record.submitted_at,
        files=files,
        cells=[held.get(path, Shown("", "—")) for path in wanted],
        tables=[(table.name, len(table.rows)) for table in sheet.tables],
        reason=reason,
        address=reverse("ledger:record", args=(record.pk,)),
    )


def _reason(place: Place, record: Record) -> str:
    return reason_against(rules.check_user_can_review, place.person, record)
