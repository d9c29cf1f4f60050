"""What a person may do with a task as it stands, and why not: the buttons of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingzhang.core.errors import reason_against
from mingzhang.duties import flows
from mingzhang.duties.models import Task
from mingzhang.duties.rules import check_user_can_decide, check_user_can_give
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place


@dataclass(frozen=True)
class Way:
    """How something that may be done is offered: its name, what it does, and an icon."""

    name: Promise | str
    hint: Promise
    icon: str


def _decision(verb: str, hint: Promise, icon: str) -> tuple[str, Way]:
    return verb, Way(flows.TASK.verb_names[verb], hint, icon)


DECISIONS = dict(
    [
        _decision("sign_off", _("事情办好了，没有记录单可填的，由您签字。"), "check"),
        _decision("extend", _("多给几天，办到那一天为止都不算逾期。"), "clock"),
        _decision("excuse", _("这一次不用办，原因记进日志。"), "x"),
        _decision("reinstate", _("还是要办，期限不变。"), "back"),
        _decision("hand_over", _("换一个人办。两个人的今日上都会变。"), "user"),
    ]
)


@dataclass(frozen=True)
class Act:
    """One decision that the state of the task allows. `reason` says why this person may not make it."""

    verb: str
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return not self.reason

    @property
    def way(self) -> Way:
        """How the page offers it."""
        return DECISIONS[self.verb]


def acts_of(place: Place, task: Task) -> dict[str, Act]:
    """What may be decided now, by verb. What the person's roles give them nowhere is left out, and so is signing
    off what sheets do."""
    return {act.verb: act for act in _acts(place, task)}


def _acts(place: Place, task: Task) -> Iterator[Act]:
    permissions = flows.TASK.permissions(task.state)
    for verb in DECISIONS:
        if verb in permissions and permissions[verb] in place.held and (verb != "sign_off" or not task.kind_id):
            yield Act(verb, reason_against(_check_of(verb), place.person, task))


def _check_of(verb: str) -> Callable[[Person, Task], None]:
    if verb == "hand_over":
        return check_user_can_give
    return lambda person, task: check_user_can_decide(person, task, verb)
