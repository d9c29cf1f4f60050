"""One round as its page shows it: what was answered part by part, what was seen, and who did what when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.findings.models import Finding
from mingzhang.findings.queries import SHOWN as OF_FINDINGS
from mingzhang.findings.showing import Line as FindingLine
from mingzhang.findings.showing import lines_of
from mingzhang.inspections import flows, queries, round_rules, rounds_query
from mingzhang.inspections.addresses import on_site
from mingzhang.inspections.answers import value_said, verdict
from mingzhang.inspections.models import Inspection, Noted, Photo, Round
from mingzhang.inspections.problems import wrong_in
from mingzhang.inspections.rounds_query import Reading
from mingzhang.inspections.saying import KINDS, ROUND_LOOKS, basis_said, round_title
from mingzhang.inspections.standing import Said
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import today_in
from mingzhang.organisation.roles import Permission
from mingzhang.organisation.rules import can
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import language


@dataclass(frozen=True)
class Shot:
    """A picture of a page."""

    name: str
    address: str
    at: datetime


@dataclass(frozen=True)
class Told:
    """One answer in words, with what it looks like."""

    op: UUID
    said: str
    look: str
    note: str
    category: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Row:
    """An item with its answer, or its answers where they contradict each other. `is_unsorted` says that it is wrong
    and that somebody has yet to say what that is put down as."""

    item: Item
    name: str
    basis: str
    answer: Told | None
    several: tuple[Told, ...]
    shots: tuple[Shot, ...]
    is_unsorted: bool


@dataclass(frozen=True)
class Step:
    """Something that was done."""

    at: datetime
    icon: str
    look: str
    what: str
    who: str
    note: str = ""


@dataclass(frozen=True)
class Given:
    """What somebody sent and why it was refused."""

    verb: str = ""
    problem: str = ""
    reason: str = ""


def context_of(place: Place, round: Round, given: Given) -> dict[str, Any]:
    """Everything that the page shows. A fixed number of queries."""
    reading = rounds_query.reading_of(round)
    people = rounds_query.inspectors_of([round])[round.pk]
    shots = _shots(place, round, reading)
    parts = _parts(round, reading, shots)
    rows = [row for part in parts for row in part["rows"]]
    return {
        "round": round,
        "title": round_title(round),
        "kind": KINDS[round.kind],
        "state": flows.ROUND.states[round.state],
        "look": ROUND_LOOKS[round.state],
        "checklist": rounds_query.checklist_of(round).name.text(language()),
        "people": "、".join(one.name for one in people),
        "parts": parts,
        "counts": _counts(rows),
        "conflicts": [row for row in rows if row.several],
        "noted": [(one, _sorted_as(round, one)) for one in reading.noted],
        "loose": shots.get("", ()),
        "findings": _findings(round),
        "again": _again(round),
        "statement": reading.statement,
        "steps": _steps(round, reading),
        "writes": round_rules.user_can_write(place.person, round),
        "calls_off": round_rules.user_can_call_off(place.person, round),
        "acknowledges": round_rules.user_can_acknowledge(place.person, round),
        "onsite": on_site(round.number),
        "inspection": _inspection(place, round),
        "given": given,
    }


def _inspection(place: Place, round: Round) -> Inspection | None:
    """The inspection that it belongs to, for those who may open it."""
    if round.inspection is None or not queries.visible_to(place.person).filter(pk=round.inspection.pk).exists():
        return None
    return round.inspection


def sees_pictures(person: Person, round: Round) -> bool:
    """Who went through it, and whoever looks at evidence there."""
    if round.inspectors.filter(person=person).exists() or can(person, Permission.EVIDENCE_VIEW, round.unit):
        return True
    return round.inspection is not None and can(person, Permission.EVIDENCE_VIEW, round.inspection.unit)


def _shots(place: Place, round: Round, reading: Reading) -> dict[str, tuple[Shot, ...]]:
    if not reading.photos or not sees_pictures(place.person, round):
        return {}
    found: dict[str, tuple[Shot, ...]] = {}
    for photo in reading.photos:
        found[photo.item] = (*found.get(photo.item, ()), _shot(round, photo))
    return found


def _shot(round: Round, photo: Photo) -> Shot:
    address = reverse("inspections:picture", args=(round.number, photo.pk))
    return Shot(photo.name, address, photo.op.said_at)


def _parts(round: Round, reading: Reading, shots: dict[str, tuple[Shot, ...]]) -> list[dict[str, Any]]:
    unsorted = {one.item.id for one in wrong_in(round, reading) if not one.category}

    def row(item: Item) -> Row:
        heads = reading.heads.get(item.id, [])
        told = tuple(_told(round, item, one) for one in heads)
        return Row(
            item=item,
            name=item.name.text(language()),
            basis=basis_said(item),
            answer=told[0] if len(told) == 1 and heads[0].value else None,
            several=told if len(told) > 1 else (),
            shots=shots.get(item.id, ()),
            is_unsorted=item.id in unsorted,
        )

    parts = rounds_query.checklist_of(round).parts
    return [{"name": part.name.text(language()), "rows": [row(item) for item in part.items]} for part in parts]


def _told(round: Round, item: Item, said: Said) -> Told:
    words = value_said(item, said.value) if said.value else _("收回了答案")
    category = _named(round, said.category, "") if said.category else ""
    return Told(said.op, words, verdict(item, said.value), said.note, category, said.by, said.at)


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    looks = [row.answer.look for row in rows if row.answer]
    named = {look: looks.count(look) for look in ("right", "wrong", "na")}
    return named | {"of": len(rows), "left": sum(row.answer is None for row in rows)}


def _sorted_as(round: Round, noted: Noted) -> str:
    """What a problem noted was put down as."""
    return _named(round, noted.category, noted.severity)


def _named(round: Round, category: str, severity: str) -> str:
    words = pack_of(round.pack_version_id).findings
    if words is None:
        return ""
    known = (words.categories_by_id.get(category), words.severities_by_id.get(severity))
    return "，".join(one.name.text(language()) for one in known if one)


def _findings(round: Round) -> list[FindingLine]:
    found = Finding.objects.filter(pk__in=round.findings.values("finding")).select_related(*OF_FINDINGS)
    return lines_of(list(found.order_by("pk")), today_in(round.book))


def _again(round: Round) -> FindingLine | None:
    """The closed finding that is looked at again; None for all other rounds."""
    asked = round.drawn.object.finding_id if round.drawn else None
    if asked is None:
        return None
    found = Finding.objects.filter(pk=asked).select_related(*OF_FINDINGS)
    return lines_of(list(found), today_in(round.book))[0]


def _steps(round: Round, reading: Reading) -> list[Step]:
    """Who did what when, in order."""
    steps = [Step(round.made_at, "flag", "is-done", _("安排了"), round.made_by.name)]
    if round.begun_at:
        steps.append(Step(round.begun_at, "pen", "is-done", _("记了第一项"), _first_hand(round)))
    if reading.statement and round.kind == "visit":
        said = reading.statement
        who = _("%(by)s记") % {"by": said.op.by.name}
        steps.append(Step(said.op.received_at, "user", "is-done", _("被查单位说了话"), who))
    if round.finished_at and round.finished_by:
        steps.append(Step(round.finished_at, "check", "is-done", _("查完"), round.finished_by.name))
    if round.acknowledged_at:
        who = round.acknowledged_by.name if round.acknowledged_by else _("当场")
        steps.append(Step(round.acknowledged_at, "check2", "is-done", _("签认"), f"{who}，{round.said_by}"))
    if round.called_off_at and round.called_off_by:
        because = round.called_off_because
        steps.append(Step(round.called_off_at, "x", "is-back", _("不查了"), round.called_off_by.name, because))
    return sorted(steps, key=lambda one: one.at)


def _first_hand(round: Round) -> str:
    first = round.operations.order_by("number").select_related("by").first()
    return first.by.name if first else ""
