"""Findings that are looked at again in rounds: what whoever goes there is told of each, and where it was seen."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mingzhang.findings.models import Finding, Measure
from mingzhang.inspections.models import Round, RoundFollowUp


def findings_of(rounds: Sequence[Round]) -> dict[int, Finding]:
    """The finding that each round looks at again, by round; none for all others. The rounds come with what was
    drawn. At most one query."""
    asked = {one.pk: one.drawn.object.finding_id for one in rounds if one.drawn and one.drawn.object.finding_id}
    found = Finding.objects.select_related("unit").in_bulk([id for id in asked.values() if id]) if asked else {}
    return {round: found[id] for round, id in asked.items() if id}


def told_of(rounds: Sequence[Round]) -> dict[int, str]:
    """What was wrong, where, and what was done about it when it was closed, by round. At most three queries."""
    findings = findings_of(rounds)
    if not findings:
        return {}
    measures: dict[int, list[str]] = {}
    for one in Measure.objects.filter(finding__in=[one.pk for one in findings.values()]).order_by("id"):
        measures.setdefault(one.finding_id, []).append(one.what)
    return {round: _told(finding, measures.get(finding.pk, [])) for round, finding in findings.items()}


def _told(finding: Finding, measures: Sequence[str]) -> str:
    said = {"number": finding.number, "where": finding.place or finding.unit.name, "words": finding.description}
    lines = [_("问题%(number)s，%(where)s：%(words)s") % said]
    if measures:
        lines.append(_("整改措施：%(measures)s") % {"measures": "；".join(measures)})
    return "\n".join(lines)


def seen_in(finding: Finding) -> dict[tuple[int, str], Round]:
    """The rounds in which a finding was looked at again, by its round and by what was seen (`confirmed`,
    `recurred`)."""
    rows = RoundFollowUp.objects.filter(follow_up__closing__finding=finding)
    read = rows.select_related("round", "follow_up__closing").order_by("pk")
    return {(one.follow_up.closing.round, one.follow_up.result): one.round for one in read}
