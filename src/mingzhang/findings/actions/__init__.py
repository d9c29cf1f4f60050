"""Every change of findings and matters."""

from mingzhang.findings.actions.accruing import accrue
from mingzhang.findings.actions.assigning import (
    accept_transfer,
    assign,
    assign_findings,
    decide_transfer,
    refuse_transfer,
    transfer,
)
from mingzhang.findings.actions.correcting import (
    add_measure,
    analyse,
    attach_file,
    attach_of_record,
    begin,
    finish_measure,
    submit,
)
from mingzhang.findings.actions.escalating import escalate_findings, reckon_all
from mingzhang.findings.actions.matters import drop_matter, finish_matter, hand_matter, reopen_matter
from mingzhang.findings.actions.reporting import Found, classify, keep_from, merge, report, split
from mingzhang.findings.actions.setting_aside import decide_doubt, doubt, extend, resume, suspend
from mingzhang.findings.actions.verifying import close, fall_due, follow_up, send_back, verify

__all__ = [
    "Found",
    "accept_transfer",
    "accrue",
    "add_measure",
    "analyse",
    "assign",
    "assign_findings",
    "attach_file",
    "attach_of_record",
    "begin",
    "classify",
    "close",
    "decide_doubt",
    "decide_transfer",
    "doubt",
    "drop_matter",
    "escalate_findings",
    "extend",
    "fall_due",
    "finish_matter",
    "finish_measure",
    "follow_up",
    "hand_matter",
    "keep_from",
    "merge",
    "reckon_all",
    "refuse_transfer",
    "reopen_matter",
    "report",
    "resume",
    "send_back",
    "split",
    "submit",
    "suspend",
    "transfer",
    "verify",
]
