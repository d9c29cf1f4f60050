"""What people do about matters that a sheet decided."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mingzhang.audit import append
from mingzhang.core import clock
from mingzhang.core.errors import NotFound
from mingzhang.findings import flows
from mingzhang.findings.actions.moving import needed
from mingzhang.findings.models import Matter, MatterStep
from mingzhang.findings.rules import check_owner, check_user_can_matter
from mingzhang.organisation.models import Person
from mingzhang.organisation.queries import today_in


@transaction.atomic
def hand_matter(*, matter: Matter, to: Person, by: Person) -> Matter:
    """`to` sees to it. Raises NotAllowed, StateRefused, InvalidInput."""
    matter = _locked(matter)
    check_user_can_matter(by, matter, "hand")
    check_owner(to, matter.unit)
    matter.handler = to
    return _move(matter, "hand", by, person=to)


@transaction.atomic
def finish_matter(*, matter: Matter, result: str, by: Person) -> Matter:
    """It was seen to. Raises NotAllowed, StateRefused, InvalidInput without a result."""
    matter = _locked(matter)
    check_user_can_matter(by, matter, "finish")
    matter.result = needed(result, _("办理结果"))
    matter.done_on = today_in(matter.book)
    return _move(matter, "finish", by, matter.result)


@transaction.atomic
def reopen_matter(*, matter: Matter, reason: str, by: Person) -> Matter:
    """It has to be seen to all the same. Raises NotAllowed, StateRefused, InvalidInput."""
    matter = _locked(matter)
    check_user_can_matter(by, matter, "reopen")
    matter.done_on, matter.result = None, ""
    return _move(matter, "reopen", by, needed(reason, _("重新办的原因")))


@transaction.atomic
def drop_matter(*, matter: Matter, reason: str, by: Person) -> Matter:
    """Nobody need see to it any more. Raises NotAllowed, StateRefused, InvalidInput."""
    matter = _locked(matter)
    check_user_can_matter(by, matter, "drop")
    return _move(matter, "drop", by, needed(reason, _("不再办的原因")))


def _locked(matter: Matter) -> Matter:
    rows = Matter.objects.select_for_update(of=("self",)).filter(pk=matter.pk)
    found = rows.select_related("unit", "book", "handler").first()
    if found is None:
        raise NotFound(_("没有找到这件事。"))
    return found


def _move(matter: Matter, verb: str, by: Person, reason: str = "", person: Person | None = None) -> Matter:
    matter.state = flows.MATTER.target(matter.state, verb)
    matter.save()
    MatterStep.objects.create(matter=matter, verb=verb, reason=reason, person=person, by=by, at=clock.now())
    said: dict[str, Any] = {"to": person.ref} if person else {}
    append.event(
        book=matter.book.code,
        actor=by.ref,
        verb=f"matter.{verb}",
        subject=matter.ref,
        data=said,
        private={"reason": reason} if reason else None,
    )
    return matter
