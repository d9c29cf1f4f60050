"""What may be done, and which roles may do it. Posts carry roles; people hold posts."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One thing that a person may do in a unit and everything below it."""

    RECORD_ADD = "record_add"
    RECORD_SUBMIT = "record_submit"
    RECORD_REVIEW = "record_review"
    RECORD_POST = "record_post"
    RECORD_REVERSE = "record_reverse"
    RECORD_VIEW = "record_view"
    EVIDENCE_VIEW = "evidence_view"
    FIGURES_VIEW = "figures_view"
    REPORT_VIEW = "report_view"
    REPORT_BUILD = "report_build"
    REPORT_REVIEW = "report_review"
    REPORT_SIGN = "report_sign"
    LOG_VIEW = "log_view"
    DUTY_VIEW = "duty_view"
    DUTY_MANAGE = "duty_manage"
    TASK_DECIDE = "task_decide"
    FINDING_VIEW = "finding_view"
    FINDING_REPORT = "finding_report"
    FINDING_CORRECT = "finding_correct"
    FINDING_ASSIGN = "finding_assign"
    FINDING_VERIFY = "finding_verify"
    FINDING_DECIDE = "finding_decide"
    UNIT_MANAGE = "unit_manage"
    PEOPLE_MANAGE = "people_manage"
    PACK_INSTALL = "pack_install"
    JOB_RUN = "job_run"
    INSPECTION_VIEW = "inspection_view"
    INSPECTION_PLAN = "inspection_plan"
    INSPECTION_DRAW = "inspection_draw"
    SELF_CHECK = "check_own_unit"


_P = Permission
_READ = frozenset(
    {
        _P.RECORD_VIEW,
        _P.EVIDENCE_VIEW,
        _P.FIGURES_VIEW,
        _P.REPORT_VIEW,
        _P.DUTY_VIEW,
        _P.INSPECTION_VIEW,
        _P.FINDING_VIEW,
    }  # fmt: skip
)
_WRITE = frozenset({_P.RECORD_ADD, _P.RECORD_SUBMIT, _P.REPORT_BUILD})
_FIND = frozenset({_P.FINDING_REPORT, _P.FINDING_ASSIGN, _P.FINDING_VERIFY})
_CHECK = frozenset({_P.RECORD_REVIEW, _P.RECORD_POST, _P.RECORD_REVERSE, _P.REPORT_BUILD, _P.REPORT_REVIEW})
_REVIEW = _READ | _CHECK | _FIND | {_P.INSPECTION_PLAN, _P.SELF_CHECK}
_LEAD = frozenset({_P.REPORT_SIGN, _P.LOG_VIEW, _P.DUTY_MANAGE, _P.TASK_DECIDE})

# An administrator arranges who does what and reads no evidence: that keeps personal data with those who need it.
ROLES: dict[str, frozenset[Permission]] = {
    "clerk": _READ | _WRITE | {_P.FINDING_REPORT, _P.FINDING_CORRECT, _P.SELF_CHECK},
    "reviewer": _REVIEW | {_P.FINDING_CORRECT},
    "leader": _REVIEW | _LEAD | {_P.FINDING_DECIDE, _P.INSPECTION_DRAW},
    "inspector": _READ | {_P.FINDING_REPORT, _P.FINDING_VERIFY, _P.INSPECTION_DRAW},
    "auditor": _READ | {_P.LOG_VIEW},
    "administrator": frozenset(
        {
            _P.UNIT_MANAGE,
            _P.PEOPLE_MANAGE,
            _P.PACK_INSTALL,
            _P.JOB_RUN,
            _P.FIGURES_VIEW,
            _P.REPORT_VIEW,
            _P.LOG_VIEW,
            _P.DUTY_VIEW,
            _P.DUTY_MANAGE,
        }
    ),
}

ROLE_NAMES: dict[str, Promise] = {
    "clerk": _("经办人"),
    "reviewer": _("审核人"),
    "leader": _("领导"),
    "inspector": _("检查人"),
    "auditor": _("审计"),
    "administrator": _("管理员"),
}

PERMISSION_NAMES: dict[Permission, Promise] = {
    _P.RECORD_ADD: _("记一笔"),
    _P.RECORD_SUBMIT: _("提交审核"),
    _P.RECORD_REVIEW: _("审核记录单"),
    _P.RECORD_POST: _("入账"),
    _P.RECORD_REVERSE: _("冲销"),
    _P.RECORD_VIEW: _("查看记录单"),
    _P.EVIDENCE_VIEW: _("查看佐证"),
    _P.FIGURES_VIEW: _("查看数据项"),
    _P.REPORT_VIEW: _("查看报告"),
    _P.REPORT_BUILD: _("生成报告"),
    _P.REPORT_REVIEW: _("审核报告"),
    _P.REPORT_SIGN: _("签发报告"),
    _P.LOG_VIEW: _("查看操作日志"),
    _P.DUTY_VIEW: _("查看责任清单和任务"),
    _P.DUTY_MANAGE: _("调整责任清单，移交任务"),
    _P.TASK_DECIDE: _("准予免办、延期，签字办结"),
    _P.FINDING_VIEW: _("查看问题"),
    _P.FINDING_REPORT: _("登记问题"),
    _P.FINDING_CORRECT: _("整改问题，提交验收"),
    _P.FINDING_ASSIGN: _("派办、合并、拆分问题，接收转来的"),
    _P.FINDING_VERIFY: _("验收问题，回头看"),
    _P.FINDING_DECIDE: _("给问题销号，准予延期、中止，裁定不算问题和由谁整改"),
    _P.UNIT_MANAGE: _("调整单位"),
    _P.PEOPLE_MANAGE: _("安排人员和岗位"),
    _P.PACK_INSTALL: _("启用体系包"),
    _P.JOB_RUN: _("让后台任务再做一次"),
    _P.INSPECTION_VIEW: _("查看检查"),
    _P.INSPECTION_PLAN: _("安排检查"),
    _P.INSPECTION_DRAW: _("抽取检查对象，开始和结束检查"),
    _P.SELF_CHECK: _("自查，签认检查结果"),
}


def roles_with(permission: Permission) -> list[str]:
    """The codes of the roles that carry `permission`."""
    return [role for role, held in ROLES.items() if permission in held]
