"""What a phone sends, read and checked in form: `docs/adr/0031-rounds.md` says what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput

DOINGS = ("answer", "note", "drop", "statement", "finish")
LONGEST = 40


@dataclass(frozen=True)
class Sent:
    """One operation of a phone: under which number, what it does, when by the device's clock, and the rest."""

    op: UUID
    do: str
    at: datetime
    said: Mapping[str, object]

    def text(self, name: str) -> str:
        """What is said under a name, empty where nothing is. Raises InvalidInput for what is no text."""
        given = self.said.get(name)
        if given is None:
            return ""
        if not isinstance(given, str):
            raise InvalidInput(_("“%(name)s”要是文字。") % {"name": name})
        return given

    def uuid(self, name: str) -> UUID | None:
        """The number of another operation. Raises InvalidInput."""
        return uuid_of(given) if (given := self.said.get(name)) is not None else None

    def answer(self, name: str) -> bool | None:
        """Yes, no, or nothing said. Raises InvalidInput."""
        given = self.said.get(name)
        if given is not None and not isinstance(given, bool):
            raise InvalidInput(_("“%(name)s”要是true或false。") % {"name": name})
        return given


def sent_of(raw: object) -> Sent:
    """Raises InvalidInput for what is no operation."""
    if not isinstance(raw, dict):
        raise InvalidInput(_("这一条不是一个操作。"))
    do = raw.get("do")
    if not isinstance(do, str) or do not in DOINGS:
        raise InvalidInput(_("不认得这一条要做什么。"), remedy=_("请刷新手机上的页面。"))
    return Sent(uuid_of(raw.get("op")), do, moment_of(raw.get("at")), raw)


def uuid_of(given: object) -> UUID:
    """Raises InvalidInput."""
    try:
        return UUID(_short(given))
    except ValueError as fault:
        raise InvalidInput(_("编号不完整。")) from fault


def moment_of(given: object) -> datetime:
    """A moment of some time zone. Raises InvalidInput."""
    try:
        found = datetime.fromisoformat(_short(given))
    except ValueError as fault:
        raise InvalidInput(_("时间不完整。")) from fault
    if found.tzinfo is None:
        raise InvalidInput(_("时间要带时区。"))
    return found


def _short(given: object) -> str:
    if not isinstance(given, str) or len(given) > LONGEST:
        raise ValueError("no short text")
    return given
