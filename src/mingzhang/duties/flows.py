"""How a task moves from open to done, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from mingzhang.flow.table import Flow, Transition
from mingzhang.organisation.roles import Permission

if TYPE_CHECKING:
    from mingzhang.duties.models import Task

_P = Permission
ENOUGH = _("这个期间的记录单入账够数了")
WHY = _("写明原因")
NO_MORE = _("清单改了，还没有到期的不再办；引起它的记录单冲销了，也不再办")

TASK = Flow(
    "task",
    _("这项任务"),
    states={
        "open": _("没有办"),
        "recorded": _("办了一部分"),
        "done": _("办完了"),
        "excused": _("免办"),
        "withdrawn": _("不用办了"),
    },
    verbs={
        "record": _("入账一部分"),
        "finish": _("入账办完"),
        "reopen": _("冲销后重开"),
        "sign_off": _("签字办结"),
        "excuse": _("准予免办"),
        "reinstate": _("撤回免办"),
        "extend": _("准予延期"),
        "hand_over": _("交给别人"),
        "withdraw": _("随清单撤下"),
        "restore": _("随清单恢复"),
    },
    transitions=[
        Transition("open", "record", "recorded", _P.RECORD_POST),
        Transition("open", "finish", "done", _P.RECORD_POST, ENOUGH),
        Transition("recorded", "finish", "done", _P.RECORD_POST, ENOUGH),
        Transition("recorded", "reopen", "open", _P.RECORD_REVERSE),
        Transition("done", "reopen", "open", _P.RECORD_REVERSE, case="none"),
        Transition("done", "reopen", "recorded", _P.RECORD_REVERSE, case="some"),
        Transition("open", "sign_off", "done", _P.TASK_DECIDE, _("没有记录单可填的事项")),
        Transition("open", "excuse", "excused", _P.TASK_DECIDE, WHY),
        Transition("recorded", "excuse", "excused", _P.TASK_DECIDE, WHY),
        Transition("excused", "reinstate", "open", _P.TASK_DECIDE, WHY),
        Transition("open", "extend", "open", _P.TASK_DECIDE, WHY),
        Transition("recorded", "extend", "recorded", _P.TASK_DECIDE, WHY),
        Transition("open", "hand_over", "open", _P.DUTY_MANAGE, WHY),
        Transition("recorded", "hand_over", "recorded", _P.DUTY_MANAGE, WHY),
        Transition("open", "withdraw", "withdrawn", _P.DUTY_MANAGE, NO_MORE),
        Transition("withdrawn", "restore", "open", _P.DUTY_MANAGE),
    ],
)
STATES = TASK.states


def check(task: Task, verb: str) -> None:
    """Raises StateRefused when the task's state does not allow `verb`."""
    TASK.check(task.state, verb)
