"""A report of the office at work, brought to any state by real actions."""

from __future__ import annotations

from mingzhang.core.periods import Period
from mingzhang.organisation.models import Person
from mingzhang.packs.queries import pack_of
from mingzhang.reports import actions, queries
from mingzhang.reports.models import Report
from mingzhang.reports.stored import proposal
from tests.web.office import Office

HALF = Period.parse("2026H1")
ORDER = ("draft", "in_review", "reviewed", "signed", "published", "withdrawn")


def draft(office: Office, *, by: Person | None = None, period: Period = HALF) -> Report:
    """The street's half-year report, just created."""
    version = office.pack_version
    return actions.create_report(
        pack_version=version,
        template=pack_of(version.pk).report("half-year"),
        unit=office.cast.street,
        period=period,
        by=by or office.cast.chen,
    )


def sign(report: Report, by: Person) -> Report:
    """Sign what the signer is shown."""
    report.refresh_from_db()
    return actions.sign_report(report=report, seen=proposal(report, by).digest, by=by)


def report_at(office: Office, state: str, *, period: Period = HALF) -> Report:
    """The half-year report in a state, by the right people: chen writes, he reviews, zhou signs."""
    cast = office.cast
    report = draft(office, period=period)
    steps = {
        "in_review": lambda: actions.submit_report(report=report, by=cast.chen),
        "returned": lambda: actions.return_report(report=report, reason="第二部分要补。", by=cast.he),
        "reviewed": lambda: actions.review_report(report=report, by=cast.he),
        "signed": lambda: sign(report, cast.zhou),
        "published": lambda: actions.publish_report(report=report, by=cast.zhou),
        "withdrawn": lambda: actions.withdraw_report(report=report, reason="附表漏了一页。", by=cast.zhou),
    }
    path = ("in_review", "returned") if state == "returned" else ORDER[1 : ORDER.index(state) + 1]
    for step in path:
        report = steps[step]()
    return report


def typed(office: Office, text: str) -> Report:
    """A draft whose first paragraph says `text`."""
    report = draft(office)
    prose = queries.prose_of(queries.version_of(report))
    first = next(block for block in prose.blocks if block.kind == "paragraph")
    words = prose.with_block(type(first)(first.id, first.kind, (text,)))
    return actions.edit_report(report=report, prose=words, seen=report.version, by=office.cast.chen)
