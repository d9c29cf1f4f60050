"""Where what a figure counts is listed, besides its entries."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from mingzhang.figures.definitions import Counted, definitions
from mingzhang.figures.traces import Trace
from mingzhang.organisation.roles import Permission
from mingzhang.packs.schema import CLOSED, FOLLOWED_UP, FOUND, TASKS
from mingzhang.packs.trees import And, Compare, Literal, Where

EVENTS = {FOUND: "found", CLOSED: "closed", FOLLOWED_UP: "followed_up"}
CONDITIONS = ("category", "severity", "source", "outcome", "in_time", "again", "result")


@dataclass(frozen=True)
class Listed:
    """A list of the same things, what the link to it says, and which permission opens it."""

    address: str
    said: str
    permission: Permission


def list_of(found: Trace) -> Listed | None:
    """The ledger, the tasks or the findings at the same unit and in the same period; none for a derived figure,
    whose parts have theirs."""
    definition = found.definition
    if not isinstance(definition, Counted):
        return None
    if definition.figure.of in EVENTS:
        return _findings(found, definition)
    period = found.request.period.shifted(definition.figure.period)
    if definition.figure.of == TASKS:
        days = {"from": period.start.isoformat(), "to": period.end.isoformat()}
        tasks = {"unit": found.unit.code, "whose": "below", "state": "all", **days}
        return Listed(f"{reverse('duties:list')}?{urlencode(tasks)}", _("在任务里打开"), Permission.DUTY_VIEW)
    pack = definitions(found.request.pack_version_id).pack
    query = {"unit": found.unit.code, "period": period.code, "kind": f"{pack.id}/{definition.figure.of}"}
    return Listed(f"{reverse('ledger:list')}?{urlencode(query)}", _("在台账里打开"), Permission.RECORD_VIEW)


def _findings(found: Trace, definition: Counted) -> Listed | None:
    """None where the figure counts by conditions that the list of findings does not know."""
    where = definition.component.where
    named = _equalities(where) if where else {}
    if named is None or not named.keys() <= {*CONDITIONS}:
        return None
    period = found.request.period.shifted(definition.figure.period)
    asked = {
        "unit": found.unit.code,
        "event": EVENTS[definition.figure.of or ""],
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        **({"alone": "1"} if found.request.alone else {}),
        **named,
    }
    return Listed(f"{reverse('findings:list')}?{urlencode(asked)}", _("在问题清单里打开"), Permission.FINDING_VIEW)


def _equalities(where: Where) -> dict[str, str] | None:
    """What each field has to be; None where that is not all that is asked."""
    found: dict[str, str] = {}
    for part in where.parts if isinstance(where, And) else (where,):
        if not (isinstance(part, Compare) and part.op == "=" and isinstance(part.right, Literal)):
            return None
        value = part.right.value
        if part.left.name in found:
            return None
        found[part.left.name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found
