"""What a person may do with a task as it stands, and why not: the buttons of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mingzhang.core.errors import Refusal
from mingzhang.duties import flows
from mingzhang.duties.models import Task
from mingzhang.duties.rules import check_user_can_decide, check_user_can_give
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place

DECISIONS = ("sign_off", "extend", "excuse", "reinstate", "hand_over")


@dataclass(frozen=True)
class Act:
    """One decision that the state of the task allows. `reason` says why this person may not make it."""

    verb: str
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return not self.reason


def acts_of(place: Place, task: Task) -> dict[str, Act]:
    """What may be decided now, by verb. What the person's roles give them nowhere is left out, and so is signing
    off what sheets do."""
    return {act.verb: act for act in _acts(place, task)}


def _acts(place: Place, task: Task) -> Iterator[Act]:
    permissions = {one.verb: one.permission for one in flows.TASK.transitions if one.source == task.state}
    for verb in DECISIONS:
        if verb in permissions and permissions[verb] in place.held and (verb != "sign_off" or not task.kind_id):
            yield Act(verb, _reason(_check_of(verb), place.person, task))


def _check_of(verb: str) -> Callable[[Person, Task], None]:
    if verb == "hand_over":
        return check_user_can_give
    return lambda person, task: check_user_can_decide(person, task, verb)


def _reason(check: Callable[[Person, Task], None], person: Person, task: Task) -> str:
    try:
        check(person, task)
    except Refusal as refusal:
        return str(refusal)
    return ""
