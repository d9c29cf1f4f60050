"""Every change of duties and tasks."""

from mingzhang.duties.actions.accruing import accrue
from mingzhang.duties.actions.adapting import adapt_duty, assign_duty, end_adaptation
from mingzhang.duties.actions.deciding import (
    excuse_task,
    extend_task,
    hand_over,
    reinstate_task,
    sign_off_task,
    sign_off_tasks,
)
from mingzhang.duties.actions.escalating import choose_terms, escalate_tasks
from mingzhang.duties.actions.fulfilling import recount
from mingzhang.duties.actions.generating import Generated, generate_tasks
from mingzhang.duties.actions.handing_over import HandedOver, hand_over_all

__all__ = [
    "Generated",
    "HandedOver",
    "accrue",
    "adapt_duty",
    "assign_duty",
    "choose_terms",
    "end_adaptation",
    "escalate_tasks",
    "excuse_task",
    "extend_task",
    "generate_tasks",
    "hand_over",
    "hand_over_all",
    "recount",
    "reinstate_task",
    "sign_off_task",
    "sign_off_tasks",
]
