"""What a person may do with a record as it stands, and why not: the buttons of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mingzhang.core.errors import reason_against
from mingzhang.ledger import flows, rules
from mingzhang.ledger.addresses import edit_sheet
from mingzhang.ledger.models import Record
from mingzhang.organisation.models import Person
from mingzhang.organisation.place import Place
from mingzhang.organisation.queries import holders_of_any
from mingzhang.organisation.roles import Permission, roles_with


@dataclass(frozen=True)
class Act:
    """One thing that the state of the record allows. `reason` says why this person may not; `address` is that of
    the page where it is done, when it is not done here."""

    verb: str
    reason: str = ""
    address: str = ""

    @property
    def allowed(self) -> bool:
        return not self.reason


def acts_of(place: Place, record: Record) -> dict[str, Act]:
    """What may be done now, by verb. What the person's roles give them nowhere is left out: an auditor is not shown
    a row of buttons that never work."""
    return {act.verb: act for act in _acts(place, record)}


def _acts(place: Place, record: Record) -> Iterator[Act]:
    for verb, permission in flows.RECORD.permissions(record.state).items():
        check = _check_of(verb, record)
        address = edit_sheet(record) if verb == "edit" else ""
        if permission in place.held and check and (verb != "edit" or address):
            yield Act(verb, reason_against(check, place.person, record), address)


def _check_of(verb: str, record: Record) -> Callable[[Person, Record], None] | None:
    if verb == "return" and record.state == "accepted":
        return rules.check_user_can_send_back
    return {
        "edit": rules.check_user_can_edit,
        "pass": rules.check_user_can_review,
        "return": rules.check_user_can_review,
        "post": rules.check_user_can_post,
        "reverse": rules.check_user_can_reverse,
    }.get(verb)


def who_may_reverse(record: Record, most: int = 3) -> list[str]:
    """Whom to ask when a posted record is wrong: the names of the nearest who may take it back."""
    held = holders_of_any(roles_with(Permission.RECORD_REVERSE), record.unit)
    return list(dict.fromkeys(one.person.name for one in held))[:most]
