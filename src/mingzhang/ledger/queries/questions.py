"""What a record's pictures give reason to ask: was this one used before, does it look like another, was it taken on
another day. They are questions to people; nothing follows of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from mingzhang.ledger.likeness import BAND, NEAR
from mingzhang.ledger.models import EvidenceImage, Record, RecordEvidence
from mingzhang.ledger.queries.records import uses_of
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.scopes import UnitScope

# A picture may be taken so many days beside the event before it is asked about: work begins and ends at night, and
# a notice is photographed the day after it was put up.
TOLERANCE = timedelta(days=1)
MOST_ALIKE = 20  # of one image


@dataclass(frozen=True)
class Question:
    """What is asked about one file of a record. `same` bytes or a `near` picture support `other`, another event;
    or the camera says `taken_at`, which is not the day of the event (`date`). `other` is None when the viewer may
    not see that record's evidence: then only the fact is told; `more` counts further such events. `nth` counts the
    record's files from 1."""

    what: Literal["same", "near", "date"]
    use: RecordEvidence
    nth: int
    other: RecordEvidence | None = None
    other_day: date | None = None
    more: int = 0
    taken_at: datetime | None = None

    @property
    def answer(self) -> str:
        """The clerk's sentence about this file."""
        return self.use.answer


def questions_of(record: Record, viewer: Person | None = None) -> list[Question]:
    """The questions about the evidence of `record`, by file, as `viewer` may see them. A fixed number of queries,
    none but the first for a record without evidence."""
    uses = uses_of(record)
    if not uses:
        return []
    scope = visible_units(viewer, Permission.EVIDENCE_VIEW) if viewer else None
    others = _others(record, uses)
    return [question for nth, use in enumerate(uses, 1) for question in _asked(record, use, nth, others, scope)]


def _asked(
    record: Record, use: RecordEvidence, nth: int, others: dict[int, list[RecordEvidence]], scope: UnitScope | None
) -> Iterator[Question]:
    alike = others.get(use.evidence_id, [])
    if alike:
        other = _best(alike, scope)
        what: Literal["same", "near"] = "same" if other.evidence_id == use.evidence_id else "near"
        yield Question(what, use, nth, *_told(other, scope), more=len(alike) - 1)
    taken = use.evidence.image.taken_at if hasattr(use.evidence, "image") else None
    if taken and not _on_time(record, taken):
        yield Question("date", use, nth, taken_at=taken)


def _best(alike: list[RecordEvidence], scope: UnitScope | None) -> RecordEvidence:
    """The nearest of those that the viewer may see, or else the nearest."""
    seen = (other for other in alike if scope is not None and scope.contains(other.record.unit))
    return next(seen, alike[0])


def _told(other: RecordEvidence, scope: UnitScope | None) -> tuple[RecordEvidence | None, date | None]:
    if scope is None or not scope.contains(other.record.unit):
        return None, None
    return other, other.record.occurred_on


def _on_time(record: Record, taken: datetime) -> bool:
    day = taken.astimezone(ZoneInfo(record.book.timezone)).date()
    return record.occurred_on - TOLERANCE <= day <= record.occurred_on + TOLERANCE


def _others(record: Record, uses: list[RecordEvidence]) -> dict[int, list[RecordEvidence]]:
    """By number of each file's evidence: where the same bytes, and then pictures that look alike, support another
    event of the book."""
    images = [use.evidence.image for use in uses if hasattr(use.evidence, "image")]
    alike = _alike(record.book_id, images)
    wanted = {other for _mine, other in alike} | {use.evidence_id for use in uses}
    elsewhere = RecordEvidence.objects.filter(evidence__in=wanted, record__book=record.book_id)
    elsewhere = elsewhere.exclude(_one_event(record)).select_related("record__unit", "evidence").order_by("-id")
    found: dict[int, list[RecordEvidence]] = {}
    for use in elsewhere[: 20 * len(uses)]:
        found.setdefault(use.evidence_id, []).append(use)
    answer = {use.evidence_id: list(found.get(use.evidence_id, [])) for use in uses}
    for mine, other in alike:
        answer[mine] += found.get(other, [])
    return answer


def _one_event(record: Record) -> Q:
    """The record itself, those it corrects or is corrected by, and what was recorded of the same unit and day."""
    return (
        Q(record=record)
        | Q(record=record.replaces_id)
        | Q(record__replaces=record, record__replaces__isnull=False)
        | Q(record__unit=record.unit_id, record__occurred_on=record.occurred_on)
    )


# Two hashes that differ in at most 7 bits have a quarter that differs in at most one: so each image is looked for
# by its four quarters and by every quarter one bit away, 68 keys of one GIN index, and what is found is counted
# exactly. The keys are constants, so that the planner sees how few images have them.
_ALIKE = """
(SELECT %s, image.evidence_id, bit_count((image.hash # %s)::bit(64)) AS distance
 FROM ledger_evidenceimage AS image JOIN ledger_evidence AS file ON file.id = image.evidence_id
 WHERE image.bands && %s::integer[] AND bit_count((image.hash # %s)::bit(64)) <= %s
   AND file.book_id = %s AND image.evidence_id <> %s
 ORDER BY distance, image.evidence_id DESC LIMIT %s)
"""


def _alike(book_id: int, images: list[EvidenceImage]) -> list[tuple[int, int]]:
    """Pairs of one of `images`, by the number of its evidence, and another image of the book that looks like it;
    for each the nearest first. One statement."""
    compared = [image for image in images if image.bands]
    if not compared:
        return []
    asked: list[Any] = []
    for image in compared:
        own = image.evidence_id
        asked += [own, image.hash, _keys(image.bands), image.hash, NEAR, book_id, own, MOST_ALIKE]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_ALIKE] * len(compared)), asked)
        return [(mine, other) for mine, other, _distance in cursor.fetchall()]


def _keys(bands: list[int]) -> list[int]:
    return [key for band in bands for key in (band, *(band ^ (1 << bit) for bit in range(BAND)))]
