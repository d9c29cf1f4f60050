"""How a record sheet moves from draft to posted, in one table."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mingzhang.core.errors import StateRefused
from mingzhang.ledger.models import Record

STATES: dict[str, Promise] = {
    "draft": gettext_lazy("草稿"),
    "submitted": gettext_lazy("待审核"),
    "returned": gettext_lazy("已退回"),
    "accepted": gettext_lazy("待入账"),
    "posted": gettext_lazy("已入账"),
    "reversed": gettext_lazy("已冲销"),
}
FROM: dict[str, frozenset[str]] = {
    "edit": frozenset({"draft", "returned"}),
    "submit": frozenset({"draft", "returned"}),
    "pass": frozenset({"submitted"}),
    "return": frozenset({"submitted"}),
    "post": frozenset({"accepted"}),
    "reverse": frozenset({"posted"}),
}


def check(record: Record, verb: str) -> None:
    """Raises StateRefused when the record's state does not allow `verb`."""
    if record.state not in FROM[verb]:
        raise StateRefused(_("这张记录单现在是“%(state)s”，不能这样做。") % {"state": STATES[record.state]})


def after_submit(steps: int) -> str:
    """The state of a sheet that was just submitted and needs `steps` reviews."""
    return "submitted" if steps else "accepted"


def after_review(passed: bool, step: int, steps: int) -> str:
    """The state after review `step` of `steps`."""
    if not passed:
        return "returned"
    return "accepted" if step == steps else "submitted"
