"""Finishing a round: from now on what was said in it stands."""

from __future__ import annotations

from mingzhang.core import clock
from mingzhang.inspections import flows, round_rules
from mingzhang.inspections.actions.rounds import acknowledged
from mingzhang.inspections.models import Round
from mingzhang.inspections.rounds_query import reading_of
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in


def finish(round: Round, by: Person) -> Round:
    """Finish a locked round; the book's last position is locked before it. What the inspected party said on the
    spot acknowledges it. Raises StateRefused while an item has no answer, or several."""
    reading = reading_of(round)
    round_rules.check_complete(round, reading)
    round.state = flows.ROUND.target(round.state, "finish")
    round.finished_by, round.finished_at, round.finished_on = by, clock.now(), today_in(round.book)
    round.save(update_fields=["state", "finished_by", "finished_at", "finished_on"])
    said = reading.statement
    if said is not None:
        acknowledged(round, said.words, said.said_by, said.agrees, by, None)
    return round
