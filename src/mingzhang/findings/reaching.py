"""Whom unsolved findings fall to, for a whole book at once: the one who corrects it; while nobody was named, those
nearest to its unit who assign; while somebody says that it is none, those who decide that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from mingzhang.duties.reaching import HOLDERS
from mingzhang.findings.models import UNSOLVED, Finding
from mingzhang.organisation.models import Book
from mingzhang.organisation.roles import Permission, roles_with

# Who does the next thing, where that is not the owner.
NEXT = {"found": Permission.FINDING_ASSIGN, "doubted": Permission.FINDING_DECIDE}


@dataclass(frozen=True, slots=True)
class Reached:
    """An unsolved finding, and whom it falls to today."""

    finding: Finding
    people: frozenset[int]


def falling_due(book: Book, first: date, last: date, *, today: date) -> list[Reached]:
    """The unsolved findings whose day is from `first` to `last`, and whom they fall to: one query, and one for each
    of NEXT that occurs, however many there are."""
    asked = Finding.objects.filter(book=book, state__in=UNSOLVED, by_day__range=(first, last))
    found = list(asked.select_related("unit").order_by("by_day", "pk"))
    states = {one.state for one in found}
    holders = {state: _holders(book, NEXT[state], today) for state in NEXT if state in states}
    return [Reached(one, _people(one, holders)) for one in found]


def _people(finding: Finding, holders: Mapping[str, Mapping[int, frozenset[int]]]) -> frozenset[int]:
    if finding.state not in holders:
        return frozenset({finding.owner_id} if finding.owner_id else ())
    nearest = (holders[finding.state].get(unit, frozenset()) for unit in reversed(finding.unit.ancestors))
    others = (people - {finding.owner_id} for people in nearest)
    return next((people for people in others if people), frozenset())


def _holders(book: Book, permission: Permission, today: date) -> dict[int, frozenset[int]]:
    """Who holds the permission, by unit."""
    asked: dict[str, Any] = {"book": book.pk, "today": today, "any_of": roles_with(permission)}
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, asked)
        return {unit: frozenset(people) for unit, people in cursor.fetchall()}
