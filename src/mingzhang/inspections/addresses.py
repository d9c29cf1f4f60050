"""Where rounds are looked at."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mingzhang.findings.models import Finding
from mingzhang.inspections import rounds_query
from mingzhang.inspections.models import RoundFinding
from mingzhang.inspections.saying import round_title
from mingzhang.ledger.models import Entry
from mingzhang.organisation.models import Person
from mingzhang.ui.addresses import path_of


def source_of_finding(finding: Finding, person: Person) -> dict[str, Any] | None:
    """The round that a finding was spawned from, with its page for those who may see it; None where it was from
    none."""
    spawned = RoundFinding.objects.filter(finding=finding).select_related("round__inspection").first()
    if spawned is None:
        return None
    held = spawned.round
    sees = rounds_query.visible_to(person).filter(pk=held.pk).exists()
    said = {"title": round_title(held), "number": held.number}
    return {
        "title": _("%(title)s（第%(number)d号）") % said,
        "row": 0,
        "address": path_of("inspections:round", held.number) if sees else "",
        "of": "",
        "on": held.finished_on,
    }


def address_behind(entry: Entry) -> str:
    """The page of the round that an entry was posted for."""
    return path_of("inspections:round", int(entry.data["round"]))
