"""Whether signed reports are what was signed: their text against the digest in the log, their frozen numbers
against their text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from mingzhang.audit.findings import Checked
from mingzhang.audit.models import Event
from mingzhang.core.digests import digest, show
from mingzhang.organisation.models import Book
from mingzhang.reports.models import ReportNumber, Signature


def verify_reports(book: Book) -> Checked:
    """Every signed report of one book."""
    checked = Checked("reports", _("签发的报告"))
    signatures = Signature.objects.filter(report__book=book).select_related("checkpoint", "report")
    for signature in signatures.order_by("pk").iterator(chunk_size=20):
        checked.count += 1
        place = _("报告%(id)s（reports_signature）") % {"id": signature.pk}
        for what in _faults(signature, book.code):
            checked.differs(place, what)
    return checked


def _faults(signature: Signature, book: str) -> Iterator[str]:
    own = digest(signature.body.encode())
    if own != bytes(signature.digest):
        yield _("正文和签发时不一样。")
        return
    events = Event.objects.filter(book=book, subject=signature.report.ref, verb="report.sign")
    covered = events.filter(leaf__seq__lte=signature.checkpoint.size)
    if show(own) not in covered.values_list("data__body", flat=True):
        yield _("日志里没有这样签发过。")
    if _frozen(signature) != _signed(signature):
        yield _("存下的数和正文里的不一样。")


def _frozen(signature: Signature) -> list[tuple[object, ...]]:
    rows = ReportNumber.objects.filter(report=signature.report_id).order_by("mark")
    return [(one.mark, one.text, one.value, one.entries, show(bytes(one.set_digest))) for one in rows]


def _signed(signature: Signature) -> list[tuple[object, ...]]:
    parts = ("mark", "text", "value", "entry_count", "set_digest")
    return [tuple(one[part] for part in parts) for one in json.loads(signature.body)["numbers"]]
