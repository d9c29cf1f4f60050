"""How a report moves from draft to published, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from mingzhang.flow.table import Flow, Transition
from mingzhang.organisation.roles import Permission

if TYPE_CHECKING:
    from mingzhang.reports.models import Report

_P = Permission
ANOTHER = _("不是写它的人")
REASON = _("写明原因")
FREEZES = _("数字、账位和全文从此不变，并做一个检查点")

REPORT = Flow(
    "report",
    _("这份报告"),
    states={
        "draft": _("草稿"),
        "in_review": _("待审核"),
        "returned": _("已退回"),
        "reviewed": _("待签发"),
        "signed": _("已签发"),
        "published": _("已发布"),
        "withdrawn": _("已撤回"),
    },
    verbs={
        "edit": _("修改"),
        "submit": _("提交审核"),
        "review": _("审核通过"),
        "return": _("退回"),
        "sign": _("签发"),
        "publish": _("发布"),
        "withdraw": _("撤回"),
    },
    transitions=[
        Transition("draft", "edit", "draft", _P.REPORT_BUILD),
        Transition("draft", "submit", "in_review", _P.REPORT_BUILD, _("数字定在账上这一笔")),
        Transition("draft", "withdraw", "withdrawn", _P.REPORT_BUILD, REASON),
        Transition("in_review", "review", "reviewed", _P.REPORT_REVIEW, ANOTHER),
        Transition("in_review", "return", "returned", _P.REPORT_REVIEW, REASON),
        Transition("returned", "edit", "returned", _P.REPORT_BUILD),
        Transition("returned", "submit", "in_review", _P.REPORT_BUILD, _("数字定在账上这一笔")),
        Transition("returned", "withdraw", "withdrawn", _P.REPORT_BUILD, REASON),
        Transition("reviewed", "sign", "signed", _P.REPORT_SIGN, FREEZES),
        Transition("reviewed", "return", "returned", _P.REPORT_SIGN, REASON),
        Transition("signed", "publish", "published", _P.REPORT_SIGN, _("有权看报告的人都能看")),
        Transition("signed", "withdraw", "withdrawn", _P.REPORT_SIGN, REASON),
        Transition("published", "withdraw", "withdrawn", _P.REPORT_SIGN, REASON),
    ],
)
STATES = REPORT.states
# Numbers follow the ledger while a report is written; from its submission on they stand at its position.
WRITTEN = ("draft", "returned")
FROZEN = ("signed", "published", "withdrawn")


def check(report: Report, verb: str) -> None:
    """Raises StateRefused when the report's state does not allow `verb`."""
    REPORT.check(report.state, verb)


def after(report: Report, verb: str) -> str:
    """The state that `verb` leads to. Raises StateRefused."""
    return REPORT.target(report.state, verb)


def permission(report: Report, verb: str) -> Permission:
    """What `verb` takes in the report's state. Raises StateRefused when the state does not allow it."""
    return Permission(REPORT.permission(report.state, verb))
