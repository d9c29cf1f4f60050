"""What an inspection or a self-check found becomes findings, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mingzhang.core import clock
from mingzhang.core.digests import show
from mingzhang.findings.actions.accruing import accrue_findings
from mingzhang.findings.actions.correcting import MOST_FILES
from mingzhang.findings.actions.moving import note
from mingzhang.findings.actions.reporting import Found, new_finding, numbers, words_of
from mingzhang.findings.models import Finding, FindingEvidence
from mingzhang.ledger.models import Evidence
from mingzhang.organisation.models import Person
from mingzhang.packs.models import PackVersion


@dataclass(frozen=True)
class Spotted:
    """A finding, and the pictures, each with its name, that show how it looked."""

    found: Found
    pictures: Sequence[tuple[Evidence, str]] = ()


def spawn_found(*, spotted: Sequence[Spotted], pack: PackVersion, by: Person) -> list[Finding]:
    """A finding for each of `spotted`, in the words of `pack`. Whoever calls says by its own rules that `by` was
    sent there to look; call inside the transaction that ends that, with the book's last position locked."""
    if not spotted:
        return []
    words, book = words_of(pack), by.book
    given = numbers(book, len(spotted))
    made = [new_finding(one.found, pack, words, by, number) for one, number in zip(spotted, given, strict=True)]
    for finding, one in zip(made, spotted, strict=True):
        finding.save(force_insert=True)
        note(finding, "report", by=by, before="found", unit=finding.unit)
        show_before(finding, one.pictures, by)
    accrue_findings([one.pk for one in made], book, by)
    return made


def show_before(finding: Finding, pictures: Sequence[tuple[Evidence, str]], by: Person) -> None:
    """Pictures, each with its name, that show how a finding looks before it is corrected in its present round."""
    known, at = {evidence.pk: (evidence, name) for evidence, name in pictures}, clock.now()
    for evidence, name in list(known.values())[:MOST_FILES]:
        FindingEvidence.objects.create(
            finding=finding, round=finding.round, stage="before", evidence=evidence, name=name, by=by, at=at
        )
        note(finding, "show_before", by=by, basis=show(bytes(evidence.digest)))
