"""A duty, and how many tasks of it there were in a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.urls import reverse

from mingzhang.duties.saying import basis_said, said
from mingzhang.organisation.models import Unit
from mingzhang.packs.duty_schema import Duty

NUMBERS = ("done", "late", "excused", "overdue", "coming")


@dataclass
class Counted:
    """A duty of a unit, and how its tasks stand: what is due to come is not due yet. `parts` are what somebody
    has in it who does not do it, `address` is its page."""

    name: str
    basis: str
    unit: str
    address: str
    parts: str = ""
    done: int = 0
    late: int = 0
    excused: int = 0
    overdue: int = 0
    coming: int = 0

    @property
    def all(self) -> int:
        """The sum of the other numbers."""
        return self.done + self.late + self.excused + self.overdue + self.coming


def counted_of(
    unit: Unit,
    pack: str,
    code: str,
    duty: Duty | None,
    parts: str = "",
    numbers: Mapping[str, int] = MappingProxyType({}),
) -> Counted:
    """A duty in words; by its code where no version of its pack has it any more."""
    address = f"{reverse('duties:duty', args=(pack, code))}?unit={unit.code}"
    name, basis = (said(duty.name), basis_said(duty)) if duty else (code, "")
    return Counted(name, basis, unit.name, address, parts, **numbers)


def sum_of(duties: Iterable[Counted]) -> Counted:
    """All of them together."""
    whole = Counted("", "", "", "")
    for one in duties:
        for name in NUMBERS:
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    return whole
