"""Everything that a record's page and its side panel show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse

from mingzhang.core.errors import InvalidInput
from mingzhang.ledger import doing, queries
from mingzhang.ledger.addresses import new_sheet
from mingzhang.ledger.models import OPEN_STATES, Record, RecordEvidence
from mingzhang.ledger.posting import came_of
from mingzhang.ledger.remarks import remarks_of, spots_of
from mingzhang.ledger.sheets import sheet_of
from mingzhang.ledger.showing import asked_of, files_of, head_of, history_of, posted_of
from mingzhang.organisation.place import Place
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import can

# How many remarks the form offers without script; with it, more can be added.
LINES = 3


@dataclass(frozen=True)
class Given:
    """What was written in one of the page's forms, to be shown again when it was refused: which form, the words,
    the remarks as lines of a place and a text, and what was wrong."""

    verb: str = ""
    note: str = ""
    lines: Sequence[tuple[str, str]] = ()
    problem: InvalidInput | None = None
    again: bool = True

    def refused(self, problem: InvalidInput) -> Given:
        """The same, with what was wrong."""
        return replace(self, problem=problem)

    @property
    def all_lines(self) -> list[tuple[str, str]]:
        return [*self.lines, *[("", "")] * max(0, LINES - len(self.lines))]


@dataclass(frozen=True)
class Asked:
    """What the address of the page carries on: whether the record was opened from the review queue, and which."""

    queue: str | None = None
    given: Given = field(default_factory=Given)


def context_of(place: Place, record: Record, asked: Asked) -> dict[str, Any]:
    """The context of both templates. A fixed number of queries."""
    kind = queries.kind_of(record)
    entries = posted_of(record, kind)
    seen = can(place.person, Permission.EVIDENCE_VIEW, record.unit)
    said = remarks_of(record)
    acts = doing.acts_of(place, record)
    history = history_of(record, kind)
    return {
        "record": record,
        "shown": head_of(record, kind, entries),
        "sheet": sheet_of(record, kind, said),
        "said": said,
        "history": history,
        "noted": record.state in OPEN_STATES and any(step.note or step.remarks for step in history),
        "acts": acts,
        "given": asked.given,
        "queue": asked.queue,
        "entries": entries,
        "evidence": files_of(record) if seen else [],
        "questions": asked_of(record, place.person) if seen else [],
        "evidence_hidden": 0 if seen else RecordEvidence.objects.filter(record=record).count(),
        "came": "" if record.state in OPEN_STATES else came_of(record),
        "address": reverse("ledger:record", args=(record.pk,)),
        "back": f"{reverse('ledger:list')}?{place.query}",
        **_for_acts(place, record, acts),
    }


def _for_acts(place: Place, record: Record, acts: Mapping[str, doing.Act]) -> dict[str, Any]:
    """What only some of the buttons need: places to point at, and whom to ask instead."""
    may_return = "return" in acts and acts["return"].allowed
    writes = record.state in ("posted", "reversed") and can(place.person, Permission.RECORD_ADD, record.unit)
    asks = record.state == "posted" and "reverse" not in acts and Permission.RECORD_ADD in place.held
    return {
        "spots": spots_of(record, queries.kind_of(record)) if may_return else [],
        "ask": doing.who_may_reverse(record) if asks else [],
        "correct": new_sheet(replaces=record.pk) if writes else "",
    }
