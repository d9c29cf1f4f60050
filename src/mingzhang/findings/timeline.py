"""What happened to a finding, in words: who did what when, and that others than those who corrected it said so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mingzhang.findings import flows
from mingzhang.findings.models import Finding, FindingEscalation, FindingStep, Verification
from mingzhang.findings.wording import basis_name
from mingzhang.ui.templatetags.ui import full_day

Visits = Mapping[tuple[int, str], tuple[str, str]]
SEEN = {"confirm": "confirmed", "recur": "recurred"}
# What is noted beside the flow.
NOTED: dict[str, Promise] = {
    "report": gettext_lazy("发现"),
    "measure": gettext_lazy("写了整改措施"),
    "finish_measure": gettext_lazy("做完一项措施"),
    "analyse": gettext_lazy("写了原因和举措"),
    "show_before": gettext_lazy("放了整改前的佐证"),
    "show_after": gettext_lazy("放了整改后的佐证"),
    "classify": gettext_lazy("改了类别和程度"),
    "take_in": gettext_lazy("并入了另一个问题"),
    "take_over": gettext_lazy("记录单更正了，问题接着办"),
    "sheet_reversed": gettext_lazy("引起它的记录单冲销了"),
    "drop_transfer": gettext_lazy("转办作罢"),
}
NAMES: dict[str, Promise] = {
    "submit": gettext_lazy("整改"),
    "send_back": gettext_lazy("验收没通过，退回重改"),
    "extend": gettext_lazy("准予延期"),
    "recur": gettext_lazy("回头看，反弹了，重开"),
}
GOOD = ("verify", "close", "confirm", "dismiss")
BACK = ("send_back", "recur", "refuse", "suspend", "doubt", "sheet_reversed")
ICONS = {
    "report": "flag", "assign": "user", "accept": "user", "decide": "user", "submit": "pen", "begin": "pen",
    "measure": "pen", "finish_measure": "check", "analyse": "find", "show_before": "cam", "show_after": "cam",
    "send_back": "back", "verify": "check", "close": "check2", "fall_due": "walk", "confirm": "walk",
    "recur": "back", "extend": "clock", "suspend": "clock", "resume": "clock", "transfer": "right",
    "refuse": "back", "merge": "copy", "take_in": "copy", "split": "plus", "doubt": "help", "dismiss": "x",
    "uphold": "flag", "withdraw": "x", "classify": "pen",
}  # fmt: skip


@dataclass(frozen=True)
class Past:
    """A line of the timeline. `other` says that it was somebody else than those who corrected it; `visit` names the
    visit in which it was seen, with its page."""

    what: str
    who: str
    at: datetime | None
    note: str = ""
    look: str = ""
    icon: str = "flag"
    other: str = ""
    count: int = 1
    visit: tuple[str, str] | None = None
    key: tuple[object, ...] = field(default=(), compare=False)


def timeline_of(
    finding: Finding,
    steps: Sequence[FindingStep],
    escalations: Sequence[FindingEscalation],
    verifications: Sequence[Verification],
    visits: Visits,
) -> list[Past]:
    """Everything that happened, the first first; files that somebody added one after the other in one line."""
    others = {(one.verifier_id, one.round, one.passed): one for one in verifications}
    again = {one.pk for one in _again(steps)}
    lines = [_past(finding, step, others, step.pk in again) for step in steps]
    seen = [visits.get((step.round, SEEN.get(step.verb, ""))) for step in steps]
    lines = [replace(line, visit=visit) if visit else line for line, visit in zip(lines, seen, strict=True)]
    lines += [_put_up(one) for one in escalations]
    ordered = sorted(lines, key=lambda line: line.at or datetime.min)
    return [_together(list(same)) for _key, same in groupby(ordered, key=lambda line: line.key)]


def _again(steps: Sequence[FindingStep]) -> Iterator[FindingStep]:
    """The steps by which something was handed in once more."""
    rounds = set()
    for step in steps:
        if step.verb == "submit":
            if step.round in rounds:
                yield step
            rounds.add(step.round)


def _past(
    finding: Finding, step: FindingStep, others: dict[tuple[int, int, bool], Verification], again: bool
) -> Past:
    look = "is-good" if step.verb in GOOD else "is-back" if step.verb in BACK else ""
    files = step.verb in ("show_before", "show_after")
    return Past(
        what=_("再次整改") if again else _did(finding, step),
        who=step.by.name if step.by else _("自动"),
        at=step.at,
        note=step.reason,
        look=look,
        icon=ICONS.get(step.verb, "flag"),
        other=_other(step, others),
        key=(step.verb, step.by_id, step.round) if files else (step.pk,),
    )


def _did(finding: Finding, step: FindingStep) -> str:
    name = str(NAMES.get(step.verb) or NOTED.get(step.verb) or flows.FINDING.verb_names[step.verb])
    if step.verb in ("assign", "accept", "decide") and step.person:
        unit = step.unit.name if step.unit else finding.unit.name
        return _("%(verb)s：%(unit)s%(person)s") % {"verb": name, "unit": unit, "person": step.person.name}
    if step.verb == "transfer" and step.unit:
        return _("转给%(unit)s") % {"unit": step.unit.name}
    if step.verb == "extend" and step.until:
        return _("准予延期到%(day)s") % {"day": full_day(step.until)}
    if step.verb == "suspend":
        return _("%(verb)s：%(basis)s") % {"verb": name, "basis": basis_name(finding, step.basis)}
    return name


def _other(step: FindingStep, others: dict[tuple[int, int, bool], Verification]) -> str:
    if step.verb not in ("verify", "send_back") or step.by_id is None:
        return ""
    found = others.get((step.by_id, step.round, step.verb == "verify"))
    if found is None:
        return ""
    names = {"verifier": found.verifier.name, "corrector": found.corrector.name}
    return _("%(verifier)s验收，%(corrector)s整改，不是同一个人") % names


def _put_up(one: FindingEscalation) -> Past:
    what = _("逾期没有改好，报到%(unit)s") % {"unit": one.unit.name}
    return Past(what, _("自动"), one.at, "", "is-back", "warn", key=("put_up", one.pk))


def _together(same: list[Past]) -> Past:
    if len(same) == 1:
        return same[0]
    count = len(same)
    said = ngettext("%(what)s%(count)d份", "%(what)s%(count)d份", count) % {"what": same[0].what, "count": count}
    return replace(same[0], what=said, count=count)
