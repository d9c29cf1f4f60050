"""State machines as one table of transitions each: what a thing may become, by which verb, who may do it.

The table is the only description: rules ask it, refusals quote it, the reference page is written from it
(`tools/flows.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mingzhang.core.errors import StateRefused

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Transition:
    """From `source` to `target` by `verb`, for those who hold `permission`. Where one verb leads to different
    states, `case` tells them apart. `note` says what it asks or records."""

    source: str
    verb: str
    target: str
    permission: str
    note: Words = ""
    case: str = ""


class Flow:
    """The states of one kind of thing and the transitions between them. The first state is where it begins.
    Raises ValueError for a table that cannot be right, as soon as the module that holds it is imported."""

    def __init__(
        self,
        code: str,
        thing: Words,
        *,
        states: Mapping[str, Words],
        verbs: Mapping[str, Words],
        transitions: Sequence[Transition],
    ) -> None:
        self.code, self.thing = code, thing
        self.states, self.verb_names = dict(states), dict(verbs)
        self.transitions = tuple(transitions)
        self._targets = {(one.source, one.verb, one.case): one.target for one in transitions}
        _check(self, len(self._targets))

    def target(self, state: str, verb: str, case: str = "") -> str:
        """The state that `verb` leads to. Raises StateRefused in words when `state` does not allow it, KeyError
        for a case that the table does not have."""
        self.check(state, verb)
        return self._targets[state, verb, case]

    def check(self, state: str, verb: str) -> None:
        """Raises StateRefused, saying the present state and what is possible in it."""
        if verb not in self.verbs(state):
            message = _("%(thing)s现在是“%(state)s”，不能%(verb)s。") % {
                "thing": self.thing,
                "state": self.states[state],
                "verb": self.verb_names[verb],
            }
            raise StateRefused(message, remedy=self._possible(state))

    def allows(self, state: str, verb: str) -> bool:
        """Twin of `check`."""
        return verb in self.verbs(state)

    def verbs(self, state: str) -> list[str]:
        """What may be done in `state`, in the order of the table."""
        return list(dict.fromkeys(one.verb for one in self.transitions if one.source == state))

    def permission(self, state: str, verb: str) -> str:
        """What `verb` takes in `state`. Raises StateRefused when `state` does not allow it."""
        self.check(state, verb)
        return self.permissions(state)[verb]

    def permissions(self, state: str) -> dict[str, str]:
        """What each verb takes that `state` allows, in the order of the table."""
        return {one.verb: one.permission for one in self.transitions if one.source == state}

    def _possible(self, state: str) -> str:
        names = "、".join(str(self.verb_names[verb]) for verb in self.verbs(state))
        return _("现在可以：%(verbs)s。") % {"verbs": names} if names else _("这是最后的状态，不会再变。")

    def mermaid(self) -> str:
        """A Mermaid state diagram (https://mermaid.js.org/syntax/stateDiagram.html)."""
        lines = ["stateDiagram-v2", *(f"  {state}: {name}" for state, name in self.states.items())]
        lines.append(f"  [*] --> {next(iter(self.states))}")
        for one in self.transitions:
            lines.append(f"  {one.source} --> {one.target}: {self.verb_names[one.verb]}")
        lines += [f"  {state} --> [*]" for state in self.states if not self.verbs(state)]
        return "\n".join(lines)


def _check(flow: Flow, distinct: int) -> None:
    states = {one.source for one in flow.transitions} | {one.target for one in flow.transitions}
    if states != set(flow.states):
        raise ValueError(f"{flow.code}: states differ: {sorted(states ^ set(flow.states))}")
    if {one.verb for one in flow.transitions} != set(flow.verb_names):
        raise ValueError(f"{flow.code}: verbs differ from those named")
    if distinct != len(flow.transitions):
        raise ValueError(f"{flow.code}: one verb leads to two states in one case")
    reached = {next(iter(flow.states))} | {one.target for one in flow.transitions}
    if reached != set(flow.states):
        raise ValueError(f"{flow.code}: never reached: {sorted(set(flow.states) - reached)}")
