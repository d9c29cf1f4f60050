"""A kept report, composed: its words with the numbers of the moment, or of the position it was submitted at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mingzhang.core.digests import canonical_json, digest, show
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in
from mingzhang.reports import flows, queries
from mingzhang.reports.compose import Composition, compose
from mingzhang.reports.freezing import Json, body_of
from mingzhang.reports.models import Report, ReportVersion


def composed_version(report: Report, version: ReportVersion, as_of: int | None) -> Composition:
    """One version of the report at a position of the ledger (None: now)."""
    return compose(
        pack_version=report.pack_version,
        template=queries.template_of(report),
        unit=report.unit,
        period=report.period,
        as_of=as_of,
        prose=queries.prose_of(version),
    )


def composed(report: Report) -> Composition:
    """The report as it reads now: while it is written, with the ledger's newest numbers; once submitted, with those
    of the position at which it was submitted."""
    version = queries.version_of(report)
    return composed_version(report, version, None if report.state in flows.WRITTEN else version.position)


@dataclass(frozen=True)
class Proposal:
    """What a signer is shown and would sign: the composition, and its body with the digest over it."""

    made: Composition
    body: Json

    @cached_property
    def text(self) -> str:
        """The body, byte for byte as it is signed."""
        return canonical_json(self.body).decode()

    @cached_property
    def digest(self) -> str:
        """`sha256:…` over the text."""
        return show(digest(self.text.encode()))


def proposal(report: Report, signer: Person) -> Proposal:
    """The report exactly as `signer` would sign it today: dated today, with the signer's name where the document
    goes to a superior."""
    version = queries.version_of(report)
    prose = queries.prose_of(version)
    made = compose(
        pack_version=report.pack_version,
        template=queries.template_of(report),
        unit=report.unit,
        period=report.period,
        as_of=version.position,
        prose=prose,
        day=today_in(report.book),
        signer=signer.name if prose.addressee else "",
    )
    return Proposal(made, body_of(made, report=report.pk, version=version.number, signer=signer.username))
