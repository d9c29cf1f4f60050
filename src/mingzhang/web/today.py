"""今日: what came back to me, what I began, what waits for me, and what of mine is in the books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mingzhang.core.composed import Composed, Given
from mingzhang.findings.waiting import Part as Waiting
from mingzhang.findings.waiting import parts_of
from mingzhang.inspections import rounds_query
from mingzhang.inspections.addresses import on_site
from mingzhang.inspections.models import Round
from mingzhang.inspections.saying import round_title
from mingzhang.ledger import queries as ledger
from mingzhang.ledger.addresses import edit_sheet, new_sheet
from mingzhang.ledger.listing import kind_name, kinds_of
from mingzhang.ledger.models import Record
from mingzhang.ledger.remarks import spot_name
from mingzhang.organisation.place import Place, placed
from mingzhang.organisation.queries import today_in, visible_units
from mingzhang.organisation.roles import Permission
from mingzhang.packs.schema import Kind
from mingzhang.ui.addresses import path_of
from mingzhang.web.today_duties import duties_of

SHOWN = 8
POSTED_SHOWN = 4
FINDINGS_SHOWN = 2


@dataclass(frozen=True)
class Item:
    """One line of a section: when and by whom, what, and where it is done. `said` are a reviewer's words, with the
    place on the sheet that they are about."""

    title: str
    kind: str
    unit: str
    who: str
    at: datetime | date | None
    address: str
    files: int = 0
    act: str = ""
    said: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Part:
    """A section: its first lines, how many there are in all (at most MOST_WAITING), and where the rest is."""

    items: list[Item]
    count: int
    all: str = ""

    @property
    def more(self) -> bool:
        return self.count > len(self.items)


@dataclass(frozen=True)
class Posted:
    """A record of mine that is in the books."""

    title: str
    at: datetime
    seq: int
    reviewers: Sequence[str]
    address: str


@dataclass(frozen=True)
class Kinds:
    """What can be recorded: where, the kinds that the unit uses most, and how many kinds there are."""

    address: str
    often: list[tuple[str, str]]
    count: int


@dataclass(frozen=True)
class Found:
    """Records that wait for something: the first of them, and how many there are, at most MOST_WAITING."""

    records: list[Record]
    count: int


@require_safe
@placed(Permission.RECORD_VIEW)
def today(request: HttpRequest, place: Place) -> HttpResponse:
    """A fixed number of queries, whatever there is to do."""
    names = kinds_of(place.person.book)
    found = _found(place)
    context: dict[str, Any] = {
        "day": today_in(place.person.book),
        "new": _kinds(place, names),
        **duties_of(place),
        "findings": _findings(place),
        "rounds": _rounds(place),
        "returned": _returned(place, names, found["returned"]),
        "review": _to_review(names, found["review"]),
        "post": _to_post(place, names, found["post"]),
        "drafts": _drafts(place, names, found["drafts"]),
        "posted": list(_posted(found["posted"])),
    }
    kept = ("rounds", "returned", "review", "post", "drafts")
    due = context.get("due")
    context["nothing"] = not (due and due.count or context["findings"]) and not any(
        context[one].items for one in kept
    )
    return render(request, "web/today.html", context)


def _found(place: Place) -> dict[str, Found]:
    """The keys of each section by themselves, then the rows of them all at once: to put together a row's many
    columns takes longer than to find it."""
    keys = ledger.on_desk(place.person, visible_units(place.person, Permission.RECORD_POST))
    keys["review"] = [pk for pk, _kind, _unit in ledger.to_review(place.person)]
    rows = ledger.shown([key for found in keys.values() for key in found[:SHOWN]])
    return {
        name: Found([rows[key] for key in found[:SHOWN] if key in rows], len(found)) for name, found in keys.items()
    }


def _kinds(place: Place, names: dict[str, Kind]) -> Kinds | None:
    """None for those who write nothing, and where no sheet can be written."""
    address = new_sheet()
    if Permission.RECORD_ADD not in place.held or not address:
        return None
    kept = {code for code, kind in names.items() if not kind.levels or place.unit.level in kind.levels}
    often = [str(kind) for kind in ledger.frequent_kinds(place.unit) if str(kind) in kept]
    return Kinds(address, [(kind_name(code, names), new_sheet(kind=code)) for code in often], len(kept))


def _findings(place: Place) -> list[Waiting]:
    """What of findings waits for the person: a line or two of each, the rest is a page of its own."""
    if Permission.FINDING_VIEW not in place.held:
        return []
    return parts_of(place, today_in(place.person.book), FINDINGS_SHOWN)


def _rounds(place: Place) -> Part:
    """The rounds that the person still has to go through."""
    found = _TO_GO_THROUGH.ask(person=place.person.pk)
    shown = rounds_query.rounds_of(found[:SHOWN]) if found else []
    items = [
        Item(
            title=one.where,
            kind=round_title(one),
            unit="",
            who="",
            at=one.inspection.last if one.inspection else None,
            address=path_of("inspections:round", one.number),
            act=on_site(one.number),
        )
        for one in shown
    ]
    return Part(items, len(found), on_site())


def _numbers_of_rounds() -> QuerySet[Round, int]:
    return rounds_query.to_go_through(Given("person")).values_list("pk", flat=True)[: ledger.MOST_WAITING]


_TO_GO_THROUGH = Composed(_numbers_of_rounds)


def _returned(place: Place, names: dict[str, Kind], found: Found) -> Part:
    why = ledger.last_returns(found.records)
    items = [_returned_item(record, why.get(record.pk), names) for record in found.records]
    return Part(items, found.count, _list(place, "returned"))


def _returned_item(record: Record, why: ledger.Return | None, names: dict[str, Kind]) -> Item:
    said: list[tuple[str, str]] = []
    if why:
        kind = ledger.kind_of(record)
        said = [("", why.note)] if why.note else []
        said += [(spot_name(record, kind, path), text) for path, text in why.remarks.items()]
    item = _item(record, names, why.by if why else "", why.at if why else record.submitted_at)
    return Item(**{**item, "act": edit_sheet(record), "said": said})


def _to_review(names: dict[str, Kind], found: Found) -> Part:
    files = ledger.evidence_counts(found.records)
    items = []
    for record in found.records:
        who = record.submitted_by.name if record.submitted_by else ""
        item = _item(record, names, who, record.submitted_at)
        address = f"{item['address']}?queue="
        items.append(Item(**{**item, "files": files.get(record.pk, 0), "address": address, "act": address}))
    return Part(items, found.count, path_of("ledger:queue"))


def _to_post(place: Place, names: dict[str, Kind], found: Found) -> Part:
    items = [Item(**_item(record, names, record.created_by.name, record.occurred_on)) for record in found.records]
    return Part(items, found.count, _list(place, "accepted"))


def _drafts(place: Place, names: dict[str, Kind], found: Found) -> Part:
    items = [
        Item(**{**_item(record, names, "", record.created_at), "act": edit_sheet(record)})
        for record in found.records
    ]
    return Part(items, found.count, _list(place, "draft"))


def _posted(found: Found) -> Iterator[Posted]:
    records = found.records[:POSTED_SHOWN]
    numbers = [record.pk for record in records]
    where, reviewers = ledger.first_positions(numbers), ledger.reviewers_of(numbers)
    for record in sorted(records, key=lambda record: -where[record.pk][0]):
        seq, at = where[record.pk]
        address = path_of("ledger:record", record.pk)
        yield Posted(record.title, at, seq, reviewers.get(record.pk, ()), address)


def _item(record: Record, names: dict[str, Kind], who: str, at: datetime | date | None) -> dict[str, Any]:
    return {
        "title": record.title,
        "kind": kind_name(str(record.kind), names),
        "unit": record.unit.name,
        "who": who,
        "at": at,
        "address": path_of("ledger:record", record.pk),
    }


def _list(place: Place, state: str) -> str:
    return f"{path_of('ledger:list')}?{place.query}&state={state}"
