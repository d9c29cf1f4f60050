"""Bringing in many records at once, through the same checks as one: written, submitted, reviewed and posted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append as audit
from mingzhang.core import clock
from mingzhang.core.digests import canonical_json
from mingzhang.core.errors import InvalidInput, NotAllowed
from mingzhang.ledger import queries, rules
from mingzhang.ledger.actions.posting import post_locked
from mingzhang.ledger.binding import commit_to
from mingzhang.ledger.contents import InBook, content
from mingzhang.ledger.holdings import Holdings
from mingzhang.ledger.models import Evidence, Record
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.organisation.roles import Permission
from mingzhang.packs.models import PackVersion, RecordKind
from mingzhang.packs.schema import Field, Kind

BATCH = 2000
MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be brought in. `author` wrote and submitted it, `reviewers` passed its steps in their order.
    `source_key` is its natural key where it comes from: what is already in the book is not brought in again."""

    source_key: str
    kind: RecordKind
    unit: Unit
    occurred_on: date
    data: Mapping[str, Any]
    author: Person
    reviewers: Sequence[Person] = ()
    rows: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    evidence: Sequence[tuple[Evidence, str]] = ()


@dataclass(slots=True)
class Imported:
    """How many drafts were brought in and posted, and how many were in the book already."""

    added: int = 0
    known: int = 0


def import_records(*, book: Book, drafts: Iterable[Draft], by: Person) -> Imported:
    """Bring in `drafts` and post them, all at the present moment, in the order given. Each batch of BATCH drafts is
    one transaction, so that a long import can be broken off and run again: a second run changes nothing. Needs the
    right to post; each author must be allowed to submit for the unit, and each reviewer to take the step.

    Raises NotAllowed, NotFound, and InvalidInput whose `problems` name what does not fit as `<source_key>.<path>`;
    the batch in which that happens is not brought in."""
    done = Imported()
    coming = iter(drafts)
    while batch := list(islice(coming, BATCH)):
        _import_batch(book, list({draft.source_key: draft for draft in batch}.values()), by, done)
    return done


@transaction.atomic
def _import_batch(book: Book, drafts: Sequence[Draft], by: Person, done: Imported) -> None:
    _one_at_a_time(book)
    known = _known_keys(book, drafts)
    fresh = [draft for draft in drafts if draft.source_key not in known]
    records = _Checks(book, fresh, by).records()
    if records:
        _insert_records(records)
        _insert_reviews(records, fresh)
        _insert_evidence(records, fresh)
        audit.events(_imported(records, fresh, by))
        post_locked(records, by)
    done.added += len(records)
    done.known += len(known)


