"""What every action on a finding does: take hold of it, move it on, say so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.findings import flows
from mingzhang.findings.actions.accruing import SYSTEM, accrue_findings
from mingzhang.findings.models import Finding, FindingStep
from mingzhang.ledger.appending import lock_position
from mingzhang.ledger.contents import needed_note
from mingzhang.organisation.models import Person, Unit


def locked(finding: Finding) -> Finding:
    """The finding as it stands, after the book's last position: see `accruing`. Raises NotFound."""
    return locked_all([finding])[0]


def locked_all(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of one book as they stand, in the order of their numbers and each once. Raises NotFound."""
    asked = {finding.pk: finding for finding in findings}
    for finding in list(asked.values())[:1]:
        lock_position(finding.book)
    rows = Finding.objects.select_for_update(of=("self",)).filter(pk__in=asked)
    found = list(rows.select_related("book", "unit", "origin", "owner", "sponsor").order_by("pk"))
    if not found or len(found) < len(asked) or len({one.book_id for one in found}) > 1:
        raise NotFound(_("没有找到这个问题。"))
    return found


def needed(reason: str, name: str) -> str:
    """What a person must write beside an action. Raises InvalidInput."""
    return needed_note(reason, name, _("要写明%(name)s。") % {"name": name})


def move(
    finding: Finding, verb: str, *, by: Person | None, case: str = "", reason: str = "", **more: Any
) -> Finding:
    """To where `verb` of the flow leads, with what was set on `finding` beforehand; the rest is as in `note`."""
    before = finding.state
    finding.state = flows.FINDING.target(before, verb, case)
    if finding.state not in ("suspended", "doubted"):
        finding.resumes = ""
    finding.save()
    note(finding, verb, by=by, before=before, reason=reason, **more)
    accrue_findings([finding.pk], finding.book, by)
    return finding


def note(
    finding: Finding,
    verb: str,
    *,
    by: Person | None,
    before: str = "",
    reason: str = "",
    unit: Unit | None = None,
    person: Person | None = None,
    until: date | None = None,
    basis: str = "",
    round: int | None = None,
) -> FindingStep:
    """One line more on its timeline, and an event in the log, where names and reasons are sealed."""
    step = FindingStep.objects.create(
        finding=finding, round=round or finding.round, verb=verb, before=before or finding.state,
        after=finding.state, reason=reason, unit=unit, person=person, until=until, basis=basis, by=by,
        at=clock.now(),
    )  # fmt: skip
    said: dict[str, Any] = {"unit": unit.code if unit else "", "to": person.ref if person else "", "basis": basis}
    said["until"] = until.isoformat() if until else ""
    append.event(
        book=finding.book.code,
        actor=by.ref if by else SYSTEM,
        verb=f"finding.{verb}",
        subject=finding.ref,
        data={name: value for name, value in said.items() if value},
        private={"reason": reason} if reason else None,
    )
    return step
