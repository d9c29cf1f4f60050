"""A round as a phone takes it along: `docs/adr/0031-rounds.md` says what each part means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.core.digests import SHA2_256
from mingzhang.inspections.looking_again import Told, told_of
from mingzhang.inspections.models import Drawn, Noted, Photo, Round, Statement
from mingzhang.inspections.problems import category_otherwise, decides, is_asked
from mingzhang.inspections.rounds_query import Reading, checklist_of, inspectors_of, readings_of
from mingzhang.inspections.saying import WHY, basis_said, round_title
from mingzhang.inspections.standing import Said
from mingzhang.organisation.models import Person
from mingzhang.packs.checklist_schema import Item
from mingzhang.packs.finding_schema import Category, Findings, Severity
from mingzhang.packs.queries import pack_of
from mingzhang.packs.wording import language

Json = dict[str, Any]


def rounds_said(rounds: Sequence[Round]) -> list[Json]:
    """Each as the phone takes it along. As many queries for many as for one."""
    people, readings, turns, about = inspectors_of(rounds), readings_of(rounds), _turns(rounds), told_of(rounds)
    return [
        _said(one, people[one.pk], readings[one.pk], turns.get(one.drawn_id), about.get(one.pk)) for one in rounds
    ]


def _turns(rounds: Sequence[Round]) -> dict[int | None, tuple[int, int]]:
    """Which one it is of the objects drawn at once, and of how many."""
    draws = {one.drawn.draw_id for one in rounds if one.drawn}
    drawn: dict[int, list[int]] = {}
    rows = Drawn.objects.filter(draw__in=draws).order_by("object__number").values_list("draw", "pk")
    for draw, one in rows:
        drawn.setdefault(draw, []).append(one)
    return {one: (place, len(ones)) for ones in drawn.values() for place, one in enumerate(ones, 1)}


def _said(
    round: Round, people: Sequence[Person], reading: Reading, turn: tuple[int, int] | None, about: Told | None
) -> Json:
    words = pack_of(round.pack_version_id).findings
    number, of = turn or (1, 1)
    return {
        "number": round.number,
        "kind": round.kind,
        "state": round.state,
        "title": round_title(round),
        "unit": round.unit.name,
        "unit_code": round.unit.code,
        "place": round.place,
        "turn": number,
        "of": of,
        "because": str(WHY[round.drawn.why]) if round.drawn else _("自查"),
        "inspectors": [one.name for one in people],
        "checklist": _checklist(round),
        "again": _again(about) if about else None,
        "otherwise": category_otherwise(round),
        **_words(words),
        **_reading(reading),
    }


def _words(words: Findings | None) -> Json:
    categories: Sequence[Category | Severity] = words.categories if words else ()
    severities: Sequence[Category | Severity] = words.severities if words else ()
    return {
        sort: [{"id": one.id, "name": one.name.text(language())} for one in ones]
        for sort, ones in (("categories", categories), ("severities", severities))
    }


def _again(about: Told) -> Json:
    """The finding that is looked at again."""
    lines = [{"name": name, "words": words} for name, words in about.lines]
    return {"number": about.number, "words": about.words, "lines": lines}


def _checklist(round: Round) -> Json:
    checklist = checklist_of(round)
    return {
        "id": checklist.id,
        "name": checklist.name.text(language()),
        "about": checklist.about.text(language()) if checklist.about else "",
        "parts": [
            {"name": part.name.text(language()), "items": [_item(round, item) for item in part.items]}
            for part in checklist.parts
        ],
    }


def _item(round: Round, item: Item) -> Json:
    """`sorted_on_site` says that whoever finds a problem with it says of which category it is, `decides` that it
    always applies, and that they have to write how it is where it is wrong."""
    return {
        "id": item.id,
        "name": item.name.text(language()),
        "basis": basis_said(item),
        "answer": item.answer,
        "options": [{"id": one.id, "name": one.name.text(language()), "wrong": one.wrong} for one in item.options],
        "unit": item.unit or "",
        "min": None if item.min is None else format(item.min, "f"),
        "max": None if item.max is None else format(item.max, "f"),
        "guidance": item.guidance.text(language()) if item.guidance else "",
        "photo": item.photo,
        "sorted_on_site": is_asked(round, item),
        "decides": decides(round, item),
    }


def _reading(reading: Reading) -> Json:
    return {
        "answers": {item: _answer(said) for item, said in reading.answers.items()},
        "conflicts": {item: [_answer(one) for one in heads] for item, heads in reading.conflicts.items()},
        "photos": [_photo(one) for one in reading.photos],
        "noted": [_noted(one) for one in reading.noted],
        "statement": _statement(reading.statement) if reading.statement else None,
    }


def _answer(said: Said) -> Mapping[str, str]:
    return {
        "op": str(said.op), "value": said.value, "note": said.note, "category": said.category, "by": said.by,
        "at": said.at.isoformat(),
    }  # fmt: skip


def _photo(photo: Photo) -> Mapping[str, str]:
    return {
        "op": str(photo.pk),
        "item": photo.item,
        "sha256": bytes(photo.evidence.digest).removeprefix(SHA2_256).hex(),
        "name": photo.name,
        "at": photo.op.said_at.isoformat(),
    }


def _noted(noted: Noted) -> Mapping[str, str]:
    return {
        "op": str(noted.pk),
        "item": noted.item,
        "words": noted.words,
        "category": noted.category,
        "severity": noted.severity,
        "place": noted.place,
    }


def _statement(statement: Statement) -> Mapping[str, object]:
    return {
        "op": str(statement.pk),
        "words": statement.words,
        "said_by": statement.said_by,
        "agrees": statement.agrees,
        "at": statement.op.said_at.isoformat(),
    }
