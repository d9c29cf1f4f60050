"""The reports' addresses."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tests.web.matrix import Address, answers
from tests.web.office import AT_STREET, PACK, Office

HALF_YEAR = (PACK, "half-year")
# A draft is for those who build, review or sign reports of the street; an auditor and an administrator do not.
WORKING = answers(qin=404, admin=404)
WRITING = answers(302, qin=404, admin=404)


def _of(name: str, *more: object, expected: Any = WORKING, form: Any = None) -> Address:
    """A page of the office's draft."""
    return Address(
        f"reports:{name}",
        lambda office: reverse(f"reports:{name}", args=(office.report.pk, *more)) + AT_STREET,
        expected,
        form,
    )


def _resolving(office: Office) -> str:
    comment = office.report.comments.get()
    return reverse("reports:resolve", args=(office.report.pk, comment.pk)) + AT_STREET


def _words(office: Office) -> dict[str, Any]:
    return {"seen": office.report.version, "text": "改过的话。", "title": "改过的标题", "source": "慰问名册"}


ADDRESSES = [
    Address("reports:list", lambda office: reverse("reports:list") + AT_STREET, answers(admin=200)),
    Address("reports:read", lambda office: reverse("reports:read", args=HALF_YEAR) + AT_STREET, answers(admin=200)),
    Address(
        "reports:numbers",
        lambda office: reverse("reports:numbers", args=HALF_YEAR) + AT_STREET,
        answers(admin=200),
    ),
    Address(
        "reports:number",
        lambda office: reverse("reports:number", args=(*HALF_YEAR, 1)) + AT_STREET,
        answers(admin=200),
    ),
    Address(
        "reports:download",
        lambda office: reverse("reports:download", args=(*HALF_YEAR, "docx")) + AT_STREET,
        answers(admin=200),
    ),
    Address(
        "reports:create",
        lambda office: reverse("reports:create") + AT_STREET,
        answers(302, qin=403, admin=403),
        form=lambda office: {"pack": PACK, "template": "half-year"},
    ),
    _of("report"),
    _of("report_numbers"),
    _of("report_number", 1),
    _of("compare"),
    _of("versions"),
    _of("changes", expected=answers(404, admin=404)),
    _of("file", "docx"),
    _of("bundle", expected=answers(409, qin=404, admin=404)),
    Address("reports:verifier", lambda office: reverse("reports:verifier") + AT_STREET, answers(admin=200)),
    _of("head"),
    _of("head", expected=WRITING, form=_words),
    _of("block", "b1"),
    _of("block", "b1", expected=WRITING, form=_words),
    _of("typed", 1),
    _of("typed", 1, expected=WRITING, form=_words),
    _of("comment", expected=WRITING, form=lambda office: {"block": "b1", "text": "再看看。"}),
    Address("reports:resolve", _resolving, WRITING, form=lambda office: {}),
    _of("step", "submit"),
    _of("step", "submit", expected=WRITING, form=lambda office: {}),
]
