"""Where rounds are looked at."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mingzhang.findings.models import Finding
from mingzhang.inspections import rounds_query
from mingzhang.inspections.looking_again import seen_in
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


def visits_of_finding(finding: Finding, person: Person) -> dict[tuple[int, str], tuple[str, str]]:
    """The rounds in which a finding was looked at again, each as words and page, by the finding's round and by
    what was seen; for those who may see them."""
    found = seen_in(finding)
    held = rounds_query.visible_to(person).filter(pk__in=[one.pk for one in found.values()])
    sees = set(held.values_list("pk", flat=True)) if found else set()
    return {
        key: (_("第%(number)d号现场检查") % {"number": one.number}, path_of("inspections:round", one.number))
        for key, one in found.items()
        if one.pk in sees
    }


def on_site(number: int | None = None) -> str:
    """The page that works without a network, of all rounds or of one."""
    page = path_of("inspections:onsite")
    return page if number is None else f"{page}#/{number}"


def address_behind(entry: Entry) -> str:
    """The page of the round that an entry was posted for."""
    return path_of("inspections:round", int(entry.data["round"]))
