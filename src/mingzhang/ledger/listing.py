"""The ledger list as its page shows it: what was asked in the address, and rows, totals and choices as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.core.periods import Period
from mingzhang.ledger import queries
from mingzhang.ledger.flows import STATES
from mingzhang.ledger.models import Record
from mingzhang.ledger.queries import OPEN_STATES, LedgerPage, Totals
from mingzhang.organisation.models import Book
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import packs_in_force
from mingzhang.packs.queries import pack_of
from mingzhang.packs.schema import Kind
from mingzhang.packs.wording import language, measure_word
from mingzhang.ui.addresses import path_of

MOST_MEASURES = 3
SIZE = 20
MINUS = "\u2212"


@dataclass(frozen=True)
class Tab:
    name: str
    count: int | None
    address: str
    current: bool


@dataclass(frozen=True)
class Choice:
    """A kind of sheet in the filter."""

    code: str
    name: str
    current: bool


@dataclass(frozen=True)
class Measure:
    """A number of a row or of the totals, with the name of its column."""

    name: str
    text: str


@dataclass(frozen=True)
class Row:
    """A line of the list: an entry, or a sheet on its way. `position` is None for the latter."""

    key: str
    position: int | None
    occurred_on: date
    kind: str
    title: str
    unit: str
    author: str
    files: int
    sheets: str
    measures: list[Measure]
    reverses: int | None
    state: str
    address: str
    number: int = 0
    pairs: Sequence[Pair] = ()


@dataclass(frozen=True)
class Pair:
    """The other half of a correction: what it says, and where it is."""

    text: str
    address: str


@dataclass(frozen=True)
class Line:
    """A line of totals."""

    sheets: str
    measures: list[Measure]


@dataclass(frozen=True)
class Pages:
    """Where the pages before and after are; empty when there are none."""

    page: int
    of: int
    previous: str
    next: str


class Asked:
    """What the address asks for. Raises InvalidInput for an unreadable date and NotFound for an unknown kind."""

    def __init__(self, place: Place, query: QueryDict) -> None:
        self._place = place
        state = query.get("state", "posted")
        self.state = state if state in OPEN_STATES else "posted"
        self.kind = query.get("kind", "")
        self.text = query.get("q", "").strip()[:100]
        self.first = read_day(query.get("from", ""))
        self.last = read_day(query.get("to", ""))
        self.page = read_page(query.get("page", ""))

    @property
    def active(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.kind or self.text or self.first or self.last)

    def filters(self) -> queries.Filters:
        """The same for the queries; days beyond the period are cut to it."""
        kind = queries.kind_by_code(self._place.unit.book, self.kind) if self.kind else None
        return queries.Filters(self._place.unit, self._period(), kind, text=self.text)

    def _period(self) -> Period:
        whole = self._place.period
        first, last = max(self.first or whole.start, whole.start), min(self.last or whole.end, whole.end)
        if first > last:
            raise InvalidInput(
                _("从%(first)s到%(last)s之间没有这个期间里的日子。") % {"first": self.first, "last": self.last},
                remedy=_("请改一改日期，或者换一个期间。"),
            )
        return Period(first, last)

    def address(self, **changes: object) -> str:
        """This list with something else asked for; what is empty is left out, and the page starts over."""
        held: dict[str, object] = {
            "state": "" if self.state == "posted" else self.state,
            "kind": self.kind,
            "from": self.first or "",
            "to": self.last or "",
            "q": self.text,
        }
        said = {name: value for name, value in {**held, **changes}.items() if value}
        more = f"&{urlencode(said)}" if said else ""
        return f"{reverse('ledger:list')}?{self._place.query}{more}"

    def pages(self, page: int, of: int) -> Pages:
        return Pages(
            page,
            of,
            self.address(page=page - 1) if page > 1 else "",
            self.address(page=page + 1) if page < of else "",
        )


def kinds_of(book: Book) -> dict[str, Kind]:
    """Every kind of sheet of the packs in force, by `pack/code`."""
    packs = (pack_of(version.pk) for version in packs_in_force(book))
    return {f"{pack.id}/{kind.id}": kind for pack in packs for kind in pack.kinds}


def choices_of(kinds: dict[str, Kind], asked: Asked) -> list[Choice]:
    return [Choice(code, kind.name.text(language()), code == asked.kind) for code, kind in kinds.items()]


def tabs_of(place: Place, asked: Asked, posted: int | None) -> list[Tab]:
    """The states of a sheet, each with how many there are in the unit and period; `posted` is known only when those
    are listed."""
    counts = queries.open_counts(place.scope, queries.Filters(place.unit, place.period))
    states = ("posted", "submitted", "accepted", "returned", "draft")
    return [
        Tab(
            name=str(STATES[state]),
            count=posted if state == "posted" else counts[state],
            address=asked.address(state="" if state == "posted" else state),
            current=state == asked.state,
        )
        for state in states
    ]


def measure_names(page: LedgerPage) -> list[tuple[str, str]]:
    """The names and measure words of the columns that are added up."""
    return [(field.name.text(language()), measure_word(field.measure)) for field in page.measures[:MOST_MEASURES]]


def _measures(page: LedgerPage, values: Iterable[Decimal | None]) -> list[Measure]:
    named = zip(page.measures[:MOST_MEASURES], values, strict=False)
    return [Measure(field.name.text(language()), "—" if value is None else said(value)) for field, value in named]


def account_rows(page: LedgerPage, kinds: dict[str, Kind]) -> Iterator[Row]:
    """The entries of a page, each with the other half of its correction; everything that is posted has its
    record."""
    for row in page.rows:
        if record := row.entry.record:
            yield _account_row(row, record, kinds, _measures(page, row.values), list(_pairs(row, record)))


def _pairs(row: queries.Row, record: Record) -> Iterator[Pair]:
    around = row.around
    if seq := around.undone:
        yield Pair(_("已冲销，见第%(seq)s笔") % {"seq": f"{seq:,}"}, path_of("ledger:entry", seq))
    if row.entry.reverses and around.newer:
        seq = around.newer_seq
        said = _("更正记在第%(seq)s笔") % {"seq": f"{seq:,}"} if seq else _("更正还没有入账")
        yield Pair(said, path_of("ledger:record", around.newer))
    if not row.entry.reverses and record.replaces_id and around.older_seq:
        said = _("更正第%(seq)s笔") % {"seq": f"{around.older_seq:,}"}
        yield Pair(said, path_of("ledger:record", record.replaces_id))


def _account_row(
    row: queries.Row, record: Record, kinds: dict[str, Kind], measures: list[Measure], pairs: list[Pair]
) -> Row:
    entry = row.entry
    return Row(
        key=f"e{entry.seq}",
        position=entry.seq,
        occurred_on=entry.occurred_on,
        kind=kind_name(str(entry.kind), kinds),
        title=record.title,
        unit=entry.unit.name,
        author=record.created_by.name,
        files=row.around.evidence,
        sheets=said(entry.sign),
        measures=measures,
        reverses=entry.reverses,
        state=record.state,
        address=path_of("ledger:record", record.pk),
        number=record.pk,
        pairs=pairs,
    )


def open_rows(records: Sequence[Record], kinds: dict[str, Kind]) -> Iterator[Row]:
    """Sheets on their way to the ledger."""
    files = queries.evidence_counts(records)
    for record in records:
        yield Row(
            key=f"r{record.pk}",
            position=None,
            occurred_on=record.occurred_on,
            kind=kind_name(str(record.kind), kinds),
            title=record.title,
            unit=record.unit.name,
            author=record.created_by.name,
            files=files.get(record.pk, 0),
            sheets="",
            measures=[],
            reverses=None,
            state=record.state,
            address=path_of("ledger:record", record.pk),
            number=record.pk,
        )


def line_of(page: LedgerPage, totals: Totals | None) -> Line | None:
    """Totals as text; None where the account is too long to add up."""
    return Line(said(totals.count), _measures(page, totals.measures)) if totals else None


def said(number: Decimal | int) -> str:
    """1,286; −2."""
    text = f"{number.normalize():,f}" if isinstance(number, Decimal) else f"{number:,}"
    return text.replace("-", MINUS)


def kind_name(code: str, kinds: dict[str, Kind]) -> str:
    """What a kind of sheet or table is called; its code when no pack in force has it."""
    kind = kinds.get(code)
    return kind.name.text(language()) if kind else code.rpartition("/")[2]


def read_day(text: str) -> date | None:
    """A day from an address. Raises InvalidInput."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            _("看不懂日期“%(text)s”。") % {"text": text[:20]}, remedy=_("请写成2026-05-18这样。")
        ) from None


def read_page(text: str) -> int:
    """The number of a page from an address; the first one when it makes no sense."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else 1
