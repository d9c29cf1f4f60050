"""Findings that are looked at again in rounds: what whoever goes there is told of each, and where it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from mingzhang.findings.models import Closing, Finding, FindingStep, Measure
from mingzhang.findings.wording import category_name, severity_name
from mingzhang.inspections.models import Round, RoundFollowUp
from mingzhang.ui.templatetags.ui import full_day


@dataclass(frozen=True)
class Told:
    """A closed finding for whoever looks at it again: its number, what it was, and what was done."""

    number: str
    words: str
    lines: tuple[tuple[str, str], ...]


def findings_of(rounds: Sequence[Round]) -> dict[int, Finding]:
    """The finding that each round looks at again, by round; none for all others. The rounds come with what was
    drawn. At most one query."""
    asked = {one.pk: one.drawn.object.finding_id for one in rounds if one.drawn and one.drawn.object.finding_id}
    read = Finding.objects.select_related("unit", "pack_version")
    found = read.in_bulk([id for id in asked.values() if id]) if asked else {}
    return {round: found[id] for round, id in asked.items() if id}


def told_of(rounds: Sequence[Round]) -> dict[int, Told]:
    """What was wrong, where, what was done about it and when it was closed, by round. At most four queries."""
    findings = findings_of(rounds)
    if not findings:
        return {}
    ids = [one.pk for one in findings.values()]
    closings = {one.finding_id: one for one in Closing.objects.filter(finding__in=ids).order_by("round")}
    measures: dict[int, list[str]] = {}
    for one in Measure.objects.filter(finding__in=ids).order_by("id"):
        measures.setdefault(one.finding_id, []).append(one.what)
    results = _results(closings.values())
    return {
        round: _told(one, closings.get(one.pk), results.get(one.pk, ""), measures.get(one.pk, []))
        for round, one in findings.items()
    }


def _results(closings: Iterable[Closing]) -> dict[int, str]:
    """How each was said to be corrected when it was handed in for the last time before it was closed."""
    rounds = {one.finding_id: one.round for one in closings}
    steps = FindingStep.objects.filter(finding__in=rounds, verb="submit").order_by("id")
    return {one.finding_id: one.reason for one in steps if one.round == rounds[one.finding_id]}


def _told(finding: Finding, closing: Closing | None, result: str, measures: Sequence[str]) -> Told:
    said = {"day": full_day(finding.found_on), "words": finding.description}
    lines = {
        _("当时"): _("%(words)s（%(day)s发现）") % said,
        _("地点"): finding.place,
        _("类别"): f"{category_name(finding)}，{severity_name(finding)}",
        _("怎样改的"): _corrected(result),
        _("整改措施"): "；".join(measures),
        _("销号"): full_day(closing.on) if closing else "",
    }
    return Told(finding.number, finding.description, tuple((name, words) for name, words in lines.items() if words))


def _corrected(said: str) -> str:
    """In the words of whoever handed it in; of a row of a sheet that was put right already, the day is known."""
    try:
        return _("%(day)s改好") % {"day": full_day(date.fromisoformat(said))}
    except ValueError:
        return said


def seen_in(finding: Finding) -> dict[tuple[int, str], Round]:
    """The rounds in which a finding was looked at again, by its round and by what was seen (`confirmed`,
    `recurred`)."""
    rows = RoundFollowUp.objects.filter(follow_up__closing__finding=finding)
    read = rows.select_related("round", "follow_up__closing").order_by("pk")
    return {(one.follow_up.closing.round, one.follow_up.result): one.round for one in read}
