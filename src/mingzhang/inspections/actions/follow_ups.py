"""回头看 drawn from closed findings: they become the pool of a draw, and what was seen in a round becomes the
follow-up of its finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput, StateRefused
from mingzhang.findings import flows as findings_flows
from mingzhang.findings.actions.inspecting import show_before
from mingzhang.findings.actions.verifying import Result, follow_up_sent
from mingzhang.findings.models import Finding, FollowUp
from mingzhang.findings.wording import severity_name, vocabulary
from mingzhang.inspections import queries
from mingzhang.inspections.actions.hands import AWAITING, recuse_hands
from mingzhang.inspections.actions.pools import empty_pool, fill_pool, opened, tell
from mingzhang.inspections.models import Draw, Inspection, Round, RoundFollowUp
from mingzhang.inspections.poolsheets import MOST_ROWS, PoolRow
from mingzhang.inspections.rounds_query import Reading
from mingzhang.inspections.verify_draw import MOST_WEIGHT
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import below
from mingzhang.packs.follow_up import AGAIN, GOOD, KEPT, LAPSED, MEASURES, STILL


@dataclass(frozen=True)
class Asked:
    """Which closed findings: of `unit` and below, to be looked at again from `first` to `last`, of a category, of a
    severity. `weights` says how much each severity weighs; what it does not name weighs one."""

    unit: Unit
    last: date
    first: date | None = None
    category: str = ""
    severity: str = ""
    weights: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def set_pool_of_findings(*, draw: Draw, asked: Asked, by: Person) -> Draw:
    """The objects anew: closed findings that are to be looked at again, one stratum for each severity. Whoever
    corrected one is recused. Raises NotAllowed, StateRefused, InvalidInput where there is none."""
    held = opened(draw, by)
    _check_asked(asked, held.inspection)
    found = list(awaiting(asked)[: MOST_ROWS + 1])
    if not found:
        raise InvalidInput(_("没有这样的问题等着回头看。"), remedy=_("请放宽单位、日子、类别或者程度。"))
    if len(found) > MOST_ROWS:
        raise InvalidInput(_("名单最多%(most)d行。") % {"most": MOST_ROWS}, remedy=_("请缩小单位或者日子。"))
    sizes = {one.name: one.size for one in queries.strata_of(held)}
    empty_pool(held)
    found.sort(key=_gravest_first)
    fill_pool(held, [_row(one, asked.weights) for one in found], sizes)
    held.weighing = _weighing(found, asked.weights)
    held.save(update_fields=["weighing"])
    data = {"objects": len(found), "recusals": recuse_hands(held)}
    tell(held, "findings", by, data)
    return held


def awaiting(asked: Asked) -> QuerySet[Finding]:
    """The findings that are meant, by number."""
    found = Finding.objects.filter(book=asked.unit.book_id, state__in=AWAITING, follow_up_on__lte=asked.last)
    found = below(asked.unit).filter(found)
    if asked.first:
        found = found.filter(follow_up_on__gte=asked.first)
    named = {"category": asked.category, "severity": asked.severity}
    found = found.filter(**{name: value for name, value in named.items() if value})
    return found.select_related("unit", "pack_version").order_by("number")


def _gravest_first(one: Finding) -> tuple[int, str]:
    """In the order of the words of its pack, which begin with the mildest."""
    words = vocabulary(one)
    known = [severity.id for severity in words.severities] if words else []
    return -known.index(one.severity) if one.severity in known else 0, one.number


def _check_asked(asked: Asked, inspection: Inspection) -> None:
    if inspection.unit_id not in asked.unit.ancestors:
        raise InvalidInput(_("“%(unit)s”不在这次检查的单位里。") % {"unit": asked.unit.name})
    if any(not 1 <= one <= MOST_WEIGHT for one in asked.weights.values()):
        raise InvalidInput(_("权重要是1到%(most)d的整数。") % {"most": MOST_WEIGHT})


def _row(one: Finding, weights: Mapping[str, int]) -> PoolRow:
    name, weight = severity_name(one), weights.get(one.severity, 1)
    because = f"{weight} = {name}" if weights else ""
    return PoolRow(one.unit, place_of(one), name, weight, because, one.pk)


def place_of(finding: Finding) -> str:
    """How a roster names a finding: by its number, and by nothing that anybody wrote."""
    return _("问题%(number)s") % {"number": finding.number}


def _weighing(found: list[Finding], weights: Mapping[str, int]) -> str:
    if not weights:
        return ""
    names = {one.severity: severity_name(one) for one in found}
    said = "，".join(f"{name}{weights.get(code, 1)}" for code, name in names.items())
    return _("权重按问题的程度：%(said)s") % {"said": said}


_RESULTS: dict[str, Result] = {GOOD: "confirmed", AGAIN: "recurred"}


# --- what was seen ------------------------------------------------------------------------------------------------


def look_again(round: Round, reading: Reading, by: Person) -> None:
    """What a finished round saw of its finding becomes the finding's follow-up, and its pictures show how it looks
    where it came back. Nothing where somebody else has looked meanwhile and there is nothing more to say. Call
    inside the transaction that finishes the round, with the book's last position locked. Raises NotAllowed for
    whoever corrected it, InvalidInput where it came back and nothing is said about it."""
    finding = finding_of(round)
    if finding is None:
        return
    result = _RESULTS[reading.answers[STILL].value]
    try:
        findings_flows.check(finding, "recur" if result == "recurred" else "confirm")
    except StateRefused:
        return
    finding = follow_up_sent(finding=finding, result=result, remark=_remark(reading), by=by)
    if result == "recurred":
        show_before(finding, [(one.evidence, one.name) for one in reading.photos], by)
    made = FollowUp.objects.filter(closing__finding=finding).order_by("-id")[0]
    RoundFollowUp.objects.create(round=round, follow_up=made)


def finding_of(round: Round) -> Finding | None:
    """The finding that a round looks at again; None for all others."""
    if round.drawn is None or round.drawn.object.finding_id is None:
        return None
    return Finding.objects.select_related("book", "unit", "pack_version").get(pk=round.drawn.object.finding_id)


def _remark(reading: Reading) -> str:
    """What the inspector wrote: of how it is now, and of the measures where they are not kept up."""
    measures = reading.answers[MEASURES]
    kept = {LAPSED: _("整改措施没有在做"), KEPT: _("整改措施还在做")}.get(measures.value, "")
    told = f"{kept}：{measures.note}" if kept and measures.note else kept or measures.note
    return "\n".join(one for one in (reading.answers[STILL].note, told) if one)
