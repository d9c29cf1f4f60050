"""Rounds in the ledger: an entry that an object was drawn, on the day of the draw, that says how it stands; and one
for each round that was finished, on that day, with what was found right and wrong.

So of what was drawn in a period: drawn = visited + waiting + called off. When what an entry says changes, it is
reversed and another posted. What is drawn of an unannounced inspection is posted once it starts.

The last position of the book is locked before rounds are, as posting does: else the two could wait for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from mingzhang.inspections.answers import verdict
from mingzhang.inspections.models import DrawnEntry, Round, RoundFinding
from mingzhang.inspections.rounds_query import Reading, judged_items
from mingzhang.ledger.actions.accruing import post_accrued
from mingzhang.ledger.lines import Line
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Person, Unit
from mingzhang.packs.checklist_schema import CHECKED, DRAWN
from mingzhang.packs.models import RecordKind

OUTCOMES = {"planned": "waiting", "begun": "waiting", "finished": "visited", "acknowledged": "visited"}


class Wanted(NamedTuple):
    """What an entry should say, of which pack, in which unit and on which day; `stands` is the one that says it
    now, if any. Where `data` is None none should stand."""

    round: Round
    kind: str
    on: date
    data: Mapping[str, Any] | None
    stands: Entry | None


def accrue_drawn(rounds: Sequence[Round], by: Person) -> None:
    """Bring the entries that the objects of `rounds` were drawn to what stands. Call inside the transaction that
    changed them, with the book's last position locked; the rounds come with their inspection, unit, pack and what
    was drawn."""
    visits = [one for one in rounds if one.drawn_id is not None]
    standing = _standing(visits)
    wanted = [_drawn(one, standing.get(one.drawn_id or 0)) for one in visits]
    posted = _post([one for one in wanted if _differs(one)], by)
    for round, entry in posted:
        DrawnEntry.objects.update_or_create(drawn_id=round.drawn_id, defaults={"entry": entry})
    gone = [one.round.drawn_id for one in wanted if one.data is None]
    DrawnEntry.objects.filter(drawn__in=gone).delete()


def accrue_checked(round: Round, reading: Reading, by: Person) -> None:
    """Post that a round was finished, and tell the round which entry says so. Call as `accrue_drawn`."""
    assert round.finished_on is not None
    wanted = Wanted(round, CHECKED, round.finished_on, _counted(round, reading), None)
    for _round, entry in _post([wanted], by):
        round.entry = entry
        round.save(update_fields=["entry"])


# --- what is wanted -----------------------------------------------------------------------------------------------


def _standing(rounds: Sequence[Round]) -> dict[int, Entry]:
    kept = DrawnEntry.objects.filter(drawn__in=[one.drawn_id for one in rounds]).values_list("drawn", "entry")
    drawn_of = {entry: drawn for drawn, entry in kept}
    if not drawn_of:
        return {}
    entries = Entry.objects.filter(book=rounds[0].book_id, seq__in=drawn_of).select_related("unit")
    return {drawn_of[entry.seq]: entry for entry in entries}


def _drawn(round: Round, stands: Entry | None) -> Wanted:
    assert round.drawn is not None
    assert round.drawn.draw.drawn_at is not None
    on = round.drawn.draw.drawn_at.astimezone(ZoneInfo(round.book.timezone)).date()
    data = None if round.drawn.draw.state == "redrawn" else _said(round) | {
        "why": round.drawn.why, "outcome": OUTCOMES.get(round.state, "called_off"),
    }  # fmt: skip
    return Wanted(round, DRAWN, on, data, stands)


def _counted(round: Round, reading: Reading) -> dict[str, Any]:
    judged = judged_items(round)
    found = Counter(verdict(item, reading.answers[item.id].value) for item in judged)
    return _said(round) | {
        "kind": round.kind, "items": len(judged), "right": found["right"], "wrong": found["wrong"],
        "not_applicable": found["na"], "findings": RoundFinding.objects.filter(round=round).count(),
    }  # fmt: skip


def _said(round: Round) -> dict[str, Any]:
    said: dict[str, Any] = {"checklist": round.checklist, "round": str(round.number)}
    return said | ({"announced": round.inspection.announced} if round.inspection else {})


# --- posting ------------------------------------------------------------------------------------------------------


def _differs(one: Wanted) -> bool:
    return (one.stands.data if one.stands else None) != one.data


def _post(wanted: Sequence[Wanted], by: Person) -> list[tuple[Round, int]]:
    """Take back what stands and post what should; answers which entry stands for which round now."""
    if not wanted:
        return []
    book, kinds = wanted[0].round.book, _kinds(wanted)
    lines = [(one.round, line) for one in wanted for line in _lines(one, kinds)]
    return post_accrued(lines, book=book, by=by, actor=by.ref)


def _kinds(wanted: Sequence[Wanted]) -> dict[tuple[str, str], int]:
    """The numbers of the kinds of entries."""
    packs = {one.round.pack_version.pack for one in wanted}
    found = RecordKind.objects.filter(pack__in=packs, code__in=(DRAWN, CHECKED))
    return {(pack, code): id for pack, code, id in found.values_list("pack", "code", "pk")}


def _lines(one: Wanted, kinds: Mapping[tuple[str, str], int]) -> list[Line]:
    pack = one.round.pack_version.pack
    kind, name = kinds[pack, one.kind], f"{pack}/{one.kind}"

    def line(unit: Unit, on: date, sign: int, data: Mapping[str, Any], reverses: int | None) -> Line:
        return Line(None, 0, kind, name, unit.pk, unit.code, on, sign, dict(data), reverses)

    made = []
    if one.stands is not None:
        made.append(line(one.stands.unit, one.stands.occurred_on, -1, one.stands.data, one.stands.seq))
    if one.data is not None:
        made.append(line(one.round.unit, one.on, 1, one.data, None))
    return made
