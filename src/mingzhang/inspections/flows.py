"""How an inspection and a draw move on, in one table each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingzhang.flow.table import Flow, Transition
from mingzhang.organisation.roles import Permission

_P = Permission
ANOTHER = _("不是起草的人")
REASON = _("写明原因")
CALLS_OFF = _("写明原因；能开始和结束检查的人，自查是本单位能自查的人")

INSPECTION = Flow(
    "inspection",
    _("这次检查"),
    states={
        "drafted": _("起草中"),
        "approved": _("已批准"),
        "under_way": _("检查中"),
        "finished": _("已结束"),
        "cancelled": _("已取消"),
    },
    verbs={
        "change": _("修改"),
        "approve": _("批准"),
        "start": _("开始"),
        "finish": _("结束"),
        "cancel": pgettext_lazy("inspection", "取消"),
    },
    transitions=[
        Transition("drafted", "change", "drafted", _P.INSPECTION_PLAN),
        Transition("drafted", "approve", "approved", _P.INSPECTION_PLAN, ANOTHER),
        Transition("drafted", "cancel", "cancelled", _P.INSPECTION_PLAN, REASON),
        Transition("approved", "start", "under_way", _P.INSPECTION_DRAW, _("不预告的，从此有权看检查的人都能看到")),
        Transition("approved", "cancel", "cancelled", _P.INSPECTION_PLAN, REASON),
        Transition("under_way", "finish", "finished", _P.INSPECTION_DRAW, _("从此对外公开")),
        Transition("under_way", "cancel", "cancelled", _P.INSPECTION_PLAN, REASON),
    ],
)

DRAW = Flow(
    "draw",
    _("这次抽取"),
    states={
        "drafted": _("名单未封存"),
        "published": _("名单已封存"),
        "committed": _("两人已承诺"),
        "stated": _("等人核对数"),
        "drawn": _("已抽定"),
        "void": _("已作废"),
        "redrawn": _("已重抽"),
    },
    verbs={
        "change": _("改名单"),
        "publish": _("封存名单"),
        "commit": _("承诺"),
        "reveal": _("公开自己的话"),
        "state": _("填写公开的数"),
        "confirm": _("核对公开的数"),
        "take_back": _("收回填写的数"),
        "void": _("作废"),
        "redraw": _("重抽"),
    },
    transitions=[
        Transition("drafted", "change", "drafted", _P.INSPECTION_DRAW),
        Transition("drafted", "publish", "published", _P.INSPECTION_DRAW, _("名单、权重、回避、名额从此不变")),
        Transition("published", "commit", "published", _P.INSPECTION_DRAW, _("第一人"), "one"),
        Transition("published", "commit", "committed", _P.INSPECTION_DRAW, _("第二人，不是第一人"), "both"),
        Transition("published", "state", "stated", _P.INSPECTION_DRAW, _("到了名单里写的那一天")),
        Transition("published", "void", "void", _P.INSPECTION_DRAW, REASON),
        Transition("committed", "reveal", "committed", _P.INSPECTION_DRAW, _("承诺的人，先公开的一人"), "one"),
        Transition("committed", "reveal", "drawn", _P.INSPECTION_DRAW, _("承诺的人，当场抽出结果"), "both"),
        Transition("committed", "void", "void", _P.INSPECTION_DRAW, REASON),
        Transition("stated", "confirm", "drawn", _P.INSPECTION_DRAW, _("不是填写的人，填得一样，当场抽出结果")),
        Transition("stated", "take_back", "published", _P.INSPECTION_DRAW),
        Transition("stated", "void", "void", _P.INSPECTION_DRAW, REASON),
        Transition("drawn", "redraw", "redrawn", _P.INSPECTION_DRAW, REASON),
    ],
)
# Between the publication of the roster and the result.
AWAITING = ("published", "committed", "stated")
OPEN_DRAWS = ("drafted", *AWAITING)

ROUND = Flow(
    "round",
    _("这次现场检查或自查"),
    states={
        "planned": _("待查"),
        "begun": _("在查"),
        "finished": _("查完"),
        "acknowledged": _("已签认"),
        "called_off": _("不查了"),
    },
    verbs={
        "begin": _("记第一项"),
        "write": _("记"),
        "finish": _("查完"),
        "acknowledge": _("签认"),
        "call_off": pgettext_lazy("round", "不查了"),
    },
    transitions=[
        Transition("planned", "begin", "begun", _P.INSPECTION_VIEW, _("派来查的人；自查是开始自查的人")),
        Transition("planned", "call_off", "called_off", _P.INSPECTION_VIEW, CALLS_OFF),
        Transition("begun", "write", "begun", _P.INSPECTION_VIEW, _("派来查的人；自查是开始自查的人")),
        Transition("begun", "finish", "finished", _P.INSPECTION_VIEW, _("派来查的人，每一项都答了，没有两种答案")),
        Transition("begun", "call_off", "called_off", _P.INSPECTION_VIEW, CALLS_OFF),
        Transition(
            "finished", "acknowledge", "acknowledged", _P.SELF_CHECK, _("被查单位的人，或当场对检查人说；自查不用")
        ),
    ],
)
