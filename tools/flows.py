"""The page of state machines, written from the transition tables in the code; `tools/reference.py` writes it."""

from __future__ import annotations

from django.utils import translation

from mingzhang.duties import flows as duties
from mingzhang.findings import flows as findings
from mingzhang.flow.table import Flow
from mingzhang.inspections import flows as inspections
from mingzhang.ledger import flows as ledger
from mingzhang.organisation.roles import PERMISSION_NAMES, Permission
from mingzhang.reports import flows as reports

FLOWS = [
    ("记录单", ledger.RECORD),
    ("报告", reports.REPORT),
    ("任务", duties.TASK),
    ("问题", findings.FINDING),
    ("交办事项", findings.MATTER),
    ("检查", inspections.INSPECTION),
    ("随机抽取", inspections.DRAW),
    ("现场检查和自查", inspections.ROUND),
]
HEAD = """\
# 状态与流转

本页由 `make docs` 根据程序生成，请勿手改。每一步只有具备相应权限的人可以做，其余条件见“说明”。
"""


def page() -> str:
    """The whole page, in Chinese."""
    with translation.override("zh-hans"):
        return "\n".join([HEAD, *(section(title, flow) for title, flow in FLOWS)])


def section(title: str, flow: Flow) -> str:
    """One flow: its diagram, and a row for each transition."""
    rows = [
        f"| {flow.states[one.source]} | {flow.verb_names[one.verb]} | {flow.states[one.target]} "
        f"| {PERMISSION_NAMES[Permission(one.permission)]} `{one.permission}` | {one.note} |"
        for one in flow.transitions
    ]
    head = ["| 现在 | 做什么 | 变成 | 权限 | 说明 |", "|---|---|---|---|---|"]
    return "\n".join([f"## {title}", "", "```mermaid", flow.mermaid(), "```", "", *head, *rows, ""])
