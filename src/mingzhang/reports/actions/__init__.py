"""Everything that is done to reports."""

from mingzhang.reports.actions.deciding import publish_report, return_report, review_report, withdraw_report
from mingzhang.reports.actions.remarks import comment, resolve
from mingzhang.reports.actions.signing import sign_report
from mingzhang.reports.actions.writing import bind_number, create_report, edit_report, give_source, submit_report

__all__ = [
    "bind_number",
    "comment",
    "create_report",
    "edit_report",
    "give_source",
    "publish_report",
    "resolve",
    "return_report",
    "review_report",
    "sign_report",
    "submit_report",
    "withdraw_report",
]
