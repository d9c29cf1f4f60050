"""The numbers of a kept report as its pages show them: as written, exactly, and as they count now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mingzhang.core import clock
from mingzhang.core.periods import Period
from mingzhang.figures.engine import Request, Value
from mingzhang.figures.saying import PERCENT, POINTS, change, said
from mingzhang.figures.sql import Number
from mingzhang.figures.wording import name_of
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Unit
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import measure_word
from mingzhang.reports.presenting import Kept
from mingzhang.reports.restating import Cause, Restatement, exact, request_of

ENTRIES_SHOWN = 5


@dataclass(frozen=True)
class NumberRow:
    """A number in the list: `now` is said when it differs from what was signed."""

    mark: int
    name: str
    text: str
    exact: str
    now: str
    unit: str
    period: Period
    address: str


@dataclass(frozen=True)
class ShownCause:
    """One reason for a change, with the records behind it; `more` says that there are others."""

    effect: str
    words: str
    count: str
    records: list[tuple[str, str]]
    more: bool


@dataclass(frozen=True)
class ShownChange:
    """A signed number and what it is now."""

    mark: int
    name: str
    unit: str
    period: Period
    measure: str
    signed: str
    signed_at: datetime
    now: str
    now_at: datetime
    difference: str
    causes: list[ShownCause]
    address: str


def request_at(shown: Kept, mark: int) -> tuple[Request, str]:
    """The request that a number answers, and how it is printed."""
    if shown.signed:
        number = shown.frozen[mark - 1]
        return request_of(shown.report, number), number.text
    told = shown.made.numbers[mark - 1]
    return told.request, told.text


def frozen_values(shown: Kept) -> dict[int, Value]:
    """The values of a signed report by mark."""
    return {one.mark: Value(exact(one), one.measure) for one in shown.frozen} if shown.signed else {}


def number_rows(shown: Kept) -> list[NumberRow]:
    """Every number in reading order. One query for the names of all units."""
    if shown.signed is None:
        return _drafted(shown)
    units = Unit.objects.in_bulk({one.unit_id for one in shown.frozen})
    figures = pack_of(shown.report.pack_version_id).figures_by_id
    rows = []
    for one in shown.frozen:
        found = shown.restated.of(one.mark) if shown.restated else None
        rows.append(
            NumberRow(
                mark=one.mark,
                name=name_of(figures[one.figure]),
                text=one.text,
                exact=said(exact(one), one.measure) + measure_word(one.measure),
                now=said(found.now.number, one.measure) + measure_word(one.measure) if found else "",
                unit=units[one.unit_id].name,
                period=Period(one.start, one.end),
                address=shown.address("report_number", one.mark),
            )
        )
    return rows


def _drafted(shown: Kept) -> list[NumberRow]:
    units = Unit.objects.in_bulk({told.request.unit_id for told in shown.made.numbers})
    return [
        NumberRow(
            mark=told.mark,
            name=name_of(told.figure),
            text=told.text,
            exact=told.value.text + measure_word(told.value.measure),
            now="",
            unit=units[told.request.unit_id].name,
            period=told.request.period,
            address=shown.address("report_number", told.mark),
        )
        for told in shown.made.numbers
    ]


# --- what changed since the signing -------------------------------------------------------------------------------


def change_shown(shown: Kept, mark: int) -> ShownChange | None:
    """What has changed in one number since it was signed; None when nothing has."""
    found = shown.restated.of(mark) if shown.restated else None
    return _change(shown, found) if found else None


def changes_shown(shown: Kept) -> list[ShownChange]:
    """Everything that has changed since the signing, in reading order."""
    return [_change(shown, found) for found in shown.restated.changes] if shown.restated else []


def _change(shown: Kept, found: Restatement) -> ShownChange:
    number, measure = found.number, found.number.measure
    signature = shown.signature
    return ShownChange(
        mark=number.mark,
        name=name_of(pack_of(shown.report.pack_version_id).figures_by_id[number.figure]),
        unit=number.unit.name,
        period=Period(number.start, number.end),
        measure=measure_word(measure),
        signed=said(found.signed, measure),
        signed_at=signature.signed_at if signature else clock.now(),
        now=said(found.now.number, measure),
        now_at=clock.now(),
        difference=_difference(found.now.number, found.signed, measure),
        causes=[_cause(cause) for cause in found.causes] or [_rearranged()],
        address=shown.address("report_number", number.mark),
    )


def _difference(now: Number | None, signed: Number | None, measure: str) -> str:
    if now is None or signed is None:
        return "—"
    if measure in (PERCENT, POINTS):
        return change(now, signed, measure)
    return _signed(Decimal(now) - Decimal(signed))


def _signed(number: Decimal | int) -> str:
    return f"{number:+,}".replace("-", "\u2212")


def _cause(cause: Cause) -> ShownCause:
    entries = cause.entries
    names = {
        "late": _("签发后才入账"),
        "corrected": _("更正后重新入账"),
        "reversed": _("冲销：%(reason)s") % {"reason": cause.reason},
    }
    counted = ngettext("%(count)d笔", "%(count)d笔", len(entries)) % {"count": len(entries)}
    records = list(dict.fromkeys(_link(entry) for entry in entries))
    shown, more = records[:ENTRIES_SHOWN], len(records) > ENTRIES_SHOWN
    return ShownCause(
        _signed(cause.effect) if cause.effect is not None else "", names[cause.what], counted, shown, more
    )


def _link(entry: Entry) -> tuple[str, str]:
    title = entry.record.title if entry.record else str(entry.seq)
    return title, reverse("ledger:entry", args=(entry.seq,))


def _rearranged() -> ShownCause:
    return ShownCause("", _("单位的隶属关系后来登记了调整"), "", [], more=False)
