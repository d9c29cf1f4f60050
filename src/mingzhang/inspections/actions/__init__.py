"""Every write about inspections and draws."""

from mingzhang.inspections.actions.drawing import (
    commit_secret,
    confirm_value,
    publish_roster,
    redraw,
    reveal_secret,
    state_value,
    take_back_value,
    void_draw,
)
from mingzhang.inspections.actions.follow_ups import Asked, set_pool_of_findings
from mingzhang.inspections.actions.plans import (
    Plan,
    approve_inspection,
    cancel_inspection,
    change_inspection,
    draft_inspection,
    finish_inspection,
    start_inspection,
)
from mingzhang.inspections.actions.pools import (
    Settings,
    add_recusal,
    begin_draw,
    remove_recusal,
    set_inspectors,
    set_pool,
    settle_draw,
)
from mingzhang.inspections.actions.rounds import acknowledge, call_off, start_self_check
from mingzhang.inspections.actions.syncing import NotAPicture, take_operation, take_photo
from mingzhang.inspections.actions.weights import weigh_pool

__all__ = [
    "Asked",
    "NotAPicture",
    "Plan",
    "Settings",
    "acknowledge",
    "add_recusal",
    "approve_inspection",
    "begin_draw",
    "call_off",
    "cancel_inspection",
    "change_inspection",
    "commit_secret",
    "confirm_value",
    "draft_inspection",
    "finish_inspection",
    "publish_roster",
    "redraw",
    "remove_recusal",
    "reveal_secret",
    "set_inspectors",
    "set_pool",
    "set_pool_of_findings",
    "settle_draw",
    "start_inspection",
    "start_self_check",
    "state_value",
    "take_back_value",
    "take_operation",
    "take_photo",
    "void_draw",
    "weigh_pool",
]
