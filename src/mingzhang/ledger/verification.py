"""Whether the ledger is what was posted: entries against their digests and against what the log said when they
were posted, reversals against what they take back, record sheets against what was handed in, reviews against the
log, evidence against its digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from itertools import islice
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from mingzhang.audit.commitments import commitment
from mingzhang.audit.findings import CHUNK, Checked, read_rows
from mingzhang.core.digests import digest, show
from mingzhang.core.errors import Corrupt
from mingzhang.ledger.binding import bound, files_of
from mingzhang.ledger.evidence import open_verified
from mingzhang.ledger.lines import Line, entry_digest
from mingzhang.ledger.models import Evidence, Record
from mingzhang.ledger.queries import position
from mingzhang.organisation.models import Book, Person, Unit
from mingzhang.packs.models import RecordKind

ENTRIES = """
SELECT seq, record_id, line, kind_id, unit_id, occurred_on, sign, data::text, reverses, posted_at, posted_by_id,
       digest
  FROM ledger_entry WHERE book_id = %s ORDER BY seq
"""
POSTINGS = """
SELECT (data->>'first')::bigint AS first, (data->>'last')::bigint, data->>'entries', verb, subject, id
  FROM audit_event WHERE book = %s AND verb IN ('record.post', 'record.reverse', 'ledger.accrue') ORDER BY first, id
"""
NOT_MIRRORED = """
SELECT r.seq, r.reverses FROM ledger_entry r
  LEFT JOIN ledger_entry o ON o.book_id = r.book_id AND o.seq = r.reverses AND o.sign = 1
 WHERE r.book_id = %s AND r.sign = -1
   AND (r.record_id, r.line, r.kind_id, r.unit_id, r.occurred_on, r.data)
       IS DISTINCT FROM (o.record_id, o.line, o.kind_id, o.unit_id, o.occurred_on, o.data)
 ORDER BY r.seq
"""
# The last submission of every sheet that is handed in, with the salt while that is kept.
HANDED_IN = """
SELECT r.id, e.id, d.digest, d.salt
  FROM ledger_record r
  JOIN LATERAL (
    SELECT id, data->>'content' AS content FROM audit_event
     WHERE book = %s AND subject = 'record:' || r.id AND verb IN ('record.submit', 'record.import')
     ORDER BY id DESC LIMIT 1) e ON true
  LEFT JOIN audit_disclosure d ON d.digest = decode(split_part(e.content, ':', 2), 'hex')
 WHERE r.book_id = %s AND r.state NOT IN ('draft', 'returned')
 ORDER BY r.id
"""
REVIEWS = """
SELECT v.id, v.record_id, v.step FROM ledger_review v
  JOIN ledger_record r ON r.id = v.record_id
  JOIN organisation_person p ON p.id = v.reviewer_id
 WHERE r.book_id = %s AND NOT EXISTS (
   SELECT FROM audit_event e
    WHERE e.book = %s AND e.subject = 'record:' || v.record_id
      AND ((e.verb = CASE WHEN v.passed THEN 'record.pass' ELSE 'record.return' END
            AND e.actor = 'person:' || p.username
            AND (e.data->>'cycle')::int = v.cycle AND (e.data->>'step')::int = v.step)
        OR (e.verb = 'record.import' AND v.cycle = 1 AND v.passed
            AND e.data->'reviewers'->>(v.step - 1) = 'person:' || p.username)))
 ORDER BY v.id
"""


def verify_ledger(book: Book, *, evidence: bool = True) -> Iterator[Checked]:
    """Everything in one book, check by check; the bytes of its evidence where that is asked for."""
    yield _entries(book)
    yield _reversals(book)
    yield _sheets(book)
    yield _reviews(book)
    if evidence:
        yield _evidence(book)


def _entries(book: Book) -> Checked:
    checked = Checked("entries", _("账目"))
    recount, postings = _Digests(book), _Postings(book, checked)
    last = 0
    for row in read_rows(ENTRIES, book.pk):
        seq, own = row[0], bytes(row[-1])
        if seq != last + 1:
            checked.differs(_place(seq), _("前面缺账位：应是第%(seq)s笔。") % {"seq": last + 1})
        last = seq
        found = recount.of(row)
        if found != own:
            checked.differs(_place(seq), _("内容和入账时不一样。"))
        postings.take(seq, found, row[1], row[6])
    checked.count = last
    postings.finish()
    if last != (told := position(book)):
        checked.differs(_("账位"), _("账本记到第%(told)s笔，账目只到第%(last)s笔。") % {"told": told, "last": last})
    return checked


class _Digests:
    """Entries' digests, derived again from what the entries and the things they name say now."""

    def __init__(self, book: Book) -> None:
        self._book = book.code
        self._kinds = {kind.pk: str(kind) for kind in RecordKind.objects.all()}
        self._units = dict(Unit.objects.filter(book=book).values_list("pk", "code"))
        self._people = dict(Person.objects.filter(book=book).values_list("pk", "username"))

    def of(self, row: tuple[Any, ...]) -> bytes:
        seq, record, line, kind, unit, occurred_on, sign, data, reverses, posted_at, posted_by, _digest = row
        said = Line(
            record_id=record,
            line=line,
            kind_id=kind,
            kind=self._kinds.get(kind, ""),
            unit_id=unit,
            unit=self._units.get(unit, ""),
            occurred_on=occurred_on,
            sign=sign,
            data=json.loads(data),
            reverses=reverses,
        )
        by = self._people.get(posted_by, "")
        return entry_digest(said, book=self._book, seq=seq, posted_at=posted_at.astimezone(UTC), posted_by=by)


