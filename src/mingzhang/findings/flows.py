"""How a finding moves from found to followed up, and a matter to seen to, in one table each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from mingzhang.flow.table import Flow, Transition
from mingzhang.organisation.roles import Permission

if TYPE_CHECKING:
    from mingzhang.findings.models import Finding, Matter

_P = Permission
OTHER = _("不能是整改的人，也不能是替他代理的人")
WHY = _("写明原因")
NAMED = _("写明责任单位、责任人，可以写领办人")
NOT_TWICE = _("接不接由接收单位定；退过两次的，由共同的上级定")
BACK = _("回到原来的状态")

# From where a finding may be set aside for a while, and where it comes back to.
SET_ASIDE = ("assigned", "correcting")
DOUBTED_FROM = ("found", "assigned", "correcting")

FINDING = Flow(
    "finding",
    _("这个问题"),
    states={
        "found": _("待派办"),
        "assigned": _("已派办"),
        "correcting": _("整改中"),
        "submitted": _("待验收"),
        "verified": _("待销号"),
        "closed": _("已销号"),
        "follow_up_due": _("待回头看"),
        "confirmed": _("没有反弹"),
        "suspended": _("中止整改"),
        "doubted": _("有异议"),
        "not_a_problem": _("不算问题"),
        "merged": _("已合并"),
        "split": _("已拆分"),
        "withdrawn": _("已撤下"),
    },
    verbs={
        "assign": _("派办"),
        "begin": _("开始整改"),
        "submit": _("提交验收"),
        "send_back": _("退回重改"),
        "verify": _("验收通过"),
        "close": _("销号"),
        "fall_due": _("到了回头看的日子"),
        "confirm": _("回头看，没有反弹"),
        "recur": _("回头看，反弹了"),
        "extend": _("准予延期"),
        "suspend": _("中止整改"),
        "resume": _("恢复整改"),
        "transfer": _("转给别的单位"),
        "accept": _("接收"),
        "refuse": _("不接收"),
        "decide": _("裁定由谁整改"),
        "merge": _("合并到另一个问题"),
        "split": _("拆成几个问题"),
        "doubt": _("提出不算问题"),
        "dismiss": _("同意不算问题"),
        "uphold": _("认定还是问题"),
        "withdraw": _("随记录单撤下"),
    },
    transitions=[
        Transition("found", "assign", "assigned", _P.FINDING_ASSIGN, NAMED),
        Transition("assigned", "assign", "assigned", _P.FINDING_ASSIGN, _("换责任人")),
        Transition("correcting", "assign", "assigned", _P.FINDING_ASSIGN, _("换责任人")),
        Transition("found", "submit", "submitted", _P.FINDING_CORRECT, _("发现时就改好了的")),
        Transition("assigned", "begin", "correcting", _P.FINDING_CORRECT),
        Transition("assigned", "submit", "submitted", _P.FINDING_CORRECT, _("当场改好的")),
        Transition("correcting", "submit", "submitted", _P.FINDING_CORRECT, _("写明怎样改的")),
        Transition("submitted", "send_back", "correcting", _P.FINDING_VERIFY, WHY),
        Transition("submitted", "verify", "verified", _P.FINDING_VERIFY, OTHER),
        Transition("verified", "send_back", "correcting", _P.FINDING_DECIDE, WHY),
        Transition("verified", "close", "closed", _P.FINDING_DECIDE, OTHER),
        Transition("closed", "fall_due", "follow_up_due", _P.JOB_RUN, _("由每天的后台任务做")),
        Transition("closed", "confirm", "confirmed", _P.FINDING_VERIFY, OTHER),
        Transition("follow_up_due", "confirm", "confirmed", _P.FINDING_VERIFY, OTHER),
        Transition("closed", "recur", "assigned", _P.FINDING_VERIFY, _("用原来的编号重开")),
        Transition("follow_up_due", "recur", "assigned", _P.FINDING_VERIFY, _("用原来的编号重开")),
        Transition("confirmed", "recur", "assigned", _P.FINDING_VERIFY, _("用原来的编号重开")),
        *(Transition(one, "extend", one, _P.FINDING_DECIDE, WHY) for one in SET_ASIDE),
        *(Transition(one, "suspend", "suspended", _P.FINDING_DECIDE, _("要有依法的理由")) for one in SET_ASIDE),
        *(Transition("suspended", "resume", one, _P.FINDING_DECIDE, BACK, case=one) for one in SET_ASIDE),
        *(Transition(one, "transfer", one, _P.FINDING_CORRECT, NOT_TWICE) for one in SET_ASIDE),
        *(Transition(one, "accept", "assigned", _P.FINDING_ASSIGN, NAMED) for one in SET_ASIDE),
        *(Transition(one, "refuse", one, _P.FINDING_ASSIGN, WHY) for one in SET_ASIDE),
        *(Transition(one, "decide", "assigned", _P.FINDING_DECIDE, NAMED) for one in SET_ASIDE),
        *(Transition(one, "merge", "merged", _P.FINDING_ASSIGN, WHY) for one in DOUBTED_FROM),
        *(Transition(one, "split", "split", _P.FINDING_ASSIGN, WHY) for one in DOUBTED_FROM),
        *(Transition(one, "doubt", "doubted", _P.FINDING_CORRECT, WHY) for one in DOUBTED_FROM),
        Transition("doubted", "dismiss", "not_a_problem", _P.FINDING_DECIDE, _("不能是提出的人")),
        *(
            Transition("doubted", "uphold", one, _P.FINDING_DECIDE, _("不能是提出的人"), case=one)
            for one in DOUBTED_FROM
        ),
        Transition("found", "withdraw", "withdrawn", _P.RECORD_REVERSE, _("引起它的记录单冲销了，还没有派办")),
    ],
)  # fmt: skip
STATES = FINDING.states

MATTER = Flow(
    "matter",
    _("这件事"),
    states={"open": _("没有办完"), "done": _("办完了"), "dropped": _("不办了"), "withdrawn": _("已撤下")},
    verbs={
        "hand": _("交给人办"),
        "finish": _("办完"),
        "reopen": _("重新办"),
        "drop": _("不再办"),
        "withdraw": _("随记录单撤下"),
    },
    transitions=[
        Transition("open", "hand", "open", _P.FINDING_ASSIGN),
        Transition("open", "finish", "done", _P.FINDING_CORRECT, _("写明结果")),
        Transition("done", "reopen", "open", _P.FINDING_DECIDE, WHY),
        Transition("dropped", "reopen", "open", _P.FINDING_DECIDE, WHY),
        Transition("open", "drop", "dropped", _P.FINDING_DECIDE, WHY),
        Transition("open", "withdraw", "withdrawn", _P.RECORD_REVERSE, _("引起它的记录单冲销了")),
    ],
)


def check(finding: Finding, verb: str) -> None:
    """Raises StateRefused when the finding's state does not allow `verb`."""
    FINDING.check(finding.state, verb)


def check_matter(matter: Matter, verb: str) -> None:
    """Raises StateRefused when the matter's state does not allow `verb`."""
    MATTER.check(matter.state, verb)