def _one_at_a_time(book: Book) -> None:
    """Wait until no other transaction is importing into the book."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"mingzhang.ledger/{book.pk}"])


def _known_keys(book: Book, drafts: Sequence[Draft]) -> set[str]:
    keys = [draft.source_key for draft in drafts]
    found = Record.objects.filter(book=book, source_key__in=keys).values_list("source_key", flat=True)
    return {key for key in found if key is not None}


class _Checks:
    """The checks of the ordinary steps, over a batch. What they look up is looked up once for the batch."""

    def __init__(self, book: Book, drafts: Sequence[Draft], by: Person) -> None:
        self._book, self._drafts, self._by = book, drafts, by
        people = [by, *(person for draft in drafts for person in (draft.author, *draft.reviewers))]
        self._holdings = Holdings(people)
        self._resolve = InBook(book)
        self._versions: dict[int, PackVersion] = {}
        self._resolve.look_ahead(self._units_named())
        self._problems: dict[str, list[str]] = {}

    def records(self) -> list[Record]:
        """A record for each draft, accepted and not yet saved. Raises InvalidInput for all drafts that do not fit,
        and NotAllowed."""
        found = [self._record(draft) for draft in self._drafts]
        if self._problems:
            told = dict(list(self._problems.items())[:MOST_TOLD])
            raise InvalidInput(
                _("有 %(count)s 处不对，这一批没有导入。") % {"count": len(self._problems)}, problems=told
            )
        return [record for record in found if record is not None]

    def _record(self, draft: Draft) -> Record | None:
        try:
            return self._checked(draft)
        except InvalidInput as fault:
            if not fault.problems:
                self._problems[draft.source_key] = [str(fault)]
            self._problems |= {f"{draft.source_key}.{path}": said for path, said in fault.problems.items()}
            return None

    def _checked(self, draft: Draft) -> Record:
        self._check_book(draft)
        version = self._version(draft.kind)
        kind = queries.kind_in(version, draft.kind)
        rules.check_level(kind, draft.unit)
        rules.check_occurred(draft.unit, draft.occurred_on)
        self._check_people(draft, kind)
        rules.check_evidence_count(kind, len(draft.evidence))
        written = content(kind, draft.data, draft.rows, draft.title, resolve=self._resolve)
        now = clock.now()
        return Record(
            book=self._book,
            kind=draft.kind,
            pack_version=version,
            unit=draft.unit,
            occurred_on=draft.occurred_on,
            title=written.title,
            data=written.data,
            rows=written.rows,
            state="accepted",
            cycle=1,
            steps=len(kind.review),
            created_by=draft.author,
            created_at=now,
            submitted_by=draft.author,
            submitted_at=now,
            source_key=draft.source_key,
        )

    def _check_book(self, draft: Draft) -> None:
        if any(book_id != self._book.pk for book_id in (draft.unit.book_id, self._by.book_id)):
            raise NotAllowed(_("“%(unit)s”不在这个账套里。") % {"unit": draft.unit.name})
        if any(evidence.book_id != self._book.pk for evidence, _name in draft.evidence):
            raise NotAllowed(_("佐证不在这个账套里。"))

    def _version(self, kind: RecordKind) -> PackVersion:
        if kind.pk not in self._versions:
            self._versions[kind.pk] = queries.version_in_force(self._book, kind)
        return self._versions[kind.pk]

    def _units_named(self) -> Iterator[int | str]:
        """Every unit that the drafts name in a field, as it is written: what is no name at all is found later."""
        for draft in self._drafts:
            kind = queries.kind_in(self._version(draft.kind), draft.kind)
            yield from _units_in(kind.fields, draft.data)
            for table in kind.tables:
                rows = draft.rows.get(table.id)
                for row in rows if isinstance(rows, list) else ():
                    if isinstance(row, Mapping):
                        yield from _units_in(table.fields, row)

    def _check_people(self, draft: Draft, kind: Kind) -> None:
        self._holdings.check_can(draft.author, Permission.RECORD_SUBMIT, draft.unit)
        self._holdings.check_can(self._by, Permission.RECORD_POST, draft.unit)
        if len(draft.reviewers) != len(kind.review):
            raise InvalidInput(
                _("“%(kind)s”要审核 %(steps)s 步，给了 %(given)s 位审核人。")
                % {"kind": kind.name.text(), "steps": len(kind.review), "given": len(draft.reviewers)}
            )
        earlier: list[int] = []
        for step, person in zip(kind.review, draft.reviewers, strict=True):
            self._holdings.check_has_role(person, step.role, draft.unit)
            rules.check_other_person(person, {draft.author.pk}, earlier)
            earlier.append(person.pk)


def _units_in(fields: Iterable[Field], data: Mapping[str, Any]) -> Iterator[int | str]:
    for field_ in fields:
        if field_.type == "unit" and isinstance(data.get(field_.id), int | str):
            yield data[field_.id]


_RECORD_COLUMNS = (
    "id, book_id, kind_id, pack_version_id, unit_id, occurred_on, title, data, rows, state, cycle, steps,"
    " created_by_id, created_at, submitted_by_id, submitted_at, reversal_reason, source_key"
)


def _insert_records(records: Sequence[Record]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('ledger_record', 'id')) FROM generate_series(1, %s)",
            [len(records)],
        )
        for record, (number,) in zip(records, cursor.fetchall(), strict=True):
            record.pk = number
    _copy("ledger_record", _RECORD_COLUMNS, (_record_row(record) for record in records))


def _record_row(record: Record) -> tuple[Any, ...]:
    return (
        record.pk,
        record.book_id,
        record.kind_id,
        record.pack_version_id,
        record.unit_id,
        record.occurred_on,
        record.title,
        canonical_json(record.data).decode(),
        canonical_json(record.rows).decode(),
        record.state,
        record.cycle,
        record.steps,
        record.created_by_id,
        record.created_at,
        record.submitted_by_id,
        record.submitted_at,
        record.reversal_reason,
        record.source_key,
    )


def _insert_reviews(records: Sequence[Record], drafts: Sequence[Draft]) -> None:
    _copy(
        "ledger_review",
        "record_id, cycle, step, author_id, reviewer_id, passed, note, at",
        (
            (record.pk, record.cycle, step, draft.author.pk, reviewer.pk, True, "", record.submitted_at)
            for record, draft in zip(records, drafts, strict=True)
            for step, reviewer in enumerate(draft.reviewers, 1)
        ),
    )


def _insert_evidence(records: Sequence[Record], drafts: Sequence[Draft]) -> None:
    _copy(
        "ledger_recordevidence",
        "record_id, evidence_id, name",
        (
            (record.pk, evidence.pk, name)
            for record, draft in zip(records, drafts, strict=True)
            for evidence, name in draft.evidence
        ),
    )


def _copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _imported(records: Sequence[Record], drafts: Sequence[Draft], by: Person) -> Iterator[audit.NewEvent]:
    book, at = by.book.code, clock.now()
    for record, draft, committed in zip(records, drafts, commit_to(records), strict=True):
        data = {
            "kind": str(draft.kind),
            "unit": draft.unit.code,
            "content": committed,
            "author": draft.author.ref,
            "reviewers": [person.ref for person in draft.reviewers],
        }
        yield audit.NewEvent(book=book, at=at, actor=by.ref, verb="record.import", subject=record.ref, data=data)
