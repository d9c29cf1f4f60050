"""The reports' addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from mingzhang.reports import actions
from mingzhang.reports.models import Report
from tests.reports.world import draft, report_at, typed
from tests.web.matrix import Address, answers
from tests.web.office import AT_STREET, PACK, Office

HALF_YEAR = (PACK, "half-year")
# A draft is for those who build, review or sign reports of the street; an auditor and an administrator do not.
WORKING = answers(qin=404, admin=404)
WRITING = answers(302, qin=404, admin=404)


def _of(
    name: str, *more: object, make: Callable[[Office], Report] = draft, expected: Any = WORKING, form: Any = None
) -> Address:
    """A page of a report that is made for the question, and undone with it."""

    def path(office: Office) -> str:
        return reverse(f"reports:{name}", args=(make(office).pk, *more)) + AT_STREET

    return Address(f"reports:{name}", path, expected, form)


def _with_typed_number(office: Office) -> Report:
    return typed(office, "慰问37人。")


def _resolving(office: Office) -> str:
    report = draft(office)
    comment = actions.comment(report=report, block="b1", text="再看看。", by=office.cast.he)
    return reverse("reports:resolve", args=(report.pk, comment.pk)) + AT_STREET


def _words(office: Office) -> dict[str, Any]:
    return {"seen": Report.objects.get().version, "text": "改过的话。", "title": "改过的标题"}


def _remark(office: Office) -> dict[str, Any]:
    return {"block": "b1", "text": "再看看。"}


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
    _of("report", make=lambda office: report_at(office, "published"), expected=answers(admin=200)),
    _of("report_numbers"),
    _of("report_number", 1),
    _of("compare"),
    _of("versions"),
    _of("changes", make=lambda office: report_at(office, "published"), expected=answers(admin=200)),
    _of("file", "docx"),
    _of("head"),
    _of("head", expected=WRITING, form=_words),
    _of("block", "b1"),
    _of("block", "b1", expected=WRITING, form=_words),
    _of("typed", 1, make=_with_typed_number),
    _of(
        "typed",
        1,
        make=_with_typed_number,
        expected=WRITING,
        form=lambda office: {"seen": Report.objects.get().version, "source": "慰问名册"},
    ),
    _of("comment", expected=WRITING, form=_remark),
    Address("reports:resolve", _resolving, WRITING, form=lambda office: {}),
    _of("step", "submit"),
    _of("step", "submit", expected=WRITING, form=lambda office: {}),
    _of(
        "step",
        "review",
        make=lambda office: report_at(office, "in_review"),
        expected=answers(302, chen=403, qin=404, admin=404),
        form=lambda office: {},
    ),
    _of(
        "step",
        "return",
        make=lambda office: report_at(office, "in_review"),
        expected=answers(302, chen=403, qin=404, admin=404),
        form=lambda office: {"text": "改一改。"},
    ),
    _of(
        "step",
        "sign",
        make=lambda office: report_at(office, "reviewed"),
        expected=answers(chen=403, he=403, qin=404, admin=404),
    ),
    _of(
        "step",
        "publish",
        make=lambda office: report_at(office, "signed"),
        expected=answers(302, chen=403, he=403, qin=404, admin=404),
        form=lambda office: {},
    ),
    _of(
        "step",
        "withdraw",
        make=lambda office: report_at(office, "published"),
        expected=answers(302, chen=403, he=403, qin=403, admin=403),
        form=lambda office: {"text": "附表漏了一页。"},
    ),
]
