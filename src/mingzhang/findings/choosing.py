"""Whom and what a form about findings may name: people who correct, leaders, units."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.findings.models import Finding
from mingzhang.organisation.models import Person, Unit
from mingzhang.organisation.queries import holding
from mingzhang.organisation.roles import Permission, roles_with

MOST = 200


@dataclass(frozen=True)
class Corrector:
    """Somebody who corrects findings in a unit."""

    unit: Unit
    person: Person
    post: str


def correctors(units: Collection[int]) -> list[Corrector]:
    """Who corrects findings in the units. One query."""
    able = holding().filter(post__roles__overlap=roles_with(Permission.FINDING_CORRECT), post__unit__in=units)
    rows = able.select_related("person", "post__unit").order_by("post__unit__code", "person__name", "id")
    found = {(one.post.unit_id, one.person_id): one for one in rows[:MOST]}
    return [Corrector(seat.post.unit, seat.person, seat.post.name) for seat in found.values()]


def leaders(unit: Unit) -> list[Person]:
    """Who may see to it that a finding of the unit is solved: the leaders of the unit and of those above."""
    able = holding().filter(post__roles__overlap=roles_with(Permission.FINDING_DECIDE))
    held = able.filter(post__unit__in=unit.ancestors).select_related("person").order_by("person__name", "id")
    return list({one.person_id: one.person for one in held[:MOST]}.values())


def units_to(finding: Finding) -> list[Unit]:
    """Where it may be handed on to, as far as they come to mind: beside its unit, below it and above."""
    unit = finding.unit
    near = Q(parent=unit.pk) | Q(parent=unit.parent_id or 0) | Q(pk__in=unit.ancestors)
    found = Unit.objects.filter(near, book=finding.book_id, closed_on=None).exclude(pk=unit.pk)
    return list(found.order_by("code")[:MOST])


# --- read again ---------------------------------------------------------------------------------------------------


def person_said(by: Person, username: str) -> Person:
    """Raises InvalidInput, also for somebody of another book."""
    found = Person.objects.filter(book=by.book_id, username=username, is_active=True).first()
    if found is None:
        raise InvalidInput(_("没有选责任人。"), remedy=_("请选一个人。"))
    return found


def sponsor_said(by: Person, username: str) -> Person | None:
    """None where nobody was chosen. Raises InvalidInput."""
    return person_said(by, username) if username else None


def unit_said(by: Person, said: str) -> Unit:
    """A unit of the book by its code, or by its name where only one has it. Raises InvalidInput."""
    asked = said.strip().partition(" ")[0]
    units = Unit.objects.filter(book=by.book_id, closed_on=None).select_related("book")
    found = list(units.filter(code=asked)[:1]) or list(units.filter(name=said.strip())[:2])
    if len(found) != 1:
        raise InvalidInput(
            _("没有找到单位“%(said)s”。") % {"said": said[:40]}, remedy=_("请写单位代码，或者从列出的里面选。")
        )
    return found[0]
