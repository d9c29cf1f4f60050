"""The permission matrix: every address of the site, asked for by everybody.

Each area declares its addresses in a module of this package; `tests/web/test_who_sees_what.py` asks for all of them
and fails for an address of the site that no module declares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.web.office import Office

# Who asks. Names of `tests.cast.Cast`, and nobody at all.
NOBODY = "nobody"
OWN_UNIT = ("chen", "he", "zhou")  # clerk, reviewer and leader of the street
ABOVE = ("wei", "qin")  # leader and auditor of the county
ADMINISTRATOR = "admin"
ELSEWHERE = ("outsider", "lu", "stranger")  # another street, the community below, another book
UNPOSTED = "unposted"
EVERYBODY = (NOBODY, *OWN_UNIT, *ABOVE, ADMINISTRATOR, *ELSEWHERE, UNPOSTED)

Answers = Mapping[str, int]


def answers(common: int = 200, **others: int) -> Answers:
    """What each answers about the street's things: `common` for those of the street and above it, 403 for the
    administrator, who reads no records, 404 for those elsewhere, 403 for one without a post, 302 to sign in for
    nobody; `others` names those who differ."""
    usual = dict.fromkeys((*OWN_UNIT, *ABOVE), common) | {ADMINISTRATOR: 403, UNPOSTED: 403, NOBODY: 302}
    return usual | dict.fromkeys(ELSEWHERE, 404) | others


@dataclass(frozen=True)
class Address:
    """One address about the street of the office: its URL name, how to ask for it, and the status that each of
    EVERYBODY is answered with. A write gives its `form`; it is undone after each question."""

    name: str
    path: Callable[[Office], str]
    answers: Answers = field(default_factory=answers)
    form: Callable[[Office], dict[str, Any]] | None = None
