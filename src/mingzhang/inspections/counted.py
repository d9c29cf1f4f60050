"""What a number of an inspection's result was counted from: the rounds, the answers, or the findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.inspections.models import DONE, OPEN
from mingzhang.inspections.outcome import HELD, SAID, STANDS, Followed, Judged, Outcome, Spawned, Visited
from mingzhang.inspections.saying import FOLLOWED_NAMES, SAID_NAMES, STAND_NAMES

STATES = {"visited": DONE, "waiting": OPEN, "called_off": ("called_off",), "said": ("acknowledged",)}

RESULTS = ("confirmed", "recurred")


@dataclass(frozen=True)
class Wanted:
    """Which: `of` rounds, answers, findings or follow-ups; each other part narrows them down."""

    of: str
    state: str = ""
    said: str = ""
    item: str = ""
    round: str = ""
    category: str = ""
    severity: str = ""
    stands: str = ""
    result: str = ""

    @classmethod
    def asked(cls, query: QueryDict) -> Wanted:
        """What an address asks for; what is no such thing is left out."""
        of = query.get("of", "")
        known = {"state": STATES, "said": SAID, "stands": (*STANDS, HELD), "result": RESULTS}
        given = {name: query.get(name, "")[:80] for name in cls.__dataclass_fields__ if name != "of"}
        kept = {name: value for name, value in given.items() if value in known.get(name, (value,))}
        return cls(of if of in ("answers", "findings", "followed") else "rounds", **kept)

    def address(self, inspection: int, place: str) -> str:
        """Where this is listed."""
        asked = {name: getattr(self, name) for name in self.__dataclass_fields__ if getattr(self, name)}
        return f"{reverse('inspections:counted', args=(inspection,))}?{place}&{urlencode(asked)}"

    def rounds(self, outcome: Outcome) -> list[Visited]:
        """The objects that are meant."""
        states = STATES.get(self.state)
        found = [one for one in outcome.objects if not states or one.round.state in states]
        return [one for one in found if self.round in ("", str(one.round.number))]

    def answers(self, outcome: Outcome) -> list[Judged]:
        """The answers that are meant."""
        return [one for one in outcome.answers if self._is_answer(one)]

    def _is_answer(self, one: Judged) -> bool:
        has = {"said": one.said, "item": one.item.id, "round": str(one.round.number)}
        return all(getattr(self, name) in ("", value) for name, value in has.items())

    def findings(self, outcome: Outcome) -> list[Spawned]:
        """The findings that are meant."""
        return [one for one in outcome.findings if self._is_finding(one)]

    def followed(self, outcome: Outcome) -> list[Followed]:
        """The findings that were drawn to be looked at again that are meant."""
        return [one for one in outcome.followed if self.result in ("", one.result)]

    def _is_finding(self, one: Spawned) -> bool:
        has = {
            "round": str(one.round.number),
            "category": one.finding.category,
            "severity": one.finding.severity,
        }
        stands = one.stands != "gone" if self.stands == HELD else self.stands in ("", one.stands)
        return stands and all(getattr(self, name) in ("", value) for name, value in has.items())

    def tokens(self, outcome: Outcome) -> Iterator[str]:
        """What narrows it down, in words."""
        state = {
            "visited": _("查完的"), "waiting": _("还没查完的"), "called_off": _("不查了的"), "said": _("签认了的"),
        }  # fmt: skip
        if self.state:
            yield state[self.state]
        if self.said:
            yield str(SAID_NAMES[self.said])
        if self.result:
            yield str(FOLLOWED_NAMES[self.result])
        if self.stands:
            yield str(STAND_NAMES[self.stands])
        yield from (one.name for one in outcome.items if one.item.id == self.item)
        yield from (one.round.where for one in outcome.objects if str(one.round.number) == self.round)
        alike = [one for one in outcome.findings if one.finding.category == self.category]
        yield from (one.category for one in alike[:1])
        alike = [one for one in outcome.findings if one.finding.severity == self.severity]
        yield from (one.severity for one in alike[:1])