class _Postings:
    """What the log said of the entries, read along with them: each posting and reversal takes the positions that
    follow those before it, and binds the digests of its entries."""

    def __init__(self, book: Book, told: Checked) -> None:
        self._book = f"book:{book.code}"
        self._rows = read_rows(POSTINGS, book.code)
        self._told = told
        self._digests: list[bytes] = []
        self._unbound = 0
        self._last = 0
        self._event: tuple[Any, ...] | None = None

    def take(self, seq: int, own: bytes, record: int | None, sign: int) -> None:
        """The next entry."""
        if seq > self._last:
            self._step(seq)
        if self._event is None or seq < self._event[0]:
            self._told.differs(_place(seq), _("日志里没有记过这笔入账。"))
            return
        verb, subject = self._event[3:5]
        if (verb, subject) != self._posting(record, sign):
            self._told.differs(_place(seq), _("和日志里记的不是同一张记录单。"))
        self._digests.append(own)
        if seq == self._last:
            self._close()

    def _posting(self, record: int | None, sign: int) -> tuple[str, str]:
        """The verb and the subject of the event that posts such an entry."""
        if record is None:
            return "ledger.accrue", self._book
        return "record.post" if sign == 1 else "record.reverse", f"record:{record}"

    def finish(self) -> None:
        """What the log says was posted and is not there."""
        self._close()
        for event in self._rows:
            self._told.differs(_place(event[0]), _("日志里记过入账，账目不见了。"))
        if self._unbound:
            said = _("%(count)s笔是旧版本入的账：日志里没有它们的校验码，只核对了账目自己的。")
            self._told.notes.append(said % {"count": f"{self._unbound:,}"})

    def _step(self, seq: int) -> None:
        """Go on to the event that speaks of position `seq`, or of a later one."""
        self._close()
        while self._event is None or self._last < seq:
            event = next(self._rows, None)
            if event is None:
                return
            self._event, self._last = event, event[1]
            if self._last < seq:
                self._told.differs(_place(event[0]), _("日志里记过入账，账目不见了。"))

    def _close(self) -> None:
        """All entries of the event at hand are in."""
        if self._event is None:
            return
        first, last, bound_to = self._event[:3]
        if bound_to is None:
            self._unbound += len(self._digests)
        elif bound_to != show(digest(b"".join(self._digests))):
            self._told.differs(_span(first, last), _("和日志里记下的校验码对不上。"))
        self._digests, self._event = [], None


def _place(seq: int) -> str:
    return _("账目第%(seq)s笔（ledger_entry）") % {"seq": seq}


def _span(first: int, last: int) -> str:
    if first == last:
        return _place(first)
    return _("账目第%(first)s至%(last)s笔（ledger_entry）") % {"first": first, "last": last}


def _reversals(book: Book) -> Checked:
    checked = Checked("reversals", _("冲销"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE book_id = %s AND sign = -1", [book.pk])
        (checked.count,) = cursor.fetchone()
    for seq, reverses in read_rows(NOT_MIRRORED, book.pk):
        checked.differs(_place(seq), _("和它冲销的第%(seq)s笔不一样。") % {"seq": reverses})
    return checked


def _sheets(book: Book) -> Checked:
    """A salt that was erased cannot be checked against any more; a sheet handed in before sheets were bound never
    could."""
    checked = Checked("sheets", _("记录单"))
    rows = read_rows(HANDED_IN, book.code, book.pk)
    uncovered = 0
    while batch := list(islice(rows, CHUNK)):
        salted = {row[0]: row for row in batch if row[3] is not None}
        uncovered += len(batch) - len(salted)
        checked.count += len(batch)
        _check_sheets(salted, checked)
    if uncovered:
        said = _("%(count)s张没有可以对照的校验码：是旧版本提交的，或者校验码已按要求抹除。")
        checked.notes.append(said % {"count": f"{uncovered:,}"})
    return checked


def _check_sheets(salted: Mapping[int, tuple[Any, ...]], checked: Checked) -> None:
    files = files_of(salted)
    for record in Record.objects.filter(pk__in=salted).select_related("kind", "unit").order_by("pk"):
        _id, event, committed, salt = salted[record.pk]
        if commitment(bytes(salt), bound(record, files.get(record.pk, {}))) != bytes(committed):
            place = _("记录单%(id)s（ledger_record）") % {"id": record.pk}
            checked.differs(place, _("和提交时的内容不一样（audit_event %(event)s）。") % {"event": event})


def _reviews(book: Book) -> Checked:
    checked = Checked("reviews", _("审核"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger_review v JOIN ledger_record r ON r.id = v.record_id WHERE r.book_id = %s",
            [book.pk],
        )
        (checked.count,) = cursor.fetchone()
    for review, record, step in read_rows(REVIEWS, book.pk, book.code):
        place = _("记录单%(record)s第%(step)s步审核（ledger_review %(id)s）")
        checked.differs(place % {"record": record, "step": step, "id": review}, _("和日志里记的不一样。"))
    return checked


def _evidence(book: Book) -> Checked:
    checked = Checked("evidence", _("佐证"))
    for evidence in Evidence.objects.filter(book=book).order_by("pk").iterator():
        checked.count += 1
        try:
            open_verified(evidence).close()
        except Corrupt as fault:
            checked.differs(_("佐证%(id)s（ledger_evidence）") % {"id": evidence.pk}, fault.message)
    return checked
