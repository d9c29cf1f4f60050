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

__all__ = [
    "Plan",
    "Settings",
    "add_recusal",
    "approve_inspection",
    "begin_draw",
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
    "settle_draw",
    "start_inspection",
    "state_value",
    "take_back_value",
    "void_draw",
]
