"""The bundle of a signed report: one file with which anyone can check it without this system. The program that
does, `verify_bundle.py` beside this module, shares no code with it: what checks must not be what wrote."""

from __future__ import annotations

import json
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit import proofs
from mingzhang.audit.models import Event
from mingzhang.core.digests import canonical_json
from mingzhang.core.errors import Corrupt, StateRefused
from mingzhang.reports import counting, queries
from mingzhang.reports.models import Report, Signature

FORMAT = "mingzhang-bundle/1"
VERIFIER = Path(__file__).with_name("verify_bundle.py")


def bundle(report: Report) -> bytes:
    """The bundle, the same bytes every time. What was posted, reversed or signed later is not in it. Raises
    StateRefused for a report that is not signed, and Corrupt when something of it is not what was signed."""
    with transaction.atomic():
        signature = queries.signature_of(report)
        if signature is None:
            raise StateRefused(_("这份报告还没有签发，不能导出核验包。"), remedy=_("请先送审、签发。"))
        said = json.loads(signature.body)
        positions = counting.positions_in(said["numbers"])
        evidence = counting.evidence_of(report.book, positions)
        if counting.told(evidence) != said["evidence"]:
            raise Corrupt(_("佐证和签发时不一样。"), remedy=_("请运行 mingzhang verify 查明。"))
        return canonical_json(
            {
                "format": FORMAT,
                "body": signature.body,
                "entries": counting.entries_json(report.book, positions),
                "evidence": evidence,
                "proof": proofs.inclusion(_signing(report, signature), signature.checkpoint),
            }
        )


def name_of(report: Report) -> str:
    """What the file is called."""
    return f"{report.title}.{report.period.code}.bundle.json"


def _signing(report: Report, signature: Signature) -> Event:
    """The event of the signing. Raises Corrupt when it is gone."""
    events = Event.objects.filter(book=report.book.code, subject=report.ref, verb="report.sign")
    event = events.filter(leaf__seq__lte=signature.checkpoint.size).select_related("leaf").order_by("id").last()
    if event is None:
        raise Corrupt(_("日志里没有这次签发。"), remedy=_("请运行 mingzhang verify 查明。"))
    return event
