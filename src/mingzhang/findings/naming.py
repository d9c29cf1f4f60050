"""Whom a form may name as answering for a finding: everybody who may be, looked for by a few characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from mingzhang.core.errors import InvalidInput
from mingzhang.findings.choosing import person_said, unit_said
from mingzhang.findings.models import Finding
from mingzhang.organisation.models import Appointment, Person, Unit
from mingzhang.organisation.queries import holding, visible_units
from mingzhang.organisation.roles import Permission, roles_with
from mingzhang.organisation.scopes import AnyOf
from mingzhang.organisation.searching import folded

MOST_OFFERED = 20
_CODES = re.compile(r"(?:.*[（(])?\s*([^\s（(]+)\s+([^\s）)]+)\s*[）)]?\s*")


@dataclass(frozen=True)
class Named:
    """Somebody who may be named, and the unit in which they would answer for it. `said` is how a form says both."""

    unit: Unit
    person: Person
    post: str
    of: str

    @property
    def said(self) -> str:
        where = {"name": self.person.name, "post": self.post, "unit": self.of}
        return _("%(name)s，%(post)s，%(unit)s") % where + f"（{self.unit.code} {self.person.username}）"


@dataclass(frozen=True)
class Reach:
    """Among whom `by` may name somebody: those who correct findings in one of `units`, also from a post above it;
    without `units`, whoever does in any unit to which `by` gives findings. Those near to `near` come first."""

    by: Person
    near: Unit
    units: Sequence[Unit] = ()

    def offered(self, asked: str = "") -> list[Named]:
        """The first of those whose name, post or unit hold every word of `asked`. One query, and that of the
        scope."""
        rows = self._seats(asked).select_related("person", "post__unit").order_by(*self._nearest(), "id")
        found = {(one.post.unit_id, one.person_id): self._named(one) for one in rows[: 2 * MOST_OFFERED]}
        return list(found.values())[:MOST_OFFERED]

    def only(self, said: str) -> Named:
        """The one whom a name or a user name fits. Raises InvalidInput."""
        found = {(one.unit.pk, one.person.pk): one for one in self._called(said.strip())}
        if len(found) != 1:
            remedy = _("请从列出的里面选一个人。") if found else _("请写姓名，从下面列出的里面选。")
            raise InvalidInput(_("没有选责任人。"), remedy=remedy)
        return next(iter(found.values()))

    def _called(self, said: str) -> Iterable[Named]:
        rows = self._seats("").filter(Q(person__name=said) | Q(person__username=said))
        return map(self._named, rows.select_related("person", "post__unit").order_by("id")[:MOST_OFFERED])

    def _seats(self, asked: str) -> QuerySet[Appointment]:
        able = holding().filter(post__roles__overlap=roles_with(Permission.FINDING_CORRECT))
        if self.units:
            around = sorted({above for unit in self.units for above in unit.ancestors})
            able = able.filter(AnyOf(F("post__unit"), around))
        else:
            scope = visible_units(self.by, Permission.FINDING_ASSIGN)
            able = scope.filter(able.filter(post__unit__closed_on=None), "post__unit", "post__unit__book")
        for word in folded(asked).split():
            named = Q(person__name__icontains=word) | Q(person__username__istartswith=word)
            able = able.filter(named | Q(post__name__icontains=word) | Q(post__unit__name__icontains=word))
        return able

    def _nearest(self) -> Sequence[Combinable | str]:
        """The unit itself, then what is right below it, above it and beside it."""
        near = Case(
            When(post__unit=self.near.pk, then=Value(0)),
            When(post__unit__parent=self.near.pk, then=Value(1)),
            When(AnyOf(F("post__unit"), self.near.ancestors), then=Value(2)),
            When(post__unit__parent=self.near.parent_id, then=Value(3)),
            default=Value(4),
            output_field=IntegerField(),
        )
        return near, Length("post__unit__name"), "post__unit__code", "person__name"

    def _named(self, seat: Appointment) -> Named:
        """A person with a post above the units answers in the first of them that stands below it."""
        own = seat.post.unit
        unit = next((one for one in self.units if own.pk in one.ancestors), own)
        return Named(
            next((one for one in self.units if one.pk == own.pk), unit), seat.person, seat.post.name, own.name
        )


def reach_of(finding: Finding, by: Person, verb: str) -> Reach:
    """Among whom somebody may be named who is assigned the finding, or by whom it is accepted or decided."""
    if verb == "accept":
        waiting = finding.transfers.filter(outcome="waiting").select_related("to").first()
        unit = waiting.to if waiting else finding.unit
        return Reach(by, unit, [unit])
    if verb == "decide":
        passed = finding.transfers.filter(round=finding.round).values_list("giver", "to")
        held = {finding.unit_id} | {unit for pair in passed for unit in pair}
        return Reach(by, finding.unit, list(Unit.objects.filter(pk__in=held).order_by("code")))
    return Reach(by, finding.unit, [] if finding.state == "found" else [finding.unit])


def named(reach: Reach, said: str) -> tuple[Unit, Person]:
    """Unit and person, as a form says them: with their codes, as they are offered, or by a name that only one of
    them has. Raises InvalidInput."""
    if codes := _CODES.fullmatch(said):
        return unit_said(reach.by, codes[1]), person_said(reach.by, codes[2])
    one = reach.only(said)
    return one.unit, one.person
