"""Finishing a round: what was said in it stands from now on, and the problems that it shows become findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mingzhang.core import clock
from mingzhang.findings.actions.inspecting import Spotted, spawn_found
from mingzhang.findings.actions.reporting import Found
from mingzhang.inspections import flows, round_rules
from mingzhang.inspections.actions.accruing import accrue_checked, accrue_drawn
from mingzhang.inspections.actions.follow_ups import look_again
from mingzhang.inspections.actions.rounds import acknowledged
from mingzhang.inspections.answers import value_said
from mingzhang.inspections.models import Noted, Photo, Round, RoundFinding
from mingzhang.inspections.problems import wrong_in
from mingzhang.inspections.rounds_query import Reading, reading_of
from mingzhang.ledger.models import Evidence
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.wording import language

Picture = tuple[Evidence, str]
SOURCES = {"visit": "inspections", "self_check": "self_checks"}


class Problem(NamedTuple):
    """A finding to be made, and what it comes from: an item, or a problem noted."""

    spotted: Spotted
    item: str
    noted: Noted | None


def finish(round: Round, by: Person) -> Round:
    """Finish a locked round; the book's last position is locked before it. What the inspected party said on the
    spot acknowledges it. Raises StateRefused while an item has no answer, or several, or no category though it is
    wrong."""
    reading = reading_of(round)
    round_rules.check_complete(round, reading)
    round.state = flows.ROUND.target(round.state, "finish")
    round.finished_by, round.finished_at, round.finished_on = by, clock.now(), today_in(round.book)
    round.save(update_fields=["state", "finished_by", "finished_at", "finished_on"])
    _spawn(round, list(_problems(round, reading)), by)
    look_again(round, reading, by)
    accrue_checked(round, reading, by)
    accrue_drawn([round], by)
    said = reading.statement
    if said is not None:
        acknowledged(round, said.words, said.said_by, said.agrees, by, None)
    return round


def _spawn(round: Round, problems: list[Problem], by: Person) -> None:
    made = spawn_found(spotted=[one.spotted for one in problems], pack=round.pack_version, by=by)
    RoundFinding.objects.bulk_create(
        RoundFinding(finding=finding, round=round, item=one.item, noted=one.noted)
        for finding, one in zip(made, problems, strict=True)
    )


def _problems(round: Round, reading: Reading) -> Iterator[Problem]:
    """Every wrong answer is a problem, and so is what was noted."""
    pictures = _pictures(reading)
    for item, said, category, severity in wrong_in(round, reading):
        found = _found(round, _described(item, said.value, said.note), category, severity)
        yield Problem(Spotted(found, pictures[item.id]), item.id, None)
    for noted in reading.noted:
        found = _found(round, noted.words, noted.category, noted.severity, noted.place)
        yield Problem(Spotted(found, pictures[noted.item or str(noted.pk)]), noted.item, noted)


def _pictures(reading: Reading) -> dict[str, list[Picture]]:
    """The pictures of each item; those of none belong to the problem that was noted nearest to them in time, by its
    operation."""
    found: dict[str, list[Picture]] = defaultdict(list)
    loose = [one for one in reading.noted if not one.item]
    for photo in reading.photos:
        found[photo.item or _nearest(photo, loose)].append((photo.evidence, photo.name))
    return found


def _nearest(photo: Photo, noted: Sequence[Noted]) -> str:
    at = photo.op.said_at
    return str(min(noted, key=lambda one: abs(one.op.said_at - at)).pk) if noted else ""


def _found(round: Round, words: str, category: str, severity: str, place: str = "") -> Found:
    return Found(
        unit=round.unit,
        source=SOURCES[round.kind],
        category=category,
        severity=severity,
        description=words,
        found_on=today_in(round.book),
        place=place or round.place,
        origin=round.inspection.unit if round.inspection else round.unit,
    )


def _described(item: Item, value: str, note: str) -> str:
    """The item, the answer, and what was written beside it."""
    said = f"{item.name.text(language())}：{value_said(item, value)}"
    return f"{said}\n{note}" if note else said
