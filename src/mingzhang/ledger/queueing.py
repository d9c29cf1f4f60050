"""The review queue as its page shows it: what was asked in the address, the rows, and which one comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.ledger import queries
from mingzhang.ledger.listing import Pages, kind_name, kinds_of, read_day, read_page
from mingzhang.ledger.models import Record, Review
from mingzhang.organisation.models import Unit
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import below, unit_by_code
from mingzhang.packs.models import RecordKind

SIZE = 20


@dataclass(frozen=True)
class Choice:
    """One choice of a filter, with how many wait."""

    code: str
    name: str
    count: int
    current: bool


@dataclass(frozen=True)
class Row:
    """A sheet that waits. `passed` names who passed the steps before."""

    key: str
    number: int
    kind_code: str
    kind: str
    title: str
    unit: str
    author: str
    occurred_on: date
    since: datetime | None
    files: int
    passed: Sequence[str]
    address: str


class Queue:
    """What waits for the person of `place`, narrowed by the address: `kind`, `at` (a unit with all below it),
    `from` and `to` (days on which things happened), `page`. Raises InvalidInput for an unreadable day, NotFound for
    an unknown kind or unit."""

    def __init__(self, place: Place, query: QueryDict) -> None:
        self._place, self._book = place, place.person.book
        self.kind, self.at = query.get("kind", ""), query.get("at", "")
        self.first, self.last = read_day(query.get("from", "")), read_day(query.get("to", ""))
        self.page = read_page(query.get("page", ""))
        if self.first and self.last and self.first > self.last:
            raise InvalidInput(_("开始的日子在结束的日子之后。"), remedy=_("请改一改日期。"))

    @property
    def active(self) -> bool:
        """Whether anything narrows the queue."""
        return bool(self.kind or self.at or self.first or self.last)

    @cached_property
    def whole(self) -> list[queries.Waiting]:
        """Everything that waits for the person, at most MOST_QUEUED."""
        return queries.to_review(self._place.person, queries.MOST_QUEUED)

    @cached_property
    def waiting(self) -> list[int]:
        """What the address asks for, by number, at most MOST_QUEUED."""
        if not self.active:
            return [pk for pk, _kind, _unit in self.whole]
        return list(self._narrowed().values_list("pk", flat=True)[: queries.MOST_QUEUED])

    def _narrowed(self) -> QuerySet[Record]:
        records = queries.review_queue(self._place.person, self._place.review_scopes)
        if self.kind:
            records = records.filter(kind=queries.kind_by_code(self._book, self.kind))
        if self.at:
            records = below(unit_by_code(self._book, self.at)).filter(records)
        if self.first:
            records = records.filter(occurred_on__gte=self.first)
        return records.filter(occurred_on__lte=self.last) if self.last else records

    @property
    def count(self) -> int:
        """How many, at most MOST_QUEUED."""
        return len(self.waiting)

    @property
    def capped(self) -> bool:
        return self.count >= queries.MOST_QUEUED

    @cached_property
    def records(self) -> list[Record]:
        """Those of the page; of the last one when the page is past the end."""
        start = (self.pages.page - 1) * SIZE
        page = self.waiting[start : start + SIZE]
        found = queries.shown(page) if page else {}
        return [found[pk] for pk in page if pk in found]

    @cached_property
    def pages(self) -> Pages:
        of = max(1, -(-self.count // SIZE))
        page = min(self.page, of)
        before = self.address(page=page - 1) if page > 1 else ""
        return Pages(page, of, before, self.address(page=page + 1) if page < of else "")

    def rows(self) -> Iterator[Row]:
        kinds, files = kinds_of(self._book), queries.evidence_counts(self.records)
        passed = passed_by(self.records)
        for record in self.records:
            yield Row(
                key=f"r{record.pk}",
                number=record.pk,
                kind_code=str(record.kind),
                kind=kind_name(str(record.kind), kinds),
                title=record.title,
                unit=record.unit.name,
                author=record.submitted_by.name if record.submitted_by else "",
                occurred_on=record.occurred_on,
                since=record.submitted_at,
                files=files.get(record.pk, 0),
                passed=passed.get(record.pk, ()),
                address=f"{reverse('ledger:record', args=(record.pk,))}?{urlencode({'queue': self.query()})}",
            )

    def kinds(self) -> list[Choice]:
        names = kinds_of(self._book)
        return [
            Choice(str(kind), kind_name(str(kind), names), count, str(kind) == self.kind)
            for kind, count in self._by[0]
        ]

    def units(self) -> list[Choice]:
        """The units that sheets come from, and the one asked for when none comes from it itself."""
        found = list(self._by[1])
        if self.at and self.at not in {unit.code for unit, _count in found}:
            found.append((unit_by_code(self._book, self.at), 0))
        return [Choice(unit.code, unit.name, count, unit.code == self.at) for unit, count in found]

    @cached_property
    def _by(self) -> tuple[list[tuple[RecordKind, int]], list[tuple[Unit, int]]]:
        return queries.waiting_by(self.whole)

    def query(self, **changes: object) -> str:
        """The part of the address that says what was asked; `page` stands in it only when it is not the first."""
        held: dict[str, object] = {
            "kind": self.kind,
            "at": self.at,
            "from": self.first or "",
            "to": self.last or "",
            "page": self.page if self.page > 1 else "",
        }
        return urlencode({name: value for name, value in {**held, **changes}.items() if value})

    def address(self, **changes: object) -> str:
        query = self.query(**changes)
        return f"{reverse('ledger:queue')}{'?' if query else ''}{query}"

    def after(self, record: Record) -> str:
        """Where to go on once `record` is decided: the queue, with the next sheet open."""
        later = [one for one in self.records if (one.submitted_at, one.pk) > (record.submitted_at, record.pk)]
        following = next(iter(later or self.records), None)
        return f"{self.address()}#r{following.pk}" if following else self.address()


def passed_by(records: Sequence[Record]) -> dict[int, list[str]]:
    """Who passed earlier steps of each of the records."""
    reviews = Review.objects.filter(record__in=[record.pk for record in records], passed=True)
    cycles = {record.pk: record.cycle for record in records}
    found: dict[int, list[str]] = {}
    for review in reviews.select_related("reviewer").order_by("step"):
        if review.cycle == cycles[review.record_id]:
            found.setdefault(review.record_id, []).append(review.reviewer.name)
    return found
