"""How a record sheet moves from draft to posted, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from mingzhang.flow.table import Flow, Transition
from mingzhang.organisation.roles import Permission

if TYPE_CHECKING:
    from mingzhang.ledger.models import Record

MORE = _("还有下一步审核")
LAST = _("最后一步审核")
NO_REVIEW = _("这一类型不用审核")

RECORD = Flow(
    "record",
    _("这张记录单"),
    states={
        "draft": _("草稿"),
        "submitted": _("待审核"),
        "returned": _("已退回"),
        "accepted": _("待入账"),
        "posted": _("已入账"),
        "reversed": _("已冲销"),
    },
    verbs={
        "edit": _("修改"),
        "submit": _("提交审核"),
        "pass": _("审核通过"),
        "return": _("退回"),
        "post": _("入账"),
        "reverse": _("冲销"),
    },
    transitions=[
        Transition("draft", "edit", "draft", Permission.RECORD_ADD),
        Transition("draft", "submit", "submitted", Permission.RECORD_SUBMIT),
        Transition("draft", "submit", "accepted", Permission.RECORD_SUBMIT, NO_REVIEW, case="unreviewed"),
        Transition("submitted", "pass", "submitted", Permission.RECORD_REVIEW, MORE),
        Transition("submitted", "pass", "accepted", Permission.RECORD_REVIEW, LAST, case="last"),
        Transition("submitted", "return", "returned", Permission.RECORD_REVIEW, _("写明原因")),
        Transition("returned", "edit", "returned", Permission.RECORD_ADD),
        Transition("returned", "submit", "submitted", Permission.RECORD_SUBMIT),
        Transition("returned", "submit", "accepted", Permission.RECORD_SUBMIT, NO_REVIEW, case="unreviewed"),
        Transition("accepted", "post", "posted", Permission.RECORD_POST, _("写进账本，从此不再改动")),
        Transition("accepted", "return", "returned", Permission.RECORD_POST, _("写明原因；改好后重新审核")),
        Transition("posted", "reverse", "reversed", Permission.RECORD_REVERSE, _("写明原因；账本里另记一笔相反的")),
    ],
)
STATES = RECORD.states


def check(record: Record, verb: str) -> None:
    """Raises StateRefused when the record's state does not allow `verb`."""
    RECORD.check(record.state, verb)


def after_submit(steps: int) -> str:
    """The state of a sheet that was just submitted, for the first time or again, and needs `steps` reviews."""
    return RECORD.target("draft", "submit", "" if steps else "unreviewed")


def after_review(passed: bool, step: int, steps: int) -> str:
    """The state after review `step` of `steps`."""
    if not passed:
        return RECORD.target("submitted", "return")
    return RECORD.target("submitted", "pass", "last" if step == steps else "")


def after_send_back() -> str:
    """The state of an accepted sheet that was sent back instead of posted."""
    return RECORD.target("accepted", "return")
